// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * The media of one NVDIMM in a file: an image of QEMU, a DIMM's dump, a raw block device.
 *
 * {@snippet :
 * try (NvdimmImage image = NvdimmImage.open(Path.of("nv.img")); DaxBus bus = DaxBus.create()) {
 *   DaxRegion region = bus.add(image.namespace("alpha"));
 * }
 * }
 *
 * <p>What is in it is read when it is opened, and shown as far as it can be read, with its problems. Opening never
 * writes.
 */
public final class NvdimmImage implements AutoCloseable {
  private static final long LARGEST = 1L << 52;
  // sys/stat.h: S_IFMT and S_IFBLK
  private static final int FILE_KIND = 0xf000;
  private static final int BLOCK_DEVICE = 0x6000;

  private final Path file;
  private final Attachment attachment;
  private final MediaReader media;
  private final Closeable source;
  private final long size;
  private final Optional<LabelArea> labelArea;
  private final boolean whole;
  private final List<Namespace> namespaces;
  private final List<Problem> problems;

  private NvdimmImage(Path file, Attachment attachment, long size, MediaReader media, Closeable source)
      throws IOException {
    this.file = file;
    this.attachment = attachment;
    this.media = media;
    this.source = source;
    this.size = size;
    this.labelArea = findLabelArea();
    long regionSize = regionSize();
    NamespaceScan scan = labelArea.map(area -> NamespaceScan.of(area, attachment, regionSize))
        .orElseGet(() -> NamespaceScan.unlabelled(List.of()));
    this.whole = scan.whole();
    this.namespaces = List.copyOf(namespacesOf(scan));
    List<Problem> all = new ArrayList<>();
    labelArea.ifPresent(area -> all.addAll(area.problems()));
    all.addAll(scan.problems());
    namespaces.forEach(namespace -> all.addAll(namespace.problems()));
    this.problems = List.copyOf(all);
  }

  /**
   * Opens an image as a machine has it at the usual place.
   *
   * @param file the image
   * @return what is in it
   * @throws IOException if it cannot be read
   */
  public static NvdimmImage open(Path file) throws IOException {
    return open(file, Attachment.DEFAULT);
  }

  /**
   * Opens an image.
   *
   * @param file the image
   * @param attachment how a machine has it
   * @return what is in it
   * @throws DaxException with EINVAL if it is smaller than the label area that it is said to have, or neither a file
   *     nor a block device, with EISDIR if it is a folder, with EFBIG if no DIMM is that large
   * @throws IOException if it cannot be read
   */
  public static NvdimmImage open(Path file, Attachment attachment) throws IOException {
    Objects.requireNonNull(attachment, "attachment");
    requireMedia(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      if (channel.size() > LARGEST) {
        throw new DaxException(Errno.EFBIG, "open image " + file,
            "it has " + channel.size() + " bytes, and a physical address has 52 bits", "name an image of a DIMM");
      }
      return new NvdimmImage(file, attachment, channel.size(), reading(channel), channel);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Of what is neither a file nor a block device, some never end (a pipe), and others are always empty. */
  private static void requireMedia(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new DaxException(Errno.EISDIR, "open image " + file, "it is a folder", "name a file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)
        && ((int) Files.getAttribute(file, "unix:mode") & FILE_KIND) != BLOCK_DEVICE) {
      throw new DaxException(Errno.EINVAL, "open image " + file, "it is neither a file nor a block device",
          "name an image of a DIMM");
    }
  }

  /** {@return what is in media that somebody else closes} */
  static NvdimmImage of(Path file, Attachment attachment, long size, MediaReader media) throws IOException {
    return new NvdimmImage(file, attachment, size, media, () -> {
    });
  }

  private Optional<LabelArea> findLabelArea() throws IOException {
    if (attachment.labelSize().isEmpty()) {
      return LabelArea.find(size, media);
    }
    int labelSize = attachment.labelSize().getAsInt();
    if (labelSize > size) {
      throw new DaxException(Errno.EINVAL, "open image " + file,
          "it has " + size + " bytes, and the label area is said to have " + labelSize, "give its real size");
    }
    return labelSize == 0
        ? Optional.empty()
        : Optional.of(LabelArea.parse(media.read(size - labelSize, labelSize), size - labelSize));
  }

  private static MediaReader reading(FileChannel channel) {
    return (offset, length) -> {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) > 0) {
        continue; // a file that shrinks meanwhile reads as zero, as a hole does
      }
      return bytes.array();
    };
  }

