// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An instruction that writes a line of the CPU's cache back to memory, in order of preference.
 *
 * <p>Each has its two forms as rows of {@link MachineCode}'s listing, of the same lengths, so that all else stays where
 * it is whichever is taken.
 */
enum FlushInstruction {
  /** Writes the line back and lets the cache keep it. */
  CLWB("66 0f ae 37 | clwb [rdi]", "66 0f ae 77 ff | clwb [rdi - 1]"),
  /** Writes the line back and drops it. */
  CLFLUSHOPT("66 0f ae 3f | clflushopt [rdi]", "66 0f ae 7f ff | clflushopt [rdi - 1]"),
  /** The same, one line after the other; every CPU of x86-64 has it. */
  CLFLUSH("0f ae 3f 90 | clflush [rdi]; nop", "0f ae 7f ff 90 | clflush [rdi - 1]; nop");

  /** The size of a line, in bytes, on every CPU of x86-64 so far. */
  static final long LINE = 64;

  private final String atRdi;
  private final String beforeRdi;

  FlushInstruction(String atRdi, String beforeRdi) {
    this.atRdi = atRdi;
    this.beforeRdi = beforeRdi;
  }

  /** {@return the row that writes back the line of the byte at rdi} */
  String atRdi() {
    return atRdi;
  }

  /** {@return the row that writes back the line of the byte before rdi} */
  String beforeRdi() {
    return beforeRdi;
  }

  /** {@return the first that this CPU has; where the kernel does not tell, the one that every CPU has} */
  static FlushInstruction ofThisCpu() {
    return of(Path.of("/proc/cpuinfo"));
  }

  static FlushInstruction of(Path cpuinfo) {
    Set<String> flags = flags(cpuinfo);
    for (FlushInstruction instruction : values()) {
      if (flags.contains(instruction.toString())) {
        return instruction;
      }
    }
    return CLFLUSH;
  }

  /** Those of the first CPU; not more is read, since the kernel makes up the text as it is read. */
  private static Set<String> flags(Path cpuinfo) {
    try (BufferedReader lines = Files.newBufferedReader(cpuinfo)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("flags")) {
          return Set.copyOf(List.of(line.substring(line.indexOf(':') + 1).strip().split(" +")));
        }
      }
    } catch (IOException e) {
      // told as no flags
    }
    return Set.of();
  }

  /** The name as in the assembler, and in {@code /proc/cpuinfo}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
