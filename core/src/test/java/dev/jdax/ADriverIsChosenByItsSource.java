// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.DaxDriver.Match;
import dev.jdax.spi.MemorySource;
import org.junit.jupiter.api.Test;

/** Which of several drivers gets a source, and what happens where none does. */
class ADriverIsChosenByItsSource {
  private static final long MIB = 1L << 20;
  private static final AddressesOnly.Source SOURCE = AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K);

  /** A source that nobody knows. */
  private record Moon() implements MemorySource {
    @Override
    public String toString() {
      return "the moon";
    }
  }

  private static String nameOfTheDriver(AddressesOnly... drivers) throws DaxException {
    try (DaxBus bus = DaxBus.withDrivers(drivers); DaxRegion region = bus.add(SOURCE)) {
      return region.toString().replaceAll(".*\\((.*):.*", "$1");
    }
  }

  @Test
  void theMoreSpecificDriverGetsIt() throws Exception {
    AddressesOnly none = new AddressesOnly("none", Match.NONE);
    AddressesOnly general = new AddressesOnly("general", Match.GENERAL);
    AddressesOnly exact = new AddressesOnly("exact", Match.EXACT);
    assertThat(nameOfTheDriver(none, general, exact)).isEqualTo("exact");
    assertThat(nameOfTheDriver(exact, general, none)).isEqualTo("exact");
    assertThat(nameOfTheDriver(none, general)).isEqualTo("general");
  }

  @Test
  void ofEqualsTheFirstGetsIt() throws Exception {
    AddressesOnly first = new AddressesOnly("first", Match.EXACT);
    AddressesOnly second = new AddressesOnly("second", Match.EXACT);
    assertThat(nameOfTheDriver(first, second)).isEqualTo("first");
    assertThat(nameOfTheDriver(second, first)).isEqualTo("second");
    assertThat(first.closed()).hasSize(1);
  }

  @Test
  void whatNoDriverKnowsIsNoDevice() {
    try (DaxBus bus = DaxBus.withDrivers(new AddressesOnly("a", Match.EXACT), new AddressesOnly("b", Match.GENERAL))) {
      assertRefused(() -> bus.add(new Moon()), Errno.ENODEV,
          "cannot add the moon: no driver of a, b knows a Moon; put"
              + " the module that has its driver on the path (ENODEV)");
      assertThat(bus.regions()).isEmpty();
    }
    try (DaxBus bus = DaxBus.withDrivers()) {
      assertRefused(() -> bus.add(SOURCE), Errno.ENODEV);
    }
    try (DaxBus bus = DaxBus.withDrivers(new AddressesOnly("none", Match.NONE))) {
      assertRefused(() -> bus.add(SOURCE), Errno.ENODEV);
    }
  }

  @Test
  void nothingIsNoSource() {
    try (DaxBus bus = DaxBus.withDrivers()) {
      assertThatThrownBy(() -> bus.add(null)).isInstanceOf(NullPointerException.class).hasMessage("source");
    }
  }

  @Test
  void aProbeThatFailsLeavesTheBusEmpty() {
    AddressesOnly driver = new AddressesOnly();
    try (DaxBus bus = DaxBus.withDrivers(driver)) {
      assertRefused(() -> bus.add(AddressesOnly.dynamic(3 * MIB, PageSize.SIZE_2M)), Errno.EINVAL);
      assertThat(bus.regions()).isEmpty();
      assertThat(driver.open()).isEmpty();
    }
  }
}
