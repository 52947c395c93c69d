// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;

/**
 * Memory that a driver has made of a {@link MemorySource}, and that mappings show: a claim, or the node of a device that
 * Linux has. It consists of parts of a file that can be opened.
 *
 * <p>An {@link InProcessRegion} divides one memory among its devices: it asks for {@link #node} and
 * {@link #properties}, has parts made ready with {@link #prepare}, and ends all of it with {@link #close}. A mapping
 * uses the other methods; those that it calls after it was made may be called by several threads at once.
 *
 * <p>A driver whose memory differs from another one in a few answers extends {@link ForwardingMemory}.
 */
public interface Memory {
  /**
   * Opens the file, for one mapping; the caller closes it as soon as the mapping is made.
   *
   * @param access what the mapping is to be for
   * @return the open file
   * @throws DaxException if it cannot be opened so
   */
  Descriptor open(Access access) throws DaxException;

  /**
   * {@return the parts of the file that the memory consists of, in the order in which a device shows them; always the
   * same ones}
   */
  List<Extent> extents();

  /**
   * {@return an object that equals the identity of another memory, if the extents of both count offsets in the same file
   * or device}
   */
  default Object identity() {
    return this;
  }

  /**
   * {@return how much memory one page fault brings in}
   */
  PageSize granularity();

  /**
   * {@return whether the user has waived, by name, that the fault granularity is the alignment}
   */
  default boolean granularityWaived() {
    return false;
  }

  /**
   * {@return whether memory can be mapped at an alignment: its granularity is the alignment, or smaller and waived}
   *
   * @param granularity how much of it one page fault brings in
   * @param waived whether a smaller granularity is accepted
   * @param alignment the alignment
   */
  static boolean serves(PageSize granularity, boolean waived, PageSize alignment) {
    return granularity == alignment || waived && granularity.compareTo(alignment) < 0;
  }

  /**
   * {@return whether others can take the memory away while it is mapped, so that it is probed first}
   */
  boolean mayVanish();

  /**
   * {@return whether the memory is kept where it is in RAM}
   */
  boolean pinned();

  /**
   * {@return whether a mapping is made with {@code MAP_SYNC}, so that the kernel refuses it where a flushed store would
   * not be durable}
   *
   * <p>That the kernel accepts proves nothing: it does so for volatile memory, too.
   */
  default boolean synchronous() {
    return false;
  }

  /**
   * Refuses where a mapping may show other memory now than when it was made.
   *
   * @param attempt what is attempted
   * @throws DaxException with ENXIO if so
   */
  default void requireSame(String attempt) throws DaxException {
    // Most memory stays what it is, or vanishes.
  }

  /**
   * {@return how far a store to a mapping has to travel to survive a loss of power}
   *
   * @param synchronousMapping whether the kernel has accepted {@code MAP_SYNC} for the mapping
   */
  default PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return PersistenceDomain.UNKNOWN;
  }

  /**
   * {@return the observer that is told what mappings do to make stores durable, which they then do not do themselves;
   * empty except for memory of tests}
   */
  default Optional<StoreObserver> observer() {
    return Optional.empty();
  }

  /**
   * Has the NVDIMMs that the memory is made of write their own buffers to the media.
   *
   * @param attempt what was attempted
   * @return whether that was done; false if it is never needed
   * @throws DaxException with EOPNOTSUPP if there are none, or there is no way; or as the kernel refuses
   */
  default boolean deepFlush(String attempt) throws DaxException {
    throw DaxException.of(Errno.EOPNOTSUPP, attempt, "there is no NVDIMM behind it, whose buffers could be flushed",
        "persist what is to survive, where the persistence domain is a durable one");
  }

  /**
   * {@return why memory could not be touched: when it was to be mapped, or later}
   *
   * @param attempt what was attempted
   * @param at where it is in the mapping, in bytes
   */
  default DaxException unreachable(String attempt, long at) {
    return DaxException.of(Errno.EFAULT, attempt, "the memory at " + ByteSize.hex(at) + " of it is gone",
        "see who has truncated the file that it is made of");
  }

  /**
   * {@return the NUMA node of the memory, -1 if none was asked for}
   */
  default int node() {
    return -1;
  }

  /**
   * {@return the attributes that a region of this memory shows beside those of Linux, by name}
   */
  default Map<String, String> properties() {
    return Map.of();
  }

  /**
   * Makes a part of the memory ready for the device that is to have it: clears it, if that is the policy. Called without
   * the region lock.
   *
   * @param part a part of the file, inside one of the {@link #extents}
   * @throws DaxException if it cannot be done
   */
  default void prepare(Extent part) throws DaxException {
    // Most memory is used as it is.
  }

  /** Gives everything back, once; a further call does nothing, or what is left to do. Never throws. */
  void close();
}
