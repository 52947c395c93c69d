// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.UntilExec;
import dev.jdax.spi.FileUsers;
import dev.jdax.spi.FirstFew;
import dev.jdax.spi.Unwind;

/**
 * Binds a device to a driver of the dax bus and unbinds it, as libdaxctl does, and looks whether that came about.
 *
 * @param tree where the kernel shows itself
 * @param device the device's name
 * @param attributes its folder
 */
record DriverBinding(LinuxTree tree, String device, SysfsFolder attributes) {
  /**
   * Refuses while the node is in use, or when that cannot be seen: Linux can crash when a device is unbound or bound
   * under a program that has its node open.
   */
  void requireUnused(String attempt) throws DaxException {
    require(attempt, _ -> true);
  }

  /** Refuses as {@link #requireUnused}, but for what this process has open or mapped. */
  void requireUnusedByOthers(String attempt) throws DaxException {
    require(attempt, user -> !user.startsWith(ProcessHandle.current().pid() + " "));
  }

  private void require(String attempt, Predicate<String> counts) throws DaxException {
    Path node = tree.node(device);
    String number = attributes.read("dev");
    FileUsers found;
    try {
      found = UntilExec.last(() -> FileUsers.ofDevice(tree.proc(), number),
          seen -> seen.users().stream().noneMatch(counts));
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      throw DaxException.of(Errno.EBUSY, attempt, "it cannot be seen who has device " + number + " open",
          "mount proc on /proc", e);
    }
    List<String> users = found.users().stream().filter(counts).toList();
    if (!users.isEmpty()) {
      throw DaxException.of(Errno.EBUSY, attempt, node + " is open or mapped in process "
          + FirstFew.of(users) + ", and Linux can crash when it is unbound or bound meanwhile",
          "end what uses it");
    }
    if (!found.unseen().isEmpty()) {
      throw DaxException.of(Errno.EBUSY, attempt, node + " may be open in a process that you may not look into: "
          + found.unseenInWords() + "; and Linux can crash when it is unbound or bound meanwhile",
          "do it as root, where all processes are seen");
    }
  }

  /**
   * Binds the device. The bind itself comes first, since only it says why a driver refuses; a device that the driver
   * does not match by its type is told to it by name ({@code new_id}), which tries to bind, too, and hides how that
   * went.
   */
  void bind(String driver) throws DaxException {
    try (SysfsFolder folder = open(driver)) {
      String allowed = "look at the kernel's log for what the driver says; a device whose probe has failed once may have"
          + " to be deleted and made again";
      try {
        folder.write("bind", device, allowed);
      } catch (DaxException e) {
        if (e.errno() != Errno.ENODEV) {
          throw e;
        }
        try (Unwind unwind = new Unwind()) {
          unwind.onFailure(() -> folder.write("remove_id", device, allowed));
          folder.write("new_id", device, allowed);
          if (!isBoundTo(driver)) {
            folder.write("bind", device, allowed);
          }
          unwind.keep();
        }
      }
    }
    if (!isBoundTo(driver)) {
      throw DaxException.of(Errno.EBUSY, "bind " + device + " to " + driver,
          attributes.link("driver").map(other -> other + " has taken it").orElse("it is bound to none afterwards"),
          "see who else binds it, and the kernel's log");
    }
  }

  /** Unbinds the device, and takes its name from the driver's list, so that it is not bound again by itself. */
  void unbind() throws DaxException {
    Optional<String> driver = attributes.link("driver");
    if (driver.isEmpty()) {
      throw DaxException.of(Errno.ENODEV, "unbind " + device, "it is not bound any more", "nothing is left to do");
    }
    try (SysfsFolder folder = open(driver.get())) {
      String allowed = "look at the kernel's log";
      folder.write("remove_id", device, allowed);
      folder.write("unbind", device, allowed);
    }
    if (attributes.link("driver").isPresent()) {
      throw DaxException.of(Errno.EBUSY, "unbind " + device, "it is bound to " + attributes.link("driver").get()
          + " afterwards", "see who else binds it");
    }
  }

  private boolean isBoundTo(String driver) {
    return attributes.link("driver").equals(Optional.of(driver));
  }

  private SysfsFolder open(String driver) throws DaxException {
    if (!Files.isDirectory(tree.driver(driver))) {
      throw DaxException.of(Errno.ENODEV, "bind " + device + " to " + driver, "this kernel has no driver of that name",
          "load its module: modprobe " + driver);
    }
    return SysfsFolder.open(tree.driver(driver));
  }
}
