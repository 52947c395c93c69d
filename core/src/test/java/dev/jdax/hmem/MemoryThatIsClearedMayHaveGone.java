// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory with the policy {@code on-create} in a file that another program makes shorter. */
class MemoryThatIsClearedMayHaveGone {
  private static final long MIB = 1L << 20;
  private Path file;

  @BeforeEach
  void thereIsTmpfs() {
    Path folder = Path.of("/dev/shm");
    assumeTrue(Files.isDirectory(folder), "needs a tmpfs at /dev/shm");
    file = folder.resolve("jdax-cleared-" + ProcessHandle.current().pid());
  }

  @AfterEach
  void theFileGoes() throws Exception {
    Files.deleteIfExists(file);
  }

  @Test
  void creatingADeviceThereIsRefusedAndLeavesNothing() throws Exception {
    creatingADevice(file);
  }

  /** Where nothing guards the stores, the kernel is asked before. */
  @Test
  void withoutAHandlerOfFaultsToo() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(List.of("-Ddev.jdax.faultHandler=false"), Unguarded.class, file.toString());
    assertThat(jvm.status()).as(jvm.said()).isZero();
  }

  private static void creatingADevice(Path file) throws Exception {
    try (DaxBus bus = DaxBus.create();
        DaxRegion region = bus.add(HmemRegion.of(8 * MIB, PageSize.SIZE_4K).inFile(file).clearedOnCreate())) {
      DaxDevice before = region.create(2 * MIB);
      try (DaxMapping mapping = before.map(Access.READ_WRITE)) {
        mapping.segment().fill((byte) 7);
      }
      before.destroy();
      try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
        other.setLength(5 * MIB + 8192);
      }
      DaxDevice first = region.create(4 * MIB);
      try (DaxMapping mapping = first.map(Access.READ_WRITE)) {
        assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 2 * MIB - 8)).isZero();
      }
      assertThatExceptionOfType(DaxException.class).isThrownBy(() -> region.create(2 * MIB))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT))
          .withMessageContaining("the memory at 0x502000 of the region is gone")
          .withMessageContaining("see who has truncated " + file);
      assertThat(region.availableSize()).isEqualTo(4 * MIB);
      try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
        other.setLength(8 * MIB);
      }
      assertThat(region.create(4 * MIB).size()).isEqualTo(4 * MIB);
    }
  }

  /** The same in a JVM of its own. */
  public static final class Unguarded {
    private Unguarded() {
    }

    /** Creates the device. */
    public static void main(String[] args) throws Exception {
      creatingADevice(Path.of(args[0]));
    }
  }
}
