// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code jdax inspect}, beside what ndctl said of the same media. */
class InspectShowsWhatLinuxMadeOfTheImages {
  private static final long MIB = 1L << 20;

  @TempDir
  private Path folder;

  @ParameterizedTest
  @EnumSource
  void itsJsonEqualsNdctls(LinuxImage image) {
    Path file = image.in(folder);
    CommandRun run = image.run("inspect", file, "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    JsonObject found = run.json();
    Set<String> keys = new LinkedHashSet<>(List.of("schema", "file", "size", "region_size", "base", "backend_align",
        "qemu_position", "label_area", "namespaces", "free", "infoblocks", "problems"));
    if (found.getAsJsonArray("label_area").isEmpty()) {
      keys.remove("qemu_position");
    } else {
      assertThat("nmem" + found.get("qemu_position").getAsInt()).isEqualTo(image.dimm());
    }
    assertThat(found.keySet()).containsExactlyElementsOf(keys);
    assertThat(found.get("schema").getAsInt()).isEqualTo(1);
    assertThat(found.get("file").getAsString()).isEqualTo(file.toString());
    assertThat(found.get("size").getAsLong()).isEqualTo(file.toFile().length());
    assertThat(found.getAsJsonArray("problems")).isEmpty();
    List<JsonObject> truth = image.namespaces();
    JsonArray namespaces = found.getAsJsonArray("namespaces");
    assertThat(namespaces).hasSameSizeAs(truth);
    for (int i = 0; i < truth.size(); i++) {
      assertEqual(namespaces.get(i).getAsJsonObject(), truth.get(i));
    }
  }

  private static void assertEqual(JsonObject found, JsonObject truth) {
    for (String key : List.of("dev", "mode", "map", "size", "uuid", "raw_uuid", "align")) {
      assertThat(found.get(key)).as(key).isEqualTo(truth.get(key));
    }
    assertThat(found.get("name").getAsString()).isEqualTo(truth.has("name") ? truth.get("name").getAsString() : "");
    assertThat(found.get("linux")).isEqualTo(truth.get("mode"));
    assertThat(found.getAsJsonArray("problems")).isEmpty();
  }

  @Test
  void placesAreThereAsNumbersOfBytes() {
    JsonObject found = LinuxImage.LABELS_1_1.run("inspect", LinuxImage.LABELS_1_1.in(folder), "--json").json();
    assertThat(found.get("region_size").getAsLong()).isEqualTo(256 * MIB);
    assertThat(found.get("base").getAsLong()).isEqualTo(0x1_1000_0000L);
    JsonObject second = found.getAsJsonArray("namespaces").get(1).getAsJsonObject();
    assertThat(second.keySet()).containsExactly("dev", "mode", "map", "size", "uuid", "raw_uuid", "align", "name",
        "offset", "raw_size", "data_offset", "problems", "linux");
    assertThat(second.get("offset").getAsLong()).isEqualTo(96 * MIB);
    assertThat(second.get("raw_size").getAsLong()).isEqualTo(64 * MIB);
    assertThat(second.get("data_offset").getAsLong()).isEqualTo(2 * MIB);
    assertThat(found.getAsJsonArray("free")).hasToString("[{\"offset\":167772160,\"size\":100663296}]");
    assertThat(found.getAsJsonArray("infoblocks")).extracting(block -> block.getAsJsonObject().get("namespace"))
        .extracting(JsonElement::getAsString).containsExactly("namespace2.0", "namespace2.1");
    JsonObject area = found.getAsJsonArray("label_area").get(0).getAsJsonObject();
    assertThat(area.keySet()).containsExactly("offset", "size", "version", "slots", "used", "free", "current", "index",
        "label");
    assertThat(area.get("offset").getAsLong()).isEqualTo(256 * MIB);
    assertThat(area.get("size").getAsLong()).isEqualTo(128 << 10);
    assertThat(area.get("version").getAsString()).isEqualTo("1.1");
    assertThat(area.get("slots").getAsInt()).isEqualTo(1020);
    assertThat(area.get("used").getAsInt()).isEqualTo(2);
    assertThat(area.get("free").getAsInt()).isEqualTo(1018);
    assertThat(area.get("current").getAsString()).isEqualTo("sequence number 1 follows 3");
  }

  @Test
  void whereThereIsNothingKeysAreLeftOutAndArraysAreEmpty() {
    JsonObject found = LinuxImage.RAW.run("inspect", LinuxImage.RAW.in(folder), "--json").json();
    assertThat(found.getAsJsonArray("label_area")).isEmpty();
    assertThat(found.getAsJsonArray("free")).isEmpty();
    assertThat(found.getAsJsonArray("infoblocks")).isEmpty();
    assertThat(found.getAsJsonArray("namespaces").get(0).getAsJsonObject().keySet()).containsExactly("dev", "mode",
        "size", "name", "offset", "raw_size", "data_offset", "problems", "linux");
  }

  /** What ndctl list said of them, and ndctl read-infoblock of the first. */
  @Test
  void sectorsAreShownAsNdctlShowsThem() {
    Path file = LinuxImage.unpack("sector-v1.2", folder);
    JsonObject found = CommandRun.of("inspect", file, "--slot", 0, "--json").json();
    assertThat(found.getAsJsonArray("problems")).isEmpty();
    JsonObject first = found.getAsJsonArray("namespaces").get(0).getAsJsonObject();
    assertThat(first.get("dev").getAsString()).isEqualTo("namespace0.0");
    assertThat(first.get("mode").getAsString()).isEqualTo("sector");
    assertThat(first.get("linux").getAsString()).isEqualTo("sector");
    assertThat(first.get("size").getAsLong()).isEqualTo(33134592);
    assertThat(first.get("sector_size").getAsLong()).isEqualTo(512);
    assertThat(first.get("uuid").getAsString()).isEqualTo("2df58ad1-0a3e-42c1-93ef-aee776d9e06c");
    JsonObject second = found.getAsJsonArray("namespaces").get(1).getAsJsonObject();
    assertThat(second.get("size").getAsLong()).isEqualTo(32444416);
    assertThat(second.get("sector_size").getAsLong()).isEqualTo(4096);
    JsonObject block = CommandRun.of("read-infoblock", file, "-n", "s512", "--json").json()
        .getAsJsonArray("infoblocks").get(0).getAsJsonObject();
    List.of("file", "namespace", "offset", "problems").forEach(block::remove);
    assertThat(block).hasToString("{\"signature\":\"BTT_ARENA_INFO\","
        + "\"uuid\":\"2df58ad1-0a3e-42c1-93ef-aee776d9e06c\",\"parent_uuid\":\"1f1e3153-d60f-4527-9df1-da18fcc992a6\","
        + "\"flags\":0,\"version\":\"2.0\",\"external_lbasize\":512,\"external_nlba\":64716,\"internal_lbasize\":512,"
        + "\"internal_nlba\":64972,\"nfree\":256,\"infosize\":4096,\"nextoff\":0,\"dataoff\":4096,\"mapoff\":33271808,"
        + "\"logoff\":33533952,\"info2off\":33550336}");
    assertThat(CommandRun.of("inspect", file, "--slot", 0).out()).contains(
        "\"s512\"   sector  32 MiB", "Linux makes  /dev/pmem0s, a disk with atomic sectors (sector)",
        "data         32358 KiB, in sectors that a map finds", "sector size  512 bytes",
        "info block   BTT_ARENA_INFO 2.0, at 0x0", "problems: none");
    assertThat(CommandRun.of("read-infoblock", file, "-n", "s512").out()).contains("info block at 0x0",
        "external_lbasize  512", "info2off          0x1fff000", "(right)");
    Path earlier = LinuxImage.unpack("sector-v1.1", folder);
    assertThat(CommandRun.of("inspect", earlier, "--slot", 1).out()).contains(
        "info block   BTT_ARENA_INFO 1.1, at 0x1000",
        "sector size  4096 bytes", "problems: none");
  }

  @Test
  void aRegionIsShownAsQemuCutsIt() throws Exception {
    Path file = folder.resolve("cut.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(4L << 30);
    }
    assertThat(CommandRun.of("init-labels", "-i", file, "--backend-align", "1G", "--assume-unused").exitCode())
        .isZero();
    CommandRun create = CommandRun.of("create-namespace", "-i", file, "--backend-align", "1G", "--slot", 0, "-m",
        "devdax",
        "--assume-unused", "--json");
    assertThat(create.json().getAsJsonArray("namespaces").get(0).getAsJsonObject().get("raw_size").getAsLong())
        .isEqualTo(3L << 30);
    CommandRun run = CommandRun.of("inspect", file, "--backend-align", "1G");
    assertThat(run.out()).contains("region      3 GiB, taken to begin at the physical address 0x100000000; 1048448 KiB"
        + " after it are cut off, as the alignment of QEMU's memory backend is 1 GiB", "problems: none");
    JsonObject found = CommandRun.of("inspect", file, "--backend-align", "1G", "-j").json();
    assertThat(found.get("region_size").getAsLong()).isEqualTo(3L << 30);
    assertThat(found.get("backend_align").getAsLong()).isEqualTo(1L << 30);
    assertThat(CommandRun.of("inspect", file, "--backend-align", "3M").err()).contains("powers of two from 4096 on");
    assertThat(CommandRun.of("inspect", file).out()).contains("region      4194176 KiB,", "problems: none");
  }

  @Test
  void forPeopleAllOfItIsOnAPage() {
    CommandRun run = LinuxImage.LABELS_1_2.run("inspect", LinuxImage.LABELS_1_2.in(folder));
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out().replace(folder + "/", "")).isEqualTo("""
        file        labels-v1.2.img, 262272 KiB
        region      256 MiB, taken to begin at the physical address 0x120000000
        label area  128 KiB at 0x10000000, version 1.2, 3 slots used, 507 free
        bound to    QEMU position 2 (--slot 2), by cookie 0xba90260012b4de

        index block  at          seq
        0            0x10000000  3    valid, current: sequence number 3 follows 2
        1            0x10000100  2    valid

        slot  state      name     for     raw size  from       uuid
        0     left over  "three"  devdax  64 MiB    0x8000000  2cd65776-05e6-4d04-91c0-806f0c26caf6
        1     valid      "one"    devdax  64 MiB    0x0        b1a76133-cc12-4b36-9b65-2341fbc3195c
        2     valid      "two"    fsdax   64 MiB    0x4000000  133ce22a-bc3b-4ff5-8147-fc01611acf33
        3     valid      "three"  devdax  64 MiB    0x8000000  2cd65776-05e6-4d04-91c0-806f0c26caf6

        namespace1.0 "one"
          Linux makes  /dev/dax1.0, a device for mapping (devdax)
          data         62 MiB, from 0x200000
          raw          64 MiB, from 0x0
          alignment    2 MiB
          memory map   on the device (dev)
          uuid         cb8deb40-e54a-4ad5-8b79-970b7ec1c010
          raw uuid     b1a76133-cc12-4b36-9b65-2341fbc3195c, in the label
          info block   NVDIMM_DAX_INFO 1.4, at 0x1000

        namespace1.1 "two"
          Linux makes  /dev/pmem1.1, a disk for file systems with DAX (fsdax)
          data         62 MiB, from 0x4200000
          raw          64 MiB, from 0x4000000
          alignment    2 MiB
          memory map   on the device (dev)
          uuid         d41aed12-2323-4fc8-9fa8-13a205536c3a
          raw uuid     133ce22a-bc3b-4ff5-8147-fc01611acf33, in the label
          info block   NVDIMM_PFN_INFO 1.4, at 0x4001000

        namespace1.2 "three"
          Linux makes  /dev/dax1.2, a device for mapping (devdax)
          data         62 MiB, from 0x8200000
          raw          64 MiB, from 0x8000000
          alignment    2 MiB
          memory map   in the machine's RAM (mem)
          uuid         0495f093-1bb9-4b4f-b96f-740899005a8c
          raw uuid     2cd65776-05e6-4d04-91c0-806f0c26caf6, in the label
          info block   NVDIMM_DAX_INFO 1.4, at 0x8001000

        [000000000000000011111111111111112222222222222222................]  one column is 4 MiB
        free  64 MiB, from 0xc000000

        problems: none
        """);
  }

  @Test
  void aDiskWithNothingInItIsShownToo() {
    CommandRun run = LinuxImage.RAW.run("inspect", LinuxImage.RAW.in(folder));
    assertThat(run.out()).contains("label area  none", "Linux makes  /dev/pmem3, a raw disk (raw)",
        "info block   none", "free  nothing", "problems: none").doesNotContain("made for");
  }
}
