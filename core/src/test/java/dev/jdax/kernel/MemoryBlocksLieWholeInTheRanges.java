// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.DeviceKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link MemoryBlocks} and the unbinding of kmem. */
class MemoryBlocksLieWholeInTheRanges {
  private static final String MEMORY = "sys/devices/system/memory";

  @TempDir
  private Path folder;
  private FakeLinux linux;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.put(MEMORY + "/block_size_bytes", "8000000\n"); // hexadecimal: 128 MiB
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  private void blocks(int first, int last, String state) {
    for (int i = first; i <= last; i++) {
      linux.put(MEMORY + "/memory" + i + "/state", state + "\n");
      linux.put(MEMORY + "/memory" + i + "/valid_zones", "Movable\n");
    }
  }

  private MemoryBlocks of(DaxRange... ranges) throws DaxException {
    long size = List.of(ranges).stream().mapToLong(DaxRange::length).sum();
    return MemoryBlocks.of(linux.tree(), "dax0.0",
        new DeviceInfo(new DeviceKey(0, 1), PageSize.SIZE_2M, Optional.of("kmem"), size, Optional.of(List.of(ranges))));
  }

  private static List<Long> numbers(MemoryBlocks blocks) {
    return blocks.list().stream().map(MemoryBlock::number).toList();
  }

  @Test
  void rangesAreTrimmedInwards() throws Exception {
    blocks(0, 20, "offline");
    assertThat(numbers(of(new DaxRange(0, 0x40a00000L, 0x1f600000L)))).containsExactly(9L, 10L, 11L);
    assertThat(numbers(of(new DaxRange(0, 0x40000000L, 0x20000000L)))).containsExactly(8L, 9L, 10L, 11L);
    assertThat(numbers(of(new DaxRange(0, 0x40000000L, 0x7ffffffL)))).isEmpty();
    assertThat(numbers(of(new DaxRange(0, 0x40000000L, 0x8000000L)))).containsExactly(8L);
    assertThat(numbers(of(new DaxRange(0, 0x40200000L, 0xfc00000L)))).isEmpty(); // two halves
    assertThat(numbers(of(new DaxRange(0, 0x48000000L, 0x8000000L), new DaxRange(0x8000, 0x8000000L, 0x8000000L))))
        .containsExactly(9L, 1L);
    MemoryBlock block = of(new DaxRange(0, 0x40000000L, 0x8000000L)).list().getFirst();
    assertThat(block.start()).isEqualTo(0x40000000L);
    assertThat(block.size()).isEqualTo(128 * MIB);
  }

  @Test
  void onlyBlocksThatAreThereAreOnesOfTheDevice() throws Exception {
    blocks(9, 10, "offline");
    assertThat(numbers(of(new DaxRange(0, 0x40000000L, 0x20000000L)))).containsExactly(9L, 10L);
  }

  @Test
  void statesAreReadAnew() throws Exception {
    blocks(8, 11, "offline");
    MemoryBlocks blocks = of(new DaxRange(0, 0x40000000L, 0x20000000L));
    assertThat(blocks.online()).isZero();
    linux.put(MEMORY + "/memory9/state", "online\n");
    linux.put(MEMORY + "/memory10/state", "going-offline\n");
    assertThat(blocks.online()).isEqualTo(1);
    assertThat(blocks.list().get(1).isOnline()).isTrue();
    assertThat(blocks.list().get(1).isMovable()).isTrue();
    linux.put(MEMORY + "/memory9/valid_zones", "Normal\n");
    assertThat(blocks.list().get(1).isMovable()).isFalse();
    linux.remove(MEMORY + "/memory9");
    assertRefused(blocks::online, Errno.ENXIO);
    assertRefused(blocks.list().get(1)::isMovable, Errno.ENXIO);
  }

  @Test
  void allAreTakenIntoUseAndOutAgain() throws Exception {
    blocks(8, 11, "offline");
    linux.put(MEMORY + "/memory9/state", "online_kernel\n");
    MemoryBlocks blocks = of(new DaxRange(0, 0x40000000L, 0x20000000L));
    assertThat(blocks.online(MemoryBlocks.Zone.MOVABLE)).isEqualTo(3);
    assertThat(linux.writes()).containsExactly("memory8/state: online_movable", "memory10/state: online_movable",
        "memory11/state: online_movable");
    assertThat(blocks.online()).isEqualTo(4);
    assertThat(blocks.offline()).isEqualTo(4);
    assertThat(blocks.online(MemoryBlocks.Zone.NORMAL)).isEqualTo(4);
    assertThat(linux.writes()).endsWith("memory11/state: online_kernel");
  }

