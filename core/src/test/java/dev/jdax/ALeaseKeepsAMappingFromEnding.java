// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.jdax.spi.MemoryInADomain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link DaxMapping#retain}: close and revocation wait for it, as for a call that holds the memory. */
@Timeout(120)
class ALeaseKeepsAMappingFromEnding {
  private DaxBus bus;
  private DaxDevice device;

  @BeforeEach
  void open() throws Exception {
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.NONE, true, 2 << 20);
    bus = DaxBus.withDrivers(memory);
    device = bus.add(memory).devices().getFirst();
  }

  @AfterEach
  void close() {
    bus.close();
  }

  @Test
  void closeAndForceAreRefusedWhileItIsHeld() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    try (MappingLease lease = mapping.retain()) {
      assertThat(lease.mapping()).isSameAs(mapping);
      assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class).hasMessage("cannot close " + mapping
          + ": a lease (retain) has held its memory for 1 s; close the lease, and close it again");
      for (int time = 0; time < 3; time++) { // and it is not taken away either
        assertThatThrownBy(() -> device.disable(OnMapped.REVOKE)).isInstanceOf(DaxException.class)
            .hasMessageEndingWith("a lease (retain) has held the memory of " + mapping
                + " for 1 s; close the lease, and try again (EBUSY)");
      }
      assertThat(mapping.isOpen()).isTrue();
      mapping.fill(0, 8, (byte) 1);
    }
    device.disable(OnMapped.REVOKE);
    assertThat(mapping.isOpen()).isFalse();
    assertThatThrownBy(mapping::retain).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
  }

  @Test
  void closeWaitsForAThreadThatLetsGoInTime() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MappingLease lease = mapping.retain();
    MappingLease another = mapping.retain();
    another.close();
    another.close();
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> closing = threads.submit(mapping::close);
      Thread.sleep(100);
      assertThat(closing.isDone()).isFalse();
      lease.close();
      closing.get();
    }
    assertThat(mapping.isOpen()).isFalse();
  }

  @Test
  void manyLeasesAreEachHeld() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    List<MappingLease> leases = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      leases.add(mapping.retain());
      mapping.retain().close();
    }
    for (int i = 0; i < 1000; i += 2) {
      leases.get(i).close();
    }
    for (int i = 1; i < 997; i += 2) {
      leases.get(i).close();
    }
    assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class);
    leases.get(997).close();
    leases.get(999).close();
    mapping.close();
  }

  @Test
  void aLeaseThatNothingRefersToIsNotHeld() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    WeakReference<MappingLease> lost = new WeakReference<>(mapping.retain());
    while (lost.get() != null) {
      System.gc();
    }
    mapping.close();
  }

  @Test
  void aLeaseIsHeldOrTheMappingIsClosedAndNeverBoth() throws Exception {
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 200; round++) {
        DaxMapping mapping = device.map(Access.READ_WRITE);
        Future<MappingLease> retaining = threads.submit(() -> {
          try {
            return mapping.retain();
          } catch (IllegalStateException e) {
            return null;
          }
        });
        threads.submit(() -> {
          MappingLease lease = retaining.get();
          if (lease != null) {
            assertThat(mapping.isOpen()).isTrue();
            lease.close();
          }
          return null;
        });
        mapping.close();
        assertThat(mapping.isOpen()).isFalse();
      }
    }
  }
}
