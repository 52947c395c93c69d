// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The functions of {@link AArch64Code} in an emulated process: what they store, and what becomes of faults.
 *
 * <p>The program works on two pages at x19 and copies from one at x20; behind both there is nothing. It exits with the
 * number of the first step that went wrong, in x28, or with 0 from the handler that the last fault is handed on to.
 * That lines are written back cannot be seen: QEMU has no cache, and lets DC pass on memory that is not there. Nor does
 * QEMU 7.2 know DC CVAP in a process; all but that instruction is the same with DC CVAC.
 */
class TheCodeOfAArch64DoesAsItSays {
  private static final String PROGRAM = """
      .macro pages count                // maps them, and one more that is taken away again; leaves the address in x0
        mov x0, 0
        mov x1, (\\count + 1) * 4096
        mov x2, 3                       // PROT_READ | PROT_WRITE
        mov x3, 0x22                    // MAP_PRIVATE | MAP_ANONYMOUS
        mov x4, -1
        mov x5, 0
        mov x8, 222                     // mmap
        svc 0
        mov x21, x0
        add x0, x21, \\count * 4096
        mov x1, 4096
        mov x8, 215                     // munmap
        svc 0
        mov x0, x21
      .endm
      .macro step function, to, from, length, last, expected
        add x28, x28, 1
        mov x0, \\to
        mov x1, \\from
        mov x2, \\length
        mov x3, \\last
        ldr x16, =\\function
        blr x16
        mov x1, \\expected
        cmp x0, x1
        b.ne wrong
      .endm

      // Every start in a line, x22, and every length up to three, x23, by the function at x24; x25 is 0 to copy.
      .macro everywhere function, isFill
        ldr x24, =\\function
        mov x25, \\isFill
        add x28, x28, 1
        bl tryAll
      .endm

      _start:
        mov x28, 0
        pages 2
        mov x19, x0
        pages 1
        mov x20, x0
        mov x1, 0
      1:                                // the source: each byte another than its neighbours
        mul w2, w1, w1
        add w2, w2, w1, lsl 3
        strb w2, [x20, x1]
        add x1, x1, 1
        cmp x1, 4096
        b.lo 1b

        everywhere copy, 0              // 1
        everywhere fill, 1
        everywhere copyNonTemporal, 0
        everywhere fillNonTemporal, 1
        step drain, 0, 0, 0, 0, 0       // 5
        add x26, x19, 8192
        step writeBack, x19, x26, 1, 0, 0

        mov x0, 11                      // SIGSEGV
        ldr x1, =action
        mov x2, 0
        mov x3, 8
        mov x8, 134                     // rt_sigaction
        svc 0
        ldr x1, =nextOnSegv
        ldr x2, =handedOn
        str x2, [x1]

        sub x27, x26, 96                // 96 bytes before the end of what is there
        step copy, x27, x20, 200, 0, x26   // 7
        step copyNonTemporal, x27, x20, 200, 1, x26
        step fill, x27, 200, 7, 0, x26
        step fillNonTemporal, x27, 200, 7, 1, x26
        add x26, x20, 4096
        sub x27, x26, 96
        step copy, x19, x27, 200, 0, x26   // 11: the source
        step copyNonTemporal, x19, x27, 200, 1, x26
        ldrb w0, [x19, 95]              // up to there it was copied
        ldrb w1, [x26, -1]
        add x28, x28, 1
        cmp w0, w1
        b.ne wrong
        mov x26, 0x1000
        step fill, x26, 200, 7, 0, x26     // 14: where nothing ever was
        add x28, x28, 1
        ldr x0, [x26]                   // not in the functions: handed on
        b wrong

      tryAll:
        mov x17, x30
        mov x22, 0
      1:
        mov x23, 1
      2:
        mov x1, 0                       // 512 bytes of 0x11
        mov w2, 0x11
      3:
        strb w2, [x19, x1]
        add x1, x1, 1
        cmp x1, 512
        b.lo 3b
        add x0, x19, x22
        add x1, x20, 1
        mov x2, x23
        cbz x25, 4f
        mov x1, x23
        mov x2, 0x1ab                   // of which the lowest byte counts
      4:
        mov x3, 1
        mov x18, x17
        blr x24
        mov x17, x18
        cbnz x0, wrong
        mov x1, 0
      5:
        ldrb w2, [x19, x1]
        sub x4, x1, x22                 // how far behind the start
        mov w3, 0x11
        cmp x4, x23
        b.hs 6f                         // before it, or behind the end
        mov w3, 0xab
        cbnz x25, 6f
        add x4, x4, 1
        ldrb w3, [x20, x4]
      6:
        cmp w2, w3
        b.ne wrong
        add x1, x1, 1
        cmp x1, 512
        b.lo 5b
        add x23, x23, 1
        cmp x23, 192
        b.ls 2b
        add x22, x22, 1
        cmp x22, 64
        b.ls 1b
        mov x30, x17
        ret

      handedOn:
        cmp x0, 11                      // with its arguments
        b.ne wrong
        ldr x1, [x1, 16]
        cmp x1, x26
        b.ne wrong
        mov x28, 0
      wrong:
        mov x0, x28
        mov x8, 93                      // exit
        svc 0

      .data
      action:
        .quad onSegv, 4, 0, 0           // SA_SIGINFO
      """;

  @TempDir
  private Path folder;

  @Test
  void itStoresWhatItIsToldAndComesBackFromFaults() throws Exception {
    assumeTrue(CodeOfAArch64.canBeRun(), "needs qemu-user and binutils-aarch64-linux-gnu");
    assertThat(CodeOfAArch64.run(folder, PROGRAM)).as("the step that went wrong").isZero();
  }

  @Test
  void aProgramThatExpectsSomethingElseFails() throws Exception {
    assumeTrue(CodeOfAArch64.canBeRun(), "needs qemu-user and binutils-aarch64-linux-gnu");
    assertThat(CodeOfAArch64.run(folder, PROGRAM.replace("mov w3, 0xab", "mov w3, 0xac"))).isEqualTo(2);
    assertThat(CodeOfAArch64.run(folder, PROGRAM.replace("step fill, x27, 200", "step fill, x27, 90")))
        .isEqualTo(9);
  }
}
