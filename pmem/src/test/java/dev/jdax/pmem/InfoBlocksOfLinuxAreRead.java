// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;
import dev.jdax.pmem.InfoBlockCheck.DataRange;
import dev.jdax.pmem.InfoBlockCheck.Result;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks that Linux wrote, beside what ndctl and sysfs said of them; and Linux's checksums (P-54). */
class InfoBlocksOfLinuxAreRead {
  private static final long MIB = 1L << 20;
  private static final String NIL = "00000000-0000-0000-0000-000000000000";

  /** One namespace; {@code usable} and {@code resource} are attributes of its device in sysfs. */
  private record Namespace(String file, LinuxView mode, MapLocation map, PageSize align, long start, long rawSize,
      long usable, long resource, String uuid, String rawUuid) {
  }

  private static List<Namespace> namespaces() {
    return List.of(
        new Namespace("devdax-4k-at-0", LinuxView.DEVDAX, MapLocation.DEVICE, PageSize.SIZE_4K, 0x100000000L, 256 * MIB,
            262144000, 0x100600000L, "a2ac2a16-3ad1-4e2d-8a33-9159a9d90370", NIL),
        new Namespace("labels-v1.1-at-0", LinuxView.DEVDAX, MapLocation.DEVICE, PageSize.SIZE_2M, 0x110000000L,
            100663296, 98566144, 0x110200000L, "17370cfe-2293-4ece-8290-3c28f141fc89",
            "8e33ca3a-fe1f-49ff-9d7d-ce2642118fcc"),
        new Namespace("labels-v1.1-at-96M", LinuxView.DEVDAX, MapLocation.RAM, PageSize.SIZE_4K, 0x116000000L, 67108864,
            65011712, 0x116200000L, "2d7f615c-89f7-4d0b-8fce-96e8c05a81cb", "2aef08e5-dead-4379-9f5b-03f0a4dbca85"),
        new Namespace("labels-v1.2-at-0", LinuxView.DEVDAX, MapLocation.DEVICE, PageSize.SIZE_2M, 0x120000000L,
            67108864, 65011712, 0x120200000L, "cb8deb40-e54a-4ad5-8b79-970b7ec1c010",
            "b1a76133-cc12-4b36-9b65-2341fbc3195c"),
        new Namespace("labels-v1.2-at-64M", LinuxView.FSDAX, MapLocation.DEVICE, PageSize.SIZE_2M, 0x124000000L,
            67108864, 65011712, 0x124200000L, "d41aed12-2323-4fc8-9fa8-13a205536c3a",
            "133ce22a-bc3b-4ff5-8147-fc01611acf33"),
        new Namespace("labels-v1.2-at-128M", LinuxView.DEVDAX, MapLocation.RAM, PageSize.SIZE_2M, 0x128000000L,
            67108864, 65011712, 0x128200000L, "0495f093-1bb9-4b4f-b96f-740899005a8c",
            "2cd65776-05e6-4d04-91c0-806f0c26caf6"));
  }

