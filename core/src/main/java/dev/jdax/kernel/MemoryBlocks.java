// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import dev.jdax.platform.WholeFile;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.FirstFew;

/**
 * The memory blocks of a device in mode {@link DaxMode#SYSTEM_RAM}: the units in which the kernel takes memory into use
 * ({@code /sys/devices/system/memory}).
 *
 * <p>A device has those that lie whole in its ranges. Every call reads their states again; any thread may call.
 */
public final class MemoryBlocks {
  /** Where the kernel may put what it keeps in a block. */
  public enum Zone {
    /** Only what can be moved away, so that the block can be taken offline again. */
    MOVABLE("online_movable"),
    /** Anything, so that the block may never come back. */
    NORMAL("online_kernel");

    private final String word;

    Zone(String word) {
      this.word = word;
    }
  }

  private final String device;
  private final List<MemoryBlock> blocks;

  private MemoryBlocks(String device, List<MemoryBlock> blocks) {
    this.device = device;
    this.blocks = blocks;
  }

  /**
   * {@return the memory blocks of a device}
   *
   * @param device a device of Linux's
   * @throws DaxException with ENXIO if the device is dead, or not in mode system-ram, with EACCES if only root may know
   *     its ranges, with EOPNOTSUPP if this kernel has no memory blocks
   */
  public static MemoryBlocks of(DaxDevice device) throws DaxException {
    if (!device.mode().filter(mode -> mode == DaxMode.SYSTEM_RAM).isPresent()) {
      throw DaxException.of(Errno.ENXIO, "list the memory blocks of " + device,
          "it is not in mode " + DaxMode.SYSTEM_RAM, "set its mode first");
    }
    return of(LinuxTree.THIS, device.name(), device.ranges());
  }

  static MemoryBlocks of(LinuxTree tree, String device, DeviceInfo info) throws DaxException {
    return of(tree, device, info.ranges().orElseThrow(() -> DaxException.of(Errno.EACCES,
        "list the memory blocks of " + device, "unknown (needs root)", "ask as root")));
  }

  private static MemoryBlocks of(LinuxTree tree, String device, List<DaxRange> ranges) throws DaxException {
    long size = blockSize(tree, device);
    List<MemoryBlock> blocks = new ArrayList<>();
    for (DaxRange range : ranges) {
      for (long n = Math.ceilDiv(range.start(), size); (n + 1) * size <= range.end() + 1; n++) {
        MemoryBlock block = new MemoryBlock(tree.memory().resolve("memory" + n), n, n * size, size);
        if (block.exists()) {
          blocks.add(block);
        }
      }
    }
    return new MemoryBlocks(device, List.copyOf(blocks));
  }

  /**
   * Refuses where no memory block lies whole in a range of the device: then the driver finds nothing to give to the
   * kernel, and says EINVAL ({@code dev_dax_kmem_probe} in drivers/dax/kmem.c). Where only root may know the ranges, or
   * the kernel has no memory blocks, it is left to the driver.
   */
  static void requireOneIn(LinuxTree tree, String device, DeviceInfo info) throws DaxException {
    List<DaxRange> ranges = info.ranges().orElse(List.of());
    if (ranges.isEmpty() || !Files.exists(tree.memory().resolve("block_size_bytes"))) {
      return;
    }
    long size = blockSize(tree, device);
    long nearest = Long.MAX_VALUE;
    for (DaxRange range : ranges) {
      long end = Math.ceilDiv(range.start(), size) * size + size;
      if (end <= range.end() + 1) {
        return;
      }
      nearest = Math.min(nearest, end - range.start());
    }
    throw DaxException.of(Errno.EINVAL, "set the mode of " + device + " to " + DaxMode.SYSTEM_RAM,
        "the kernel takes memory in blocks of " + ByteSize.format(size) + " at multiples of that ("
            + tree.memory().resolve("block_size_bytes") + "), and none lies whole in its ranges "
            + FirstFew.of(ranges, ", ", DaxRange::toString),
        "give it a range of at least " + ByteSize.format(nearest) + " from where one begins now, or use it as "
            + DaxMode.DEVDAX);
  }

  private static long blockSize(LinuxTree tree, String device) throws DaxException {
    String attempt = "list the memory blocks of " + device;
    Path file = tree.memory().resolve("block_size_bytes");
    String text;
    try {
      text = WholeFile.text(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw DaxException.of(Errno.EOPNOTSUPP, attempt, "this kernel has no memory blocks",
          "take a kernel with memory hotplug", e);
    }
    if (!text.matches("0*[1-9a-f][0-9a-f]{0,14}")) {
      throw DaxException.of(Errno.EIO, attempt, "\"" + text + "\" in " + file + " is no size in hexadecimal",
          "see what is mounted on /sys");
    }
    return Long.parseLong(text, 16);
  }

  /**
   * {@return the blocks, by address}
   */
  public List<MemoryBlock> list() {
    return blocks;
  }

  /**
   * {@return how many of them are online}
   *
   * @throws DaxException if a state cannot be read
   */
  public int online() throws DaxException {
    int online = 0;
    for (MemoryBlock block : blocks) {
      online += block.isOnline() ? 1 : 0;
    }
    return online;
  }

  /**
   * {@return what the kernel does with new memory by itself, in its words: {@code offline}, {@code online},
   * {@code online_kernel} or {@code online_movable}; offline if it does not say}
   */
  public static String autoOnlinePolicy() {
    return autoOnlinePolicy(LinuxTree.THIS);
  }

  static String autoOnlinePolicy(LinuxTree tree) {
    try {
      return WholeFile.text(tree.memory().resolve("auto_online_blocks"), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "offline";
    }
  }

  /**
   * Takes all blocks into use; those that are online already stay as they are.
   *
   * @param zone where
   * @return how many have come online
   * @throws DaxException as the kernel refuses for the first that it refuses for; the others are online then
   */
  public int online(Zone zone) throws DaxException {
    return change(true, zone.word);
  }

  /**
   * Takes all blocks out of use; what is in them is moved elsewhere.
   *
   * @return how many have gone offline
   * @throws DaxException as the kernel refuses for the first that it refuses for, with EBUSY where something in it
   *     cannot be moved; the others are offline then
   */
  public int offline() throws DaxException {
    return change(false, "offline");
  }

  private int change(boolean online, String word) throws DaxException {
    int changed = 0;
    DaxException refused = null;
    for (MemoryBlock block : blocks) {
      try {
        if (block.isOnline() != online) {
          block.write(word);
          changed++;
        }
      } catch (DaxException e) {
        if (refused == null) {
          refused = e;
        } else {
          refused.addSuppressed(e);
        }
      }
    }
    if (refused != null) {
      throw refused;
    }
    return changed;
  }

  /** Linux reports success when kmem is unbound under memory in use, and keeps the memory until it is booted again. */
  void requireOffline(String attempt) throws DaxException {
    for (MemoryBlock block : blocks) {
      if (block.isOnline()) {
        throw DaxException.of(Errno.EBUSY, attempt, "memory block " + block.number() + " of it, at "
            + ByteSize.hex(block.start()) + ", is online", "take its memory offline first: offline-memory " + device);
      }
    }
  }

  void requireGone(String attempt) throws DaxException {
    for (MemoryBlock block : blocks) {
      if (block.exists()) {
        throw DaxException.of(Errno.EBUSY, attempt, "the kernel has kept memory block " + block.number() + " at "
            + ByteSize.hex(block.start()), "boot again: until then the memory cannot be had");
      }
    }
  }
}
