// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileId;
import dev.jdax.platform.Holes;
import dev.jdax.platform.Machine;
import dev.jdax.platform.NumaPolicy;
import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;
import dev.jdax.spi.Headroom;
import dev.jdax.spi.Unwind;

/**
 * Gives a file all of its memory, on the node that was asked for, so that no later touch of it can fail.
 *
 * <p>Huge pages are reserved first, by a mapping, which fails at once if the pool is short. The pages are then
 * allocated under a thread policy, because a policy of the mapping is ignored by fallocate and answered with SIGBUS by
 * a touch; and their node is read back. Small pages cannot be reserved: they are refused where they would take the
 * machine's last memory, and pinned by a mapping that stays, where {@code RLIMIT_MEMLOCK} allows it.
 */
final class Filling {
  private final String attempt;
  private final Fd file;
  private final HmemRegion wanted;
  private final PageSize granularity;

  Filling(String attempt, Fd file, HmemRegion wanted, PageSize granularity) {
    this.attempt = attempt;
    this.file = file;
    this.wanted = wanted;
    this.granularity = granularity;
  }

  /**
   * Takes all of the memory.
   *
   * @param unwind ends the mapping on failure
   * @return the mapping that pins the memory, or null if none does or none needs to
   */
  Reservation fill(Unwind unwind) throws DaxException, SystemCallException {
    requireNode();
    if (granularity == PageSize.SIZE_4K) {
      refuseHugePages();
      Headroom.now().require(attempt, missing());
    }
    Optional<MemoryLimit> tooLow = exceededLimit();
    if (tooLow.isPresent()) {
      throw tooLow.get().refusal(attempt, missing(), null);
    }
    Reservation whole = unwind.make(this::reserve, Reservation::close);
    try {
      whole.place(true);
      allocate();
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ENOMEM.number() || e.errno() == Errno.ENOSPC.number()) {
        whole.close(); // so that what it has reserved is not counted as taken
        throw noMemory(e);
      }
      throw e;
    }
    verifyNode(whole);
    return pinned(whole);
  }

  /**
   * Looks whether a file that may only be read has all of its memory.
   *
   * @param unwind ends the mapping on failure
   * @return the mapping that pins the memory, or null if none does or none needs to
   */
  Reservation takeAsItIs(Unwind unwind) throws DaxException, SystemCallException {
    if (granularity == PageSize.SIZE_4K) {
      refuseHugePages();
    }
    if (missing() > 0) {
      throw DaxException.of(Errno.of(file.writeRefusal()), attempt,
          "the file has holes, of " + ByteSize.format(missing()) + ", and it may not be written to fill them",
          "have its owner attach to it once, or get the right to write to it");
    }
    Reservation whole = unwind.make(this::reserve, Reservation::close);
    whole.place(false);
    return pinned(whole);
  }

  /** {@return addresses for all of the memory, with nothing there yet} */
  private Reservation reserve() throws SystemCallException {
    return Reservation.of(List.of(new Piece(file.number(), 0, wanted.size())), granularity.bytes());
  }

  /** {@return the mapping, which stays, if it pins small pages; else null, and the mapping ends} */
  private Reservation pinned(Reservation whole) {
    if (granularity == PageSize.SIZE_4K && pin(whole)) {
      return whole;
    }
    whole.close();
    return null;
  }

  private void requireNode() throws DaxException {
    if (wanted.node().isEmpty()) {
      return;
    }
    int node = wanted.node().getAsInt();
    if (!Machine.THIS.hasMemoryNode(node)) {
      throw DaxException.of(Errno.EINVAL, attempt, "node " + node + " has no memory, or is not there",
          "nodes with memory are " + Machine.THIS.memoryNodes());
    }
    if (!Machine.THIS.mayUseNode(node)) {
      throw DaxException.of(Errno.EINVAL, attempt, "node " + node
          + " is not one that this process may have memory of: Mems_allowed_list in /proc/self/status is "
          + Machine.THIS.allowedNodes(), "name one of those, or have its cpuset allow the node (cpuset.mems)");
    }
  }

  /** {@return how much memory the file has not got yet, in bytes} */
  private long missing() throws SystemCallException {
    return Math.max(wanted.size() - file.status().allocated(), 0);
  }

  /** {@return the limit that does not leave as much as is missing, if there is one} */
  private Optional<MemoryLimit> exceededLimit() throws SystemCallException {
    List<MemoryLimit> limits = new ArrayList<>();
    if (granularity != PageSize.SIZE_4K) {
      limits.addAll(MemoryLimit.ofCgroups(Machine.THIS, granularity));
    }
    if (wanted.file().isPresent()) {
      MemoryLimit.ofMount(Machine.THIS, file.fileSystem(), file.status().id()).ifPresent(limits::add);
    }
    return MemoryLimit.exceeded(limits, missing());
  }

  private void refuseHugePages() throws DaxException, SystemCallException {
    FileId id = file.status().id();
    Optional<String> remedy = wanted.file().isPresent()
        ? ShmemHugePages.remedyForMount(Machine.THIS, id)
        : ShmemHugePages.remedyForMemfd(Machine.THIS);
    if (remedy.isPresent()) {
      throw DaxException.of(Errno.EOPNOTSUPP, attempt,
          "the kernel would put transparent huge pages there, and a fault could bring in more than 4 KiB",
          "forbid it: " + remedy.get());
    }
  }

  private void allocate() throws SystemCallException {
    Holes holes = new Holes(file, file.fileSystem(), 0, wanted.size());
    if (wanted.node().isPresent()) {
      NumaPolicy.onNode(wanted.node().getAsInt(), holes::fill);
    } else {
      holes.fill();
    }
  }

  private DaxException noMemory(SystemCallException e) throws SystemCallException {
    Optional<MemoryLimit> tooLow = exceededLimit();
    if (tooLow.isPresent()) {
      return tooLow.get().refusal(attempt, missing(), e);
    }
    String refused = "the kernel refused " + e.call() + ": " + Errno.of(e.errno()).text();
    if (granularity == PageSize.SIZE_4K) {
      return DaxException.of(Errno.ENOMEM, attempt, refused,
          "ask for less, or free memory, on the node and in the file system that were asked for", e);
    }
    long needed = missing() / granularity.bytes();
    long free = Long.MAX_VALUE;
    for (OptionalInt node : List.of(wanted.node(), OptionalInt.empty())) { // reservations are counted for all nodes alone
      HugePagePool pool = new HugePagePool(Machine.THIS, granularity, node);
      free = Math.min(free, pool.free());
      if (pool.free() < needed) {
        return DaxException.of(Errno.ENOMEM, attempt,
            needed + (needed * granularity.bytes() < wanted.size() ? " more" : "") + " pages of " + granularity
                + " are needed and " + pool.free() + " are free",
            pool.remedy(needed),
            e);
      }
    }
    return DaxException.of(Errno.ENOMEM, attempt,
        refused + ", and " + free + " pages of " + granularity + " are free, where " + needed + " are needed",
        "raise the limit on addresses (ulimit -v); or try again, if somebody else has just given pages back", e);
  }

  private void verifyNode(Reservation whole) throws DaxException, SystemCallException {
    if (wanted.node().isEmpty()) {
      return;
    }
    for (long at = 0; at < wanted.size(); at += granularity.bytes()) {
      int node = whole.nodeAt(at);
      if (node != wanted.node().getAsInt()) {
        throw DaxException.of(Errno.ENOMEM, attempt,
            "the memory at " + ByteSize.hex(at) + " of it came from node " + node,
            "free memory on node " + wanted.node().getAsInt());
      }
    }
  }

  private static boolean pin(Reservation whole) {
    try {
      whole.lock();
      return true;
    } catch (SystemCallException e) {
      return false; // over RLIMIT_MEMLOCK: regions and mappings say that they are not pinned
    }
  }
}
