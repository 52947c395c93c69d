// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of the {@link AArch64Code}'s bytes and of what calls them, made here and run by qemu-aarch64. */
final class CodeOfAArch64 {
  /** What the names of its assembler and linker begin with. */
  static final String PREFIX = "aarch64-linux-gnu-";

  private static final Path BIN = Path.of("/usr/bin");

  private CodeOfAArch64() {
  }

  static boolean canBeMade() {
    return Files.isExecutable(BIN.resolve(PREFIX + "as")) && Files.isExecutable(BIN.resolve(PREFIX + "ld"));
  }

  static boolean canBeRun() {
    return canBeMade() && Files.isExecutable(BIN.resolve("qemu-aarch64"));
  }

  /**
   * Runs a program.
   *
   * @param folder where it is made
   * @param callers the assembly that calls the code's labels, from {@code _start} on
   * @return its exit status
   */
  static int run(Path folder, String callers) throws Exception {
    MachineCode code = MachineCode.of(FlushInstruction.DC_CVAC);
    Path bytes = Files.write(folder.resolve("code.bin"), code.bytes());
    List<String> source = new ArrayList<>(List.of(".section .code, \"awx\"", "code:", ".incbin \"" + bytes + "\""));
    for (String label : List.of("nextOnBus", "nextOnSegv", "writeBack", "drain", "copy", "fill", "copyNonTemporal",
        "fillNonTemporal", "onBus", "onSegv")) {
      source.add(".set " + label + ", code + " + code.offset(label));
    }
    source.addAll(List.of(".text", ".globl _start", callers));
    Path assembly = Files.write(folder.resolve("program.s"), source);
    Path object = folder.resolve("program.o");
    Path program = folder.resolve("program");
    succeed(PREFIX + "as", "-o", object.toString(), assembly.toString());
    succeed(PREFIX + "ld", "-o", program.toString(), object.toString());
    return new ProcessBuilder("qemu-aarch64", "-cpu", "max", program.toString()).inheritIO().start().waitFor();
  }

  private static void succeed(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