  private static byte[] bytes(Namespace namespace) throws IOException {
    try (InputStream in = InfoBlocksOfLinuxAreRead.class
        .getResourceAsStream("/info-blocks/" + namespace.file + ".bin")) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("namespaces")
  void asLinuxReadsThem(Namespace namespace) throws Exception {
    InfoBlock block = InfoBlock.parse(bytes(namespace));
    assertThat(block.signature().view()).isEqualTo(namespace.mode);
    assertThat(block.uuid()).hasToString(namespace.uuid);
    assertThat(block.parentUuid()).hasToString(namespace.rawUuid);
    assertThat(block.map()).contains(namespace.map);
    assertThat(block.align()).isEqualTo(namespace.align.bytes());
    assertThat(block.major() + "." + block.minor()).isEqualTo("1.4");
    assertThat(block.padding().isZero()).isTrue();
    assertThat(block.checksum()).isEqualTo(block.computedChecksum());
  }

  @ParameterizedTest
  @MethodSource("namespaces")
  void andWrittenAsLinuxWroteThem(Namespace namespace) throws Exception {
    assertThat(InfoBlock.parse(bytes(namespace)).toBytes()).isEqualTo(bytes(namespace));
  }

  @ParameterizedTest
  @MethodSource("namespaces")
  void withTheDataWhereLinuxHasThem(Namespace namespace) throws Exception {
    Result result = InfoBlockCheck.check(Optional.of(bytes(namespace)), new Surroundings(
        UUID.fromString(namespace.rawUuid), namespace.start, namespace.rawSize, 0, Surroundings.ALL));
    assertThat(result.problems()).isEmpty();
    assertThat(result.linux()).isEqualTo(namespace.mode);
    assertThat(result.infoBlock()).contains(InfoBlock.parse(bytes(namespace)));
    assertThat(result.data()).contains(new DataRange(namespace.resource - namespace.start, namespace.usable));
  }

  @ParameterizedTest
  @MethodSource("namespaces")
  void andThePlannerWouldHaveMadeThem(Namespace namespace) throws Exception {
    Plan plan = Plan.ofRaw(namespace.rawSize, namespace.start, namespace.align, namespace.map);
    assertThat(plan.dataSize()).isEqualTo(namespace.usable);
    Signature signature = namespace.mode == LinuxView.FSDAX ? Signature.FSDAX : Signature.DEVDAX;
    assertThat(plan.toInfoBlock(signature, UUID.fromString(namespace.uuid), UUID.fromString(namespace.rawUuid))
        .toBytes()).isEqualTo(bytes(namespace));
  }

  @ParameterizedTest(name = "{0} MiB, map {1}, alignment {2}")
  @CsvSource({
      "  1024, dev, SIZE_2M,  0x1200000,   0x3ee00,        0, 0x17bb35e01cde84b1,   1006",
      "  1024, mem, SIZE_2M,   0x200000,   0x3fe00,        0, 0x25fa31f21bde94b0,   1022",
      "  1024, mem, SIZE_4K,   0x200000,   0x3fe00,        0, 0xa8d8e1f21bbea4b0,   1022",
      "  1024, dev, SIZE_4K,  0x1200000,   0x3ee00,        0, 0x9a99e5e01cbe94b1,   1006",
      "   256, dev, SIZE_2M,   0x600000,    0xfa00,        0, 0x169a75e01c1b90b1,    250",
      "    16, dev, SIZE_2M,   0x200000,     0xe00,        0, 0x167935e01bdaa4b1,     14",
      "  4096, dev, SIZE_1G, 0x40000000,   0xc0000,        0, 0x89e215e09ba696b1,   3072",
      "  4096, mem, SIZE_1G, 0x40000000,   0xc0000,        0, 0x89e211f29ba696b0,   3072",
      "  1025, dev, SIZE_2M,  0x1200000,   0x3ee00, 0x100000, 0x567b35e01cee84b1,   1006",
      "129024, dev, SIZE_2M, 0x7e200000, 0x1f01e00,        0, 0xd3b835e09bcab4b1, 127006"})
  void theReferencesVectorsComeOut(long size, String map, PageSize align, String dataOffset, String pages,
      String endTrunc, String checksum, long data) throws Exception {
    Plan plan = Plan.ofRaw(size * MIB, 0x100000000L, align, MapLocation.ofWord(map).orElseThrow());
    InfoBlock block = plan.toInfoBlock(Signature.DEVDAX, UUID.fromString("11111111-1111-1111-1111-111111111111"),
        UUID.fromString(NIL));
    assertThat(block.dataOffset()).isEqualTo(Long.decode(dataOffset)).isEqualTo(plan.dataOffset());
    assertThat(block.pages()).isEqualTo(Long.decode(pages)).isEqualTo(plan.pages());
    assertThat(block.endTrunc()).isEqualTo(Long.decode(endTrunc)).isEqualTo(plan.endTrunc());
    assertThat(block.checksum()).isEqualTo(Long.parseUnsignedLong(checksum.substring(2), 16));
    assertThat(plan.dataSize()).isEqualTo(data * MIB);
    assertThat(InfoBlockCheck.check(Optional.of(block.toBytes()),
        new Surroundings(UUID.fromString(NIL), 0x100000000L, size * MIB, 0, Surroundings.ALL)))
        .isEqualTo(new Result(LinuxView.DEVDAX, Optional.of(block), Optional.empty(), List.of(),
            Optional.of(new DataRange(plan.dataOffset(), plan.dataSize()))));
  }

  @ParameterizedTest(name = "at {0}, {1} MiB, map {2}, alignment {3}")
  @CsvSource({
      "0x100000000, 256, dev, SIZE_2M, 00112233-4455-6677-8899-aabbccddeeff, ff, 0xe546f6c6a41b079d",
      "0x110000000, 256, mem, SIZE_4K, 00112233-4455-6677-8899-aabbccddee01, 01, 0x47b562d8a7bb1b9c",
      "0x120000000,  16, dev, SIZE_2M, 00112233-4455-6677-8899-aabbccddee02, 02, 0xaf25b6c6a9da1b9d",
      "0x100000000, 256, dev, SIZE_2M, 11111111-1111-1111-1111-111111111111, ff, 0x7e79c768823d6e49"})
  void checksumsThatLinuxWroteComeOut(String base, long size, String map, PageSize align, UUID uuid, String parent,
      String checksum) throws Exception {
    InfoBlock block = Plan.ofRaw(size * MIB, Long.decode(base), align, MapLocation.ofWord(map).orElseThrow())
        .toInfoBlock(Signature.DEVDAX, uuid, UUID.fromString("00112233-4455-6677-8899-aabbccddee" + parent));
    assertThat(block.checksum()).isEqualTo(Long.parseUnsignedLong(checksum.substring(2), 16));
  }
}
