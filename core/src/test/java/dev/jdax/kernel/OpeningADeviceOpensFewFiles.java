// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.DaxDevice;
import dev.jdax.platform.OpenedFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Dax#open} looks at what it needs of sysfs, and not at every file of every device. */
class OpeningADeviceOpensFewFiles {
  private static final int MOST = 25;

  @TempDir
  private Path folder;
  private FakeLinux linux;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.pmem(0, 0, 0, 16 * MIB, 4096);
    linux.pmem(0, 1, 1, 16 * MIB, 4096);
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  private interface Step {
    DaxDevice open() throws IOException;
  }

  private void assertFew(String name, Step step) throws IOException {
    try (OpenedFiles files = new OpenedFiles(linux.path("sys"))) {
      DaxDevice device = step.open();
      List<Path> opened = files.opened();
      assertThat(device).hasToString(name);
      assertThat(opened).hasSizeLessThanOrEqualTo(MOST);
      device.size();
      assertThat(files.opened()).describedAs("what is counted").filteredOn(file -> file.endsWith(name + "/size"))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dax0.1", "namespace0.1", "name1", "00112233-4455-6677-8899-aabbccddee11",
      "00112233-4455-6677-8899-AABBCCDDEE21"})
  void byANameAtFirstAndAgain(String name) throws Exception {
    LinuxDevices devices = linux.devices();
    assertFew("dax0.1", () -> devices.open(name));
    assertFew("dax0.1", () -> devices.open(name));
    devices.devices();
    assertFew("dax0.1", () -> devices.open(name));
    LinuxDevices others = linux.devices();
    others.open("dax0.0");
    assertFew("dax0.1", () -> others.open(name));
  }

  @Test
  void byItsNode() throws Exception {
    LinuxDevices devices = linux.devices();
    assertFew("dax0.1", () -> devices.open(linux.path("dev/dax0.1")));
    assertFew("dax0.1", () -> devices.open(linux.path("dev/dax0.1")));
  }

  @Test
  void howManyDevicesItsRegionHasIsNoMatter() throws Exception {
    String region = linux.hmem(1, 512 * MIB, false);
    for (int id = 1; id < 40; id++) {
      linux.device(region, "dax1." + id, 2 * MIB);
    }
    LinuxDevices devices = linux.devices();
    assertFew("dax1.7", () -> devices.open("dax1.7"));
    assertFew("dax1.39", () -> devices.open("dax1.39"));
    assertFew("dax0.1", () -> devices.open("name1"));
  }
}
