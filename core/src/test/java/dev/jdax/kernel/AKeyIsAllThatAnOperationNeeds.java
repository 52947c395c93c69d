// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.DeviceKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link SysfsRegion}, whose operations each take a {@link DeviceKey}, whatever was called before. */
class AKeyIsAllThatAnOperationNeeds {
  private static final String REGION = "sys/devices/platform/hmem.0";

  @TempDir
  private Path folder;
  private FakeLinux linux;
  private DeviceKey key;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.hmem(0, 64 * MIB, false);
    key = region().create();
    linux.forgetWrites();
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  /** {@return the region, as an object of which nothing was asked yet} */
  private SysfsRegion region() throws DaxException {
    return SysfsRegion.of(linux.tree(), linux.path(REGION));
  }

  @Test
  void eachOperationIsTheFirstOneOnItsObject() throws Exception {
    assertThat(region().deviceKeys()).hasSize(2).endsWith(key);
    assertThat(region().keyOf(1)).contains(key);
    assertThat(region().keyOf(2)).isEmpty();
    region().setAlignment(key, PageSize.SIZE_4K);
    region().resize(key, 4 * MIB);
    region().requireBindable(key, DaxMode.DEVDAX);
    region().bind(key, DaxMode.DEVDAX);
    assertThat(region().properties(key)).containsEntry("target_node", "1");
    assertThat(region().memory(key).extents()).hasSize(1);
    region().requireUnusedByOthers(key);
    assertThat(region().device(key).driver()).contains("device_dax");
    region().unbind(key);
    region().resize(key, 0);
    region().delete(key);
    assertThat(region().keyOf(1)).isEmpty();
    assertRefused(() -> region().device(key), Errno.ENXIO);
  }

  @Test
  void theKeyOfADeviceThatWasReplacedIsRefusedByEachOperation() throws Exception {
    linux.vanish(REGION + "/dax0.1");
    linux.device(REGION, "dax0.1", 2 * MIB);
    SysfsRegion region = region();
    DeviceKey next = region.keyOf(1).orElseThrow();
    assertThat(next).isNotEqualTo(key);
    region.device(next); // the object has seen the other device, and refuses the key all the same
    String sentence = "cannot look at dax0.1: somebody else has deleted it and made another; ask the region for its "
        + "devices (ENXIO)";
    assertRefused(() -> region.device(key), Errno.ENXIO, sentence);
    assertRefused(() -> region.properties(key), Errno.ENXIO, sentence);
    assertRefused(() -> region.resize(key, 4 * MIB), Errno.ENXIO, sentence);
    assertRefused(() -> region.growth(Optional.empty(), 4 * MIB).give(key), Errno.ENXIO, sentence);
    assertRefused(() -> region.setAlignment(key, PageSize.SIZE_4K), Errno.ENXIO, sentence);
    assertRefused(() -> region.requireBindable(key, DaxMode.SYSTEM_RAM), Errno.ENXIO, sentence);
    assertRefused(() -> region.bind(key, DaxMode.DEVDAX), Errno.ENXIO, sentence);
    assertRefused(() -> region.requireUnusedByOthers(key), Errno.ENXIO, sentence);
    assertRefused(() -> region.unbind(key), Errno.ENXIO, sentence);
    assertRefused(() -> region.delete(key), Errno.ENXIO, sentence);
    assertRefused(() -> region.memory(key), Errno.ENXIO, sentence);
    assertThat(linux.writes()).isEmpty();
    assertThat(region.device(next).size()).isZero();
  }
}
