// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;

/** The driver of addresses without memory. */
class ARegionOfAddressesOnlyIsCarvedUp {
  private static final int DEVICES = 1_000;
  private static final long BLOCK = PageSize.SIZE_2M.bytes();

  @Test
  void aThousandDevicesAreMadeAndDestroyed() throws DaxException {
    try (DaxBus bus = DaxBus.withDrivers(new AddressesOnly())) {
      DaxRegion region = bus.add(new AddressesOnly.Source(DEVICES));
      for (int i = 0; i < DEVICES; i++) {
        region.create(BLOCK);
      }
      assertThat(region.devices()).as("with device 0, which is born empty").hasSize(DEVICES + 1);
      assertThat(region.availableSize()).isZero();
      for (DaxDevice device : region.devices().subList(1, DEVICES + 1)) {
        device.destroy();
      }
      assertThat(region.availableSize()).isEqualTo(DEVICES * BLOCK);
    }
  }

  @Test
  void thereIsNothingToMap() throws DaxException {
    try (DaxBus bus = DaxBus.withDrivers(new AddressesOnly())) {
      DaxDevice device = bus.add(new AddressesOnly.Source(1)).create(BLOCK);
      assertThatExceptionOfType(DaxException.class).isThrownBy(() -> device.map(Access.READ_ONLY))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENXIO));
    }
  }
}
