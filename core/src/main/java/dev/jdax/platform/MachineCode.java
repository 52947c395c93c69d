// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The few functions that Java has no instructions for, as machine code.
 *
 * <p>Their listings, {@link X86Code} and {@link AArch64Code}, have the bytes beside the assembly; a test has the
 * assemblers say the same. Only registers that a call may spoil are used. Each function gives 0, or the address that it
 * could not touch.
 */
final class MachineCode {
  private final byte[] bytes;
  private final Map<String, Integer> labels;

  private MachineCode(byte[] bytes, Map<String, Integer> labels) {
    this.bytes = bytes;
    this.labels = labels;
  }

  /** {@return the listing with an instruction in its places: labels, rows of bytes and assembly, comments} */
  static String listing(FlushInstruction instruction) {
    return instruction.architecture().listing().replace("{line}", instruction.atLine())
        .replace("{line before}", instruction.behindLine());
  }

  /** {@return the functions, with the instruction that this CPU has} */
  static MachineCode of(FlushInstruction instruction) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Map<String, Integer> labels = new HashMap<>();
    for (String line : listing(instruction).lines().map(String::strip).toList()) {
      int bar = line.indexOf('|');
      if (line.endsWith(":")) {
        labels.put(line.substring(0, line.length() - 1), bytes.size());
      } else if (bar > 0) {
        bytes.writeBytes(HexFormat.ofDelimiter(" ").parseHex(line.substring(0, bar).strip()));
      }
    }
    return new MachineCode(bytes.toByteArray(), labels);
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /** {@return where a label is, in bytes from the start} */
  int offset(String label) {
    return labels.get(label);
  }
}
