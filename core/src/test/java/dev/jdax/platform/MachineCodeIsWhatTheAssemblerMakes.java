// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The listing of {@link MachineCode}: its assembly goes through the assembler, and its numbers through the headers. */
class MachineCodeIsWhatTheAssemblerMakes {
  @TempDir
  private Path folder;

  @BeforeAll
  static void theAssemblerIsThere() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")) && Files.isExecutable(Path.of("/usr/bin/objcopy")),
        "needs gcc and binutils");
    assumeTrue(CodeOfAArch64.canBeMade(), "needs the assembler of binutils-aarch64-linux-gnu");
  }

  @ParameterizedTest
  @EnumSource(FlushInstruction.class)
  void byteForByte(FlushInstruction instruction) throws Exception {
    boolean x86 = instruction.architecture() == Architecture.X86_64;
    List<String> source = new ArrayList<>(List.of(x86 ? ".intel_syntax noprefix" : ".arch armv8.2-a"));
    MachineCode.listing(instruction).lines().map(String::strip)
        .forEach(line -> source.add(line.substring(line.indexOf('|') + 1)));
    Path assembly = folder.resolve("code.s");
    Path object = folder.resolve("code.o");
    Path bytes = folder.resolve("code.bin");
    Files.write(assembly, source);
    String prefix = x86 ? "" : CodeOfAArch64.PREFIX;
    run(prefix + "as", "-o", object.toString(), assembly.toString());
    run(prefix + "objcopy", "-O", "binary", "-j", ".text", object.toString(), bytes.toString());
    assertThat(rows(MachineCode.of(instruction).bytes())).isEqualTo(rows(Files.readAllBytes(bytes)));
  }

  /** In rows, so that a difference is seen where it is. */
  private static List<String> rows(byte[] bytes) {
    List<String> rows = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += 16) {
      rows.add("%03x: %s".formatted(at,
          HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(at + 16, bytes.length))));
    }
    return rows;
  }

  @Test
  void allInstructionsLeaveTheRestInItsPlace() {
    for (FlushInstruction instruction : FlushInstruction.values()) {
      MachineCode first = MachineCode.of(
          instruction.architecture() == Architecture.X86_64 ? FlushInstruction.CLWB : FlushInstruction.DC_CVAP);
      MachineCode code = MachineCode.of(instruction);
      assertThat(code.bytes()).hasSameSizeAs(first.bytes());
      for (String label : List.of("writeBack", "drain", "copy", "fill", "copyNonTemporal", "fillNonTemporal", "end",
          "failed", "onBus", "onSegv")) {
        assertThat(code.offset(label)).as(label).isEqualTo(first.offset(label));
      }
    }
  }

  @Test
  void whatAHandlerReadsStandsWhereTheHeadersHaveIt() throws Exception {
    Path source = folder.resolve("context.c");
    Path program = folder.resolve("context");
    Files.writeString(source, """
        #define _GNU_SOURCE
        #include <signal.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <ucontext.h>
        int main(void) {
          printf("si_code %zu si_addr %zu rax %zu rip %zu", offsetof(siginfo_t, si_code), offsetof(siginfo_t, si_addr),
              offsetof(ucontext_t, uc_mcontext.gregs[REG_RAX]), offsetof(ucontext_t, uc_mcontext.gregs[REG_RIP]));
        }
        """);
    run("gcc", "-o", program.toString(), source.toString());
    assertThat(run(program.toString())).isEqualTo("si_code 8 si_addr 16 rax 144 rip 168");
    assertThat(MachineCode.listing(FlushInstruction.CLWB)).contains("[rsi + 8], 0", "rax, [rsi + 16]", "[rdx + 144]",
        "[rdx + 168]");
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
