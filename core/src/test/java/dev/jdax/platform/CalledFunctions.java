// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of a page of {@link MachineCode}, called as they are: with addresses, and unguarded where nobody has
 * installed a handler.
 */
final class CalledFunctions {
  private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
      JAVA_LONG);

  private final CodePage page;
  private final MethodHandle call;

  /** Calls that page's functions; {@code critical} as for {@link Linker.Option#critical}. */
  @SuppressWarnings("restricted")
  CalledFunctions(CodePage page, boolean critical) {
    this.page = page;
    this.call = critical
        ? Linker.nativeLinker().downcallHandle(SHAPE, Linker.Option.critical(false))
        : Linker.nativeLinker().downcallHandle(SHAPE);
  }

  private long call(String function, long a, long b, long c, long d) {
    try {
      return (long) call.invokeExact(page.function(function), a, b, c, d);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  long writeBack(MemorySegment memory, long from, long to, boolean drain) {
    return call("writeBack", memory.address() + from, memory.address() + to, drain ? 1 : 0, 0);
  }

  long drain() {
    return call("drain", 0, 0, 0, 0);
  }

  long copy(MemorySegment memory, long to, MemorySegment source, boolean nonTemporal, boolean drain) {
    return call(nonTemporal ? "copyNonTemporal" : "copy", memory.address() + to, source.address(), source.byteSize(),
        drain ? 1 : 0);
  }

  long fill(MemorySegment memory, long to, long length, byte value, boolean nonTemporal, boolean drain) {
    return call(nonTemporal ? "fillNonTemporal" : "fill", memory.address() + to, length, value, drain ? 1 : 0);
  }
}
