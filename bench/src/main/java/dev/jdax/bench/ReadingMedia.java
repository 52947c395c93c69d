// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.jdax.PageSize;
import dev.jdax.pmem.Abstraction;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.IndexBlock;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.InterleaveSetCookie;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LabelGeometry;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.pmem.Plan;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading NVDIMM media: a full label area of 128 KiB, parsed and checked, and an image with 500 namespaces, opened. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReadingMedia {
  private static final LabelGeometry GEOMETRY = new LabelGeometry(128 << 10, LabelVersion.V1_2);
  private static final long RAW_SIZE = Plan.DEFAULT_GRANULE;
  private static final int NAMESPACES = 500;

  private byte[] full;
  private Path file;

  /**
   * Makes the media.
   *
   * @throws IOException if the file cannot be written
   */
  @Setup
  public void make() throws IOException {
    full = labelArea(GEOMETRY.slots());
    file = Files.createTempFile("jdax-bench", ".img");
    try (FileChannel image = FileChannel.open(file, StandardOpenOption.WRITE)) {
      image.write(ByteBuffer.wrap(labelArea(NAMESPACES)), GEOMETRY.slots() * RAW_SIZE);
      for (int i = 0; i < NAMESPACES; i++) {
        Plan plan = Plan.ofRaw(RAW_SIZE, Attachment.DEFAULT.base() + i * RAW_SIZE, PageSize.SIZE_2M,
            MapLocation.DEVICE);
        image.write(ByteBuffer.wrap(plan.toInfoBlock(InfoBlock.Signature.DEVDAX, uuid(i), uuid(i)).toBytes()),
            i * RAW_SIZE + InfoBlock.OFFSET);
      }
    }
  }

  private static byte[] labelArea(int labels) {
    ByteBuffer area = ByteBuffer.allocate((int) GEOMETRY.areaSize());
    BitSet free = new BitSet();
    free.set(labels, GEOMETRY.slots());
    IndexBlock first = IndexBlock.blank(GEOMETRY, 0, 1);
    area.put(first.toBytes()).put(first.successor(free).toBytes());
    long cookie = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(0)).forLabels(LabelVersion.V1_2);
    for (int i = 0; i < labels; i++) {
      area.put((int) GEOMETRY.slotOffset(i), Label.of(LabelVersion.V1_2, uuid(i), "namespace " + i, cookie,
          i * RAW_SIZE, RAW_SIZE, i, Abstraction.DAX).toBytes());
    }
    return area.array();
  }

  private static UUID uuid(int i) {
    return new UUID(0x4000L, i + 1);
  }

  /**
   * Deletes the file.
   *
   * @throws IOException if it cannot be deleted
   */
  @TearDown
  public void end() throws IOException {
    Files.delete(file);
  }

  /** {@return how many of the labels are valid: all of 510} */
  @Benchmark
  public int fullLabelArea() {
    LabelArea area = LabelArea.parse(full, 0);
    if (area.live().size() != GEOMETRY.slots()) {
      throw new IllegalStateException("not all labels are valid: " + area.problems());
    }
    return area.live().size();
  }

  /**
   * {@return how many namespaces the image has: 500, none with a problem}
   *
   * @throws IOException if it cannot be read
   */
  @Benchmark
  public int imageOf500Namespaces() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(file)) {
      if (image.namespaces().size() != NAMESPACES || !image.problems().isEmpty()) {
        throw new IllegalStateException("not all namespaces are right: " + image.problems());
      }
      return image.namespaces().size();
    }
  }
}
