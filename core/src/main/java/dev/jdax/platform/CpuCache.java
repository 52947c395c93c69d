// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * What is between a store and memory: writing lines of the cache back, waiting until that is done, and storing past the
 * cache.
 *
 * <p>Positions are offsets in a {@link Reservation}, in bytes, which the caller has checked. Any thread may call. The
 * first call makes the machine code and, unless the system property {@code dev.jdax.faultHandler} is {@code false},
 * installs a handler of SIGBUS and SIGSEGV in front of the JVM's. Where it is installed ({@link CacheRoute#GUARDED}),
 * memory may vanish under a call: it gives the offset that could not be touched. Elsewhere such a fault ends the JVM.
 */
public final class CpuCache {
  /** The size of a line, in bytes, on every CPU of x86-64 so far. */
  public static final int LINE = 64;

  /** What a call gives when all of it was done. */
  public static final long DONE = -1;
  /** What a copy gives when it was not its target but its source that could not be touched. */
  public static final long SOURCE_GONE = -2;
  /** What a read gives when it was its target that could not be touched. */
  public static final long TARGET_GONE = -3;
  /** The longest copy, read or fill that one call does, in bytes. */
  public static final long LONGEST = 1L << 20;
  /**
   * Up to so many bytes a call is a critical one, which costs a third, and lets neither the collector nor the end of an
   * arena in before it returns.
   */
  public static final long LONGEST_CRITICAL = 4096;

  private static final Logger LOG = System.getLogger("dev.jdax");

  private CpuCache() {
  }

  /** The functions, found with the first call; a record, so that the JIT compiler takes its fields for constants. */
  private record Functions(CacheRoute route, SystemCallException refusal, MemorySegment writeBack, MemorySegment drain,
      MemorySegment copy, MemorySegment fill, MemorySegment copyNonTemporal, MemorySegment fillNonTemporal) {

    static final Functions ALL = find();

    private static Functions find() {
      MachineCode code = MachineCode.of(FlushInstruction.ofThisCpu());
      try {
        if (Boolean.parseBoolean(System.getProperty("dev.jdax.faultHandler", "true"))) {
          Optional<CodePage> guarded = FaultHandler.install(code);
          if (guarded.isPresent()) {
            return of(CacheRoute.GUARDED, guarded.get());
          }
          LOG.log(Level.WARNING, "no handler of SIGBUS and SIGSEGV could be put in front of the JVM's: the kernel is "
              + "asked before memory is flushed that may vanish");
        }
        return of(CacheRoute.UNGUARDED, CodePage.of(code, 0, 0));
      } catch (SystemCallException e) {
        LOG.log(Level.WARNING, "this process may not have machine code of its own ({0}): what needs the cache to be "
            + "written back is refused", e.getMessage());
        return new Functions(CacheRoute.NONE, e, null, null, null, null, null, null);
      }
    }

    static Functions of(CacheRoute route, CodePage page) {
      return new Functions(route, null, page.function("writeBack"), page.function("drain"), page.function("copy"),
          page.function("fill"), page.function("copyNonTemporal"), page.function("fillNonTemporal"));
    }
  }

