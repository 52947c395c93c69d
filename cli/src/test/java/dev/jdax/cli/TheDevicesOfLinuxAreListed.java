// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code jdax list} prints, for people and for programs. */
class TheDevicesOfLinuxAreListed {
  private static final long MIB = 1L << 20;

  private final PaperMachine machine = new PaperMachine();

  /** A dynamic region with a device of two ranges, one that is not bound, and the empty one; and an NVDIMM. */
  @BeforeEach
  void aMachineWithTwoRegions() throws DaxException {
    DaxRegion hmem = machine.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_2M).at(1L << 30).onNode(1));
    machine.add(AddressesOnly.fixed(3, 0, 32 * MIB, PageSize.SIZE_4K).at(1L << 32).showing(Map.of("namespace",
        "namespace3.0", "namespace_name", "al\u001bpha", "namespace_uuid", "5dc6e6f0-7b0e-4f29-9aa5-1f2b6f9b9d3a",
        "uuid",
        "1b4bd1f5-0b0f-4a3c-8d7e-6f1d6a3f9c55", "persistence_domain", "memory_controller")));
    DaxDevice first = hmem.create(8 * MIB);
    hmem.create(4 * MIB).disable();
    first.disable();
    first.resize(16 * MIB);
    first.enable();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private JsonArray listed(String key, Object... options) {
    Object[] words = new Object[options.length + 2];
    words[0] = "list";
    words[1] = "--json";
    System.arraycopy(options, 0, words, 2, options.length);
    CommandRun run = machine.run(words);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.json().keySet()).containsExactly("schema", key);
    assertThat(run.json().get("schema").getAsInt()).isEqualTo(1);
    return run.json().getAsJsonArray(key);
  }

  private static List<String> names(JsonArray devices) {
    return devices.asList().stream().map(device -> device.getAsJsonObject().get("chardev").getAsString()).toList();
  }

  @Test
  void devicesHaveDaxctlsKeysInDaxctlsOrder() {
    JsonArray devices = listed("devices", "-M");
    assertThat(names(devices)).containsExactly("dax0.1", "dax0.2", "dax3.0");
    assertThat(devices.get(0)).isEqualTo(JsonParser.parseString("""
        {"chardev": "dax0.1", "size": 16777216, "target_node": 1, "align": 2097152, "mode": "devdax",
         "mappings": [{"page_offset": 0, "start": 1073741824, "end": 1082130431, "size": 8388608},
                      {"page_offset": 2048, "start": 1086324736, "end": 1094713343, "size": 8388608}],
         "driver": "device_dax"}"""));
    JsonObject disabled = devices.get(1).getAsJsonObject();
    assertThat(disabled.keySet()).containsExactly("chardev", "size", "target_node", "align", "mode", "state",
        "mappings");
    assertThat(disabled.get("mode").getAsString()).isEqualTo("devdax");
    assertThat(disabled.get("state").getAsString()).isEqualTo("disabled");
    assertThat(devices.get(2)).isEqualTo(JsonParser.parseString("""
        {"chardev": "dax3.0", "size": 33554432, "align": 4096, "mode": "devdax",
         "mappings": [{"page_offset": 0, "start": 4294967296, "end": 4328521727, "size": 33554432}],
         "driver": "device_dax",
         "nvdimm": {"namespace": "namespace3.0", "namespace_uuid": "5dc6e6f0-7b0e-4f29-9aa5-1f2b6f9b9d3a",
                    "namespace_name": "al\\u001bpha", "uuid": "1b4bd1f5-0b0f-4a3c-8d7e-6f1d6a3f9c55",
                    "persistence_domain": "memory_controller"}}"""));
  }

  @Test
  void regionsHaveThemToo() {
    JsonArray regions = listed("regions", "-RD");
    JsonObject hmem = regions.get(0).getAsJsonObject();
    assertThat(names(hmem.remove("devices").getAsJsonArray())).containsExactly("dax0.1", "dax0.2");
    assertThat(hmem).isEqualTo(JsonParser.parseString("""
        {"path": "64 MiB of addresses", "id": 0, "size": 67108864, "available_size": 46137344, "align": 2097152}"""));
    JsonObject nvdimm = regions.get(1).getAsJsonObject();
    assertThat(nvdimm.keySet()).containsExactly("path", "id", "size", "align", "devices", "nvdimm");
    assertThat(nvdimm.getAsJsonObject("nvdimm").get("namespace").getAsString()).isEqualTo("namespace3.0");
    assertThat(listed("regions", "-R").get(0).getAsJsonObject().has("devices")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {" | devices | dax0.1 dax0.2 dax3.0",
      "-i | devices | dax0.0 dax0.1 dax0.2 dax3.0",
      "-d dax0.2 | devices | dax0.2", "-d /dev/dax3.0 | devices | dax3.0", "-d 0.1 | devices | dax0.1",
      "-d all | devices | dax0.1 dax0.2 dax3.0", "-D -r 3 | devices | dax3.0",
      "-D -r region0 | devices | dax0.1 dax0.2",
      "-d dax0.0 | devices | ", "-id dax0.0 | devices | dax0.0"})
  void whatIsAskedForIsShown(String options, String key, String expected) {
    JsonArray devices = listed(key, options == null ? new Object[0] : (Object[]) options.split(" "));
    assertThat(names(devices)).containsExactly(expected == null ? new String[0] : expected.split(" "));
  }

  @Test
  void asInDaxctlARegionAloneMeansRegionsAndWithADeviceBoth() {
    assertThat(listed("regions", "-r", "3")).hasSize(1);
    assertThat(listed("regions", "-r", "3").get(0).getAsJsonObject().has("devices")).isFalse();
    assertThat(listed("regions", "-r", "all")).hasSize(2);
    assertThat(listed("regions", "-r", "64 MiB of addresses")).hasSize(1);
    JsonArray both = listed("regions", "-r", "0", "-d", "dax0.2");
    assertThat(names(both.get(0).getAsJsonObject().getAsJsonArray("devices"))).containsExactly("dax0.2");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"-d dax7.0 | dax7.0", "-d 7.0 | dax7.0", "-d /dev/dax7.0 | dax7.0",
      "-RDd dax7.0 | dax7.0", "-d nobody | nobody", "-r 9 | region 9", "-D -r region9 | region region9",
      "-r 9 -d dax0.1 | region 9", "-D -r 3 -d dax0.1 | region 3"})
  void whatIsNamedAndNotThereIsAFailure(String options, String named) {
    CommandRun run = machine.run((Object[]) ("list " + options).split(" "));
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("jdax: cannot ").contains(named).endsWith(" (ENXIO)\n").hasLineCount(1);
    CommandRun json = machine.run((Object[]) ("list -j " + options).split(" "));
    assertThat(json.exitCode()).isEqualTo(1);
    assertThat(json.err()).isEmpty();
    assertThat(json.json().keySet()).containsExactly("schema", "errors");
    JsonObject error = json.json().getAsJsonArray("errors").get(0).getAsJsonObject();
    assertThat(error.get("errno").getAsString()).isEqualTo("ENXIO");
    assertThat(error.get("message").getAsString()).contains(named);
  }

  @Test
  void peopleGetTables() {
    assertThat(machine.run("list", "-RDM").out()).isEqualTo("""
        region  size    available  align  path                 made of
        0       64 MiB  44 MiB     2 MiB  64 MiB of addresses
        3       32 MiB  static     4 KiB  dax3.0 of 32 MiB     namespace3.0 "al?pha"

        device  size    align  node  mode      made of
        dax0.1  16 MiB  2 MiB  1     devdax
        dax0.2  4 MiB   2 MiB  1     disabled
        dax3.0  32 MiB  4 KiB        devdax    namespace3.0 "al?pha"

        device  page offset  start        end          size
        dax0.1  0x0          0x40000000   0x407fffff   8 MiB
        dax0.1  0x800        0x40c00000   0x413fffff   8 MiB
        dax0.2  0x0          0x40800000   0x40bfffff   4 MiB
        dax3.0  0x0          0x100000000  0x101ffffff  32 MiB
        """);
    assertThat(machine.run("list", "-u").out()).startsWith("device  size    align  node  mode      made of\ndax0.1");
  }

  @Test
  void nothingIsAnEmptyArrayOrASentence() {
    try (PaperMachine none = new PaperMachine()) {
      assertThat(none.run("list", "--json").json()).isEqualTo(JsonParser.parseString("{'schema': 1, 'devices': []}"));
      assertThat(none.run("list", "-R", "--json").json())
          .isEqualTo(JsonParser.parseString("{'schema': 1, 'regions': []}"));
      assertThat(none.run("list")).isEqualTo(new CommandRun(0,
          "There is no such device; one of size 0 is shown with -i.\n", ""));
      assertThat(none.run("list", "-RDM").out()).isEqualTo("There is no such region.\n");
    }
  }

  @Test
  void anOrdinaryUserIsToldWhatOnlyRootMayKnow() throws DaxException {
    machine.device("dax0.2").setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE);
    machine.leaveRoot();
    assertThat(machine.run("list", "-RDM").out()).isEqualTo("""
        region  size    available  align                 path                 made of
        0       64 MiB  44 MiB     unknown (needs root)  64 MiB of addresses
        3       32 MiB  static     unknown (needs root)  dax3.0 of 32 MiB     namespace3.0 "al?pha"

        device  size    align  node  mode                                            made of
        dax0.1  16 MiB  2 MiB  1     devdax
        dax0.2  4 MiB   2 MiB  1     system-ram, memory blocks unknown (needs root)
        dax3.0  32 MiB  4 KiB        devdax                                          namespace3.0 "al?pha"

        device  page offset           start  end  size
        dax0.1  unknown (needs root)
        dax0.2  unknown (needs root)
        dax3.0  unknown (needs root)
        """);
    JsonObject region = listed("regions", "-RDM").get(0).getAsJsonObject();
    assertThat(region.get("needs_root")).isEqualTo(JsonParser.parseString("['align']"));
    assertThat(region.has("align")).isFalse();
    JsonArray devices = region.getAsJsonArray("devices");
    assertThat(devices.get(0).getAsJsonObject().get("needs_root")).isEqualTo(JsonParser.parseString("['mappings']"));
    assertThat(devices.get(1).getAsJsonObject().get("needs_root"))
        .isEqualTo(JsonParser.parseString("['online_memblocks', 'total_memblocks', 'movable', 'mappings']"));
    assertThat(listed("devices").get(0).getAsJsonObject().has("needs_root")).isFalse();
  }

  @Test
  void memoryBlocksAreCountedAndMovableAsSoonAsOneIsOnline() {
    DeviceSnapshot device = new DeviceSnapshot("dax0.1", 512 * MIB, PageSize.SIZE_2M, OptionalInt.of(1),
        Optional.of("kmem"), Optional.of(List.of(new DaxRange(0, 1L << 30, 512 * MIB))),
        Optional.of(new DeviceSnapshot.Memory(3, 4, Optional.of(true))), Optional.empty());
    assertThat(JsonParser.parseString(Json.of(DeviceJson.of(device, false)))).isEqualTo(JsonParser.parseString("""
        {"chardev": "dax0.1", "size": 536870912, "target_node": 1, "align": 2097152, "mode": "system-ram",
         "online_memblocks": 3, "total_memblocks": 4, "movable": true, "driver": "kmem"}"""));
    assertThat(DeviceListText.inWords(device))
        .isEqualTo("512 MiB, align 2 MiB, system-ram, 3 of 4 memory blocks online, movable");
  }

  @Test
  void whatCannotBeReadIsAnErrorForProgramsToo() {
    machine.refuse("info", Errno.EIO);
    assertThat(machine.run("list")).isEqualTo(new CommandRun(1, "",
        "jdax: cannot info: the kernel refused; read its log (EIO)\n"));
    CommandRun run = machine.run("list", "-j");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    assertThat(run.json()).isEqualTo(JsonParser.parseString("""
        {"schema": 1, "errors": [{"errno": "EIO", "object": "jdax list", "message": "cannot info: the kernel refused",
                                  "hint": "read its log"}]}"""));
  }

  @Test
  void whatHasVanishedMeanwhileIsNotListed() {
    machine.refuse("device", Errno.ENXIO);
    assertThat(listed("devices", "-i")).isEmpty();
  }
}
