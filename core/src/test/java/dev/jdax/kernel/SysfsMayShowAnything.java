// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes that are empty, huge, not numbers, or that change while they are read. */
class SysfsMayShowAnything {
  private static final String REGION = "sys/devices/platform/hmem.0";

  @TempDir
  private Path folder;
  private FakeLinux linux;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.hmem(0, 512 * MIB, true);
    linux.hmem(1, 64 * MIB, true);
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '\'', value = {
      "'', '\"\" is not a number'",
      "' \n', '\"\" is not a number'",
      "many, '\"many\" is not a number'",
      "-1, '\"-1\" is not a number'",
      "+1, '\"+1\" is not a number'",
      "0x, '\"0x\" is not a number'",
      "0x-1, '\"0x-1\" is not a number'",
      "1 2, '\"1 2\" is not a number'",
      "9223372036854775808, '\"9223372036854775808\" is larger than any such number can be'",
      "18446744073709551615, '\"18446744073709551615\" is larger than any such number can be'",
      "0xffffffffffffffff, '\"0xffffffffffffffff\" is larger than any such number can be'",
      "1234567890123456789012345678901234567890x, '\"1234567890123456789012345678901234567890...\" is not a number'"})
  void whatIsNoNumberIsQuoted(String text, String why) throws Exception {
    LinuxDevices devices = linux.devices();
    DaxDevice device = devices.open("dax0.0");
    linux.put(REGION + "/dax0.0/size", text);
    assertRefused(device::size, Errno.EIO,
        "cannot read size of dax0.0: " + why + "; see what is mounted on /sys (EIO)");
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.EIO);
    linux.put(REGION + "/dax0.0/size", 512 * MIB + "");
    linux.put(REGION + "/dax_region/available_size", text);
    assertRefused(device.region()::availableSize, Errno.EIO, "cannot read available_size of the region at "
        + linux.path(REGION) + ": " + why + "; see what is mounted on /sys (EIO)");
    assertThat(device.size()).isEqualTo(512 * MIB);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dax_region/id", "dax_region/size", "dax_region/align", "dax_region/available_size",
      "dax0.0/size", "dax0.0/align", "dax0.0/mapping0/start", "dax0.0/mapping0/end", "dax0.0/mapping0/page_offset"})
  void oneBrokenFileSpoilsItsRegionAndNoOther(String file) throws Exception {
    LinuxDevices devices = linux.devices();
    for (String text : new String[]{"", "x", "-4096", "18446744073709551615", "0".repeat(5000)}) {
      linux.put(REGION + "/" + file, text);
      DaxException refusal = assertRefused(() -> devices.open("dax0.0").region().attributes(), Errno.EIO);
      assertThat(refusal).hasMessageContaining(file.substring(file.indexOf('/') + 1));
      assertRefused(devices::devices, Errno.EIO);
      assertThat(devices.open("dax1.0").size()).isEqualTo(64 * MIB);
    }
  }

  @Test
  void anAttributeOfMoreThanAPageIsRefused() throws Exception {
    linux.put(REGION + "/dax0.0/size", "1".repeat(1 << 20));
    assertRefused(() -> linux.devices().open("dax0.0"), Errno.EIO,
        "cannot read size of dax0.0: it is longer than a page; see what is mounted on /sys (EIO)");
  }

  @Test
  void numbersThatAreNoneOfTheirKindAreRefused() throws Exception {
    linux.put(REGION + "/dax_region/id", "4294967296");
    assertRefused(() -> linux.devices().open("dax0.0"), Errno.EIO, "cannot read id of the region at "
        + linux.path(REGION) + ": 4294967296 is larger than any id can be; see what is mounted on /sys (EIO)");
    linux.put(REGION + "/dax_region/id", "0");
    linux.put(REGION + "/dax0.0/align", "8192");
    assertRefused(() -> linux.devices().open("dax0.0"), Errno.EIO,
        "cannot read the alignment of dax0.0: 8192 is no size of a page; report the kernel (EIO)");
    linux.put(REGION + "/dax0.0/align", "4096");
    linux.put(REGION + "/dax0.0/mapping0/end", "0x1000");
    assertRefused(() -> linux.devices().open("dax0.0"), Errno.EIO, "cannot read mapping0 of a device in "
        + linux.path(REGION)
        + ": no range is from 0x40000000 to 0x1000 at page 0x0; see what is mounted on /sys (EIO)");
    linux.put(REGION + "/dax0.0/mapping0/end", "0x5fffffff");
    linux.put(REGION + "/dax0.0/mapping0/page_offset", "0x7fffffffffffffff");
    assertRefused(() -> linux.devices().open("dax0.0"), Errno.EIO);
  }

  @Test
  void filesOfOtherNamesAreNotDevices() throws Exception {
    for (String name : new String[]{"dax0.x", "dax0.", "dax0.99999999999", "dax00.1", "dax1.0", "power"}) {
      linux.put(REGION + "/" + name + "/size", "0");
    }
    linux.put(REGION + "/dax0.0/mapping", "");
    linux.put(REGION + "/dax0.0/mappings/start", "x");
    assertThat(linux.devices().regions().getFirst().devices()).hasToString("[dax0.0]");
  }

  @Test
  void aReadThatTheKernelRefusesKeepsItsErrno() throws Exception {
    DaxDevice device = linux.devices().open("dax0.0");
    linux.refuse("read " + REGION + "/dax0.0/size", Errno.ENOMEM);
    assertRefused(device::size, Errno.ENOMEM,
        "cannot read size of dax0.0: the kernel refused: Cannot allocate memory; look at the kernel's log (ENOMEM)");
    linux.refuse("read " + REGION + "/dax0.0/size", null);
    linux.refuse("open " + REGION + "/dax0.0/size", Errno.EMFILE);
    assertRefused(device::size, Errno.EMFILE);
    linux.refuse("open " + REGION + "/dax0.0/size", null);
    assertThat(device.size()).isEqualTo(512 * MIB); // what may pass has not killed the handle
  }

  @Test
  void aSizeThatChangesBetweenReadsIsReadAgain() throws Exception {
    DaxDevice device = linux.devices().open("dax0.0");
    int[] reads = {0};
    linux.onRead(REGION + "/dax0.0/mapping0/start", () -> {
      if (reads[0]++ == 0) { // somebody shrinks it behind the read of size
        linux.put(REGION + "/dax0.0/size", 256 * MIB + "\n");
        linux.mapping(REGION, "dax0.0", 0, 0x40000000L, 256 * MIB, 0);
      }
    });
    assertThat(device.ranges()).containsExactly(new DaxRange(0, 0x40000000L, 256 * MIB));
    assertThat(reads[0]).isEqualTo(2);
    assertThat(device.size()).isEqualTo(256 * MIB);
  }

  @Test
  void aRangeThatVanishesBetweenReadsIsReadAgain() throws Exception {
    DaxDevice device = linux.devices().open("dax0.0");
    linux.mapping(REGION, "dax0.0", 1, 0x80000000L, 2 * MIB, 0x20000);
    linux.onRead(REGION + "/dax0.0/mapping1/start", () -> linux.put(REGION + "/dax0.0/mapping1/end", null));
    linux.onRead(REGION + "/dax0.0/mapping1/end", () -> {
      throw new AssertionError("it was removed");
    });
    linux.put(REGION + "/dax0.0/size", 512 * MIB + "\n");
    assertThat(device.ranges()).hasSize(1);
  }

  @Test
  void aSizeThatNeverAgreesWithItsRangesIsNotWaitedForForEver() throws Exception {
    DaxDevice device = linux.devices().open("dax0.0");
    linux.put(REGION + "/dax0.0/size", 2 * MIB + "\n");
    assertRefused(device::size, Errno.EBUSY,
        "cannot read the ranges of dax0.0: somebody else keeps resizing it; try again (EBUSY)");
  }

  @Test
  void aNamespaceOfAnyNameIsNotLookedForElsewhere() throws Exception {
    String region = linux.pmem(5, 0, 0, 16 * MIB, 4096);
    for (String text : new String[]{"/etc", "../../../../platform", "a\0b", "namespace5.0/../namespace5.0"}) {
      linux.put(region + "/namespace", text);
      assertThat(linux.devices().open("dax5.0").region().attribute("namespace").show()).isEqualTo(text + "\n");
    }
  }
}
