// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.jdax.Errno;
import dev.jdax.guest.differential.Step.Verb;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;

/**
 * A region of Linux's, by the files of sysfs, below all that jdax knows.
 *
 * <p>As jdax does, it never writes {@code mapping}, and binds and unbinds only what nothing has open.
 */
final class SysfsTexts implements Side {
  private static final Path DRIVER = Path.of("/sys/bus/dax/drivers/device_dax");
  /** A region of ours has none of these: uevent, power and subsystem are files of every device of Linux. */
  private static final Set<String> LINUXS_OWN = Set.of("dev", "uevent", "power", "subsystem", "memmap_on_memory");

  /** What steps change. */
  private static final List<String> REGIONS = List.of("available_size", "seed", "create");
  private static final List<String> DEVICES = List.of("size", "align");
  private static final List<String> RANGES = List.of("start", "end", "page_offset");

  private final String name;
  private final Path folder;

  /**
   * Takes the region.
   *
   * @param id its id
   * @param folder the folder of its devices
   */
  SysfsTexts(int id, Path folder) {
    this.name = "dax" + id;
    this.folder = folder;
  }

  @Override
  public String perform(Step step) {
    try {
      Verb verb = step.verb();
      switch (verb) {
        case STORE -> write(path(step.word(0)), step.word(1));
        case SHOW -> {
          return read(path(step.word(0)));
        }
        case BIND -> write(DRIVER.resolve("bind"), step.word(0));
        case UNBIND -> write(DRIVER.resolve("unbind"), step.word(0));
        default -> throw new IllegalArgumentException(step + " is no text");
      }
      return OK;
    } catch (SystemCallException e) {
      return Errno.of(e.errno()).name();
    }
  }

  private Path path(String attribute) {
    return attribute.contains("/") ? folder.resolve(name + "." + attribute) : folder.resolve("dax_region/" + attribute);
  }

  private static void write(Path path, String text) throws SystemCallException {
    if (path.endsWith("mapping")) {
      throw new IllegalArgumentException("no text is ever written to " + path);
    }
    try (Fd parent = Fd.openFolder(path.getParent());
        Fd file = parent.openIn(path.getFileName().toString(), true)) {
      file.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String read(Path path) throws SystemCallException {
    try (Fd parent = Fd.openFolder(path.getParent());
        Fd file = parent.openIn(path.getFileName().toString(), false)) {
      return new String(file.read(0, 4096), StandardCharsets.UTF_8);
    }
  }

  /** Gives a line for a file. */
  private interface Line {
    String of(Path file) throws IOException;
  }

  @Override
  public String state() throws IOException {
    return lines(file -> Files.isDirectory(file) || isWriteOnly(file) ? "" : Files.readString(file));
  }

  private static boolean isWriteOnly(Path file) {
    return file.endsWith("mapping") || file.endsWith("delete");
  }

  /** Reads the files that it knows of, and lists no folder of a device: each step waits for this. */
  @Override
  public String layout() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (String attribute : REGIONS) {
      lines.put(attribute, readString(folder + "/dax_region/" + attribute));
    }
    for (String device : folder.toFile().list((_, file) -> file.startsWith(name + "."))) {
      String files = folder + "/" + device + "/";
      for (String attribute : DEVICES) {
        lines.put(device + "/" + attribute, readString(files + attribute));
      }
      for (int i = 0; new File(files + "mapping" + i).exists(); i++) {
        for (String part : RANGES) {
          lines.put(device + "/mapping" + i + "/" + part, readString(files + "mapping" + i + "/" + part));
        }
      }
      if (new File(files + "driver").exists()) {
        lines.put(device + "/driver", "");
      }
    }
    return Texts.text(lines);
  }

  private static String readString(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] page = new byte[4096];
      return new String(page, 0, Math.max(in.read(page), 0), StandardCharsets.US_ASCII);
    }
  }

  /** {@return the permissions of each attribute, in lines} */
  String modes() throws IOException {
    return lines(file -> String.format("%04o", (int) Files.getAttribute(file, "unix:mode") & 0777));
  }

  private String lines(Line line) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    add(lines, folder.resolve("dax_region"), "", line);
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(folder, name + ".*")) {
      for (Path device : devices) {
        add(lines, device, device.getFileName() + "/", line);
      }
    }
    return Texts.text(lines);
  }

  private static void add(Map<String, String> lines, Path folder, String prefix, Line line) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String attribute = file.getFileName().toString();
        if (attribute.matches("mapping\\d+")) {
          for (String part : RANGES) {
            lines.put(prefix + attribute + "/" + part, line.of(file.resolve(part)));
          }
        } else if (!LINUXS_OWN.contains(attribute)) {
          lines.put(prefix + attribute, line.of(file));
        }
      }
    }
  }
}
