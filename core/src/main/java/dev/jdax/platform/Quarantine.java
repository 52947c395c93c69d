// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Addresses of ended mappings, kept so that nothing else gets them while somebody may still hold one.
 *
 * <p>Native code and libraries keep raw addresses, which no arena knows of. So one call replaces an ended mapping by
 * private memory that is nobody's: a call in its midst goes on, reads zeros, and stores where nobody looks. The
 * addresses are given back to the kernel, the oldest first, when there are more than the limits allow, when addresses
 * are short, or when mappings are. What stale stores made resident is given back when mappings begin or end, at most
 * once a second.
 *
 * <p>Where the kernel counts private memory as used before it is touched ({@code vm.overcommit_memory} is 2), the
 * replacement may not be touched at all: a stale access then ends the JVM, and still reaches nothing of anybody's.
 *
 * <p>Any thread may call. An exception at whatever place loses addresses at worst, and never gives one back twice.
 */
final class Quarantine {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final long TIB = 1L << 40;
  private static final long BETWEEN_SWEEPS = TimeUnit.SECONDS.toNanos(1);
  /** Of a limit that all of the process shares, the quarantine takes one part in so many. */
  private static final int SHARE = 8;
  /** How many addresses a process has without a limit. */
  private static final long ALL_ADDRESSES = 1L << 47;
  /** When so much of all addresses was kept, one part in so many, it is looked how many the process has left. */
  private static final int LOOKS = 64;
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final long PAGE = 4096;
  /** Of a full quarantine, one part in so many is given back at once. */
  private static final int AT_ONCE = 16;

  /** The quarantine of this process, as far as this class loader is concerned. */
  static final Quarantine OF_THIS_PROCESS = ofSettings();

  /** A run of addresses that is to be kept, made before its mapping ends, so that the end needs no memory. */
  static final class Run {
    private final long start;
    private final long length;
    private boolean taken;
    private Run next;

    Run(long start, long length) {
      this.start = start;
      this.length = length;
    }

    long start() {
      return start;
    }

    long length() {
      return length;
    }

    private boolean isBeside(long from, long to) {
      return start + length == from || start == to;
    }
  }

  private final long mostBytes;
  private final long mostRuns;
  private final int protection;
  /** How many bytes of addresses the process may use, which other class loaders with jdax use, too. */
  private final long addresses;
  /** All below is guarded by this object. The runs are a list, the oldest first. */
  private Run oldest;
  private Run youngest;
  private long bytes;
  private long runs;
  private long lastSweep = System.nanoTime();
  private long keptSinceLook;
  private long lastLook;
  /** Whether the process has used so many of its addresses that none are kept. */
  private boolean crowded;
  /** Runs whose mapping could be neither replaced nor unmapped yet. */
  private Run stuck;

  /**
   * @param mostBytes how many bytes of addresses are kept at most
   * @param mostRuns how many runs are kept at most; the kernel has at most as many mappings for them
   */
  Quarantine(long mostBytes, long mostRuns) {
    this(mostBytes, mostRuns, Abi.PROT_READ | Abi.PROT_WRITE, ALL_ADDRESSES);
  }

  Quarantine(long mostBytes, long mostRuns, int protection, long addresses) {
    this.mostBytes = mostBytes;
    this.mostRuns = mostRuns;
    this.protection = protection;
    this.addresses = addresses;
  }

  private static Quarantine ofSettings() {
    long addresses = addressLimit();
    long bytes = setting("dev.jdax.quarantine.bytes", TypedNumber.SIZE, Math.min(TIB, addresses / SHARE));
    long runs = setting("dev.jdax.quarantine.mappings", TypedNumber.withoutUnit("a number of mappings", 63),
        MappingCount.limit() / SHARE);
    return new Quarantine(bytes, runs, overcommits() ? Abi.PROT_READ | Abi.PROT_WRITE : Abi.PROT_NONE, addresses);
  }

