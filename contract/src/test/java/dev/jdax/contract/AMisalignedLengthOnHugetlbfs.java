// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.Test;

/**
 * The JDK's own mapping accepts a length of 4 KiB on hugetlbfs, and then cannot unmap it, nor anything else in its
 * arena; jdax refuses it.
 */
class AMisalignedLengthOnHugetlbfs {
  @Test
  void isRefusedWhereTheJdkLeaksTheMapping() throws Exception {
    Backend backend = Backend.HUGETLBFS_FILE;
    backend.assumeBlocks(1);
    Leftovers before = Leftovers.now(backend);
    HmemRegion memory = backend.memory(backend.block());
    try (DaxBus bus = DaxBus.create()) {
      DaxDevice device = bus.add(memory).create(backend.block());
      assertThatThrownBy(() -> device.map(Access.READ_WRITE, 0, 4096)).isInstanceOf(DaxException.class)
          .hasMessageContaining("must be a positive multiple of the device's alignment, 2 MiB; use 2 MiB (EINVAL)");
      assertThat(device.mappings()).isEmpty();
      device.map(Access.READ_WRITE).close();
    }
    Files.delete(memory.file().orElseThrow());
    before.assertNothingMore(backend);
  }

  @Test
  void theControlLeaks() throws Exception {
    Backend.HUGETLBFS_FILE.assumeBlocks(1);
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, TheJdkAlone.class,
        Backend.HUGETLBFS_FILE.memory(1).file().orElseThrow().toString());
    assertThat(jvm.said()).contains("java.io.IOException: Invalid argument").contains("2 mappings left");
  }

  /** Maps 4 KiB of a file on hugetlbfs with the JDK alone, closes the arena, and counts what is left. */
  static final class TheJdkAlone {
    private TheJdkAlone() {
    }

    public static void main(String[] args) throws IOException {
      Path path = Path.of(args[0]);
      try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
          StandardOpenOption.WRITE)) {
        Arena arena = Arena.ofShared();
        file.map(FileChannel.MapMode.READ_WRITE, 0, 2 << 20, arena); // makes the file that long
        file.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
        arena.close();
      } catch (Exception e) {
        System.out.println(e);
      } finally {
        Files.delete(path);
      }
      System.out.println(Files.readAllLines(Path.of("/proc/self/maps")).stream()
          .filter(line -> line.contains(path.getFileName().toString())).count() + " mappings left");
    }
  }
}
