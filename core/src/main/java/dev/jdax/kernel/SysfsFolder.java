// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;

/**
 * A folder of sysfs, held open: whatever its path comes to mean, attributes are read and written of the one object that
 * it was opened for.
 */
final class SysfsFolder implements AutoCloseable {
  /** What an attribute can show at most: a page. */
  private static final int LONGEST = 4096;

  private final Path path;
  private final Fd folder;

  private SysfsFolder(Path path, Fd folder) {
    this.path = path;
    this.folder = folder;
  }

  /**
   * Opens a folder.
   *
   * @throws DaxException with ENXIO if there is none
   */
  static SysfsFolder open(Path path) throws DaxException {
    try {
      return new SysfsFolder(path, Fd.openFolder(path));
    } catch (SystemCallException e) {
      throw refused("open " + path, e);
    }
  }

  /** {@return the number of the folder's inode, which no other object of this kernel ever gets} */
  long inode() throws DaxException {
    try {
      return folder.status().id().inode();
    } catch (SystemCallException e) {
      throw refused("look at " + path, e);
    }
  }

  /**
   * {@return the number of the inode of a folder, as {@link #inode}, without opening it}
   *
   * @throws DaxException with ENXIO if there is none
   */
  static long inodeOf(Path path) throws DaxException {
    String attempt = "look at " + path;
    try {
      return (long) Files.getAttribute(path, "unix:ino");
    } catch (NoSuchFileException e) {
      throw gone(attempt, e);
    } catch (IOException e) {
      throw DaxException.of(Errno.EIO, attempt, e.toString(), "see what is mounted on /sys", e);
    }
  }

  /**
   * {@return the text of an attribute, without the white space around it}
   *
   * @throws DaxException with ENXIO if the object or the attribute is gone, with EACCES if only root may read it, with
   *     EIO if it is longer than an attribute can be
   */
  String read(String attribute) throws DaxException {
    String attempt = "read " + attribute + " of " + name();
    try (Fd file = folder.openIn(attribute, false)) {
      byte[] text = file.read(0, LONGEST + 1);
      if (text.length > LONGEST) {
        throw DaxException.of(Errno.EIO, attempt, "it is longer than a page", "see what is mounted on /sys");
      }
      return new String(text, StandardCharsets.UTF_8).strip();
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  /** {@return the text of an attribute, or empty if there is none, or it may not be read} */
  Optional<String> find(String attribute) throws DaxException {
    try {
      return Optional.of(read(attribute));
    } catch (DaxException e) {
      return switch (e.errno()) {
        case ENXIO, EACCES, EPERM -> Optional.empty();
        default -> throw e;
      };
    }
  }

  /**
   * {@return the number that an attribute shows, in decimal, or in hexadecimal after 0x; it is not negative}
   *
   * @throws DaxException as {@link #read}; and with EIO if it shows anything else, or a number of 2^63 or more
   */
  long number(String attribute) throws DaxException {
    return parse(attribute, read(attribute));
  }

  /** {@return the number that an attribute shows, or empty if there is none, or it may not be read} */
  OptionalLong findNumber(String attribute) throws DaxException {
    Optional<String> text = find(attribute);
    return text.isPresent() ? OptionalLong.of(parse(attribute, text.get())) : OptionalLong.empty();
  }

  private long parse(String attribute, String text) throws DaxException {
    boolean hexadecimal = text.startsWith("0x");
    String digits = hexadecimal ? text.substring(2) : text;
    boolean number = digits.matches(hexadecimal ? "[0-9a-fA-F]+" : "[0-9]+");
    try {
      if (number) {
        return Long.parseLong(digits, hexadecimal ? 16 : 10);
      }
    } catch (NumberFormatException e) {
      // it has too many digits
    }
    String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    throw DaxException.of(Errno.EIO, "read " + attribute + " of " + name(),
        "\"" + shown + "\" is " + (number ? "larger than any such number can be" : "not a number"),
        "see what is mounted on /sys");
  }

  /**
   * Writes a text to an attribute, with a newline after it.
   *
   * @param allowed what may be written, for the sentence of a refusal
   * @throws DaxException as the kernel refuses
   */
  void write(String attribute, String text, String allowed) throws DaxException {
    String attempt = "write " + text + " to " + attribute + " of " + name();
    try (Fd file = folder.openIn(attribute, true)) {
      file.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (SystemCallException e) {
      Errno errno = Errno.of(e.errno());
      throw errno == Errno.EACCES || errno == Errno.EPERM
          ? mayNotWrite(errno, attempt, e)
          : DaxException.of(errno, attempt, "the kernel refused: " + errno.text(), allowed, e);
    }
  }

  private static DaxException mayNotWrite(Errno errno, String attempt, SystemCallException e) {
    return DaxException.of(errno, attempt, "you may not write it", "do it as root", e);
  }

  /** {@return whether there is an attribute, folder or link of that name now} */
  boolean has(String name) {
    return Files.exists(inside(name), LinkOption.NOFOLLOW_LINKS);
  }

  /** {@return the last name of what a link leads to, or empty if there is no such link} */
  Optional<String> link(String name) {
    try {
      return Optional.of(Files.readSymbolicLink(inside(name)).getFileName().toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return a number that a link has until it is removed, and no link after it; empty if there is no such link} */
  Optional<Object> linkIdentity(String name) {
    try {
      return Optional.of(Files.getAttribute(inside(name), "unix:ino", LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return the names in the folder, sorted; none if the object is gone} */
  TreeSet<String> names() {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(inside(""))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException | DirectoryIteratorException e) {
      names.clear();
    }
    return names;
  }

  /** The same folder as the descriptor, whatever its path has come to mean. */
  private Path inside(String name) {
    return Path.of("/proc/self/fd/" + folder.number()).resolve(name);
  }

  /** {@return an attribute opened, for writing or only for reading, to be locked} */
  Fd openForLock(String attribute, boolean writable) throws DaxException {
    try {
      return folder.openIn(attribute, writable);
    } catch (SystemCallException e) {
      String attempt = (writable ? "write " : "read ") + attribute + " of " + name();
      Errno errno = Errno.of(e.errno());
      throw writable && (errno == Errno.EACCES || errno == Errno.EPERM)
          ? mayNotWrite(errno, attempt, e)
          : refused(attempt, e);
    }
  }

  private String name() {
    return path.endsWith("dax_region") ? "the region at " + path.getParent() : path.getFileName().toString();
  }

  private static DaxException refused(String attempt, SystemCallException e) {
    Errno errno = Errno.of(e.errno());
    return switch (errno) {
      case ENOENT, ENODEV, ENOTDIR -> gone(attempt, e);
      case EACCES, EPERM -> DaxException.of(Errno.EACCES, attempt, "unknown (needs root)", "ask as root", e);
      default -> DaxException.of(errno, attempt, "the kernel refused: " + errno.text(), "look at the kernel's log", e);
    };
  }

  private static DaxException gone(String attempt, Exception e) {
    return DaxException.of(Errno.ENXIO, attempt, "the kernel has no such thing, or no more",
        "list the devices there are", e);
  }

  @Override
  public void close() {
    folder.close();
  }
}
