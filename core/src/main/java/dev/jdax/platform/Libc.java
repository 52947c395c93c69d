// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The kernel itself, through {@code syscall(2)} of the C library.
 *
 * <p>One function for all calls, because the first handle that the JDK links costs 30 to 120 ms and each further shape
 * costs again, and because {@code set_mempolicy} and its kin have no wrapper in the C library. The class is
 * initialised, and the handle linked, with the first call that a program makes. If the linker refuses, each call
 * throws: an error of the initialisation would have its cause in the first exception only.
 */
final class Libc implements LinuxCalls {
  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
  /** What no call returns. */
  private static final long NOT_MADE = Long.MIN_VALUE;
  private static final MethodHandle syscall$mh;
  /** Why there is no handle; null if there is one. */
  private static final RuntimeException REFUSAL;

  static {
    MethodHandle linked = null;
    RuntimeException refusal = null;
    try {
      linked = link();
    } catch (IllegalCallerException | UnsupportedOperationException e) {
      refusal = e;
    }
    syscall$mh = linked;
    REFUSAL = refusal;
  }

  /**
   * {@return the kernel; each call throws an IllegalCallerException where the JVM denies native access, and an
   * UnsupportedOperationException where this is not Linux on x86-64}
   */
  static LinuxCalls kernel() {
    return REFUSAL == null ? new Libc() : (call, a, b, c, d, e, f) -> {
      throw refusal(call);
    };
  }

  private static RuntimeException refusal(SystemCall call) {
    if (!(REFUSAL instanceof IllegalCallerException)) {
      return new UnsupportedOperationException(REFUSAL.getMessage(), REFUSAL);
    }
    Module module = Libc.class.getModule();
    return new IllegalCallerException("cannot call " + call + " of Linux: this JVM denies native access to "
        + (module.isNamed() ? "module " + module.getName() : "the class path") + "; start it with "
        + "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), REFUSAL);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link() {
    String machine = System.getProperty("os.name") + "/" + System.getProperty("os.arch");
    if (!machine.equals("Linux/amd64")) {
      throw new UnsupportedOperationException("jdax knows the system calls of Linux/amd64, and this is " + machine);
    }
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor shape = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG, JAVA_LONG);
    return linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"), shape,
        Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1));
  }

  /**
   * Makes the call. If an error is thrown, the call has not been made, or has failed: once it has a result, that is
   * returned, whatever else fails. (HotSpot could throw an error of an earlier access to memory in between, if that were
   * still due; it throws it at one of the many steps before.)
   */
  @Override
  public long invoke(SystemCall call, long a, long b, long c, long d, long e, long f) {
    Arena arena = Arena.ofConfined(); // of its own for each call: errno is never shared between threads
    long result = NOT_MADE;
    try {
      MemorySegment errno = arena.allocate(ERRNO);
      errno.get(JAVA_INT, 0); // finds the room that this needs below
      result = (long) syscall$mh.invokeExact(errno, (long) call.number(), a, b, c, d, e, f);
      return result == -1 ? -errno.get(JAVA_INT, 0) : result;
    } catch (RuntimeException | Error t) {
      if (result == NOT_MADE || result == -1) {
        throw t;
      }
      return result;
    } catch (Throwable t) {
      throw new IllegalStateException("the JDK could not make the call " + call, t);
    } finally {
      free(arena);
    }
  }

  private static void free(Arena arena) {
    try {
      arena.close();
    } catch (StackOverflowError _) {
      // Four bytes are lost, and not what the kernel has returned.
    }
  }
}
