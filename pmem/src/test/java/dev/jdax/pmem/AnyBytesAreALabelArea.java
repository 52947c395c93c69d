// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

/** No bytes make {@link LabelArea} fail, or allocate more than 64 times their number. */
class AnyBytesAreALabelArea {
  /** For an area of no bytes, and for what is linked at the first call. */
  private static final long SPARE = 1 << 20;

  private static void readWithinBounds(byte[] area, long offset) {
    long before = LabelMedia.allocatedBytes();
    LabelArea read = LabelArea.parse(area, offset);
    long allocated = LabelMedia.allocatedBytes() - before;
    assertThat(allocated).isLessThanOrEqualTo(64L * area.length + SPARE);
    read.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
    assertThat(read.used().size() + read.freeSlots()).isLessThanOrEqualTo(area.length / 128);
    assertThat(read.reservations()).hasSameSizeAs(read.live());
    CxlLabelArea.of(read, area).ifPresent(cxl -> cxl.problems()
        .forEach(problem -> assertThat(problem.toString()).isNotEmpty()));
  }

  private static byte[] noise(Random random, int size) {
    byte[] area = new byte[size];
    random.nextBytes(area);
    return area;
  }

  @Test
  void noise() {
    LabelMedia.eachSeed(300, random -> readWithinBounds(noise(random, random.nextInt(1 << random.nextInt(1, 22))),
        random.nextLong()));
  }

  @Test
  void noiseUnderValidIndexBlocks() {
    LabelMedia.eachSeed(300, random -> {
      LabelVersion version = LabelVersion.values()[random.nextInt(2)];
      LabelGeometry geometry = new LabelGeometry(1024 + random.nextInt(1 << random.nextInt(1, 21)), version);
      byte[] area = noise(random, (int) geometry.areaSize());
      byte[] bitmap = noise(random, geometry.indexSize() - IndexBlock.HEADER);
      for (int number = 0; number < 2; number++) {
        IndexBlock block = IndexBlock.blank(geometry, number, number + 1)
            .withFree(Bytes.copyOf(bitmap, 0, bitmap.length));
        LabelMedia.put(area, number * geometry.indexSize(), block.withChecksum().toBytes());
      }
      assertThat(LabelArea.parse(area, 0).blank()).isFalse();
      readWithinBounds(area, random.nextLong());
    });
  }

  @Test
  void areasOfLinuxWithBytesChanged() {
    LabelMedia.eachSeed(1000, random -> {
      LabelVersion version = LabelVersion.values()[random.nextInt(2)];
      LabelGeometry geometry = new LabelGeometry(LabelMedia.SIZE, version);
      byte[] area = LabelMedia.damaged(LabelMedia.ofLinux(version), geometry, random.nextInt(2), block -> {
        for (int i = random.nextInt(4); i >= 0; i--) {
          block.put(16 + random.nextInt(240), (byte) random.nextInt());
        }
      });
      readWithinBounds(Arrays.copyOf(area, random.nextInt(4) == 0 ? random.nextInt(area.length) : area.length), 0);
    });
  }

  @Test
  void areasOfCxlMemoryWithBytesChanged() {
    LabelMedia.eachSeed(500, random -> {
      byte[] area = CxlMedia.sound();
      for (int i = random.nextInt(8); i >= 0; i--) {
        area[random.nextInt(512 + 4 * CxlLabel.SIZE)] = (byte) random.nextInt();
      }
      for (int slot = 0; slot < 4; slot++) {
        MediaOfBytes.seal(area, 512 + slot * CxlLabel.SIZE, CxlLabel.SIZE, LabelField.CHECKSUM);
      }
      readWithinBounds(area, random.nextLong());
    });
  }

  @Test
  void signaturesEverywhere() {
    byte[] area = new byte[2 << 20];
    byte[] block = IndexBlock.blank(new LabelGeometry(LabelMedia.SIZE, LabelVersion.V1_2), 0, 1).toBytes();
    for (int at = 0; at < area.length; at += block.length) {
      LabelMedia.put(area, at, block);
    }
    readWithinBounds(area, 0);
    long before = LabelMedia.allocatedBytes();
    LabelAreaSize.in(area);
    assertThat(LabelMedia.allocatedBytes() - before).isLessThanOrEqualTo(64L * area.length);
  }
}
