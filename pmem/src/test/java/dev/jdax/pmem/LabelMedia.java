// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Label areas for tests: Linux's own, and ones that are made and damaged here. */
final class LabelMedia {
  static final int SIZE = 128 << 10;
  static final UUID UUID_A = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  static final UUID UUID_B = UUID.fromString("10112233-4455-6677-8899-aabbccddeeff");
  private static final Long GIVEN = Long.getLong("jdax.seed");

  private LabelMedia() {
  }

  /** A label area that Linux wrote, of version 1.1 or 1.2. */
  static byte[] ofLinux(LabelVersion version) {
    String name = "/label-areas/labels-v" + version + ".bin.gz";
    try (InputStream in = new GZIPInputStream(LabelMedia.class.getResourceAsStream(name))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An area with two index blocks of these sequence numbers, and nothing in it. */
  static byte[] empty(int size, LabelVersion version, int sequence0, int sequence1) {
    LabelGeometry geometry = new LabelGeometry(size, version);
    byte[] area = new byte[size];
    put(area, 0, IndexBlock.blank(geometry, 0, sequence0).toBytes());
    put(area, geometry.indexSize(), IndexBlock.blank(geometry, 1, sequence1).toBytes());
    return area;
  }

  /** An area with these labels in the slots that they say. */
  static byte[] with(LabelVersion version, Label... labels) {
    LabelGeometry geometry = new LabelGeometry(SIZE, version);
    byte[] area = empty(SIZE, version, 1, 2);
    BitSet free = index(area, geometry, 0).freeSlots();
    for (Label label : labels) {
      free.clear((int) label.slot());
      put(area, (int) geometry.slotOffset((int) label.slot()), label.toBytes());
    }
    byte[] bitmap = Arrays.copyOf(free.toByteArray(), geometry.indexSize() - IndexBlock.HEADER);
    for (int number = 0; number < 2; number++) {
      IndexBlock block = index(area, geometry, number).withFree(Bytes.copyOf(bitmap, 0, bitmap.length)).withChecksum();
      put(area, number * geometry.indexSize(), block.toBytes());
    }
    return area;
  }

  static Label label(LabelVersion version, UUID uuid, int slot, long dpa, long size) {
    long cookie = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(0)).forLabels(version);
    return Label.of(version, uuid, "hello", cookie, dpa, size, slot, Abstraction.DAX);
  }

  /** Changes bytes of an index block, and puts its checksum right unless the checksum was changed. */
  static byte[] damaged(byte[] area, LabelGeometry geometry, int number, Consumer<ByteBuffer> change) {
    byte[] copy = area.clone();
    int at = number * geometry.indexSize();
    ByteBuffer block = ByteBuffer.wrap(copy, at, geometry.indexSize()).slice().order(ByteOrder.LITTLE_ENDIAN);
    long before = block.getLong(64);
    change.accept(block);
    if (block.getLong(64) == before) {
      block.putLong(64, Fletcher64.ofStructure(Arrays.copyOfRange(copy, at, at + geometry.indexSize()), 64));
    }
    return copy;
  }

  static IndexBlock index(byte[] area, LabelGeometry geometry, int number) {
    int at = number * geometry.indexSize();
    return IndexBlock.parse(Arrays.copyOfRange(area, at, at + geometry.indexSize())).orElseThrow();
  }

  static void put(byte[] area, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, area, at, bytes.length);
  }

  /** Runs a test with so many seeds, or with the one that {@code -Djdax.seed} gives; a failure names its seed. */
  static void eachSeed(int count, Consumer<Random> body) {
    for (int i = 0; i < (GIVEN == null ? count : 1); i++) {
      long seed = GIVEN == null ? new Random().nextInt() : GIVEN;
      try {
        body.accept(new Random(seed));
      } catch (RuntimeException | Error e) {
        throw new AssertionError("with -Djdax.seed=" + seed + ": " + e, e);
      }
    }
  }

  /** How many bytes this thread has allocated; by reflection, as the module does not read the JDK's management. */
  static long allocatedBytes() {
    try {
      Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean")
          .invoke(null);
      Method count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
      return (long) count.invoke(threads);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
