// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

/** {@link CxlLabel}: read and written, field by field at the place that L-51 and L-52 give it. */
class ACxlLabelKeepsItsBytes {
  @Test
  void anyBytesAreWrittenAsTheyWereRead() {
    LabelMedia.eachSeed(500, random -> {
      for (UUID type : Arrays.asList(CxlRegionLabel.TYPE, CxlNamespaceLabel.TYPE, null)) {
        byte[] bytes = new byte[CxlLabel.SIZE];
        random.nextBytes(bytes);
        if (type != null) {
          Guids.putInStringOrder(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), type);
        }
        CxlLabel label = CxlLabel.parse(bytes);
        assertThat(label).isInstanceOf(type == null
            ? CxlOtherLabel.class
            : type.equals(CxlRegionLabel.TYPE) ? CxlRegionLabel.class : CxlNamespaceLabel.class);
        assertThat(label.toBytes()).isEqualTo(bytes);
        assertThat(CxlLabel.parse(label.toBytes())).isEqualTo(label);
        assertThat(label.type()).isEqualTo(type == null ? label.type() : type);
        assertThat(label.checksum()).isEqualTo(little(bytes).getLong(248));
      }
    });
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void theFieldsOfARegion() {
    CxlRegionLabel label = new CxlRegionLabel(new UUID(0x0011223344556677L, 0x8899aabbccddeeffL), 8, 4, 3, 0x1000,
        0x2000, 0x3000, 7, 4, 2, Bytes.zeros(172), 0).withChecksum();
    byte[] bytes = label.toBytes();
    ByteBuffer in = little(bytes);
    assertThat(Bytes.copyOf(bytes, 0, 16)).hasToString("529d7c61da0747c4a93fecdf2c06f444");
    assertThat(Bytes.copyOf(bytes, 16, 32)).hasToString("00112233445566778899aabbccddeeff");
    assertThat(List.of(in.getInt(32), (int) in.getShort(36), (int) in.getShort(38), in.getInt(64), in.getInt(68),
        in.getInt(72))).containsExactly(8, 4, 3, 7, 4, 2);
    assertThat(List.of(in.getLong(40), in.getLong(48), in.getLong(56))).containsExactly(0x1000L, 0x2000L, 0x3000L);
    assertThat(label.granularity()).hasValue(4096);
    assertThat(in.getLong(248)).isEqualTo(Fletcher64.ofStructure(bytes, 248));
  }

  @Test
  void theFieldsOfANamespace() {
    CxlNamespaceLabel label = new CxlNamespaceLabel(new UUID(1, 2), LabelName.encode("grün"), 8, 3, 2, 0x1000, 0x2000,
        9, 1, new UUID(3, 4), Abstraction.PFN.guid(), 4096, Bytes.zeros(86), 0).withChecksum();
    byte[] bytes = label.toBytes();
    ByteBuffer in = little(bytes);
    assertThat(Bytes.copyOf(bytes, 0, 16)).hasToString("68bb2c0a5a7749379f853caf41a0f93c");
    assertThat(Bytes.copyOf(bytes, 16, 32)).hasToString("00000000000000010000000000000002");
    assertThat(Bytes.copyOf(bytes, 32, 37)).hasToString("6772c3bc6e");
    assertThat(List.of(in.getInt(96), (int) in.getShort(100), (int) in.getShort(102), in.getInt(120), in.getInt(124),
        (int) in.getShort(160))).containsExactly(8, 3, 2, 9, 1, 4096);
    assertThat(List.of(in.getLong(104), in.getLong(112))).containsExactly(0x1000L, 0x2000L);
    assertThat(Bytes.copyOf(bytes, 128, 144)).hasToString("00000000000000030000000000000004");
    assertThat(Bytes.copyOf(bytes, 144, 160)).describedAs("a uuid, and no GUID")
        .hasToString("266400bafb9f4677bcb0968f11d0d225");
    assertThat(label.name()).isEqualTo("grün");
    assertThat(label.abstraction()).contains(Abstraction.PFN);
    assertThat(in.getLong(248)).isEqualTo(Fletcher64.ofStructure(bytes, 248));
  }

  @Test
  void aGranularityThatIsNoNumberIsNone() {
    for (long code : new long[]{0, 1, 54, 55, 0xffffffffL}) {
      CxlRegionLabel label = new CxlRegionLabel(Guids.NULL, 0, 1, 0, 0, 0, 0, 0, code, 0, Bytes.zeros(172), 0);
      assertThat(label.granularity().isPresent()).isEqualTo(code < 55);
      assertThat(label.granularity().orElse(256L)).isPositive();
    }
  }

  @Test
  void aLabelHasItsLength() {
    assertThatIllegalArgumentException().isThrownBy(() -> CxlLabel.parse(new byte[255]))
        .withMessage("a CXL label has 256 bytes, not 255");
    assertThatIllegalArgumentException().isThrownBy(() -> new CxlOtherLabel(Bytes.zeros(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CxlRegionLabel(Guids.NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, Bytes.zeros(1), 0))
        .withMessage("a region label has 172 reserved bytes, not 1");
    assertThatIllegalArgumentException().isThrownBy(() -> new CxlNamespaceLabel(Guids.NULL, Bytes.zeros(64), 0, 0, 0,
        0, 0, 0, 0, Guids.NULL, Guids.NULL, 0, Bytes.zeros(1), 0));
  }
}
