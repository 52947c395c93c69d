// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import dev.jdax.pmem.CurrentIndex;
import dev.jdax.pmem.IndexBlock;
import dev.jdax.pmem.IndexCopy;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LabelSlot;
import dev.jdax.pmem.LabelVersion;

/**
 * A label area for programs: {@code index} and {@code label} as {@code ndctl read-labels -j} has them, and some more.
 *
 * @param offset where it begins in the file
 * @param used how many slots the current index block counts as taken
 * @param current why which index block counts
 */
record LabelAreaJson(long offset, long size, String version, int slots, int used, int free, String current,
    List<Index> index, List<SlotLabel> label) {
  /** An index block; a block without a signature has no fields, as it is none. */
  record Index(String signature, Integer major, Integer minor, Integer labelsize, Long seq, Long nslot, long offset,
      boolean valid, boolean current, List<ProblemJson> problems) {
    static List<Index> of(List<IndexCopy> copies, CurrentIndex current) {
      return copies.stream().map(copy -> of(copy, current.number().orElse(-1) == copy.number())).toList();
    }

    private static Index of(IndexCopy copy, boolean current) {
      List<ProblemJson> problems = ProblemJson.of(copy.problems());
      if (copy.block().isEmpty()) {
        return new Index(null, null, null, null, null, null, copy.offset(), copy.valid(), current, problems);
      }
      IndexBlock block = copy.block().get();
      return new Index("NAMESPACE_INDEX", block.major(), block.minor(), block.labelSize(), block.sequence(),
          block.slots(), copy.offset(), copy.valid(), current, problems);
    }
  }

  /** A label; the GUIDs are there in labels of 256 bytes. */
  record SlotLabel(String uuid, String name, long slot, int position, int nlabel, long flags, BigInteger isetcookie,
      BigInteger lbasize, BigInteger dpa, BigInteger rawsize, String type_guid, String abstraction_guid, long offset,
      boolean used, List<ProblemJson> problems) {
    static SlotLabel of(LabelSlot place) {
      Label label = place.label();
      boolean guids = label.version() == LabelVersion.V1_2;
      return new SlotLabel(label.uuid().toString(), label.name(), label.slot(), label.position(), label.labelCount(),
          Integer.toUnsignedLong(label.flags()), Json.unsigned(label.cookie()), Json.unsigned(label.lbaSize()),
          Json.unsigned(label.dpa()), Json.unsigned(label.rawSize()), guids ? asNdctlWrites(label.type()) : null,
          guids ? asNdctlWrites(label.abstractionGuid()) : null, place.offset(), place.used(),
          ProblemJson.of(place.problems()));
    }
  }

  static LabelAreaJson of(LabelArea area) {
    List<Index> index = Index.of(area.indexes(), area.current());
    List<SlotLabel> labels = shown(area).map(SlotLabel::of).toList();
    return new LabelAreaJson(area.offset(), area.size(), area.version().toString(), area.used().size()
        + area.freeSlots(), area.used().size(), area.freeSlots(), area.current().reason(), index, labels);
  }

  /**
   * {@return the slots that are shown, by their number}
   *
   * <p>ndctl shows what says the slot that it is in, whether the slot is taken or not. Here also what is taken and
   * says another slot is shown.
   */
  static Stream<LabelSlot> shown(LabelArea area) {
    Stream<LabelSlot> left = area.stale().stream().filter(place -> place.label().slot() == place.number());
    return Stream.concat(area.used().stream(), left).sorted((one, other) -> one.number() - other.number());
  }

  /** {@return a GUID in the order of its bytes on media, in which ndctl prints it: the first three groups reversed} */
  private static String asNdctlWrites(UUID guid) {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    long groups = guid.getMostSignificantBits();
    bytes.putInt((int) (groups >> 32)).putShort((short) (groups >> 16)).putShort((short) groups).flip();
    return new UUID(bytes.order(ByteOrder.BIG_ENDIAN).getLong(), guid.getLeastSignificantBits()).toString();
  }
}