  @Test
  void oneThatIsRefusedDoesNotStopTheOthers() throws Exception {
    blocks(8, 11, "online");
    MemoryBlocks blocks = of(new DaxRange(0, 0x40000000L, 0x20000000L));
    linux.refuse("write " + MEMORY + "/memory9/state", Errno.EBUSY);
    linux.refuse("write " + MEMORY + "/memory10/state", Errno.EBUSY);
    assertRefused(blocks::offline, Errno.EBUSY,
        "cannot write offline to state of memory9: the kernel refused: Device or "
            + "resource busy; see what keeps it: memory that cannot be moved stays until its owner ends (EBUSY)");
    assertThat(blocks.online()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"offline", "online", "online_kernel", "online_movable"})
  void whetherMemoryComesOnlineByItself(String policy) throws Exception {
    linux.put(MEMORY + "/auto_online_blocks", policy + "\n");
    assertThat(MemoryBlocks.autoOnlinePolicy(linux.tree())).isEqualTo(policy);
    linux.remove(MEMORY + "/auto_online_blocks");
    assertThat(MemoryBlocks.autoOnlinePolicy(linux.tree())).isEqualTo("offline");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "00", "-8000000", "x", "0x8000000", "8000000000000000", "10000000000000000"})
  void aSizeThatIsNoneIsQuoted(String text) {
    linux.put(MEMORY + "/block_size_bytes", text + "\n");
    assertRefused(() -> of(new DaxRange(0, 0x40000000L, 0x20000000L)), Errno.EIO,
        "cannot list the memory blocks of dax0.0: \"" + text + "\" in " + linux.path(MEMORY + "/block_size_bytes")
            + " is no size in hexadecimal; see what is mounted on /sys (EIO)");
  }

  @Test
  void aKernelWithoutMemoryHotplugHasNone() throws Exception {
    linux.remove(MEMORY);
    assertRefused(() -> of(new DaxRange(0, 0x40000000L, 0x20000000L)), Errno.EOPNOTSUPP,
        "cannot list the memory blocks "
            + "of dax0.0: this kernel has no memory blocks; take a kernel with memory hotplug (EOPNOTSUPP)");
  }

  @Test
  void rangesThatMayNotBeReadAreUnknown() {
    DeviceInfo info = new DeviceInfo(new DeviceKey(0, 1), PageSize.SIZE_2M, Optional.of("kmem"), 2 * MIB,
        Optional.empty());
    assertRefused(() -> MemoryBlocks.of(linux.tree(), "dax0.0", info), Errno.EACCES,
        "cannot list the memory blocks of dax0.0: unknown (needs root); ask as root (EACCES)");
  }

  @Test
  void aDeviceThatIsNoSystemRamHasNone() throws Exception {
    linux.hmem(0, 512 * MIB, false);
    DaxDevice device = linux.devices().open("dax0.0");
    assertRefused(() -> MemoryBlocks.of(device), Errno.ENXIO,
        "cannot list the memory blocks of dax0.0: it is not in mode system-ram; set its mode first (ENXIO)");
  }

  @Test
  void aDeviceThatHoldsNoWholeBlockIsLeftInItsMode() throws Exception {
    linux.hmem(0, 512 * MIB, false);
    DaxDevice device = linux.devices().devices().getFirst();
    device.resize(64 * MIB);
    device.enable();
    linux.forgetWrites();
    String reason = "cannot set the mode of dax0.0 to system-ram: the kernel takes memory in blocks of 128 MiB at "
        + "multiples of that (" + linux.path(MEMORY) + "/block_size_bytes), and none lies whole in its ranges ";
    assertRefused(() -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REVOKE), Errno.EINVAL, reason
        + "0x40000000-0x43ffffff; give it a range of at least 128 MiB from where one begins now, or use it as devdax "
        + "(EINVAL)");
    assertThat(linux.writes()).as("it was not even unbound").isEmpty();
    assertThat(device.mode()).contains(DaxMode.DEVDAX);
    linux.put("sys/devices/platform/hmem.0/dax0.0/size", (252 * MIB) + "\n"); // almost two blocks, misplaced
    linux.mapping("sys/devices/platform/hmem.0", "dax0.0", 0, 0x40200000L, 252 * MIB, 0);
    assertRefused(() -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REVOKE), Errno.EINVAL, reason
        + "0x40200000-0x4fdfffff; give it a range of at least 254 MiB from where one begins now, or use it as devdax "
        + "(EINVAL)");
    linux.put("sys/devices/platform/hmem.0/dax0.0/size", (254 * MIB) + "\n");
    linux.mapping("sys/devices/platform/hmem.0", "dax0.0", 0, 0x40200000L, 254 * MIB, 0);
    device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REVOKE);
    assertThat(device.mode()).contains(DaxMode.SYSTEM_RAM);
  }

  @Test
  void kmemIsUnboundOnlyWhenItsMemoryIsOffline() throws Exception {
    blocks(8, 11, "offline");
    linux.put(MEMORY + "/memory10/state", "online\n");
    linux.hmem(0, 512 * MIB, true);
    DaxDevice device = linux.devices().open("dax0.0");
    assertRefused(device::disable, Errno.EBUSY,
        "cannot disable dax0.0: its memory is the kernel's; set its mode to devdax first (EBUSY)");
    assertRefused(() -> device.setMode(DaxMode.DEVDAX, OnMapped.REVOKE), Errno.EBUSY,
        "cannot unbind dax0.0: memory block "
            + "10 of it, at 0x50000000, is online; take its memory offline first: offline-memory dax0.0 (EBUSY)");
    assertThat(linux.writes()).isEmpty();
    linux.put(MEMORY + "/memory10/state", "offline\n");
    assertRefused(() -> device.setMode(DaxMode.DEVDAX, OnMapped.REFUSE), Errno.EBUSY,
        "cannot unbind dax0.0: the kernel "
            + "has kept memory block 8 at 0x40000000; boot again: until then the memory cannot be had (EBUSY)");
    linux.link("sys/devices/platform/hmem.0/dax0.0/driver", "sys/bus/dax/drivers/kmem");
    linux.after("sys/bus/dax/drivers/kmem/unbind", _ -> {
      try {
        for (int i = 8; i <= 11; i++) {
          linux.remove(MEMORY + "/memory" + i);
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    device.setMode(DaxMode.DEVDAX, OnMapped.REFUSE);
    assertThat(device.mode()).contains(DaxMode.DEVDAX);
    linux.forgetWrites();
    device.setMode(DaxMode.DEVDAX, OnMapped.REFUSE);
    assertThat(linux.writes()).isEmpty();
  }
}
