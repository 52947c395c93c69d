// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Logger;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code jdax reconfigure-device}: one change, several in one call, and what fails halfway. */
class ADeviceIsReconfiguredOrAsItWas {
  private static final long MIB = 1L << 20;

  private final PaperMachine machine = new PaperMachine();
  private DaxDevice device;

  @BeforeEach
  void aDevice() throws DaxException {
    DaxRegion region = machine.add(AddressesOnly.dynamic(4096 * MIB, PageSize.SIZE_2M));
    device = region.create(6 * MIB);
    device.disable();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private String now() throws DaxException {
    return device.size() / MIB + " " + device.alignment() + " " + device.driver().orElse("-") + " "
        + device.ranges().stream().map(DaxRange::toString).toList();
  }

  private void assertDone(String words, String sentence) {
    assertThat(run(words)).isEqualTo(new CommandRun(0, "reconfigured dax0.1: " + sentence + "\n", ""));
  }

  private CommandRun run(String words) {
    return machine.run((Object[]) ("reconfigure-device dax0.1 " + words).split(" "));
  }

  private void assertRefused(String words, Errno errno, String sentence) throws DaxException {
    String before = now();
    CommandRun run = run(words);
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("jdax: cannot ").contains(sentence).endsWith("(" + errno + ")\n").hasLineCount(1);
    assertThat(now()).isEqualTo(before);
  }

  @Test
  void anAlignmentAloneIsAChangeLikeAnother() {
    assertDone("-a 4K", "6 MiB, align 4 KiB, disabled");
    assertDone("-a 4K", "6 MiB, align 4 KiB, disabled");
    assertDone("-a 2M", "6 MiB, align 2 MiB, disabled");
  }

  @Test
  void aSizeAloneToo() {
    assertDone("-s 8M", "8 MiB, align 2 MiB, disabled");
    assertDone("-s 0", "0 bytes, align 2 MiB, disabled");
  }

  @Test
  void aLargerAlignmentComesAfterTheSizeThatItNeeds() {
    assertDone("-s 1G -a 1G", "1 GiB, align 1 GiB, disabled");
    assertDone("-a 2M -s 6M", "6 MiB, align 2 MiB, disabled");
  }

  @Test
  void aModeComesLast() {
    assertDone("-m devdax -s 1G -a 1G", "1 GiB, align 1 GiB, devdax");
    assertDone("-m devdax", "1 GiB, align 1 GiB, devdax");
  }

  @Test
  void aBoundDeviceIsChangedByForceAndBoundAgain() throws DaxException {
    device.enable();
    assertRefused("-s 8M", Errno.EBUSY,
        "cannot reconfigure dax0.1: it is bound to device_dax; disable it first, or force it with -f");
    assertRefused("-a 4K -m devdax", Errno.EBUSY, "it is bound to device_dax");
    assertDone("-f -s 8M -a 4K", "8 MiB, align 4 KiB, devdax");
    assertDone("-f -s 0", "0 bytes, align 4 KiB, disabled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-f "})
  void whatCannotBeIsRefusedAndTheDeviceIsAsItWas(String force) throws DaxException {
    if (!force.isEmpty()) {
      device.enable();
    }
    assertRefused(force + "-s 7M", Errno.EINVAL, "cannot resize dax0.1 to 7 MiB: the size must be a multiple of 2 MiB");
    assertRefused(force + "-s 8G", Errno.ENOSPC, "the region has 4090 MiB available of its 4 GiB");
    assertRefused(force + "-a 1G", Errno.EINVAL, "6 MiB, not a multiple of 1 GiB");
    assertRefused(force + "-s 8M -a 1G", Errno.EINVAL, "8 MiB, not a multiple of 1 GiB");
    assertRefused(force + "-s 7M -a 4K", Errno.EINVAL, "the size must be a multiple of 2 MiB at an alignment of 4 KiB");
  }

  @Test
  void aDriverThatRefusesLeavesTheDeviceAsItWas() throws DaxException {
    machine.refuse("bind", Errno.EBUSY);
    assertRefused("-s 1G -a 1G -m devdax", Errno.EBUSY, "cannot bind: the kernel refused; read its log");
  }

  /** Another program has bound the device, or destroyed it, while this one was changing it. */
  @ParameterizedTest
  @EnumSource(value = Errno.class, names = {"EBUSY", "ENXIO", "ENODEV"})
  void aDeviceThatAnotherProgramHasTakenIsLeftToIt(Errno errno) throws DaxException {
    device.enable();
    machine.refuse("bind", errno);
    List<String> logged = new ArrayList<>();
    Logger log = Logger.getLogger("dev.jdax");
    Filter recording = message -> {
      logged.add(message.getMessage());
      return false;
    };
    log.setFilter(recording);
    try {
      assertThat(run("-f -s 8M -m devdax").err()).startsWith("jdax: cannot bind: ").hasLineCount(1);
    } finally {
      log.setFilter(null);
    }
    assertThat(logged).isEmpty();
    assertThat(device.size()).isEqualTo(6 * MIB);
  }

  @Test
  void anEmptyDeviceHasNoMode() throws DaxException {
    device.resize(0);
    assertRefused("-m devdax", Errno.ENXIO, "cannot set the mode of dax0.1 to devdax: its size is 0; resize it first");
    assertDone("-m devdax -s 4M", "4 MiB, align 2 MiB, devdax");
  }

  @ParameterizedTest
  @ValueSource(strings = {"online/-N/offline", "online_movable/-N/offline", "online//movable",
      "online_kernel//movable", "online_movable/--no-movable/not movable"})
  void memoryThatWouldComeOnlineOtherwiseThanAskedIsNotGivenAway(String cell) throws DaxException {
    String[] words = cell.split("/");
    machine.bringsOnline(words[0]);
    assertRefused("-m system-ram " + words[1], Errno.EBUSY, "cannot set the mode of dax0.1 to system-ram: the kernel's"
        + " policy is to bring new memory online by itself, and it was asked for " + words[2] + ": /sys/devices/system/"
        + "memory/auto_online_blocks is " + words[0] + "; write offline to it, or take what comes with -f");
    assertThat(run("-f -m system-ram " + words[1]).err()).doesNotContain("policy");
    assertThat(device.driver()).contains(DaxMode.SYSTEM_RAM.driver());
  }

  @ParameterizedTest
  @ValueSource(strings = {"offline/-N", "offline/", "offline/--no-movable", "online_movable/", "online/--no-movable",
      "online_kernel/--no-movable"})
  void memoryThatComesOnlineAsAskedIs(String cell) throws DaxException {
    String[] words = cell.split("/", -1);
    machine.bringsOnline(words[0]);
    assertThat(run("-m system-ram " + words[1]).err()).doesNotContain("policy");
    assertThat(device.driver()).contains(DaxMode.SYSTEM_RAM.driver());
  }

  @Test
  void severalDevicesAreEachReported() throws DaxException {
    device.region().create(4 * MIB);
    device.region().create(4 * MIB).disable();
    CommandRun run = machine.run("reconfigure-device", "-s", "8M", "all", "--json");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.json().getAsJsonArray("devices").asList().stream()
        .map(each -> each.getAsJsonObject().get("chardev").getAsString())).isEqualTo(List.of("dax0.1", "dax0.3"));
    assertThat(run.json().getAsJsonArray("errors").get(0).getAsJsonObject().get("object").getAsString())
        .isEqualTo("dax0.2");
  }
}
