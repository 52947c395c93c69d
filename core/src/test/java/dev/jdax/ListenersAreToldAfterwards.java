// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link DaxListener}: what is told, in which order, and what a listener may do. */
class ListenersAreToldAfterwards {
  private static final long MIB = 1L << 20;

  private final DaxBus bus = DaxBus.withDrivers(new AddressesOnly());
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void listen() {
    bus.addListener(event -> told.add(event.kind() + " " + event.device()));
  }

  @AfterEach
  void closeTheBus() {
    bus.close();
  }

  private DaxRegion region() throws DaxException {
    return bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
  }

  @Test
  void eachChangeIsToldOnceInOrder() throws Exception {
    DaxRegion region = region();
    DaxDevice one = region.createEmpty();
    one.resize(2 * MIB);
    one.setAlignment(PageSize.SIZE_2M);
    one.enable();
    one.disable();
    one.destroy();
    DaxDevice two = region.create(2 * MIB);
    two.resize(4 * MIB, OnMapped.REVOKE);
    two.disable(OnMapped.REVOKE);
    two.resize(0);
    region.delete("dax0.1");
    assertThat(told).containsExactly("ADD dax0.0", "ADD dax0.1", "CHANGE dax0.1", "CHANGE dax0.1", "CHANGE dax0.1",
        "CHANGE dax0.1", "REMOVE dax0.1", "ADD dax0.1", "CHANGE dax0.1", "CHANGE dax0.1", "CHANGE dax0.1",
        "REMOVE dax0.1");
  }

  @Test
  void theEndOfARegionIsTheEndOfItsDevices() throws Exception {
    DaxRegion region = region();
    region.createEmpty();
    region.createEmpty();
    bus.add(AddressesOnly.fixed(5, 2, 2 * MIB, PageSize.SIZE_4K));
    told.clear();
    region.close();
    region.close();
    assertThat(told).containsExactlyInAnyOrder("REMOVE dax0.0", "REMOVE dax0.1", "REMOVE dax0.2");
    told.clear();
    bus.close();
    assertThat(told).containsExactly("REMOVE dax5.2");
  }

  @Test
  void whatIsRefusedIsNotTold() throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.create(2 * MIB);
    told.clear();
    assertRefused(() -> device.resize(4 * MIB), Errno.EBUSY);
    assertRefused(() -> device.setAlignment(PageSize.SIZE_2M), Errno.EBUSY);
    assertRefused(device::enable, Errno.EBUSY);
    assertRefused(() -> region.create(66 * MIB), Errno.ENOSPC);
    assertRefused(() -> region.delete("dax0.1"), Errno.EBUSY);
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      assertRefused(device::disable, Errno.EBUSY);
      assertRefused(device::destroy, Errno.EBUSY);
      assertThat(mapping.isOpen()).isTrue();
    }
    assertThat(told).isEmpty();
  }

  @Test
  void whatIsToldIsDoneAlready() throws Exception {
    List<DeviceState> states = new ArrayList<>();
    bus.addListener(event -> {
      try {
        states.add(event.device().state());
      } catch (DaxException e) {
        throw new IllegalStateException(e);
      }
    });
    DaxDevice device = region().createEmpty();
    device.resize(2 * MIB);
    device.enable();
    device.destroy();
    assertThat(states).containsExactly(DeviceState.EMPTY, DeviceState.EMPTY, DeviceState.SIZED, DeviceState.BOUND,
        DeviceState.DEAD);
  }

  @Test
  void listenersAreToldInTheOrderInWhichTheyCame() throws Exception {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      bus.addListener(event -> order.add(number));
    }
    region();
    assertThat(order).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aListenerThatFailsDoesNotStopTheOthersNorTheCaller() throws Exception {
    List<DaxEvent> later = new ArrayList<>();
    bus.addListener(event -> {
      throw new IllegalStateException("a listener fails");
    });
    bus.addListener(later::add);
    DaxDevice device = region().create(2 * MIB);
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(told).hasSize(2);
    assertThat(later).containsExactly(new DaxEvent(DaxEvent.Kind.ADD, bus.device("dax0.0")),
        new DaxEvent(DaxEvent.Kind.ADD, device));
  }

  @Test
  void aListenerThatIsRemovedIsToldNoMore() throws Exception {
    List<DaxEvent> heard = new ArrayList<>();
    DaxListener listener = heard::add;
    bus.addListener(listener);
    DaxRegion region = region();
    bus.removeListener(listener);
    bus.removeListener(listener);
    region.createEmpty();
    assertThat(heard).hasSize(1);
    assertThat(told).hasSize(2);
    assertThatThrownBy(() -> bus.addListener(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aListenerMayCallTheBus() throws Exception {
    bus.addListener(event -> {
      if (event.kind() == DaxEvent.Kind.ADD && event.device().id() < 3) {
        try {
          event.device().region().createEmpty();
        } catch (DaxException e) {
          throw new IllegalStateException(e);
        }
      }
    });
    DaxRegion region = region();
    assertThat(region.devices()).extracting(DaxDevice::id).containsExactly(0, 1, 2, 3);
    assertThat(told).containsExactly("ADD dax0.0", "ADD dax0.1", "ADD dax0.2", "ADD dax0.3");
  }

  @Test
  void aListenerMayCloseTheRegion() throws Exception {
    bus.addListener(event -> {
      if (event.kind() == DaxEvent.Kind.CHANGE) {
        event.device().region().close();
      }
    });
    DaxRegion region = region();
    DaxDevice device = region.createEmpty();
    device.resize(2 * MIB);
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    assertThat(bus.regions()).isEmpty();
    assertThat(told.subList(0, 3)).containsExactly("ADD dax0.0", "ADD dax0.1", "CHANGE dax0.1");
  }

  @Test
  void noLockIsHeldWhileAListenerIsTold() throws Exception {
    List<Long> sizes = new ArrayList<>();
    bus.addListener(event -> {
      // Another thread could not ask, if the lock of the region or of the bus were held here.
      CompletableFuture<Long> asked = CompletableFuture.supplyAsync(() -> {
        try {
          return event.kind() == DaxEvent.Kind.REMOVE
              ? bus.devices().size()
              : bus.device(event.device().name()).size();
        } catch (DaxException e) {
          throw new IllegalStateException(e);
        }
      });
      sizes.add(asked.orTimeout(10, TimeUnit.SECONDS).join());
    });
    DaxRegion region = region();
    DaxDevice device = region.createEmpty();
    device.resize(2 * MIB);
    device.setAlignment(PageSize.SIZE_2M);
    device.enable();
    device.disable();
    device.destroy();
    region.create(4 * MIB);
    region.close();
    assertThat(sizes).containsExactly(0L, 0L, 2 * MIB, 2 * MIB, 2 * MIB, 2 * MIB, 1L, 4 * MIB, 0L, 0L);
  }
}
