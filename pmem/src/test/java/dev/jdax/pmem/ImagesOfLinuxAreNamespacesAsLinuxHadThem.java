// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The images beside what {@code ndctl list} and sysfs said of them in the guest that wrote them. */
class ImagesOfLinuxAreNamespacesAsLinuxHadThem {
  private static final long MIB = 1L << 20;

  @TempDir
  private Path folder;

  private static void assertNamespace(Namespace namespace, String name, String uuid, String rawUuid, LinuxView mode,
      MapLocation map, PageSize alignment, long offset, long rawSize, long size, long resource) {
    assertThat(namespace.name()).isEqualTo(name);
    assertThat(namespace.uuid()).contains(UUID.fromString(uuid));
    assertThat(namespace.rawUuid()).isEqualTo(Optional.ofNullable(rawUuid).map(UUID::fromString));
    assertThat(namespace.mode()).isEqualTo(mode);
    assertThat(namespace.linux()).isEqualTo(mode);
    assertThat(namespace.map()).contains(map);
    assertThat(namespace.alignment()).contains(alignment);
    assertThat(namespace.offset()).isEqualTo(offset);
    assertThat(namespace.rawSize()).isEqualTo(rawSize);
    assertThat(namespace.size()).isEqualTo(size);
    assertThat(namespace.attachment().base() + offset + namespace.dataOffset()).isEqualTo(resource);
    assertThat(namespace.problems()).isEmpty();
  }

