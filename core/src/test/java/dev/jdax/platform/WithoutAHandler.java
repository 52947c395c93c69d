// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PersistenceDomain;
import dev.jdax.spi.MemoryInADomain;

/**
 * A program that flushes, copies and fills where it may do less than usual: {@code WHAT...}. Prints what came of it.
 */
final class WithoutAHandler {
  private static final int PAGE = 4096;
  private static final int SIZE = 1 << 20;
  private static final LinuxCalls KERNEL = new Libc();
  // linux/prctl.h
  private static final int PR_SET_MDWE = 65;
  private static final long PR_MDWE_REFUSE_EXEC_GAIN = 1;

  private WithoutAHandler() {
  }

  public static void main(String[] args) throws Exception {
    List<Long> handlers = handlers();
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.UNKNOWN, true, SIZE);
    try (DaxBus bus = DaxBus.withDrivers(memory);
        DaxMapping mapping = bus.add(memory).devices().getFirst().map(Access.READ_WRITE)) {
      for (String what : args) {
        switch (what) {
          case "forbid-exec-gain" -> forbidExecGain();
          case "forbid" -> Linux.interpose((call, a, b, c, d, e, f) -> isExecutable(call, c)
              ? -Abi.EACCES
              : KERNEL.invoke(call, a, b, c, d, e, f));
          case "route" -> System.out.println("route " + CpuCache.route());
          case "work" -> work(mapping);
          case "truncate" -> memory.truncate(PAGE);
          case "vanished" -> vanished(mapping);
          default -> throw new IllegalArgumentException(what);
        }
      }
    }
    System.out.println(handlers.equals(handlers()) ? "handlers as before" : "handlers changed");
  }

  private static List<Long> handlers() {
    return List.of(KernelProbe.handlerOf(Abi.SIGBUS), KernelProbe.handlerOf(Abi.SIGSEGV));
  }

  private static boolean isExecutable(SystemCall call, long protection) {
    return (call == SystemCall.MPROTECT || call == SystemCall.MMAP) && (protection & Abi.PROT_EXEC) != 0;
  }

  /** As systemd's MemoryDenyWriteExecute does, prctl(2); on a kernel before 6.3, what that would refuse is refused. */
  @SuppressWarnings("restricted")
  private static void forbidExecGain() throws Exception {
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.firstVariadicArg(1));
    try {
      int result = (int) prctl.invokeExact(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L);
      if (result != 0) {
        Linux.interpose((call, a, b, c, d, e, f) -> call == SystemCall.MPROTECT && isExecutable(call, c)
            ? -Abi.EACCES
            : KERNEL.invoke(call, a, b, c, d, e, f));
      }
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  private static void work(DaxMapping mapping) {
    byte[] bytes = new byte[5000];
    attempt("flush", () -> mapping.flush(1, 100));
    attempt("persist", () -> mapping.persist(PAGE - 1, 2));
    attempt("drain", mapping::drain);
    attempt("copy", () -> mapping.copyFrom(10, MemorySegment.ofArray(bytes).fill((byte) 3)));
    attempt("fill", () -> mapping.fill(9000, 5000, (byte) 4));
    System.out.println("bytes " + mapping.segment().get(ValueLayout.JAVA_BYTE, 5009) + " "
        + mapping.segment().get(ValueLayout.JAVA_BYTE, 13_999));
  }

  private static void vanished(DaxMapping mapping) {
    attempt("flush", () -> mapping.flush(PAGE - 1, 2));
    attempt("persist", () -> mapping.persist(0, SIZE));
    attempt("copy", () -> mapping.copyFrom(PAGE - 1, MemorySegment.ofArray(new byte[2])));
    attempt("fill", () -> mapping.fill(PAGE - 1, 2, (byte) 1));
    attempt("before it", () -> mapping.persist(0, PAGE));
  }

  private interface Step {
    void run() throws DaxException;
  }

  private static void attempt(String name, Step step) {
    try {
      step.run();
      System.out.println(name + ": done");
    } catch (DaxException e) {
      System.out.println(name + ": " + e.getMessage());
    }
  }
}
