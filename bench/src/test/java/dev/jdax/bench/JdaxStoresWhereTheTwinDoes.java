// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** jdax's side of what is compared with libpmem. */
class JdaxStoresWhereTheTwinDoes {
  private static final long SIZE = 8 << 20;

  private Mapped mapped;
  private DurableStores stores;

  @BeforeEach
  void map() throws Exception {
    mapped = Mapped.flushed(SIZE, PageSize.SIZE_4K);
    stores = new DurableStores(mapped.mapping());
  }

  @AfterEach
  void unmap() {
    mapped.close();
  }

  private byte at(long offset) {
    return mapped.segment().get(ValueLayout.JAVA_BYTE, offset);
  }

  @Test
  void linesAreFlushedAsIfTheMemoryKeptThem() {
    assertThat(mapped.mapping().persistenceDomain()).isEqualTo(PersistenceDomain.MEMORY_CONTROLLER);
  }

  @Test
  void eachOperationInTheNextPlace() throws Exception {
    assertThat(DurableStores.timed(stores.copy(DurableStores.source(100)), 3).run()).isPositive();
    assertThat(mapped.segment().asSlice(256, 100).mismatch(MemorySegment.ofArray(new byte[100]).fill((byte) 7)))
        .isEqualTo(-1);
    assertThat(at(100)).isZero();
    assertThat(at(384)).isZero();
    stores.flush(3).run(1);
    assertThat(at(256 + 2 * 64)).isEqualTo((byte) 1);
    assertThat(DurableStores.each(stores.persist(4096), 5)).hasSize(5);
    assertThat(at(4 * 4096 + 63 * 64)).isEqualTo((byte) 4);
    assertThat(DurableStores.timedInTwoThreads(stores.persist(64), 100, 64).run()).isPositive();
  }
}