  @Test
  void withoutLabels() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.DEVDAX_4K.in(folder), Images.DEVDAX_4K.attachment())) {
      assertThat(image.labelArea()).isEmpty();
      assertThat(image.regionSize()).isEqualTo(256 * MIB);
      assertThat(image.namespaces()).hasSize(1);
      assertThat(image.namespaces().getFirst().device()).isEqualTo("namespace0.0");
      assertNamespace(image.namespaces().getFirst(), "", "a2ac2a16-3ad1-4e2d-8a33-9159a9d90370", null, LinuxView.DEVDAX,
          MapLocation.DEVICE, PageSize.SIZE_4K, 0, 256 * MIB, 262144000, 0x100600000L);
    }
  }

  @Test
  void withLabelsOfVersion11() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.LABELS_1_1.in(folder),
        Images.LABELS_1_1.attachment().withRegion(2))) {
      assertThat(image.regionSize()).isEqualTo(256 * MIB);
      assertThat(image.labelArea().orElseThrow().version()).isEqualTo(LabelVersion.V1_1);
      assertThat(image.namespaces()).extracting(Namespace::device).containsExactly("namespace2.0", "namespace2.1");
      assertNamespace(image.namespace("alpha"), "alpha", "17370cfe-2293-4ece-8290-3c28f141fc89",
          "8e33ca3a-fe1f-49ff-9d7d-ce2642118fcc", LinuxView.DEVDAX, MapLocation.DEVICE, PageSize.SIZE_2M, 0, 96 * MIB,
          98566144, 0x110200000L);
      assertNamespace(image.namespace("2aef08e5-dead-4379-9f5b-03f0a4dbca85"), "",
          "2d7f615c-89f7-4d0b-8fce-96e8c05a81cb", "2aef08e5-dead-4379-9f5b-03f0a4dbca85", LinuxView.DEVDAX,
          MapLocation.RAM, PageSize.SIZE_4K, 96 * MIB, 64 * MIB, 65011712, 0x116200000L);
      assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(160 * MIB, 96 * MIB));
      assertThatThrownBy(() -> image.namespace("")).hasMessageContaining("none has that name or uuid"); // not the nameless
    }
  }

  @Test
  void withLabelsOfVersion12() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.LABELS_1_2.in(folder),
        Images.LABELS_1_2.attachment().withRegion(1))) {
      assertThat(image.labelArea().orElseThrow().version()).isEqualTo(LabelVersion.V1_2);
      assertThat(image.namespaces()).extracting(Namespace::name).containsExactly("one", "two", "three");
      assertNamespace(image.namespace("namespace1.0"), "one", "cb8deb40-e54a-4ad5-8b79-970b7ec1c010",
          "b1a76133-cc12-4b36-9b65-2341fbc3195c", LinuxView.DEVDAX, MapLocation.DEVICE, PageSize.SIZE_2M, 0, 64 * MIB,
          65011712, 0x120200000L);
      assertNamespace(image.namespace("two"), "two", "d41aed12-2323-4fc8-9fa8-13a205536c3a",
          "133ce22a-bc3b-4ff5-8147-fc01611acf33", LinuxView.FSDAX, MapLocation.DEVICE, PageSize.SIZE_2M, 64 * MIB,
          64 * MIB, 65011712, 0x124200000L);
      assertNamespace(image.namespace("0495f093-1bb9-4b4f-b96f-740899005a8c"), "three",
          "0495f093-1bb9-4b4f-b96f-740899005a8c", "2cd65776-05e6-4d04-91c0-806f0c26caf6", LinuxView.DEVDAX,
          MapLocation.RAM, PageSize.SIZE_2M, 128 * MIB, 64 * MIB, 65011712, 0x128200000L);
      assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(192 * MIB, 64 * MIB));
      assertThatThrownBy(() -> image.namespace("four")).isInstanceOf(DaxException.class)
          .hasMessageContaining("find namespace four in");
    }
  }

  @Test
  void withNothingInIt() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.RAW.in(folder))) {
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.linux()).isEqualTo(LinuxView.RAW);
        assertThat(namespace.size()).isEqualTo(64 * MIB);
        assertThat(namespace.infoBlock()).isEmpty();
      });
      assertThat(image.problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void openingReadsAndDoesNotWrite(Images which) throws IOException {
    Path file = which.in(folder);
    var before = Files.getLastModifiedTime(file);
    assertThat(file.toFile().setWritable(false)).isTrue();
    try (NvdimmImage image = NvdimmImage.open(file, which.attachment())) {
      assertThat(image.problems()).isEmpty();
      for (Namespace namespace : image.namespaces()) {
        if (namespace.infoBlock().isPresent()) {
          byte[] onMedia = new byte[InfoBlock.SIZE];
          try (var channel = Files.newByteChannel(file)) {
            channel.position(namespace.offset() + InfoBlock.OFFSET).read(ByteBuffer.wrap(onMedia));
          }
          assertThat(namespace.infoBlock().orElseThrow().toBytes()).isEqualTo(onMedia);
        }
      }
    }
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
  }

  @Test
  void anotherPositionShowsNoNamespacesAndSaysWhy() throws IOException {
    Path file = Images.LABELS_1_2.in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, Images.LABELS_1_2.attachment().withSlot(0))) {
      assertThat(image.namespaces()).isEmpty();
      assertThat(image.problems()).hasSize(3).allSatisfy(problem -> {
        assertThat(problem.field()).isEqualTo("isetcookie");
        assertThat(problem.consequence()).contains("Linux skips the label");
      });
    }
    try (NvdimmImage trusting = NvdimmImage.open(file)) {
      assertThat(trusting.namespaces()).hasSize(3);
    }
  }

  @Test
  void anotherBaseIsAnotherGeometry() throws IOException {
    Path file = Images.LABELS_1_2.in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withBase(0x1_0010_0000L))) {
      assertThat(image.namespaces()).extracting(Namespace::linux).containsOnly(LinuxView.NONE);
      assertThat(image.problems()).isNotEmpty();
    }
  }

  @Test
  void aFileWithoutRoomForAnInfoBlockIsARawDisk() throws IOException {
    for (int size : new int[]{1, 4096, 8191}) {
      Path file = Files.write(folder.resolve("short-" + size), new byte[size]);
      try (NvdimmImage image = NvdimmImage.open(file)) {
        assertThat(image.namespaces()).hasSize(size < 4096 ? 0 : 1).allMatch(n -> n.linux() == LinuxView.RAW);
      }
    }
    assertThatThrownBy(() -> NvdimmImage.open(folder)).hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> NvdimmImage.open(Path.of("/dev/zero"))).hasMessageContaining("neither a file nor a block");
    assertThatThrownBy(() -> NvdimmImage.open(folder.resolve("none"))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> NvdimmImage.open(folder.resolve("short-4096"), Attachment.DEFAULT.withLabelSize(8192)))
        .hasMessageContaining("it has 4096 bytes, and the label area is said to have 8192");
    assertThat(List.of(folder.toFile().list())).hasSize(3);
  }
}
