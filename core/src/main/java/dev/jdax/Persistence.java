// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.invoke.VarHandle;
import java.util.OptionalLong;

import dev.jdax.platform.CacheRoute;
import dev.jdax.platform.CpuCache;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;
import dev.jdax.spi.Memory;

/**
 * Makes the stores of one mapping durable, as its persistence domain needs it. Ranges were checked before.
 *
 * <p>A flush is not counted as under way, since that would cost as much as the flush of a line. So the mapping may end
 * during a flush, and its addresses may then be those of private memory, or unmapped, which is a fault: writing lines
 * back changes no byte. In either case the flush looks afterwards whether the mapping was open until
 * then, so that nothing is told to be durable that is not.
 */
class Persistence {
  private final DaxMapping mapping;
  private final Reservation run;
  private final Memory memory;
  private final PersistenceDomain domain;

  Persistence(DaxMapping mapping, Reservation run, Memory memory, PersistenceDomain domain) {
    this.mapping = mapping;
    this.run = run;
    this.memory = memory;
    this.domain = domain;
  }

  static Persistence of(DaxMapping mapping, Reservation run, Memory memory, PersistenceDomain domain) {
    return memory.observer().<Persistence>map(
        observer -> new ObservedPersistence(mapping, run, memory, domain, observer))
        .orElseGet(() -> new Persistence(mapping, run, memory, domain));
  }

  final PersistenceDomain domain() {
    return domain;
  }

  void order() {
    VarHandle.storeStoreFence();
  }

  void flush(long offset, long length) throws DaxException {
    if (length == 0) {
      return;
    }
    if (domain.flushesLines()) {
      writeBack("flush", offset, length, false);
    } else if (domain == PersistenceDomain.PAGE) {
      sync("flush", offset, length);
    }
  }

  void drain() {
    if (domain.flushesLines()) {
      CpuCache.drain();
    } else {
      VarHandle.fullFence();
    }
  }

  void persist(long offset, long length) throws DaxException {
    if (length == 0) {
      drain();
    } else if (domain.flushesLines()) {
      writeBack("persist", offset, length, true);
    } else if (domain == PersistenceDomain.PAGE) {
      sync("persist", offset, length);
    } else {
      VarHandle.fullFence();
    }
  }

  /** A copy or a fill is about to store. */
  void storesBegin() {
    // Of interest to observers only.
  }

  /** A copy or a fill has stored a range past the cache, and has waited for that. */
  void storedPastTheCache(long offset, long length) {
    // Nothing is left to be done.
  }

  /** {@return whether a fault in our own machine code would be an error on this mapping} */
  static boolean isGuarded() {
    return CpuCache.route() == CacheRoute.GUARDED;
  }

  private void writeBack(String verb, long offset, long length, boolean drain) throws DaxException {
    long gone = isGuarded()
        ? CpuCache.writeBack(run, offset, length, drain)
        : writeBackUnguarded(verb, offset, length, drain);
    if (gone != CpuCache.DONE) {
      throw gone(attempt(verb, offset, length), gone);
    }
    mapping.requireStillOpen();
  }

  /** A fault would end the JVM: the mapping is kept open, and the kernel is asked whether the memory is there. */
  private long writeBackUnguarded(String verb, long offset, long length, boolean drain) throws DaxException {
    if (CpuCache.route() == CacheRoute.NONE) {
      throw noWay(attempt(verb, offset, length), CpuCache.refusal());
    }
    int mark = mapping.enter();
    try {
      OptionalLong gone = memory.mayVanish()
          ? firstGone(attempt(verb, offset, length), offset, length, false)
          : OptionalLong.empty();
      return gone.isPresent() ? gone.getAsLong() : CpuCache.writeBack(run, offset, length, drain);
    } finally {
      mapping.leave(mark);
    }
  }

  private static DaxException noWay(String attempt, SystemCallException refusal) {
    Errno errno = Errno.of(refusal.errno());
    return DaxException.of(errno, attempt, "the kernel refused " + refusal.call() + " for a page of machine code ("
        + errno.text() + "), and Java has no way of its own to write the CPU's cache back",
        "let this process make memory executable (execmem in SELinux, MemoryDenyWriteExecute=no in systemd)",
        refusal);
  }

  private void sync(String verb, long offset, long length) throws DaxException {
    try {
      run.sync(offset, length);
    } catch (SystemCallException e) {
      mapping.requireOpenNow();
      throw Placement.refused(attempt(verb, offset, length), e, "look at its log: the medium may be failing");
    }
    mapping.requireStillOpen();
  }

  /** {@return the first block in a range that cannot be touched; called while the mapping cannot end} */
  OptionalLong firstGone(String attempt, long offset, long length, boolean write) throws DaxException {
    long block = memory.granularity().bytes();
    long start = offset / block * block;
    long end = Math.ceilDiv(offset + length, block) * block;
    try {
      return run.firstUnreachable(start, end - start, block, write);
    } catch (SystemCallException e) {
      throw Placement.refused(attempt, e);
    }
  }

  /**
   * Asks the kernel, where memory may vanish, before the JVM meets memory that is gone: it may say so late and elsewhere,
   * or end. Called while the mapping cannot end.
   */
  void requireThere(String verb, long offset, long length, boolean write) throws DaxException {
    if (memory.mayVanish()) {
      String attempt = attempt(verb, offset, length);
      OptionalLong gone = firstGone(attempt, offset, length, write);
      if (gone.isPresent()) {
        throw memory.unreachable(attempt, gone.getAsLong());
      }
    }
  }

  /**
   * {@return why an offset could not be touched: its memory has vanished}
   *
   * @throws IllegalStateException if that is because the mapping was closed during the call
   */
  DaxException gone(String attempt, long offset) {
    mapping.requireOpenNow();
    return memory.unreachable(attempt, offset);
  }

  String attempt(String verb, long offset, long length) {
    return verb + " " + ByteSize.format(length) + " at " + ByteSize.hex(offset) + " of the " + mapping;
  }

  boolean deepFlush() throws DaxException {
    return memory.deepFlush("deep-flush the " + mapping);
  }
}
