// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.intel.pmem.llpl.MemoryPool;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * {@link dev.jdax.DaxMapping#persist} beside what else a Java program can call: the JDK's own instruction, which is
 * behind {@code --add-exports}, {@link MemorySegment#force} of a file on tmpfs and of one on a disk, and LLPL, which
 * calls libpmem through JNI. One long is stored to each line before.
 */
final class WaysToPersist implements Figure {
  private static final long SIZE = 16L << 20;
  private static final int[] SIZES = {64, 4096};
  private static final int WARM_UPS = 15;
  private static final int ROUNDS = 61;
  private static final int OPERATIONS = 5_000;
  /** A disk is asked less often. */
  private static final int OF_A_DISK = 20;

  /** The JDK's, in a class so that it is found only where it is asked for. */
  private static final class WritebackMemory {
    static final MethodHandle MH = find();

    private static MethodHandle find() {
      try {
        Class<?> unsafe = Class.forName("jdk.internal.misc.Unsafe");
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        Object the = lookup.findStatic(unsafe, "getUnsafe", MethodType.methodType(unsafe)).invoke();
        return lookup
            .findVirtual(unsafe, "writebackMemory", MethodType.methodType(void.class, long.class, long.class))
            .bindTo(the);
      } catch (Throwable t) {
        throw new IllegalStateException("the JDK does not show its Unsafe", t);
      }
    }

    static void of(long address, long length) {
      try {
        MH.invokeExact(address, length);
      } catch (Throwable t) {
        throw new IllegalStateException(t);
      }
    }
  }

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    try (Mapped mapped = Mapped.flushed(SIZE, PageSize.SIZE_2M);
        TmpfsFile file = TmpfsFile.unmade();
        OnADisk disk = OnADisk.make();
        Arena arena = Arena.ofShared()) {
      DurableStores stores = new DurableStores(mapped.mapping());
      MemorySegment memory = mapped.segment();
      MemorySegment onTmpfs = file.map(SIZE, arena);
      MemorySegment onADisk = disk.map(SIZE, arena);
      for (int bytes : SIZES) {
        DurableStores.Operation jdax = stores.persist(bytes);
        long step = DurableStores.step(bytes);
        compare(rows, bytes, jdax, "Unsafe.writebackMemory", OPERATIONS, number -> {
          long at = DurableStores.place(number, step);
          DurableStores.dirty(memory, at, bytes, number);
          WritebackMemory.of(memory.address() + at, bytes);
        });
        compare(rows, bytes, jdax, "force of a file on tmpfs", OPERATIONS, force(onTmpfs, bytes));
        compare(rows, bytes, jdax, "force of a file on " + disk.fileSystem(), OF_A_DISK, force(onADisk, bytes));
        againstLlpl(rows, bytes, jdax);
      }
    } catch (DaxException e) {
      rows.add(Row.notMeasured(WaysToPersist.class, "persist beside other ways, pages of 2 MiB", e));
    }
    return rows;
  }

  private static DurableStores.Operation force(MemorySegment memory, int bytes) {
    long step = DurableStores.step(bytes);
    return number -> {
      long at = DurableStores.place(number, step);
      DurableStores.dirty(memory, at, bytes, number);
      memory.asSlice(at, bytes).force();
    };
  }

  private static void againstLlpl(List<String> rows, int bytes, DurableStores.Operation jdax) throws IOException {
    try (TmpfsFile file = TmpfsFile.unmade()) {
      MemoryPool pool = MemoryPool.createPool(file.path().toString(), SIZE);
      long step = DurableStores.step(bytes);
      compare(rows, bytes, jdax, "LLPL", OPERATIONS, number -> {
        long at = DurableStores.place(number, step);
        for (int line = 0; line < bytes; line += DurableStores.LINE) {
          pool.setLong(at + line, number);
        }
        pool.flush(at, bytes);
      });
    } catch (LinkageError e) {
      rows.add(Row.notMeasured(WaysToPersist.class, what(bytes) + ", against LLPL",
          new IOException(
              "LLPL needs libpmemobj1 and libpmempool1: " + e.getMessage().lines().findFirst().orElse(""))));
    }
  }

  private static void compare(List<String> rows, int bytes, DurableStores.Operation jdax, String name, int operations,
      DurableStores.Operation other) throws IOException {
    Interleaved sides = new Interleaved().add("jdax", DurableStores.timed(jdax, operations))
        .add(name, DurableStores.timed(other, operations)).run(WARM_UPS, ROUNDS);
    rows.add(Row.compared(WaysToPersist.class, what(bytes), Row.time(sides.median("jdax") / operations),
        name + ": " + Row.time(sides.median(name) / operations), sides.speed("jdax", name)));
  }

  private static String what(int bytes) {
    return "persist of " + ByteSize.format(bytes) + ", pages of 2 MiB";
  }

  /** A file that the JDK maps, where this process was started: on a disk, as a rule. */
  private record OnADisk(Path path) implements AutoCloseable {
    static OnADisk make() throws IOException {
      return new OnADisk(Files.createTempFile(Path.of(""), "jdax-bench", ".force"));
    }

    String fileSystem() throws IOException {
      return Files.getFileStore(path).type();
    }

    MemorySegment map(long size, Arena arena) throws IOException {
      return new TmpfsFile(path).map(size, arena).fill((byte) 0);
    }

    @Override
    public void close() throws IOException {
      Files.delete(path);
    }
  }
}
