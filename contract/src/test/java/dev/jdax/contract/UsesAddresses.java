// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.xerial.snappy.Snappy;

/**
 * A program whose native code uses the memory of a mapping by its address, while the device is destroyed by force, or the
 * mapping closed: {@code lz4|snappy|LIBRARY force|close}. Afterwards the device is mapped again, and must be as it was.
 */
final class UsesAddresses {
  private static final int SIZE = 64 << 20;

  private interface Codec {
    void run() throws Throwable;
  }

  private UsesAddresses() {
  }

  public static void main(String[] args) throws Exception {
    try (DaxBus bus = DaxBus.create()) {
      DaxDevice device = bus.add(HmemRegion.of(2L * SIZE, PageSize.SIZE_4K)).create(SIZE);
      for (int round = 0; round < 5; round++) {
        DaxMapping mapping = device.map(Access.READ_WRITE);
        fill(mapping.segment());
        Codec codec = codec(args[0], mapping);
        AtomicInteger calls = new AtomicInteger();
        Thread thread = Thread.ofPlatform().start(() -> callAgainAndAgain(codec, calls));
        while (calls.get() < 1) {
          Thread.onSpinWait();
        }
        Thread.sleep(20 + 7 * round); // so that a call, which takes longer, is in its middle
        if (args[1].equals("force")) {
          device.disable(OnMapped.REVOKE);
          device.enable();
        } else {
          mapping.close();
        }
        try (DaxMapping young = device.map(Access.READ_WRITE)) {
          fill(young.segment());
          int then = calls.get();
          while (calls.get() < then + 3) {
            Thread.onSpinWait(); // it uses the addresses still
          }
          thread.interrupt();
          thread.join();
          if (!isFilled(young.segment())) {
            System.out.println("a stale store has reached the device");
          }
        }
      }
      device.destroy(OnMapped.REVOKE);
    }
    System.out.println("alive");
  }

  private static void callAgainAndAgain(Codec codec, AtomicInteger calls) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        codec.run();
        calls.incrementAndGet();
      }
    } catch (Throwable t) {
      t.printStackTrace(System.out);
      System.exit(1);
    }
  }

  private static void fill(MemorySegment memory) {
    Random random = new Random(1);
    for (long at = 0; at < memory.byteSize(); at += 512) {
      memory.set(JAVA_LONG, at, random.nextLong());
    }
  }

  private static boolean isFilled(MemorySegment memory) {
    Random random = new Random(1);
    for (long at = 0; at < memory.byteSize(); at += 512) {
      if (memory.get(JAVA_LONG, at) != random.nextLong()) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("restricted")
  private static Codec codec(String name, DaxMapping mapping) throws Exception {
    ByteBuffer source = mapping.segment().asByteBuffer();
    long address = mapping.segment().address();
    return switch (name) {
      case "lz4" -> {
        LZ4Compressor lz4 = LZ4Factory.nativeInstance().fastCompressor();
        ByteBuffer target = ByteBuffer.allocateDirect(lz4.maxCompressedLength(SIZE));
        yield () -> lz4.compress(source, 0, SIZE, target, 0, target.capacity());
      }
      case "snappy" -> {
        ByteBuffer target = ByteBuffer.allocateDirect(Snappy.maxCompressedLength(SIZE));
        yield () -> Snappy.compress(source.duplicate(), target.clear());
      }
      default -> {
        MethodHandle scramble = Linker.nativeLinker().downcallHandle(
            SymbolLookup.libraryLookup(Path.of(name), Arena.global()).findOrThrow("scramble"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        yield () -> {
          long _ = (long) scramble.invokeExact(address, (long) SIZE);
        };
      }
    };
  }
}
