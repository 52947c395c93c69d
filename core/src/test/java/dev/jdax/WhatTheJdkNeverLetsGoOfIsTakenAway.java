// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import dev.jdax.platform.KernelProbe;
import dev.jdax.spi.MemoryInADomain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operation of AsynchronousSocketChannel that ends in an exception holds the arena of its buffer for ever. */
@Timeout(120)
class WhatTheJdkNeverLetsGoOfIsTakenAway {
  private static final int SIZE = 2 << 20;

  /** Begins to read into a mapping, and closes the channel under that. */
  private static void readInVain(DaxMapping mapping) throws Exception {
    AsynchronousSocketChannel client = AsynchronousSocketChannel.open();
    try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Future<AsynchronousSocketChannel> accepted = server.accept();
      client.connect(server.getLocalAddress()).get();
      try (AsynchronousSocketChannel _ = accepted.get()) {
        Future<Integer> reading = client.read(mapping.segment().asByteBuffer());
        client.close();
        assertThatThrownBy(reading::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void theSecondTime() throws Exception {
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.NONE, true, SIZE);
    try (DaxBus bus = DaxBus.withDrivers(memory)) {
      DaxRegion region = bus.add(memory);
      DaxMapping mapping = region.devices().getFirst().map(Access.READ_WRITE);
      MemorySegment segment = mapping.segment();
      segment.set(JAVA_LONG, 0, 42);
      readInVain(mapping);
      assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class).hasMessageContaining(
          "let that end (an operation of an AsynchronousSocketChannel that has failed never does: a defect of the JDK)");
      assertThatThrownBy(region::remove).isInstanceOf(DaxException.class).hasMessageEndingWith(
          "and try again: a second attempt takes the memory away from it (EBUSY)");
      assertThat(segment.get(JAVA_LONG, 0)).isEqualTo(42);
      long mapped = KernelProbe.jdaxMappings().size();

      region.remove();
      assertThat(mapping.isOpen()).isFalse();
      assertThat(KernelProbe.jdaxMappings()).as("its memory is given back").hasSize((int) mapped - 1);
      assertThatThrownBy(() -> mapping.fill(0, 8, (byte) 1)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("its region was removed");
      assertThatThrownBy(() -> mapping.persist(0, 8)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(mapping::kernelView).isInstanceOf(IllegalStateException.class);
      assertThat(segment.get(JAVA_LONG, 0)).as("private memory").isZero();
      segment.set(JAVA_LONG, 0, 1);
      region.remove();
      mapping.close();
    }
  }
}
