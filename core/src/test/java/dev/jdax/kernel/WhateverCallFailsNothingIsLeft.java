// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.OnMapped;
import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C14 for a region of Linux's: each system call of an operation fails once. */
class WhateverCallFailsNothingIsLeft {
  private static final String REGION = "sys/devices/platform/hmem.0";
  private static final int ENOMEM = 12;

  @TempDir
  private Path folder;
  private FakeLinux linux;
  private LinuxDevices devices;
  private DaxRegion region;
  private DaxDevice device;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.hmem(0, 64 * MIB, true);
    linux.remove(REGION + "/dax0.0/driver");
    devices = linux.devices();
    region = devices.regions().getFirst();
    device = region.devices().getFirst();
    device.resize(0);
    device.resize(8 * MIB);
    linux.makeMappable(REGION + "/dax0.0");
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  private interface Operation {
    void run() throws Exception;
  }

  /** What of the machine an operation can change. */
  private String state() throws Exception {
    List<String> state = new ArrayList<>();
    for (DaxDevice each : region.devices()) {
      String name = each.name();
      state.add(name + " " + each.state() + " " + each.mode() + " " + each.size() + " " + each.alignment()
          + (linux.isListed("device_dax", name) ? " listed" : "") + (linux.isListed("kmem", name) ? " kmem" : ""));
    }
    return state + " of " + region.availableSize();
  }

  private static Set<String> descriptors() throws IOException {
    Set<String> open = new TreeSet<>();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.toList()) {
        try {
          open.add(link.getFileName() + " " + Files.readSymbolicLink(link));
        } catch (IOException e) {
          // that of the listing itself
        }
      }
    }
    return open;
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("/dev/zero") || line.contains("jdax-reservation")).count();
    }
  }

  /** Fails each call; after a failure the state is one of the two, and the reverse operation leads back. */
  private void failEachCallOf(Operation operation, Operation reverse, boolean allOrNothing) throws Exception {
    String before = state();
    int calls;
    try (FailingCalls counted = FailingCalls.counting()) {
      operation.run();
      calls = counted.calls().size();
    }
    String after = state();
    reverse.run();
    assertThat(state()).isEqualTo(before);
    assertThat(calls).isGreaterThan(10);
    Set<String> open = descriptors();
    long mapped = mappings();
    int refused = 0;
    for (int k = 1; k <= calls; k++) {
      String call;
      boolean failed = false;
      try (FailingCalls failing = FailingCalls.failing(k, ENOMEM)) {
        try {
          operation.run();
        } catch (DaxException e) {
          failed = true;
          refused++;
          assertThat(e).hasMessageStartingWith("cannot ");
        }
        call = "call " + k + ", " + failing.calls().get(k - 1);
      }
      assertThat(descriptors()).describedAs("descriptors after %s", call).isEqualTo(open);
      assertThat(mappings()).describedAs("mappings after %s", call).isEqualTo(mapped);
      if (allOrNothing) {
        assertThat(state()).describedAs("state after %s", call).isEqualTo(failed ? before : after);
      }
      if (!state().equals(before)) {
        reverse.run();
      }
      assertThat(state()).describedAs("state after %s and the reverse", call).isEqualTo(before);
      try (SysfsFolder attributes = SysfsFolder.open(linux.path(REGION + "/dax_region"))) {
        LayoutLock.toChange(attributes, "hold it").close(); // nobody has left it locked
      }
    }
    assertThat(refused).isGreaterThan(calls / 3); // some are of close, or of what may be missing
  }

  @Test
  void openMapAndClose() throws Exception {
    device.enable();
    failEachCallOf(() -> {
      DaxDevice opened = devices.open(linux.path("dev/dax0.0"));
      try (DaxMapping mapping = opened.map(Access.READ_WRITE)) {
        assertThat(mapping.length()).isEqualTo(8 * MIB);
      }
    }, () -> {
    }, true);
    assertThat(devices.open("dax0.0")).isSameAs(device);
  }

  @Test
  void lists() throws Exception {
    failEachCallOf(() -> {
      LinuxDevices anew = linux.devices();
      assertThat(anew.devices()).hasSize(1);
      assertThat(anew.regions().getFirst().attributes()).isNotEmpty();
      assertThat(anew.devices().getFirst().attributes()).isNotEmpty();
    }, () -> {
    }, true);
  }

  @Test
  void creatingADeviceOfASize() throws Exception {
    failEachCallOf(() -> region.create(4 * MIB), () -> region.devices().getLast().destroy(), true);
  }

  @Test
  void creatingAnEmptyDevice() throws Exception {
    failEachCallOf(region::createEmpty, () -> region.devices().getLast().destroy(), true);
  }

  @Test
  void bindingAndUnbinding() throws Exception {
    failEachCallOf(device::enable, device::disable, false);
    device.enable();
    failEachCallOf(() -> {
      device.disable();
      assertThat(linux.isListed("device_dax", "dax0.0")).isFalse();
    }, () -> {
      if (device.mode().isPresent()) {
        device.disable(); // its name may have been taken from the list already
      }
      device.enable();
    }, false);
  }

  @Test
  void resizing() throws Exception {
    failEachCallOf(() -> device.resize(16 * MIB), () -> device.resize(8 * MIB), false);
    device.enable();
    failEachCallOf(() -> device.resize(16 * MIB, OnMapped.REVOKE), () -> {
      if (device.mode().isPresent()) {
        device.disable();
      }
      device.resize(8 * MIB);
      device.enable();
    }, false);
  }

  @Test
  void changingTheMode() throws Exception {
    device.enable();
    failEachCallOf(() -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE), () -> {
      linux.remove(REGION + "/dax0.0/driver");
      device.enable();
    }, false);
  }
}
