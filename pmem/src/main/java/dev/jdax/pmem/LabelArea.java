// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.ByteSize;

/**
 * The label area of a DIMM, as Linux sees it when it finds the DIMM ({@code nd_label_data_init} in
 * drivers/nvdimm/label.c). Any bytes are one; of most, nothing in them is valid.
 *
 * @param offset where it begins in the file
 * @param geometry its size, and the version that Linux finds, or that fits best
 * @param indexes the two index blocks; none if the area is too small
 * @param current which of them counts, and why
 * @param used the slots that the current index block counts as taken, with their labels
 * @param stale the other slots in which something is, which Linux ignores; all, if no index block is valid
 * @param freeSlots how many slots are free
 * @param problems everything that is wrong in the area, without what is in {@code stale}
 */
public record LabelArea(long offset, LabelGeometry geometry, List<IndexCopy> indexes, CurrentIndex current,
    List<LabelSlot> used, List<LabelSlot> stale, int freeSlots, List<Problem> problems) {
  /**
   * {@return what is in a label area}
   *
   * <p>The size of a label is not known before an index block is valid: Linux tries 128 bytes, then 256. An area
   * without a valid block is read with the size that has fewer problems, 256 if they are equal.
   *
   * @param area all bytes of the area
   * @param offset where it begins in the file
   */
  public static LabelArea parse(byte[] area, long offset) {
    Attempt best = null;
    for (LabelVersion version : LabelVersion.values()) {
      LabelGeometry geometry = new LabelGeometry(area.length, version);
      if (geometry.usable()) {
        Attempt attempt = Attempt.of(area, geometry, offset);
        if (attempt.current.number().isPresent()) {
          return attempt.read(area, offset);
        }
        best = best == null || attempt.failures() <= best.failures() ? attempt : best;
      }
    }
    return best == null ? tooSmall(area, offset) : best.read(area, offset);
  }

  /** {@return the slots that are free: those that the index block says, or all if none counts} */
  static BitSet freeSlots(Optional<IndexBlock> index, int slots) {
    return index.map(IndexBlock::freeSlots).orElseGet(() -> {
      BitSet all = new BitSet();
      all.set(0, slots);
      return all;
    });
  }

  private static LabelArea tooSmall(byte[] area, long offset) {
    Problem problem = new Problem("label area", "size", offset, ByteSize.format(area.length),
        "at least 768 bytes: two index blocks of 256 bytes and two labels", "Linux fails the DIMM (ENXIO)");
    return new LabelArea(offset, new LabelGeometry(area.length, LabelVersion.V1_2), List.of(),
        new CurrentIndex(OptionalInt.empty(), "there is no room for an index block"), List.of(), List.of(), 0,
        List.of(problem));
  }

  /**
   * {@return the label area at the end of an image, or empty if there is none}
   *
   * <p>A label area does not say how large it is. It begins where an index block is whose offsets are those of an
   * area that goes from there to the end; see {@link LabelAreaSize}.
   *
   * @param fileSize the size of the image in bytes
   * @param media the image
   * @throws IOException if it cannot be read
   */
  static Optional<LabelArea> find(long fileSize, MediaReader media) throws IOException {
    int length = (int) Math.min(fileSize, LabelAreaSize.LARGEST);
    byte[] tail = media.read(fileSize - length, length);
    OptionalInt size = LabelAreaSize.in(tail);
    return size.isEmpty()
        ? Optional.empty()
        : Optional.of(parse(Arrays.copyOfRange(tail, length - size.getAsInt(), length), fileSize - size.getAsInt()));
  }

  /**
   * {@return whether no index block is valid: Linux then makes one namespace of the whole region}
   */
  public boolean blank() {
    return current.number().isEmpty();
  }

  /**
   * {@return the version of the labels}
   */
  public LabelVersion version() {
    return geometry.version();
  }

  /**
   * {@return the size of the area in bytes}
   */
  public long size() {
    return geometry.areaSize();
  }

  /**
   * {@return the current index block, or empty if none is valid}
   */
  public Optional<IndexBlock> index() {
    return blank() ? Optional.empty() : indexes.get(current.number().getAsInt()).block();
  }

  /**
   * {@return how many more labels Linux writes ({@code available_slots}): one free slot is kept for updates}
   */
  public int availableSlots() {
    return Math.max(freeSlots - 1, 0);
  }

  /**
   * {@return the slots with the labels that Linux heeds: taken, and valid}
   */
  public List<LabelSlot> live() {
    return used.stream().filter(LabelSlot::valid).toList();
  }

  /**
   * {@return the space that Linux reserves, in the order of the slots}
   */
  public List<DpaReservation> reservations() {
    return live().stream().map(slot -> new DpaReservation(slot.number(), slot.label().uuid(), slot.label().dpa(),
        slot.label().rawSize())).toList();
  }

  /**
   * The index blocks of an area, read as if its labels had a certain size.
   *
   * @param geometry the geometry of that size
   * @param indexes the index blocks
   * @param current which of them counts
   */
  private record Attempt(LabelGeometry geometry, List<IndexCopy> indexes, CurrentIndex current) {
    static Attempt of(byte[] area, LabelGeometry geometry, long offset) {
      List<IndexCopy> copies = List.of(IndexCopy.of(area, 0, geometry, offset),
          IndexCopy.of(area, 1, geometry, offset));
      return new Attempt(geometry, copies, CurrentIndex.of(copies));
    }

    int failures() {
      return indexes.stream().mapToInt(copy -> copy.problems().size()).sum();
    }

    LabelArea read(byte[] area, long offset) {
      List<Problem> problems = new ArrayList<>();
      indexes.forEach(copy -> problems.addAll(copy.problems()));
      OptionalInt number = current.number();
      Optional<IndexBlock> index = number.isEmpty() ? Optional.empty() : indexes.get(number.getAsInt()).block();
      int slots = index.map(IndexBlock::mappedSlots).orElse(geometry.slots());
      index.filter(block -> block.slots() > slots)
          .ifPresent(block -> problems.add(beyondBitmap(block, indexes.get(number.getAsInt()))));
      BitSet free = freeSlots(index, slots);
      List<LabelSlot> used = new ArrayList<>();
      List<LabelSlot> stale = new ArrayList<>();
      for (int slot = 0; slot < slots; slot++) {
        int at = Math.toIntExact(geometry.slotOffset(slot));
        int end = at + geometry.version().labelSize();
        if (!free.get(slot) || !isZero(area, at, end)) {
          Label label = Label.parse(geometry.version(), Arrays.copyOfRange(area, at, end));
          LabelSlot found = new LabelSlot(slot, offset + at, !free.get(slot), label, label.check(slot, offset + at));
          (found.used() ? used : stale).add(found);
        }
      }
      used.forEach(slot -> problems.addAll(slot.problems()));
      return new LabelArea(offset, geometry, indexes, current, List.copyOf(used), List.copyOf(stale),
          free.cardinality(), List.copyOf(problems));
    }

    /** Linux does not check it: of areas of few sizes, labels fit where the bitmap of the block has ended. */
    private static Problem beyondBitmap(IndexBlock block, IndexCopy place) {
      return new Problem("index block " + place.number(), "nslot", place.offset() + 56, Long.toString(block.slots()),
          "at most " + block.mappedSlots() + ", as many as the bitmap has bits",
          "Linux takes the bytes behind the block for the bits of the other slots; jdax leaves those slots out");
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
      for (int i = from; i < to; i++) {
        if (bytes[i] != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
