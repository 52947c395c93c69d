// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A mapping of this process as {@code /proc/self/smaps} shows it (proc_pid_smaps(5)).
 *
 * @param start its first address
 * @param end the address after its last
 * @param fileOffset which byte of its file its first address shows
 * @param inode the inode of the mapped file, 0 if there is none
 * @param path what {@code /proc} shows as its file, or an empty text
 * @param kernelPageSize {@code KernelPageSize} in bytes: the size of a page, and of a fault; 0 where only
 *     {@code /proc/self/maps} was read
 * @param flags {@code VmFlags}, two letters each, {@code dc} for a mapping that a child does not get; empty where only
 *     {@code /proc/self/maps} was read
 */
public record Vma(long start, long end, long fileOffset, long inode, String path, long kernelPageSize,
    Set<String> flags) {
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final Path SMAPS = Path.of("/proc/self/smaps");

  static List<Vma> maps() throws IOException {
    return parse(WholeFile.lines(MAPS, StandardCharsets.ISO_8859_1)); // a path may be in any encoding
  }

  static List<Vma> smaps() throws IOException {
    return parse(WholeFile.lines(SMAPS, StandardCharsets.ISO_8859_1));
  }

  /**
   * Parses either file: a header line for each mapping, and in smaps lines of the form {@code Name: value} after it.
   */
  static List<Vma> parse(List<String> lines) {
    List<Vma> mappings = new ArrayList<>();
    Vma current = null;
    for (String line : lines) {
      if (line.startsWith("KernelPageSize:")) {
        long kib = Long.parseLong(line.replaceAll("\\D", ""));
        current = new Vma(current.start, current.end, current.fileOffset, current.inode, current.path, kib << 10,
            current.flags);
      } else if (line.startsWith("VmFlags:")) {
        List<String> words = List.of(line.substring("VmFlags:".length()).strip().split(" "));
        Set<String> flags = Collections.unmodifiableSet(new LinkedHashSet<>(words));
        current = new Vma(current.start, current.end, current.fileOffset, current.inode, current.path,
            current.kernelPageSize, flags);
      } else if (!Character.isUpperCase(line.charAt(0))) {
        if (current != null) {
          mappings.add(current);
        }
        current = header(line);
      }
    }
    if (current != null) {
      mappings.add(current);
    }
    return mappings;
  }

  /** {@code start-end permissions offset device inode path}, where the path may be missing and may hold spaces. */
  private static Vma header(String line) {
    String[] fields = line.split(" +", 6);
    int dash = fields[0].indexOf('-');
    long start = Long.parseUnsignedLong(fields[0].substring(0, dash), 16);
    long end = Long.parseUnsignedLong(fields[0].substring(dash + 1), 16);
    long fileOffset = Long.parseUnsignedLong(fields[2], 16);
    return new Vma(start, end, fileOffset, Long.parseLong(fields[4]), fields.length == 6 ? fields[5] : "", 0, Set.of());
  }

  boolean overlaps(long from, long to) {
    return Long.compareUnsigned(start, to) < 0 && Long.compareUnsigned(from, end) < 0;
  }

  /** {@return the part of it that lies between two addresses, which it overlaps} */
  Vma within(long from, long to) {
    long first = Math.max(start, from);
    return new Vma(first, Math.min(end, to), fileOffset + (first - start), inode, path, kernelPageSize, flags);
  }
}
