// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An instruction that writes a line of the CPU's cache back to memory, in order of preference.
 *
 * <p>Each has its forms as rows of {@link MachineCode}'s listing, of the same lengths on one architecture, so that all
 * else stays where it is whichever is taken.
 */
enum FlushInstruction {
  /** Writes the line back and lets the cache keep it. */
  CLWB(Architecture.X86_64, "clwb", "66 0f ae 37 | clwb [rdi]", "66 0f ae 77 ff | clwb [rdi - 1]"),
  /** Writes the line back and drops it. */
  CLFLUSHOPT(Architecture.X86_64, "clflushopt", "66 0f ae 3f | clflushopt [rdi]",
      "66 0f ae 7f ff | clflushopt [rdi - 1]"),
  /** The same, one line after the other; every CPU of x86-64 has it. */
  CLFLUSH(Architecture.X86_64, "clflush", "0f ae 3f 90 | clflush [rdi]; nop",
      "0f ae 7f ff 90 | clflush [rdi - 1]; nop"),
  /** Cleans the line to the point of persistence. */
  DC_CVAP(Architecture.AARCH64, "dcpop", "20 7c 0b d5 | dc cvap, x0", ""),
  /** Cleans it to the point of coherency, which is as far as older CPUs can, and Linux does there; every CPU has it. */
  DC_CVAC(Architecture.AARCH64, "", "20 7a 0b d5 | dc cvac, x0", "");

  private final Architecture architecture;
  private final String flag;
  private final String atLine;
  private final String behindLine;

  FlushInstruction(Architecture architecture, String flag, String atLine, String behindLine) {
    this.architecture = architecture;
    this.flag = flag;
    this.atLine = atLine;
    this.behindLine = behindLine;
  }

  Architecture architecture() {
    return architecture;
  }

  /** {@return the row that writes back the line of the byte at the first argument} */
  String atLine() {
    return atLine;
  }

  /** {@return the row that writes back the line of the byte before the first argument, where the listing wants one} */
  String behindLine() {
    return behindLine;
  }

  /** {@return the first that this CPU has; where the kernel does not tell, the one that every CPU has} */
  static FlushInstruction ofThisCpu() {
    return of(Architecture.ofThisMachine(), Path.of("/proc/cpuinfo"));
  }

  static FlushInstruction of(Architecture architecture, Path cpuinfo) {
    Set<String> flags = flags(cpuinfo, architecture.flagsInCpuinfo());
    List<FlushInstruction> all = Stream.of(values()).filter(each -> each.architecture == architecture).toList();
    return all.stream().filter(each -> flags.contains(each.flag)).findFirst().orElse(all.getLast());
  }

  /**
   * Those of the first CPU; not more is read, since the kernel makes up the text as it is read. No interrupt closes a
   * {@link FileReader}.
   */
  private static Set<String> flags(Path cpuinfo, String key) {
    try (BufferedReader lines = new BufferedReader(new FileReader(cpuinfo.toFile(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(key)) {
          return Set.copyOf(List.of(line.substring(line.indexOf(':') + 1).strip().split(" +")));
        }
      }
    } catch (IOException e) {
      // told as no flags
    }
    return Set.of();
  }

  /** The name as in the assembler. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
