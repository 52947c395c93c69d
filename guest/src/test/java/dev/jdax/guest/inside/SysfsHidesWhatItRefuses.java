// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.kernel.MemoryBlock;
import dev.jdax.kernel.MemoryBlocks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Writes that Linux accepts and does not do, or does and should not, and those of no bytes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class SysfsHidesWhatItRefuses {
  private static final long MIB = 1L << 20;

  @AfterAll
  static void theKernelIsSound() throws Exception {
    Shell.requireSoundKernel();
  }

  private static long memTotal() throws Exception {
    return Long.parseLong(Shell.ask("awk '/MemTotal/ { print $2 }' /proc/meminfo")) << 10;
  }

  @Test
  @Order(1)
  void aTextOfNoBytes() throws Exception {
    DaxDevice device = Hmem.idle().createEmpty();
    device.resize(4 * MIB);
    assertThat(Shell.run("printf '' >" + Hmem.folder(device) + "size").status()).isZero(); // "success"
    assertThat(device.size()).isEqualTo(4 * MIB);
    assertRefused(() -> device.attribute("size").store(""), Errno.EINVAL, "cannot write size of " + device
        + ": a text of length 0 changes nothing; write a value, or a newline to clear it (EINVAL)");
    assertRefused(() -> device.attribute("size").store("\n"), Errno.EINVAL);
    assertThat(device.size()).isEqualTo(4 * MIB);
    device.destroy();
  }

  @Test
  @Order(2)
  void aRangeGivenByHand() throws Exception {
    DaxDevice device = Hmem.idle().createEmpty(); // no driver has it, so that Linux would only add the range
    device.resize(4 * MIB);
    assertRefused(() -> device.attribute("mapping").store("0x50000000-0x501fffff"), Errno.EOPNOTSUPP,
        "cannot write \"0x50000000-0x501fffff\" to mapping of " + device + ": a range that is given by hand can crash "
            + "the kernel, and is dropped in silence where it is misaligned; write to size: the ranges follow from it "
            + "(EOPNOTSUPP)");
    assertThat(device.size()).isEqualTo(4 * MIB);
    device.destroy();
  }

  @Test
  @Order(3)
  void aBindByNewId() throws Exception {
    DaxDevice device = Hmem.idle().createEmpty();
    assertThat(Shell.echo(device.name(), Hmem.DEVICE_DAX + "new_id")).isZero(); // "success"
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
    assertRefused(device::enable, Errno.ENXIO,
        "cannot enable " + device + ": its size is 0; resize it first (ENXIO)");
    Shell.echo(device.name(), Hmem.DEVICE_DAX + "remove_id");
    device.destroy();
  }

  @Test
  @Order(4)
  void memoryThatIsOfflineIsGivenBack() throws Exception {
    DaxRegion region = Hmem.idle();
    DaxDevice device = region.create(128 * MIB);
    long before = memTotal();
    device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE);
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.ENXIO);
    MemoryBlocks blocks = MemoryBlocks.of(device);
    assertThat(MemoryBlocks.autoOnlinePolicy()).isEqualTo("offline");
    assertThat(blocks.list()).hasSize(1);
    assertThat(blocks.online()).isZero();
    assertThat(blocks.online(MemoryBlocks.Zone.MOVABLE)).isEqualTo(1);
    MemoryBlock block = blocks.list().getFirst();
    assertThat(block.isMovable()).isTrue();
    assertThat(memTotal() - before).isBetween(100 * MIB, 128 * MIB);
    assertRefused(device::disable, Errno.EBUSY, "cannot disable " + device
        + ": its memory is the kernel's; set its mode to devdax first (EBUSY)");
    assertRefused(() -> device.setMode(DaxMode.DEVDAX, OnMapped.REVOKE), Errno.EBUSY, "cannot unbind " + device
        + ": memory block " + block.number() + " of it, at 0x%x, is online; ".formatted(block.start())
        + "take its memory offline first: offline-memory " + device + " (EBUSY)");
    assertRefused(() -> device.destroy(OnMapped.REVOKE), Errno.EBUSY);
    assertThat(device.mode()).contains(DaxMode.SYSTEM_RAM);
    assertThat(blocks.offline()).isEqualTo(1);
    assertThat(memTotal()).isEqualTo(before);
    assertThat(block.folder()).exists();
    device.setMode(DaxMode.DEVDAX, OnMapped.REFUSE);
    assertThat(block.folder()).doesNotExist();
    device.map(Access.READ_WRITE).close();
    device.destroy();
  }

  /** What others may do, and what is left to do then; the memory is lost until the guest is booted again. */
  @Test
  @Order(5)
  void memoryThatIsOnlineIsKept() throws Exception {
    DaxRegion region = Hmem.idle();
    DaxDevice device = region.create(128 * MIB);
    device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE);
    MemoryBlocks blocks = MemoryBlocks.of(device);
    blocks.online(MemoryBlocks.Zone.MOVABLE);
    Path block = blocks.list().getFirst().folder();
    assertThat(Shell.echo(device.name(), Hmem.KMEM + "unbind")).isZero(); // "success"
    assertThat(block).exists();
    assertThat(Files.readString(block.resolve("state"))).isEqualTo("online\n");
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    // new_id says "success", too, of a probe that fails since the addresses are taken.
    assertRefusedByTheProbe(device);
    assertThat(Shell.echo(device.name(), Hmem.DEVICE_DAX + "new_id")).isZero();
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    Shell.echo(device.name(), Hmem.DEVICE_DAX + "remove_id");
    // now the device is spoilt, whatever addresses it has.
    device.resize(0);
    DaxDevice keeper = region.createEmpty();
    keeper.resize(128 * MIB); // the addresses that are taken
    device.resize(4 * MIB);
    assertRefused(device::enable, Errno.EINVAL, "cannot write " + device
        + " to bind of device_dax: the kernel refused: "
        + "Invalid argument; look at the kernel's log for what the driver says; a device whose probe has failed once may "
        + "have to be deleted and made again (EINVAL)");
    assertThat(Shell.ask("dmesg | tail -n 5")).contains("dynamic-dax with pre-populated page map");
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    device.destroy();
    DaxDevice again = region.create(4 * MIB);
    assertThat(again.name()).isEqualTo(device.name());
    try (DaxMapping mapping = again.map(Access.READ_WRITE)) {
      assertThat(mapping.length()).isEqualTo(4 * MIB);
    }
    again.destroy();
  }

  private static void assertRefusedByTheProbe(DaxDevice device) throws IOException, InterruptedException {
    try {
      device.enable();
      throw new AssertionError("the kernel has lost memory that was online");
    } catch (DaxException e) {
      // EBUSY where device_dax matches the device; EINVAL where it had to be told by new_id, which hid the EBUSY.
      assertThat(e.errno()).isIn(Errno.EBUSY, Errno.EINVAL);
      assertThat(e).hasMessageStartingWith("cannot write " + device + " to bind of device_dax: the kernel refused: ");
    }
    assertThat(Shell.ask("dmesg | tail -n 5")).contains("could not reserve range");
  }
}
