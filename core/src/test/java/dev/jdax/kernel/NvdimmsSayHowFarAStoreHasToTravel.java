// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.Errno;
import dev.jdax.PersistenceDomain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The persistence domain and the deep flush of Linux's devices, as sysfs has them. */
class NvdimmsSayHowFarAStoreHasToTravel {
  private static final String NVDIMMS = "sys/devices/LNXSYSTM:00/ndbus0/region1";

  @TempDir
  private Path folder;

  private FakeLinux linux;
  private DaxDevice device;

  @BeforeEach
  void anNvdimm() throws IOException {
    linux = new FakeLinux(folder);
    String region = linux.pmem(1, 0, 1, 4 * FakeLinux.MIB, 4096);
    linux.makeMappable(region + "/dax1.0");
    device = linux.devices().open("dax1.0");
  }

  @AfterEach
  void end() {
    linux.close();
  }

  @ParameterizedTest
  @CsvSource({"cpu_cache, CPU_CACHE", "memory_controller, MEMORY_CONTROLLER", "'', UNKNOWN", "unknown, UNKNOWN",
      "none, UNKNOWN", ", UNKNOWN"})
  void inTheWordsOfTheirRegion(String text, PersistenceDomain expected) throws IOException {
    linux.put(NVDIMMS + "/persistence_domain", text == null ? null : text + "\n");
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.persistenceDomain()).isEqualTo(expected);
      mapping.persist(0, 100);
    }
  }

  @Test
  void orNothingIfTheyMayNotBeAsked() throws IOException {
    linux.refuse("open " + NVDIMMS + "/persistence_domain", Errno.EACCES);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.persistenceDomain()).isEqualTo(PersistenceDomain.UNKNOWN);
    }
    linux.refuse("open " + NVDIMMS + "/persistence_domain", Errno.EIO);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.persistenceDomain()).isEqualTo(PersistenceDomain.UNKNOWN);
    }
  }

  @Test
  void ofOneRegionWhateverAnotherSays() throws IOException {
    String other = linux.pmem(2, 0, 1, 4 * FakeLinux.MIB, 4096);
    linux.put("sys/devices/LNXSYSTM:00/ndbus0/region2/persistence_domain", "cpu_cache\n");
    linux.makeMappable(other + "/dax2.0");
    try (DaxMapping mapping = linux.devices().open("dax2.0").map(Access.READ_ONLY)) {
      assertThat(mapping.persistenceDomain()).isEqualTo(PersistenceDomain.CPU_CACHE);
    }
  }

  @Test
  void memoryThatIsNoNvdimmsIsUnknownAndHasNothingToFlushDeeper() throws IOException {
    String region = linux.hmem(3, 4 * FakeLinux.MIB, false);
    DaxDevice hmem = linux.devices().open("dax3.0");
    hmem.resize(2 * FakeLinux.MIB);
    hmem.enable();
    linux.makeMappable(region + "/dax3.0");
    try (DaxMapping mapping = hmem.map(Access.READ_WRITE)) {
      assertThat(mapping.persistenceDomain()).isEqualTo(PersistenceDomain.UNKNOWN);
      mapping.persist(0, mapping.length());
      assertRefused(mapping::deepFlush, Errno.EOPNOTSUPP, "cannot deep-flush the " + mapping
          + ": there is no NVDIMM behind it, whose buffers could be flushed; persist what is to survive, where the"
          + " persistence domain is a durable one (EOPNOTSUPP)");
    }
  }

  @Test
  void aDeepFlushIsDoneOrNotNeededOrRefused() throws IOException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertRefused(mapping::deepFlush, Errno.EOPNOTSUPP, "cannot deep-flush the " + mapping
          + ": the kernel knows no way to flush the buffers of its NVDIMMs: " + linux.path(NVDIMMS)
          + " has no deep_flush; rely on the platform for them, or on its power (EOPNOTSUPP)");

      linux.put(NVDIMMS + "/deep_flush", "0\n");
      assertThat(mapping.deepFlush()).isFalse();
      assertThat(linux.writes()).isEmpty();

      linux.put(NVDIMMS + "/deep_flush", "1\n");
      assertThat(mapping.deepFlush()).isTrue();
      assertThat(linux.writes()).containsExactly("region1/deep_flush: 1");

      linux.refuse("open for writing " + NVDIMMS + "/deep_flush", Errno.EACCES);
      assertRefused(mapping::deepFlush, Errno.EACCES,
          "cannot write 1 to deep_flush of region1: you may not write it; do it as root (EACCES)");
      linux.refuse("open for writing " + NVDIMMS + "/deep_flush", null);

      linux.refuse("write " + NVDIMMS + "/deep_flush", Errno.EIO);
      assertRefused(mapping::deepFlush, Errno.EIO, "cannot write 1 to deep_flush of region1: the kernel refused:"
          + " Input/output error; look at the kernel's log: an NVDIMM may be failing (EIO)");

      linux.put(NVDIMMS + "/deep_flush", "yes\n");
      assertRefused(mapping::deepFlush, Errno.EIO, "cannot deep-flush the " + mapping + ": deep_flush of "
          + linux.path(NVDIMMS) + " is neither 0 nor 1; see what is mounted on /sys (EIO)");
    }
  }
}