  private static long setting(String name, TypedNumber form, long usual) {
    String value = System.getProperty(name, "");
    if (value.isEmpty()) {
      return usual;
    }
    try {
      return form.parse(value);
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "the system property {0}: {1}; {2} is used", name, e.getMessage(), usual);
      return usual;
    }
  }

  private static long addressLimit() {
    try {
      long limit = ResourceLimit.ADDRESS_SPACE.current();
      return limit < 0 ? ALL_ADDRESSES : Math.min(ALL_ADDRESSES, limit);
    } catch (SystemCallException e) {
      return ALL_ADDRESSES;
    }
  }

  private static boolean overcommits() {
    try {
      return !WholeFile.text(Path.of("/proc/sys/vm/overcommit_memory"), StandardCharsets.US_ASCII).strip().equals("2");
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * Ends a mapping: replaces it, and keeps its addresses; or unmaps it, where they are not to be kept. If neither can
   * be done now, it is tried again whenever a mapping begins or ends. A further call for the same run does nothing.
   */
  synchronized void take(Run run) {
    if (!run.taken && !tryToTake(run)) {
      run.taken = true;
      run.next = stuck;
      stuck = run;
      LOG.log(Level.WARNING, "neither mmap nor munmap ends a mapping of {0} bytes now: it is tried again when another "
          + "mapping begins or ends", run.length);
    }
    tidy();
  }

  private boolean tryToTake(Run run) {
    if (!crowded && run.length <= mostBytes && mostRuns > 0 && replace(run)) {
      run.taken = true;
      append(run);
      if (bytes > mostBytes || runs > mostRuns) {
        release(bytes - mostBytes + mostBytes / AT_ONCE, runs - mostRuns + mostRuns / AT_ONCE);
      }
      return true;
    }
    if (unmap(run.start, run.length)) {
      run.taken = true;
      return true;
    }
    return false;
  }

  /** {@return whether what replaces a mapping may be touched} */
  boolean isHarmless() {
    return protection != Abi.PROT_NONE;
  }

  /**
   * Replaces a mapping by private memory, and no more; may be done again.
   *
   * @return false if the kernel refuses
   */
  synchronized boolean replace(Run run) {
    if (run.taken) {
      return true;
    }
    // Where the kernel has no mapping to spare, to cut one out of another, the quarantine may have some.
    int flags = Abi.MAP_FIXED | Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS | Abi.MAP_NORESERVE;
    long result;
    do {
      result = Linux.calls().mmap(run.start, run.length, protection, flags, -1, 0);
    } while (result == -Abi.ENOMEM && release(1, 1));
    return result >= 0; // if not, nothing was unmapped: the kernel looks at its limits first
  }

  private static boolean unmap(long start, long length) {
    return Linux.calls().munmap(start, length) >= 0;
  }

  private void append(Run run) {
    run.next = null;
    if (oldest == null) {
      youngest = run; // first: where there is an oldest one, there is a youngest one
      oldest = run;
    } else {
      youngest.next = run;
      youngest = run;
    }
    bytes += run.length;
    runs++;
    keptSinceLook += run.length;
  }

  /**
   * Called before a mapping begins: leaves a quarter of its addresses to the process, whatever else has the others. That
   * may be jdax in other class loaders, also in those that were unloaded, whose addresses are kept for ever.
   */
  synchronized void leaveRoom() {
    long now = System.nanoTime();
    if (keptSinceLook > addresses / LOOKS || crowded && now - lastLook >= BETWEEN_SWEEPS) {
      crowded = used() > addresses / 4 * 3;
      keptSinceLook = 0;
      lastLook = now;
      if (crowded) {
        release();
      }
    }
  }

  /** {@return how many bytes of addresses the process has; 0 where that cannot be read} */
  private static long used() {
    try {
      return Long.parseLong(WholeFile.text(STATM, StandardCharsets.US_ASCII).split(" ")[0]) * PAGE;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Gives all addresses back to the kernel, because it has no others.
   *
   * @return whether there were any
   */
  synchronized boolean release() {
    boolean any = release(bytes, runs);
    lastSweep = System.nanoTime(); // of nothing
    return any;
  }

  /**
   * Gives back the oldest runs, neighbours in one call.
   *
   * @return whether any was given back
   */
  private boolean release(long wantedBytes, long wantedRuns) {
    boolean any = false;
    while (oldest != null && (wantedBytes > 0 || wantedRuns > 0)) {
      Run first = oldest;
      long from = first.start;
      long to = from + first.length;
      long count = 1;
      Run next = first.next;
      while (next != null && next.isBeside(from, to) && (to - from < wantedBytes || count < wantedRuns)) {
        from = Math.min(from, next.start);
        to = Math.max(to, next.start + next.length);
        count++;
        next = next.next;
      }
      oldest = next;
      bytes -= to - from;
      runs -= count;
      if (!unmap(from, to - from)) { // the kernel has no mapping to spare, to cut this one out of another
        oldest = first;
        bytes += to - from;
        runs += count;
        return any;
      }
      wantedBytes -= to - from;
      wantedRuns -= count;
      any = true;
    }
    return any;
  }

  /**
   * Ends what could not be ended before. At most once a second, gives back what stale stores made resident, and keeps
   * the quarantine out of core dumps, in which it would be a terabyte of zeros as soon as one byte of it was stored to.
   */
  synchronized void tidy() {
    while (stuck != null) {
      Run run = stuck;
      stuck = run.next;
      run.taken = false;
      if (!tryToTake(run)) {
        run.taken = true;
        run.next = stuck;
        stuck = run;
        break; // it is not better for the others
      }
    }
    if (System.nanoTime() - lastSweep >= BETWEEN_SWEEPS) {
      lastSweep = System.nanoTime();
      sweep();
    }
  }

  private void sweep() {
    for (Run run = oldest; run != null;) {
      long from = run.start;
      long to = from + run.length;
      for (run = run.next; run != null && run.isBeside(from, to); run = run.next) { // they are one mapping by now
        from = Math.min(from, run.start);
        to = Math.max(to, run.start + run.length);
      }
      Linux.calls().madvise(from, to - from, Abi.MADV_DONTDUMP);
      Linux.calls().madvise(from, to - from, Abi.MADV_DONTNEED);
    }
  }
}
