// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link LabelArea#find}: nothing says how large the area is. */
class ALabelAreaIsFoundAtTheEnd {
  private int reads;

  /** An image that is empty up to its end. */
  private Optional<LabelArea> find(long fileSize, byte[] end) throws IOException {
    return LabelArea.find(fileSize, (offset, length) -> {
      reads++;
      assertThat(offset).isNotNegative();
      assertThat(offset + length).isLessThanOrEqualTo(fileSize);
      byte[] bytes = new byte[length];
      int from = (int) Math.max(0, fileSize - end.length - offset);
      int skipped = (int) Math.max(0, offset - (fileSize - end.length));
      System.arraycopy(end, skipped, bytes, from, length - from);
      return bytes;
    });
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void ofLinux(LabelVersion version) throws IOException {
    byte[] area = LabelMedia.ofLinux(version);
    for (long before : new long[]{0, 4096, 256L << 20, (1L << 40) + 12345}) {
      reads = 0;
      LabelArea found = find(before + area.length, area).orElseThrow();
      assertThat(found).isEqualTo(LabelArea.parse(area, before));
      assertThat(found.offset()).isEqualTo(before);
      assertThat(reads).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"128", "132", "256", "300", "1024", "1764", "2044", "2048"})
  void ofEverySize(int kib) throws IOException {
    for (LabelVersion version : LabelVersion.values()) {
      byte[] area = LabelMedia.empty(kib << 10, version, 3, 2);
      assertThat(find(1L << 32, area).orElseThrow().geometry()).isEqualTo(new LabelGeometry(kib << 10, version));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1024, 128 << 10, 1 << 20, 64 << 20})
  void whereThereIsNone(long fileSize) throws IOException {
    assertThat(find(fileSize, new byte[0])).isEmpty();
    byte[] text = new byte[(int) Math.min(fileSize, 2 << 20)];
    Arrays.fill(text, (byte) 'N');
    assertThat(find(fileSize, text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void byTheBlockThatIsLeft(int lost) throws IOException {
    byte[] area = LabelMedia.ofLinux(V1_2);
    Arrays.fill(area, 256 * lost, 256 * lost + 256, (byte) 0);
    LabelArea found = find(1 << 30, area).orElseThrow();
    assertThat(found.size()).isEqualTo(area.length);
    assertThat(found.current().number()).hasValue(1 - lost);
  }

  @Test
  void thoughBothBlocksAreDamaged() throws IOException {
    byte[] area = LabelMedia.ofLinux(V1_1);
    area[64] ^= 1;
    area[256 + 64] ^= 1;
    LabelArea found = find(1 << 30, area).orElseThrow();
    assertThat(found.size()).isEqualTo(area.length);
    assertThat(found.blank()).isTrue();
  }

  @Test
  void aSignatureWithOtherOffsetsIsNone() throws IOException {
    // Index block 1 stands where an area of 128 KiB has its block 0.
    byte[] area = LabelMedia.ofLinux(V1_2);
    byte[] block = Arrays.copyOfRange(area, 256, 512);
    byte[] end = new byte[LabelMedia.SIZE];
    LabelMedia.put(end, 0, block);
    assertThat(find(1 << 30, end)).isEmpty();
  }

  @Test
  void aDamagedOneInTheDataDoesNotHideTheRealOne() throws IOException {
    byte[] end = new byte[512 << 10];
    byte[] bogus = LabelMedia.empty(512 << 10, V1_1, 3, 2);
    bogus[64] ^= 1;
    LabelMedia.put(end, 0, Arrays.copyOf(bogus, 512));
    LabelMedia.put(end, end.length - LabelMedia.SIZE, LabelMedia.ofLinux(V1_2));
    assertThat(find(1 << 30, end).orElseThrow().size()).isEqualTo(LabelMedia.SIZE);
  }

  @Test
  void aDamagedOneBehindIsLessThanAWholeOne() throws IOException {
    byte[] end = LabelMedia.empty(512 << 10, V1_2, 3, 2);
    byte[] bogus = LabelMedia.empty(LabelMedia.SIZE, V1_2, 3, 2);
    bogus[64] ^= 1;
    LabelMedia.put(end, end.length - LabelMedia.SIZE, Arrays.copyOf(bogus, 256));
    assertThat(find(1 << 30, end).orElseThrow().size()).isEqualTo(512 << 10);
  }

  @Test
  void ofTwoWholeOnesTheOneAtTheEndCounts() throws IOException {
    byte[] end = LabelMedia.empty(512 << 10, V1_2, 3, 2);
    LabelMedia.put(end, end.length - LabelMedia.SIZE, LabelMedia.ofLinux(V1_1));
    LabelArea found = find(1 << 30, end).orElseThrow();
    assertThat(found.size()).isEqualTo(LabelMedia.SIZE);
    assertThat(found.live()).hasSize(2);
  }
}
