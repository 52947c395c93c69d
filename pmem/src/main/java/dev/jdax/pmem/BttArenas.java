// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import dev.jdax.ByteSize;

/**
 * The arenas of a namespace whose first info block of a BTT Linux takes, and what it then makes of them
 * ({@code nvdimm_namespace_attach_btt} and {@code discover_arenas} in drivers/nvdimm/btt.c).
 *
 * <p>The map and the log are not read: Linux also makes nothing of an arena whose log is damaged.
 *
 * @param linux {@link LinuxView#SECTOR}, or {@link LinuxView#NONE} if Linux makes nothing of them
 * @param size how much data the disk holds, in bytes; 0 if there is none
 * @param problems what is not as it should be
 */
record BttArenas(LinuxView linux, long size, List<Problem> problems) {
  private static final long LEAST = 16L << 20;
  private static final long LARGEST = 512L << 30;
  /** The log has such an entry for each free block ({@code struct log_group}). */
  private static final int LOG_GROUP = 64;
  private static final String NOTHING = "Linux makes no disk of the namespace";

  /**
   * {@return what Linux makes of the arenas of a namespace}
   *
   * @param media the media, by offsets in the file
   * @param around the namespace
   * @param first the info block of its first arena, sound and of the version that belongs at its place
   */
  static BttArenas of(MediaReader media, Surroundings around, BttInfoBlock first) throws IOException {
    return new Walk(media, around).from(first);
  }

  /**
   * {@return that the copy of a damaged first info block is sound, if it is: Linux does not look at it, and ndctl can
   * restore the block from it}
   */
  static Optional<Problem> soundCopy(MediaReader media, Surroundings around) throws IOException {
    long arena = Math.min(around.size() - around.blockOffset(), LARGEST);
    long at = around.blockOffset() + arena - arena % InfoBlock.PAGE - BttInfoBlock.SIZE;
    if (arena < LEAST || !isSound(media.read(around.fileOffset() + at, BttInfoBlock.SIZE), around)) {
      return Optional.empty();
    }
    return Optional.of(new Problem("copy of the info block", InfoBlockField.SIGNATURE.toString(),
        around.fileOffset() + at, "sound", "a copy of the block at the beginning, which is damaged",
        "Linux does not look at the copy; ndctl check-namespace --repair restores the block from it"));
  }

  /** {@return whether Linux takes a block for one of the namespace ({@code nd_btt_arena_is_valid})} */
  private static boolean isSound(byte[] bytes, Surroundings around) {
    if (!BttInfoBlock.isOne(bytes)) {
      return false;
    }
    BttInfoBlock block = BttInfoBlock.parse(bytes);
    return (block.parentUuid().equals(Guids.NULL) || block.parentUuid().equals(around.parentUuid()))
        && block.checksum() == block.computedChecksum();
  }

  /** The walk from arena to arena. */
  private static final class Walk {
    private final MediaReader media;
    private final Surroundings around;
    private final List<Problem> problems = new ArrayList<>();

    Walk(MediaReader media, Surroundings around) {
      this.media = media;
      this.around = around;
    }

