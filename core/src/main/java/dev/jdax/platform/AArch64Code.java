// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * {@link MachineCode} for AArch64: arguments arrive in x0 to x3, results leave in x0. A line is taken for 64 bytes,
 * which writes longer ones back more than once; no CPU with DC CVAP has shorter ones.
 */
final class AArch64Code {
  static final String LISTING = """
      # Whom a signal is handed on to; 0 where no handler of ours is installed.
      nextOnBus:
      00 00 00 00 00 00 00 00 | .quad 0
      nextOnSegv:
      00 00 00 00 00 00 00 00 | .quad 0

      # writeBack(from, to, drain): writes back the lines from `from`, where one begins, up to `to`. Here and below x13
      # is where a function returns to, and where it fails to.
      writeBack:
      ed 03 1e aa | mov x13, x30
      lines:
      {line}
      00 00 01 91 | add x0, x0, 64
      1f 00 01 eb | cmp x0, x1
      a3 ff ff 54 | b.lo lines
      42 00 00 b4 | cbz x2, 1f
      9f 3f 03 d5 | dsb sy
      1:
      00 00 80 d2 | mov x0, 0
      a0 01 5f d6 | ret x13

      # drain(): waits until what was written back has left the CPU.
      drain:
      9f 3f 03 d5 | dsb sy
      00 00 80 d2 | mov x0, 0
      c0 03 5f d6 | ret

      # copy(to, from, length), with ordinary stores.
      copy:
      ed 03 1e aa | mov x13, x30
      14 00 00 94 | bl copyBytes
      00 00 80 d2 | mov x0, 0
      a0 01 5f d6 | ret x13

      # fill(to, length, byte), with ordinary stores.
      fill:
      ed 03 1e aa | mov x13, x30
      1d 00 00 94 | bl fillBytes
      00 00 80 d2 | mov x0, 0
      a0 01 5f d6 | ret x13

      # copyNonTemporal(to, from, length, drain): stored, and then written back, since all that AArch64 has for stores
      # past the cache is a hint.
      copyNonTemporal:
      0b e4 7a 92 | and x11, x0, -64
      0c 00 02 8b | add x12, x0, x2
      ed 03 1e aa | mov x13, x30
      0a 00 00 94 | bl copyBytes
      05 00 00 14 | b written

      # fillNonTemporal(to, length, byte, drain), in the same way.
      fillNonTemporal:
      0b e4 7a 92 | and x11, x0, -64
      0c 00 01 8b | add x12, x0, x1
      ed 03 1e aa | mov x13, x30
      12 00 00 94 | bl fillBytes
      written:
      e0 03 0b aa | mov x0, x11
      e1 03 0c aa | mov x1, x12
      e2 03 03 aa | mov x2, x3
      e1 ff ff 17 | b lines

      copyBytes:
      42 40 00 f1 | subs x2, x2, 16
      a3 00 00 54 | b.lo 2f
      1:
      29 28 c1 a8 | ldp x9, x10, [x1], 16
      09 28 81 a8 | stp x9, x10, [x0], 16
      42 40 00 f1 | subs x2, x2, 16
      a2 ff ff 54 | b.hs 1b
      2:
      42 40 00 b1 | adds x2, x2, 16
      a0 00 00 54 | b.eq 4f
      3:
      29 14 40 38 | ldrb w9, [x1], 1
      09 14 00 38 | strb w9, [x0], 1
      42 04 00 f1 | subs x2, x2, 1
      a1 ff ff 54 | b.ne 3b
      4:
      c0 03 5f d6 | ret

      fillBytes:
      49 1c 40 92 | and x9, x2, 255
      ea c3 00 b2 | mov x10, 0x0101010101010101
      29 7d 0a 9b | mul x9, x9, x10
      21 40 00 f1 | subs x1, x1, 16
      83 00 00 54 | b.lo 2f
      1:
      09 24 81 a8 | stp x9, x9, [x0], 16
      21 40 00 f1 | subs x1, x1, 16
      c2 ff ff 54 | b.hs 1b
      2:
      21 40 00 b1 | adds x1, x1, 16
      80 00 00 54 | b.eq 4f
      3:
      09 14 00 38 | strb w9, [x0], 1
      21 04 00 f1 | subs x1, x1, 1
      c1 ff ff 54 | b.ne 3b
      4:
      c0 03 5f d6 | ret
      end:

      # Where a function goes on after a fault: x0 is the address that could not be touched, and -1 if none is known.
      failed:
      40 00 00 b5 | cbnz x0, 1f
      00 00 80 92 | mov x0, -1
      1:
      a0 01 5f d6 | ret x13

      # The handlers, as sigaction(2) calls them: x1 is a siginfo_t, x2 a ucontext_t. A fault (si_code > 0) inside of
      # the functions is resumed at `failed`, with x0 = si_addr; anything else is handed on, arguments and stack as
      # they came.
      onBus:
      a9 f7 ff 58 | ldr x9, nextOnBus
      02 00 00 14 | b 1f
      onSegv:
      a9 f7 ff 58 | ldr x9, nextOnSegv
      1:
      2a 08 40 b9 | ldr w10, [x1, 8]              // si_code
      5f 01 00 71 | cmp w10, 0
      6d 01 00 54 | b.le 2f
      4a dc 40 f9 | ldr x10, [x2, 440]            // uc_mcontext.pc
      4b f7 ff 10 | adr x11, writeBack
      4a 01 0b cb | sub x10, x10, x11
      5f c1 03 f1 | cmp x10, end - writeBack
      c2 00 00 54 | b.hs 2f
      2a 08 40 f9 | ldr x10, [x1, 16]             // si_addr
      4a 5c 00 f9 | str x10, [x2, 184]            // uc_mcontext.regs[0]
      0b fe ff 10 | adr x11, failed
      4b dc 00 f9 | str x11, [x2, 440]
      c0 03 5f d6 | ret
      2:
      20 01 1f d6 | br x9
      """;

  private AArch64Code() {
  }
}
