// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * {@link MachineCode} for x86-64: arguments arrive in rdi, rsi, rdx and rcx, results leave in rax. The stores past the
 * cache are SSE2's, which every CPU of x86-64 has.
 */
final class X86Code {
  static final String LISTING = """
      # Whom a signal is handed on to; 0 where no handler of ours is installed.
      nextOnBus:
      00 00 00 00 00 00 00 00       | .quad 0
      nextOnSegv:
      00 00 00 00 00 00 00 00       | .quad 0

      # writeBack(from, to, drain): writes back the lines from `from`, where one begins, up to `to`.
      writeBack:
      {line}
      48 83 c7 40                   | add rdi, 64
      48 39 f7                      | cmp rdi, rsi
      72 f3                         | jb writeBack
      85 d2                         | test edx, edx
      74 03                         | je 1f
      0f ae f8                      | sfence
      1:
      31 c0                         | xor eax, eax
      c3                            | ret

      # drain(): waits until what was written back, or stored past the cache, has left the CPU.
      drain:
      0f ae f8                      | sfence
      31 c0                         | xor eax, eax
      c3                            | ret

      # copy(to, from, length), with ordinary stores.
      copy:
      48 89 d1                      | mov rcx, rdx
      f3 a4                         | rep movsb
      31 c0                         | xor eax, eax
      c3                            | ret

      # fill(to, length, byte), with ordinary stores.
      fill:
      89 d0                         | mov eax, edx
      48 89 f1                      | mov rcx, rsi
      f3 aa                         | rep stosb
      31 c0                         | xor eax, eax
      c3                            | ret

      # copyNonTemporal(to, from, length, drain): whole lines past the cache; what is before and behind them is stored
      # and written back.
      copyNonTemporal:
      41 89 c8                      | mov r8d, ecx
      89 f9                         | mov ecx, edi
      f7 d9                         | neg ecx
      83 e1 3f                      | and ecx, 63
      74 11                         | je 1f
      48 39 d1                      | cmp rcx, rdx
      48 0f 47 ca                   | cmova rcx, rdx
      48 29 ca                      | sub rdx, rcx
      f3 a4                         | rep movsb
      {line before}
      1:
      48 89 d1                      | mov rcx, rdx
      48 c1 e9 06                   | shr rcx, 6
      74 33                         | je 3f
      2:
      f3 0f 6f 06                   | movdqu xmm0, [rsi]
      f3 0f 6f 4e 10                | movdqu xmm1, [rsi + 16]
      f3 0f 6f 56 20                | movdqu xmm2, [rsi + 32]
      f3 0f 6f 5e 30                | movdqu xmm3, [rsi + 48]
      66 0f e7 07                   | movntdq [rdi], xmm0
      66 0f e7 4f 10                | movntdq [rdi + 16], xmm1
      66 0f e7 57 20                | movntdq [rdi + 32], xmm2
      66 0f e7 5f 30                | movntdq [rdi + 48], xmm3
      48 83 c6 40                   | add rsi, 64
      48 83 c7 40                   | add rdi, 64
      48 ff c9                      | dec rcx
      75 cd                         | jne 2b
      3:
      89 d1                         | mov ecx, edx
      83 e1 3f                      | and ecx, 63
      74 07                         | je 4f
      f3 a4                         | rep movsb
      {line before}
      4:
      45 85 c0                      | test r8d, r8d
      74 03                         | je 5f
      0f ae f8                      | sfence
      5:
      31 c0                         | xor eax, eax
      c3                            | ret

      # fillNonTemporal(to, length, byte, drain), in the same way.
      fillNonTemporal:
      41 89 c8                      | mov r8d, ecx
      0f b6 c2                      | movzx eax, dl
      49 b9 01 01 01 01 01 01 01 01 | movabs r9, 0x0101010101010101
      49 0f af c1                   | imul rax, r9
      66 48 0f 6e c0                | movq xmm0, rax
      66 0f 6c c0                   | punpcklqdq xmm0, xmm0
      89 f9                         | mov ecx, edi
      f7 d9                         | neg ecx
      83 e1 3f                      | and ecx, 63
      74 11                         | je 1f
      48 39 f1                      | cmp rcx, rsi
      48 0f 47 ce                   | cmova rcx, rsi
      48 29 ce                      | sub rsi, rcx
      f3 aa                         | rep stosb
      {line before}
      1:
      48 89 f1                      | mov rcx, rsi
      48 c1 e9 06                   | shr rcx, 6
      74 1c                         | je 3f
      2:
      66 0f e7 07                   | movntdq [rdi], xmm0
      66 0f e7 47 10                | movntdq [rdi + 16], xmm0
      66 0f e7 47 20                | movntdq [rdi + 32], xmm0
      66 0f e7 47 30                | movntdq [rdi + 48], xmm0
      48 83 c7 40                   | add rdi, 64
      48 ff c9                      | dec rcx
      75 e4                         | jne 2b
      3:
      89 f1                         | mov ecx, esi
      83 e1 3f                      | and ecx, 63
      74 07                         | je 4f
      f3 aa                         | rep stosb
      {line before}
      4:
      45 85 c0                      | test r8d, r8d
      74 03                         | je 5f
      0f ae f8                      | sfence
      5:
      31 c0                         | xor eax, eax
      c3                            | ret
      end:

      # Where a function goes on after a fault: rax is the address that could not be touched, and -1 if none is known.
      failed:
      48 85 c0                      | test rax, rax
      75 03                         | jne 1f
      48 ff c8                      | dec rax
      1:
      c3                            | ret

      # The handlers, as sigaction(2) calls them: rsi is a siginfo_t, rdx a ucontext_t. A fault (si_code > 0) inside of
      # the functions is resumed at `failed`, with rax = si_addr; anything else is handed on, arguments and stack as
      # they came.
      onBus:
      4c 8b 05 ca fe ff ff          | mov r8, [rip + nextOnBus]
      eb 07                         | jmp 1f
      onSegv:
      4c 8b 05 c9 fe ff ff          | mov r8, [rip + nextOnSegv]
      1:
      83 7e 08 00                   | cmp dword ptr [rsi + 8], 0    # si_code
      7e 33                         | jle 2f
      48 8b 82 a8 00 00 00          | mov rax, [rdx + 168]          # gregs[REG_RIP]
      48 8d 0d bd fe ff ff          | lea rcx, [rip + writeBack]
      48 29 c8                      | sub rax, rcx
      48 3d 16 01 00 00             | cmp rax, offset end - writeBack
      73 1a                         | jae 2f
      48 8b 46 10                   | mov rax, [rsi + 16]           # si_addr
      48 89 82 90 00 00 00          | mov [rdx + 144], rax          # gregs[REG_RAX]
      48 8d 05 b6 ff ff ff          | lea rax, [rip + failed]
      48 89 82 a8 00 00 00          | mov [rdx + 168], rax
      c3                            | ret
      2:
      41 ff e0                      | jmp r8
      """;

  private X86Code() {
  }
}