  private List<Namespace> namespacesOf(NamespaceScan scan) throws IOException {
    List<Namespace> found = new ArrayList<>();
    if (scan.whole()) {
      if (regionSize() > 0) {
        found.add(namespace(0, Optional.empty(), 0, regionSize(), false));
      }
      return found;
    }
    for (NamespaceScan.Found one : scan.found()) {
      Label label = one.label();
      long room = Math.max(regionSize() - one.dpa(), 0);
      boolean fits = Long.compareUnsigned(label.rawSize(), room) <= 0;
      found.add(namespace(found.size(), Optional.of(label), one.dpa(), fits ? label.rawSize() : room, scan.lost()));
    }
    return found;
  }

  private Namespace namespace(int id, Optional<Label> label, long offset, long rawSize, boolean lost)
      throws IOException {
    Optional<byte[]> block = rawSize < InfoBlock.OFFSET + InfoBlock.SIZE
        ? Optional.empty()
        : Optional.of(media.read(offset + InfoBlock.OFFSET, InfoBlock.SIZE));
    InfoBlockCheck.Result result = InfoBlockCheck.check(block,
        Namespace.surroundings(attachment, label, offset, rawSize));
    long dataOffset = result.data().map(InfoBlockCheck.DataRange::offset).orElse(0L);
    long dataSize = result.data().map(InfoBlockCheck.DataRange::size)
        .orElse(result.linux() == LinuxView.RAW ? rawSize : 0);
    return new Namespace(file, attachment, id, label, offset, rawSize, result.infoBlock(),
        lost ? LinuxView.NONE : result.linux(), dataOffset, dataSize, result.problems(), Set.of());
  }

  /**
   * {@return the file}
   */
  public Path file() {
    return file;
  }

  /**
   * {@return how the image is attached}
   */
  public Attachment attachment() {
    return attachment;
  }

  /**
   * {@return the size of the file in bytes}
   */
  public long size() {
    return size;
  }

  /**
   * {@return the size of the region in bytes: what the label area leaves}
   */
  public long regionSize() {
    return labelArea.map(LabelArea::offset).orElse(size);
  }

  /**
   * {@return the label area, or empty if there is none}
   */
  public Optional<LabelArea> labelArea() {
    return labelArea;
  }

  /**
   * {@return the namespaces, in the order of Linux's numbers}
   */
  public List<Namespace> namespaces() {
    return namespaces;
  }

  /**
   * {@return the namespace with that name in its label, that uuid in label or info block (in capital or small letters),
   * or that name of Linux's}
   *
   * @param key the name or uuid, such as {@code alpha} or {@code namespace0.1}
   * @throws DaxException with ENXIO if there is none; with EEXIST, and the uuids, if there are several
   */
  public Namespace namespace(String key) throws DaxException {
    String attempt = "find namespace " + key + " in " + file;
    List<Namespace> found = namespaces.stream().filter(new NamespaceKey(key)::names).toList();
    if (found.isEmpty()) {
      throw new DaxException(Errno.ENXIO, attempt, "none has that name or uuid",
          "it has " + Namespace.inWords(namespaces));
    }
    if (found.size() > 1) {
      throw NamespaceKey.ambiguous(attempt, found);
    }
    return found.getFirst();
  }

  /**
   * {@return everything that is wrong in the image, in the order in which Linux finds it}
   */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * {@return the spaces of the region that no namespace has, in order; none in a region without labels}
   */
  public List<Space> freeSpaces() {
    List<Space> free = new ArrayList<>();
    if (whole) {
      return free;
    }
    List<DpaReservation> reserved = new ArrayList<>(labelArea.get().reservations());
    reserved.sort((one, other) -> Long.compareUnsigned(one.dpa(), other.dpa()));
    long at = 0;
    for (DpaReservation taken : reserved) {
      if (Long.compareUnsigned(taken.dpa(), regionSize()) >= 0) {
        break;
      }
      if (taken.dpa() > at) {
        free.add(new Space(at, taken.dpa() - at));
      }
      long room = regionSize() - taken.dpa();
      at = Math.max(at, taken.dpa() + (Long.compareUnsigned(taken.size(), room) < 0 ? taken.size() : room));
    }
    if (at < regionSize()) {
      free.add(new Space(at, regionSize() - at));
    }
    return free;
  }

  /**
   * A part of the region.
   *
   * @param offset where it begins, in bytes
   * @param length how long it is, in bytes
   */
  public record Space(long offset, long length) {
  }

  /** Closes the file; what was read stays readable, and regions made of it stay as they are. */
  @Override
  public void close() throws IOException {
    source.close();
  }

  /**
   * {@return which file it is}
   */
  @Override
  public String toString() {
    return "image " + file;
  }
}
