// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Force;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.spi.Waiver;

/**
 * The NVDIMMs of a guest with at most 3 GiB of RAM, and their images: one behind the other from 4 GiB on, each a region
 * of its own. The images are sparse, and stay when the test has ended.
 */
final class Dimms {
  static final long MIB = 1L << 20;
  static final long GIB = 1L << 30;
  static final int LABELS = 128 << 10;

  private final Path folder;
  private final List<Dimm> dimms = new ArrayList<>();
  private long next = Attachment.DEFAULT.base();

  private Dimms(Path folder) {
    this.folder = folder;
  }

  /** None yet, in the folder target/guest/NAME-images-SERIES, which is emptied. */
  static Dimms of(String name, Kernel kernel) throws IOException {
    Path folder = Path.of("target", "guest", name + "-images-" + kernel.series()).toAbsolutePath();
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return new Dimms(Files.createDirectories(folder));
  }

  /**
   * One of them.
   *
   * @param file its image: the region, and the label area behind it
   * @param position which of the guest's NVDIMMs it is, from 0
   * @param base where its region begins
   * @param labelSize the size of its label area, 0 for none
   * @param backendAlignment the alignment of its memory backend, 0 for the one that QEMU takes by itself
   */
  record Dimm(Path file, int position, long base, int labelSize, long backendAlignment) {
    /** How the guest has it, but for the number of its region, which Linux gives. */
    Attachment attachment() {
      return new Attachment(base, 0, Optional.empty(), OptionalInt.of(labelSize),
          backendAlignment == 0 ? OptionalLong.empty() : OptionalLong.of(backendAlignment)).withSlot(position);
    }

    /** What is in it, as region 0. */
    NvdimmImage open() throws IOException {
      return NvdimmImage.open(file, attachment());
    }

    /** An editor that does all: nobody else has these images. */
    ImageEditor edit() throws IOException {
      return ImageEditor.open(file, attachment(), Force.all());
    }

    /** An editor that only says what it would write. */
    ImageEditor dryRun() throws IOException {
      return ImageEditor.dryRunning(file, attachment(), Force.all());
    }

    /** Bytes of the image. */
    byte[] read(long offset, int length) throws IOException {
      byte[] bytes = new byte[length];
      try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "r")) {
        image.seek(offset);
        image.readFully(bytes);
      }
      return bytes;
    }

    /** Changes bytes of the image. */
    void write(long offset, byte[] bytes) throws IOException {
      try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
        image.seek(offset);
        image.write(bytes);
      }
    }

    private Nvdimm nvdimm() {
      Nvdimm placed = Nvdimm.of(file).address("0x" + Long.toHexString(base));
      Nvdimm plain = backendAlignment == 0 ? placed : placed.backendAlignment(backendAlignment);
      return labelSize == 0 ? plain : plain.labels(Integer.toString(labelSize));
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /**
   * Does something with the data of a namespace.
   *
   * @param namespace the namespace, in mode devdax; its file's blocks need not be of its alignment
   * @param use what to do; the memory is there until it returns
   */
  static void onMemory(Namespace namespace, Consumer<MemorySegment> use) throws IOException {
    try (DaxBus bus = DaxBus.create()) {
      DaxRegion region = bus.add(namespace.waiving(Waiver.GRANULARITY, Waiver.ALLOCATION));
      try (DaxMapping mapping = region.devices().getFirst().map(Access.READ_WRITE)) {
        use.accept(mapping.segment());
      }
    }
  }

  /** Adds one with a label area of 128 KiB, in which nothing stands yet. */
  Dimm labelled(String name, long regionSize) throws IOException {
    return add(name, regionSize, LABELS);
  }

  /** Adds one without a label area. */
  Dimm unlabelled(String name, long regionSize) throws IOException {
    return add(name, regionSize, 0);
  }

  /**
   * Adds one whose memory backend has an alignment, at the next multiple of it.
   *
   * @param size the size of its image
   * @param labelSize the size of its label area, 0 for none
   */
  Dimm cut(String name, long size, int labelSize, long backendAlignment) throws IOException {
    next = Math.ceilDiv(next, backendAlignment) * backendAlignment;
    long region = size - labelSize;
    return add(new Dimm(folder.resolve(name + ".img"), dimms.size(), next, labelSize, backendAlignment), size,
        region - region % backendAlignment);
  }

  private Dimm add(String name, long regionSize, int labelSize) throws IOException {
    return add(new Dimm(folder.resolve(name + ".img"), dimms.size(), next, labelSize, 0), regionSize + labelSize,
        regionSize);
  }

  private Dimm add(Dimm dimm, long size, long regionSize) throws IOException {
    try (RandomAccessFile image = new RandomAccessFile(dimm.file.toFile(), "rw")) {
      image.setLength(size);
    }
    dimms.add(dimm);
    next += regionSize;
    return dimm;
  }

  /** Leaves a space, so that the next one begins at a multiple of 1 GiB. */
  Dimms toGibibyte() {
    next = Math.ceilDiv(next, GIB) * GIB;
    return this;
  }

  /** The one whose image a namespace is in. */
  Dimm of(Namespace namespace) {
    return dimms.stream().filter(dimm -> dimm.file.equals(namespace.file())).findFirst().orElseThrow();
  }

  /** All of them, by position. */
  List<Dimm> all() {
    return dimms;
  }

  /** The guest with them as its NVDIMMs. */
  Guest in(Guest guest) {
    Guest with = guest;
    for (Dimm dimm : dimms) {
      with = with.nvdimm(dimm.nvdimm());
    }
    return with;
  }
}
