// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What {@code /proc} and {@code /sys} say of a machine.
 *
 * @param root where they are: {@code /}, or a tree that a test has made
 */
public record Machine(Path root) {
  /** The machine that this process runs on. */
  public static final Machine THIS = new Machine(Path.of("/"));

  /**
   * {@return the text of a file without the white space around it, or empty if it cannot be read}
   *
   * <p>Names in it are what others have given, in any encoding. Bytes that are not UTF-8 are replaced, and keep nobody
   * from the lines around them.
   *
   * @param path the path of the file, relative to the root of the machine
   */
  public Optional<String> read(String path) {
    return read(Path.of(path));
  }

  private Optional<String> read(Path path) {
    try {
      return Optional.of(WholeFile.text(root.resolve(path), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * {@return the lines of a file, none if it cannot be read}
   *
   * @param path the path of the file, relative to the root of the machine
   */
  public List<String> lines(String path) {
    return lines(Path.of(path));
  }

  /**
   * {@return the lines of a file, none if it cannot be read}
   *
   * @param path the path of the file, relative to the root of the machine
   */
  public List<String> lines(Path path) {
    return read(path).map(text -> text.lines().toList()).orElse(List.of());
  }

  /**
   * {@return the lines of a table with paths in it, with a character from 0 to 255 for each byte, as {@link ProcPath} has
   * them; none if it cannot be read}
   *
   * @param path the path of the table, relative to the root of the machine
   */
  public List<String> linesWithPaths(String path) {
    String text = bytes(path);
    return text.isEmpty() ? List.of() : List.of(text.split("\n"));
  }

  /**
   * {@return the path that is all of a file, but for the line feed after it; "" if the file cannot be read}
   *
   * @param path the path of the file, relative to the root of the machine
   */
  public ProcPath path(String path) {
    return new ProcPath(bytes(path).replaceFirst("\n\\z", ""));
  }

  private String bytes(String path) {
    try {
      return WholeFile.text(root.resolve(path), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** {@return the mounted file systems that this process sees} */
  public List<Mount> mounts() {
    return Mount.of(linesWithPaths("proc/self/mountinfo"));
  }

  /**
   * {@return a mount of the file system that a file is on, or empty if none is shown}
   *
   * @param file the file
   */
  public Optional<Mount> mountOf(FileId file) {
    return mounts().stream().filter(mount -> mount.has(file)).findFirst();
  }

  /**
   * {@return the number that is all of a file, or empty if the file cannot be read or holds no number}
   *
   * @param path the path of the file, relative to the root of the machine
   */
  public Optional<Long> number(String path) {
    return number(Path.of(path));
  }

  /**
   * {@return the number that is all of a file, or empty if the file cannot be read or holds no number}
   *
   * @param path the path of the file, relative to the root of the machine
   */
  public Optional<Long> number(Path path) {
    return read(path).filter(text -> text.matches("\\d{1,18}")).map(Long::valueOf);
  }

  /**
   * {@return an amount of {@code /proc/meminfo} in bytes, or empty if it is not there}
   *
   * @param name the name of the amount, such as {@code MemTotal}
   */
  public Optional<Long> meminfo(String name) {
    return amount("proc/meminfo", name);
  }

  /**
   * {@return an amount of a NUMA node's own meminfo in bytes, or empty if it is not there}
   *
   * @param node the number of the NUMA node
   * @param name the name of the amount, such as {@code MemTotal}
   */
  public Optional<Long> meminfo(int node, String name) {
    return amount("sys/devices/system/node/node" + node + "/meminfo", "Node " + node + " " + name);
  }

  private Optional<Long> amount(String file, String name) {
    return lines(file).stream().filter(line -> line.startsWith(name + ":"))
        .map(line -> Long.parseLong(line.substring(name.length()).replaceAll("\\D", "")) << 10).findFirst();
  }

  /**
   * {@return the names in a folder, sorted; none if there is no such folder}
   *
   * @param folder the path of the folder, relative to the root of the machine
   */
  public List<String> names(String folder) {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    return List.copyOf(names);
  }

  /**
   * {@return whether the NUMA node is there and has memory; a machine that does not say has node 0}
   *
   * @param node the number of the NUMA node
   */
  public boolean hasMemoryNode(int node) {
    return inList(memoryNodes(), node);
  }

  /** {@return the nodes that have memory, as sysfs lists them, such as {@code 0-1,3}} */
  public String memoryNodes() {
    return read("sys/devices/system/node/has_memory").filter(list -> !list.isEmpty()).orElse("0");
  }

  /** {@return the nodes that this process may have memory of, as its cpuset says; those with memory if it does not} */
  public String allowedNodes() {
    return lines("proc/self/status").stream().filter(line -> line.startsWith("Mems_allowed_list:"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip()).filter(list -> !list.isEmpty()).findFirst()
        .orElseGet(this::memoryNodes);
  }

  /**
   * {@return whether this process may have memory of a NUMA node}
   *
   * @param node the number of the NUMA node
   */
  public boolean mayUseNode(int node) {
    return inList(allowedNodes(), node);
  }

  private static boolean inList(String list, int number) {
    for (String part : list.split(",")) {
      String[] ends = part.strip().split("-");
      if (Integer.parseInt(ends[0]) <= number && number <= Integer.parseInt(ends[ends.length - 1])) {
        return true;
      }
    }
    return false;
  }
}
