// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What becomes of a fault in our own machine code: an error, and not the end of the JVM.
 *
 * <p>A handler of SIGBUS and SIGSEGV, itself a few bytes of {@link MachineCode}, in front of the JVM's: a fault inside
 * our functions goes on where they fail; anything else is handed on to the handler that was there before. It is the
 * whole process's, and stays. The kernel is called directly, so that no library in between (libjsig) takes it for one of
 * the program's own.
 *
 * <p>A JVM may have jdax in several class loaders, and the handlers are the process's. So one class loader at a time
 * installs, and a class loader that finds the handlers of equal machine code in place uses that page.
 */
final class FaultHandler {
  private static final long SIG_IGN = 1;
  /** The lock of all class loaders, in every version of jdax: an interned string is one object of the whole JVM. */
  private static final Object HANDLERS_OF_THIS_JVM = "dev.jdax: the handlers of SIGBUS and SIGSEGV".intern();

  private FaultHandler() {
  }

  /**
   * Installs the handler, unless it is there already.
   *
   * @return the page with it and the functions that it guards; empty if there is nobody to hand other faults on to, or
   *     a library other than jdax changed the handlers at the same time: then they are as they were
   * @throws SystemCallException if the kernel refuses, or the page cannot be made; then the handlers are as they were
   */
  static Optional<CodePage> install(MachineCode code) throws SystemCallException {
    synchronized (HANDLERS_OF_THIS_JVM) {
      return installAlone(code);
    }
  }

  private static Optional<CodePage> installAlone(MachineCode code) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bus = ask(Abi.SIGBUS, MemorySegment.NULL, arena);
      MemorySegment segv = ask(Abi.SIGSEGV, MemorySegment.NULL, arena);
      Optional<CodePage> installed = CodePage.withHandlers(code, handler(bus), handler(segv));
      if (installed.isPresent()) {
        return installed;
      }
      if (!canHandOnTo(bus) || !canHandOnTo(segv)) {
        return Optional.empty();
      }
      CodePage page = CodePage.of(code, handler(bus), handler(segv));
      if (!replace(Abi.SIGBUS, bus, page.function("onBus"), arena)) {
        return Optional.empty();
      }
      boolean both = false;
      try {
        both = replace(Abi.SIGSEGV, segv, page.function("onSegv"), arena);
      } finally {
        if (!both) {
          ask(Abi.SIGBUS, bus, arena);
        }
      }
      return both ? Optional.of(page) : Optional.empty();
    }
  }

  /** Puts a handler in the place of an old one, with its mask and flags; or leaves what is there if that is another. */
  private static boolean replace(int signal, MemorySegment old, MemorySegment handler, Arena arena)
      throws SystemCallException {
    MemorySegment wanted = arena.allocate(Structs.KERNEL_SIGACTION).copyFrom(old);
    wanted.set(JAVA_LONG, Structs.offset(Structs.KERNEL_SIGACTION, "sa_handler"), handler.address());
    MemorySegment replaced = ask(signal, wanted, arena);
    if (handler(replaced) == handler(old)) {
      return true;
    }
    ask(signal, replaced, arena);
    return false;
  }

  private static MemorySegment ask(int signal, MemorySegment wanted, Arena arena) throws SystemCallException {
    MemorySegment old = arena.allocate(Structs.KERNEL_SIGACTION);
    Linux.check(SystemCall.RT_SIGACTION, Linux.calls().rt_sigaction(signal, wanted, old));
    return old;
  }

  private static boolean canHandOnTo(MemorySegment action) {
    long flags = Structs.readLong(action, Structs.KERNEL_SIGACTION, "sa_flags");
    return handler(action) > SIG_IGN && (flags & Abi.SA_SIGINFO) != 0;
  }

  private static long handler(MemorySegment action) {
    return Structs.readLong(action, Structs.KERNEL_SIGACTION, "sa_handler");
  }
}