    BttArenas from(BttInfoBlock first) throws IOException {
      long left = around.size() - around.blockOffset();
      if (left < LEAST) {
        problems.add(new Problem("namespace", "rawsize", around.fileOffset(), ByteSize.hex(around.size()),
            "at least " + ByteSize.hex(LEAST + around.blockOffset()) + " for a BTT", NOTHING));
        return nothing();
      }
      if (first.externalLbaSize() == 0) {
        add(0, InfoBlockField.BTT_EXTERNAL_LBA_SIZE, "0", "512 or 4096, with at most 128 bytes of metadata", NOTHING);
        return nothing();
      }
      long at = 0;
      long sectors = 0;
      BttInfoBlock block = first;
      while (true) {
        if (!hasItsLog(at, block)) {
          return nothing();
        }
        checkRoom(at, block);
        checkCopy(at, block);
        sectors += block.externalBlocks();
        if (block.nextOffset() == 0 || block.nextOffset() == left) {
          return new BttArenas(LinuxView.SECTOR, sectors * first.sectorData(), List.copyOf(problems));
        }
        if (Long.compareUnsigned(block.nextOffset(), left - BttInfoBlock.SIZE) > 0) {
          add(at, InfoBlockField.BTT_NEXT_OFFSET, ByteSize.hex(block.nextOffset()),
              "0, or where another arena begins, at most " + ByteSize.hex(left - BttInfoBlock.SIZE), NOTHING);
          return nothing();
        }
        at += block.nextOffset();
        left -= block.nextOffset();
        byte[] bytes = media.read(file(at), BttInfoBlock.SIZE);
        if (!isSound(bytes, around)) {
          problems.add(new Problem("info block of an arena", InfoBlockField.SIGNATURE.toString(), file(at),
              "not that of a sound block",
              "a BTT's info block of this namespace with a right checksum, as the arena before "
                  + "it says",
              NOTHING));
          return nothing();
        }
        block = BttInfoBlock.parse(bytes);
      }
    }

    private BttArenas nothing() {
      return new BttArenas(LinuxView.NONE, 0, List.copyOf(problems));
    }

    /** {@return where a byte of the arenas is in the file} */
    private long file(long at) {
      return around.fileOffset() + around.blockOffset() + at;
    }

    private void add(long at, InfoBlockField field, String value, String allowed, String consequence) {
      problems.add(new Problem("info block", field.toString(), file(at) + field.offset(), value, allowed, consequence));
    }

    private boolean hasItsLog(long at, BttInfoBlock block) {
      long end = around.size() - around.blockOffset() - at;
      long length = block.freeBlocks() * LOG_GROUP;
      if (block.freeBlocks() == 0) {
        add(at, InfoBlockField.BTT_FREE_BLOCKS, "0", "1 or more; Linux writes 256", NOTHING);
        return false;
      }
      if (length > end || Long.compareUnsigned(block.logOffset(), end - length) > 0) {
        add(at, InfoBlockField.BTT_LOG_OFFSET, ByteSize.hex(block.logOffset()),
            "what leaves room for a log of " + ByteSize.hex(length) + " before the namespace's end, "
                + ByteSize.hex(end),
            NOTHING);
        return false;
      }
      return true;
    }

    /** Linux believes how many sectors there are. */
    private void checkRoom(long at, BttInfoBlock block) {
      long room = block.mapOffset() - block.dataOffset();
      long most = room <= 0 || block.internalLbaSize() == 0 ? 0 : room / block.internalLbaSize();
      if (block.externalBlocks() > most) {
        add(at, InfoBlockField.BTT_EXTERNAL_BLOCKS, Long.toString(block.externalBlocks()),
            "at most " + most + ", the sectors that have room between dataoff and mapoff",
            "Linux makes a disk with all of them, and fails to read some");
      }
    }

    private void checkCopy(long at, BttInfoBlock block) throws IOException {
      long end = around.size() - around.blockOffset() - at - BttInfoBlock.SIZE;
      if (Long.compareUnsigned(block.copyOffset(), end) > 0) {
        add(at, InfoBlockField.BTT_COPY_OFFSET, ByteSize.hex(block.copyOffset()), "at most " + ByteSize.hex(end),
            "Linux does not look for the copy of the block");
      } else if (!Arrays.equals(media.read(file(at + block.copyOffset()), BttInfoBlock.SIZE), block.toBytes())) {
        problems.add(new Problem("copy of the info block", InfoBlockField.SIGNATURE.toString(),
            file(at + block.copyOffset()), "not that of a copy", "a copy of the block at " + ByteSize.hex(file(at)),
            "Linux does not look at it, and nothing is left to repair the block from"));
      }
    }
  }
}
