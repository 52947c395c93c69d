// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** The DIMMs of an interleave set, put together here: labels on each, and data on all in turn. */
final class SetMedia {
  private final List<MadeMedia> dimms;
  private final int turn;

  private SetMedia(List<MadeMedia> dimms, int turn) {
    this.dimms = dimms;
    this.turn = turn;
  }

  /** A set of so many DIMMs of a size, each with its turn after so many bytes. */
  static SetMedia of(int dimms, long size, int turn, LabelVersion version) {
    return new SetMedia(IntStream.range(0, dimms).mapToObj(i -> MadeMedia.labelled(size, version)).toList(), turn);
  }

  /** A label of a set, with its checksum. */
  static Label member(Label label, int labelCount, int position) {
    byte[] bytes = label.toBytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(LabelField.LABEL_COUNT, (short) labelCount)
        .putShort(LabelField.POSITION, (short) position);
    return Label.parse(label.version(), bytes).withChecksum();
  }

  /** Adds a label on each DIMM. */
  SetMedia label(long dpa, long size) {
    return label(dpa, size, (label, position) -> label);
  }

  /** Adds a label on each DIMM, in which something is changed; null for none on that DIMM. */
  SetMedia label(long dpa, long size, BiFunction<Label, Integer, Label> change) {
    for (int position = 0; position < dimms.size(); position++) {
      Label label = member(dimms.get(position).next(dpa, size, Abstraction.DAX), dimms.size(), position);
      Label changed = change.apply(label, position);
      if (changed != null) {
        dimms.get(position).add(changed);
      }
    }
    return this;
  }

  /** Puts the info block of a devdax namespace where the region has it. */
  SetMedia infoBlock(long dpa, long size, UUID uuid) {
    long offset = dpa * dimms.size();
    return bytes(offset + InfoBlock.OFFSET, MadeMedia.block(offset, size * dimms.size(), uuid).toBytes());
  }

  /** Puts bytes at a place of the region: each where its DIMM has it. */
  SetMedia bytes(long offset, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      long at = offset + i;
      long dpa = at / turn / dimms.size() * turn + at % turn;
      dimms.get((int) (at / turn % dimms.size())).bytes(dpa, new byte[]{bytes[i]});
    }
    return this;
  }

  MadeMedia dimm(int position) {
    return dimms.get(position);
  }

  /** {@return the images, by position} */
  List<Path> in(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (MadeMedia dimm : dimms) {
      files.add(dimm.in(folder));
    }
    return files;
  }
}