  /** The handles, linked with the first call of each kind. */
  private static final class OfNumbers {
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
        JAVA_LONG);
    static final MethodHandle CRITICAL$MH = link(SHAPE, Linker.Option.critical(false));
    static final MethodHandle ORDINARY$MH = link(SHAPE);
  }

  private static final class FromASegment {
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG,
        JAVA_LONG);
    static final MethodHandle CRITICAL$MH = link(SHAPE, Linker.Option.critical(true));
    static final MethodHandle ORDINARY$MH = link(SHAPE);
  }

  private static final class IntoASegment {
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG,
        JAVA_LONG);
    static final MethodHandle CRITICAL$MH = link(SHAPE, Linker.Option.critical(true));
    static final MethodHandle ORDINARY$MH = link(SHAPE);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(FunctionDescriptor shape, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(shape, options);
  }

  /** {@return how this process writes the cache back} */
  public static CacheRoute route() {
    return Functions.ALL.route;
  }

  /**
   * {@return why there is {@linkplain CacheRoute#NONE no way} of writing the cache back}
   */
  public static SystemCallException refusal() {
    return Functions.ALL.refusal;
  }

  /**
   * Writes back every line that a range has a byte in.
   *
   * @param run where
   * @param offset where the range begins
   * @param length how long it is, positive
   * @param drain whether to wait until that is done, as {@link #drain} does
   * @return {@link #DONE}, or the offset of the line, or of the block, that could not be touched
   */
  public static long writeBack(Reservation run, long offset, long length, boolean drain) {
    Functions functions = Functions.ALL;
    long from = run.address(offset) & -LINE;
    long end = run.address(offset) + length;
    try {
      if (end - from <= LONGEST_CRITICAL) {
        return offsetIn(run, offset, (long) OfNumbers.CRITICAL$MH.invokeExact(functions.writeBack, from, end,
            drain ? 1L : 0L, 0L));
      }
      long gone = 0;
      while (from < end && gone == 0) {
        long to = Math.min(from + LONGEST, end);
        long last = drain && to == end ? 1 : 0;
        gone = (long) OfNumbers.ORDINARY$MH.invokeExact(functions.writeBack, from, to, last, 0L);
        from = to;
      }
      return offsetIn(run, offset, gone);
    } catch (Throwable t) {
      throw failed(t);
    }
  }

  /** Waits until what was written back, and stored past the cache, by this thread has reached the memory controller. */
  public static void drain() {
    Functions functions = Functions.ALL;
    if (functions.drain == null) {
      VarHandle.fullFence(); // a locked instruction, which waits for the same
      return;
    }
    try {
      long _ = (long) OfNumbers.CRITICAL$MH.invokeExact(functions.drain, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw failed(t);
    }
  }

  /**
   * {@return how many bytes one call may copy: what is in Java's heap keeps the collector waiting}
   *
   * @param other the source of a copy, or the target of a read
   */
  public static long longest(MemorySegment other) {
    return other.isNative() ? LONGEST : LONGEST_CRITICAL;
  }

  /**
   * Copies all of a source, which does not lie before the target and reach into it.
   *
   * @param run where to
   * @param offset where the target begins
   * @param source what is copied, at most {@link #longest}
   * @param nonTemporal whether to store past the cache; if not, nothing is written back
   * @param drain whether to wait, as {@link #drain} does, when storing past the cache
   * @return {@link #DONE}, {@link #SOURCE_GONE}, or the offset in the run that could not be touched
   */
  public static long copy(Reservation run, long offset, MemorySegment source, boolean nonTemporal, boolean drain) {
    Functions functions = Functions.ALL;
    MemorySegment function = nonTemporal ? functions.copyNonTemporal : functions.copy;
    long to = run.address(offset);
    long length = source.byteSize();
    long last = drain ? 1 : 0;
    try {
      long gone = length <= LONGEST_CRITICAL
          ? (long) FromASegment.CRITICAL$MH.invokeExact(function, to, source, length, last)
          : (long) FromASegment.ORDINARY$MH.invokeExact(function, to, source, length, last);
      return gone == 0 ? DONE : run.holds(gone) ? run.offsetOf(gone) : SOURCE_GONE;
    } catch (Throwable t) {
      throw failed(t);
    }
  }

  /**
   * Copies out of a run.
   *
   * @param run where from
   * @param offset where it begins
   * @param target where to, at most {@link #longest}, and no part of what is copied
   * @return {@link #DONE}, {@link #TARGET_GONE}, or the offset in the run that could not be touched
   */
  public static long read(Reservation run, long offset, MemorySegment target) {
    MemorySegment function = Functions.ALL.copy;
    long from = run.address(offset);
    long length = target.byteSize();
    try {
      long gone = length <= LONGEST_CRITICAL
          ? (long) IntoASegment.CRITICAL$MH.invokeExact(function, target, from, length, 0L)
          : (long) IntoASegment.ORDINARY$MH.invokeExact(function, target, from, length, 0L);
      return gone == 0 ? DONE : run.holds(gone) ? run.offsetOf(gone) : TARGET_GONE;
    } catch (Throwable t) {
      throw failed(t);
    }
  }

  /**
   * Stores one byte everywhere.
   *
   * @param run where to
   * @param offset where the target begins
   * @param length how long it is, at most {@link #LONGEST}
   * @param value the byte
   * @param nonTemporal whether to store past the cache; if not, nothing is written back
   * @param drain whether to wait, as {@link #drain} does, when storing past the cache
   * @return {@link #DONE}, or the offset in the run that could not be touched
   */
  public static long fill(Reservation run, long offset, long length, byte value, boolean nonTemporal, boolean drain) {
    Functions functions = Functions.ALL;
    MemorySegment function = nonTemporal ? functions.fillNonTemporal : functions.fill;
    long to = run.address(offset);
    long last = drain ? 1 : 0;
    try {
      return offsetIn(run, offset, length <= LONGEST_CRITICAL
          ? (long) OfNumbers.CRITICAL$MH.invokeExact(function, to, length, (long) value, last)
          : (long) OfNumbers.ORDINARY$MH.invokeExact(function, to, length, (long) value, last));
    } catch (Throwable t) {
      throw failed(t);
    }
  }

  private static long offsetIn(Reservation run, long offset, long gone) {
    return gone == 0 ? DONE : run.holds(gone) ? run.offsetOf(gone) : offset;
  }

  private static RuntimeException failed(Throwable t) {
    if (t instanceof RuntimeException e) {
      return e; // such as that the source is closed
    }
    if (t instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("the JDK could not make the call", t);
  }
}
