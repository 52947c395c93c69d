// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
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

/** The verbs that change devices, on regions that behave like Linux's. */
class DevicesAreChangedFromTheCommandLine {
  private static final long MIB = 1L << 20;

  private final PaperMachine machine = new PaperMachine();
  private DaxRegion region;

  @BeforeEach
  void aRegion() throws DaxException {
    region = machine.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_2M));
  }

  @AfterEach
  void close() {
    machine.close();
  }

  /** Name, size, alignment and state of each device, and what is available. */
  private List<String> layout() throws DaxException {
    List<String> layout = new ArrayList<>();
    for (DaxDevice device : region.devices()) {
      layout.add(device + " " + device.size() / MIB + " " + device.alignment() + " " + device.driver().orElse("-"));
    }
    layout.add(Long.toString(region.availableSize() / MIB));
    return layout;
  }

  private void assertDone(CommandRun run, String... lines) {
    assertThat(run).isEqualTo(new CommandRun(0, lines.length == 0 ? "" : String.join("\n", lines) + "\n", ""));
  }

  private void assertRefused(CommandRun run, String... sentences) {
    assertThat(run).isEqualTo(new CommandRun(1, "",
        "jdax: " + String.join("\njdax: ", sentences) + "\n"));
  }

  private static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }

  @Test
  void aDeviceIsCreatedOfAllThatIsAvailableOrOfASizeAndAlignment() throws DaxException {
    assertDone(machine.run("create-device", "-s", "8M"), "created dax0.1: 8 MiB, align 2 MiB, devdax");
    assertDone(machine.run("create-device", "-r", "0", "-s", "2M", "-a", "4K"),
        "created dax0.2: 2 MiB, align 4 KiB, devdax");
    assertDone(machine.run("create-device"), "created dax0.3: 54 MiB, align 2 MiB, devdax");
    assertThat(layout()).containsExactly("dax0.0 0 2 MiB -", "dax0.1 8 2 MiB device_dax", "dax0.2 2 4 KiB device_dax",
        "dax0.3 54 2 MiB device_dax", "0");
  }

  @Test
  void aCreatedDeviceIsPrintedAsListPrintsIt() {
    CommandRun run = machine.run("create-device", "-s", "8M", "--json");
    assertThat(run.exitCode()).isZero();
    assertThat(run.json()).isEqualTo(json("""
        {"schema": 1, "devices": [{"chardev": "dax0.1", "size": 8388608, "align": 2097152, "mode": "devdax",
           "mappings": [{"page_offset": 0, "start": 0, "end": 8388607, "size": 8388608}], "driver": "device_dax"}],
         "errors": []}"""));
  }

  @Test
  void aFailedCreateLeavesNoEmptyDevice() throws DaxException {
    List<String> before = layout();
    assertRefused(machine.run("create-device", "-s", "65M"),
        "cannot create a device of 65 MiB in region 0 (paper: 64 MiB of addresses): the size must be a multiple of 2 MiB"
            + " at an alignment of 2 MiB; use 64 MiB or 66 MiB (EINVAL)");
    assertRefused(machine.run("create-device", "-s", "66M"),
        "cannot create a device of 66 MiB in region 0 (paper: 64 MiB of addresses): the region has 64 MiB available of"
            + " its 64 MiB; ask for no more, or shrink or destroy a device first (ENOSPC)");
    assertThat(machine.run("create-device", "-a", "1G").err()).contains("a device of 1 GiB with an alignment of 1 GiB",
        "(ENOSPC)");
    machine.refuse("bind", Errno.EBUSY);
    assertRefused(machine.run("create-device", "-s", "8M"), "cannot bind: the kernel refused; read its log (EBUSY)");
    assertThat(layout()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"create-device -s bogus | \"bogus\" is not a size; write digits",
      "create-device -s -1 | not a size", "create-device -s 0 | a device that is created has a size",
      "create-device -s 99999999999G | larger than any memory", "create-device -a bogus | not a size",
      "create-device -a 8K | not the size of a page; give 4K, 2M or 1G", "create-device dax0.1 | Unmatched argument",
      "destroy-device | Missing required parameter: 'DEVICE'", "enable-device | Missing required parameter: 'DEVICE'",
      "disable-device | Missing required parameter", "online-memory | Missing required parameter",
      "offline-memory | Missing required parameter", "reconfigure-device -s 4M | Missing required parameter",
      "reconfigure-device dax0.0 | nothing to change; give --size, --align or --mode",
      "reconfigure-device dax0.0 -s bogus | \"bogus\" is not a size",
      "reconfigure-device dax0.0 -m bogus | \"bogus\" is no mode of a device; give devdax or system-ram",
      "reconfigure-device dax0.0 -m devdax -N | --no-online goes with --mode system-ram",
      "reconfigure-device dax0.0 -s 4M --no-movable | --no-movable goes with --mode system-ram",
      "reconfigure-device dax0.0 -m devdax -s 0 | --size 0 leaves nothing that could have --mode devdax",
      "list -j -u | mutually exclusive"})
  void aWrongCallChangesNothingAndExitsWithTwo(String words, String sentence) throws DaxException {
    List<String> before = layout();
    CommandRun run = machine.run((Object[]) words.split(" "));
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).contains(sentence, "Usage: jdax " + words.split(" ")[0]);
    CommandRun asJson = machine.run((Object[]) (words + " --json").split(" "));
    assertThat(asJson.exitCode()).isEqualTo(2);
    assertThat(asJson.out()).contains("\"errno\": \"EINVAL\"", "\"object\": \"jdax " + words.split(" ")[0],
        sentence.replace("\"", "\\\""));
    assertThat(layout()).isEqualTo(before);
  }

  @Test
  void severalDynamicRegionsHaveToBeToldApart() throws DaxException {
    machine.add(AddressesOnly.dynamic(32 * MIB, PageSize.SIZE_4K));
    CommandRun run = machine.run("create-device", "-s", "4M");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("there are several dynamic regions, with ids 0, 1; name one with -r");
    assertDone(machine.run("create-device", "-s", "4M", "-r", "1"), "created dax1.1: 4 MiB, align 4 KiB, devdax");
    assertDone(machine.run("create-device", "-s", "4M", "-r", "all"), "created dax0.1: 4 MiB, align 2 MiB, devdax",
        "created dax1.2: 4 MiB, align 4 KiB, devdax");
  }

  @Test
  void aRegionThatIsNotThereOrStaticIsSaidToBeSo() throws DaxException {
    machine.add(AddressesOnly.fixed(7, 0, 32 * MIB, PageSize.SIZE_4K));
    assertRefused(machine.run("create-device", "-r", "9"),
        "cannot create a device: there is no region 9; see those that there are with jdax list -R (ENXIO)");
    assertRefused(machine.run("create-device", "-r", "7"),
        "cannot create a device of 2 MiB in region 7 (paper: dax7.0 of"
            + " 32 MiB): a static region has the devices that it was made with; take a dynamic region (ENOENT)");
    try (PaperMachine none = new PaperMachine()) {
      CommandRun run = none.run("create-device", "--json");
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.json()).isEqualTo(json("""
          {"schema": 1, "errors": [{"errno": "ENXIO", "object": "jdax create-device",
            "message": "cannot create a device: there is no dynamic region",
            "hint": "see those that there are with jdax list -R"}]}"""));
    }
  }

  @Test
  void enablingAndDisablingTwiceIsNoFailure() throws DaxException {
    region.create(8 * MIB);
    assertDone(machine.run("enable-device", "dax0.1"), "enabled already dax0.1: 8 MiB, align 2 MiB, devdax");
    assertDone(machine.run("disable-device", "0.1"), "disabled dax0.1: 8 MiB, align 2 MiB, disabled");
    assertDone(machine.run("disable-device", "/dev/dax0.1"),
        "disabled already dax0.1: 8 MiB, align 2 MiB, disabled");
    assertDone(machine.run("enable-device", "dax0.1"), "enabled dax0.1: 8 MiB, align 2 MiB, devdax");
    assertThat(layout()).contains("dax0.1 8 2 MiB device_dax");
  }

  @Test
  void aDeviceInModeSystemRamIsNeitherEnabledNorDisabled() throws DaxException {
    region.create(8 * MIB).setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE);
    assertRefused(machine.run("enable-device", "dax0.1"),
        "cannot enable dax0.1: its memory is the kernel's; set its mode to devdax (EBUSY)");
    assertRefused(machine.run("disable-device", "dax0.1"),
        "cannot disable dax0.1: its memory is the kernel's; set its mode to devdax first (EBUSY)");
  }

  @Test
  void aBoundDeviceIsDestroyedByForceOnly() throws DaxException {
    region.create(8 * MIB);
    assertRefused(machine.run("destroy-device", "dax0.1"),
        "cannot destroy dax0.1: it is bound to device_dax; disable it first, or force it with -f (EBUSY)");
    assertDone(machine.run("destroy-device", "-f", "dax0.1"), "destroyed dax0.1");
    region.create(8 * MIB).disable();
    assertDone(machine.run("destroy-device", "dax0.1"), "destroyed dax0.1");
    assertThat(layout()).containsExactly("dax0.0 0 2 MiB -", "64");
  }

  @Test
  void whatWasDestroyedIsToldAsItWas() throws DaxException {
    region.create(8 * MIB);
    assertThat(machine.run("destroy-device", "-f", "dax0.1", "-j").json()).isEqualTo(json("""
        {"schema": 1, "devices": [{"chardev": "dax0.1", "size": 8388608, "align": 2097152, "mode": "devdax",
           "state": "destroyed", "mappings": [{"page_offset": 0, "start": 0, "end": 8388607, "size": 8388608}],
           "driver": "device_dax"}], "errors": []}"""));
  }

  @Test
  void deviceZeroIsEmptiedAndStays() throws DaxException {
    DaxDevice zero = region.devices().getFirst();
    zero.resize(8 * MIB);
    zero.enable();
    assertThat(machine.run("destroy-device", "dax0.0").exitCode()).isEqualTo(1);
    assertDone(machine.run("destroy-device", "-f", "dax0.0"),
        "emptied dax0.0, which Linux never deletes: 0 bytes, align 2 MiB, disabled");
    assertThat(layout()).containsExactly("dax0.0 0 2 MiB -", "64");
  }

  @Test
  void theDeviceOfAStaticRegionStays() throws DaxException {
    machine.add(AddressesOnly.fixed(7, 0, 32 * MIB, PageSize.SIZE_4K));
    assertRefused(machine.run("destroy-device", "-f", "dax7.0"), "cannot resize dax7.0 to 0 bytes: the layout of a"
        + " static region cannot be changed; change the media or file that it is made of (EACCES)");
    assertRefused(machine.run("reconfigure-device", "-f", "-s", "8M", "dax7.0"), "cannot resize dax7.0 to 8 MiB: the"
        + " layout of a static region cannot be changed; change the media or file that it is made of (EACCES)");
    assertThat(machine.device("dax7.0").driver()).contains("device_dax");
  }

  @Test
  void everyDeviceOfACallIsReportedAndAFailureEndsNoCall() throws DaxException {
    region.create(8 * MIB);
    region.create(8 * MIB).disable();
    region.create(8 * MIB).disable();
    Object[] words = {"destroy-device", "dax0.1", "dax0.3", "dax9.9", "dax0.2", "dax0.3"};
    CommandRun run = machine.run(words);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEqualTo("destroyed dax0.3\ndestroyed dax0.2\n");
    assertThat(run.err()).isEqualTo("""
        jdax: cannot find device dax9.9: the bus has none of that name; ask the bus for its devices (ENXIO)
        jdax: cannot destroy dax0.1: it is bound to device_dax; disable it first, or force it with -f (EBUSY)
        """);
    assertThat(layout()).containsExactly("dax0.0 0 2 MiB -", "dax0.1 8 2 MiB device_dax", "56");
  }

  @Test
  void forProgramsAllOfThatIsOneDocument() throws DaxException {
    region.create(8 * MIB);
    CommandRun run = machine.run("disable-device", "dax9.9", "dax0.1", "--json");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    assertThat(run.json().getAsJsonArray("devices").get(0).getAsJsonObject().get("state").getAsString())
        .isEqualTo("disabled");
    assertThat(run.json().getAsJsonArray("errors")).isEqualTo(json("""
        [{"errno": "ENXIO", "object": "dax9.9",
          "message": "cannot find device dax9.9: the bus has none of that name",
          "hint": "ask the bus for its devices"}]"""));
  }

  @Test
  void allIsEachDeviceThatTheVerbCanChange() throws DaxException {
    DaxRegion other = machine.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_2M));
    machine.add(AddressesOnly.fixed(7, 0, 32 * MIB, PageSize.SIZE_4K));
    region.create(8 * MIB);
    other.create(8 * MIB);
    assertDone(machine.run("disable-device", "all"), "disabled dax0.1: 8 MiB, align 2 MiB, disabled",
        "disabled dax1.1: 8 MiB, align 2 MiB, disabled", "disabled dax7.0: 32 MiB, align 4 KiB, disabled");
    assertDone(machine.run("enable-device", "all", "-r", "1"), "enabled dax1.1: 8 MiB, align 2 MiB, devdax");
    assertDone(machine.run("destroy-device", "-f", "all"),
        "emptied dax0.0, which Linux never deletes: 0 bytes, align 2 MiB, disabled", "destroyed dax0.1",
        "emptied dax1.0, which Linux never deletes: 0 bytes, align 2 MiB, disabled", "destroyed dax1.1");
    assertDone(machine.run("offline-memory", "all"), "There is no device to offline.");
    assertThat(machine.run("online-memory", "all", "-j").json())
        .isEqualTo(json("{'schema': 1, 'devices': [], 'errors': []}"));
  }

  @Test
  void aDeviceInAnotherRegionThanSaidIsNotChanged() throws DaxException {
    region.create(8 * MIB);
    assertRefused(machine.run("disable-device", "-r", "3", "dax0.1"),
        "cannot find dax0.1 in region 3: it is in region 0"
            + " (paper: 64 MiB of addresses); leave -r away (ENXIO)");
  }

  @Test
  void theKernelsErrnoSurvives() throws DaxException {
    region.create(8 * MIB).disable();
    for (Errno errno : List.of(Errno.ENOSPC, Errno.EINVAL, Errno.EBUSY, Errno.ENOMEM, Errno.EPERM)) {
      machine.refuse("resize", errno);
      CommandRun run = machine.run("reconfigure-device", "-s", "4M", "dax0.1", "--json");
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.json().getAsJsonArray("errors").get(0)).isEqualTo(json("""
          {"errno": "%s", "object": "dax0.1", "message": "cannot resize: the kernel refused", "hint": "read its log"}"""
          .formatted(errno)));
    }
  }

  @Test
  void memoryVerbsAreForModeSystemRam() throws DaxException {
    region.create(8 * MIB);
    for (String verb : List.of("online-memory", "offline-memory")) {
      assertRefused(machine.run(verb, "dax0.1"),
          "cannot list the memory blocks of dax0.1: it is not in mode system-ram; set its mode first (ENXIO)");
    }
  }
}
