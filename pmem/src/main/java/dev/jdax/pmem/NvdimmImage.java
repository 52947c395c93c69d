// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.NamespaceKey;
import dev.jdax.spi.ReadFile;
import dev.jdax.spi.Unwind;

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
  private static final String NEEDED = "; the others are needed to say what Linux makes of it";

  private final Path file;
  private final Attachment attachment;
  private final MediaReader media;
  private final Closeable source;
  private final long size;
  private final Optional<LabelArea> labelArea;
  private final Optional<CxlLabelArea> cxlLabelArea;
  private final boolean whole;
  private final int dimms;
  private final List<Namespace> namespaces;
  private final List<Problem> problems;

  private NvdimmImage(Path file, Attachment attachment, long size, MediaReader media, Closeable source)
      throws IOException {
    this.file = file;
    this.attachment = attachment;
    this.media = media;
    this.source = source;
    this.size = size;
    Optional<LabelArea> read = findLabelArea();
    this.cxlLabelArea = read.isPresent() ? CxlLabelArea.of(read.get(), media) : Optional.empty();
    this.labelArea = read.filter(area -> cxlLabelArea.isEmpty());
    NamespaceScan scan = labelArea.map(area -> NamespaceScan.of(area, attachment, labelledSize()))
        .orElseGet(() -> NamespaceScan.unlabelled(List.of()));
    this.whole = scan.whole();
    this.dimms = scan.dimms();
    this.namespaces = List.copyOf(namespacesOf(scan));
    List<Problem> all = new ArrayList<>(RegionCheck.of(this, attachment).problems());
    labelArea.ifPresent(area -> all.addAll(area.problems()));
    cxlLabelArea.ifPresent(area -> all.addAll(area.problems()));
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
   * @throws DaxException with EINVAL if it is empty, smaller than the label area that it is said to have, or neither a file
   *     nor a block device, with EISDIR if it is a folder, with EFBIG if no DIMM is that large
   * @throws IOException if it cannot be read
   */
  public static NvdimmImage open(Path file, Attachment attachment) throws IOException {
    Objects.requireNonNull(attachment, "attachment");
    String attempt = "open image " + file;
    try (Unwind unwind = new Unwind()) {
      ReadFile opened = unwind.make(() -> ReadFile.open(file, attempt), ReadFile::close);
      if (opened.size() == 0) {
        throw DaxException.of(Errno.EINVAL, attempt, "it is empty", "name an image of a DIMM");
      }
      if (opened.size() > LARGEST) {
        throw DaxException.of(Errno.EFBIG, attempt,
            "it has " + opened.size() + " bytes, and a physical address has 52 bits", "name an image of a DIMM");
      }
      NvdimmImage image = new NvdimmImage(file, attachment.on(file), opened.size(), opened::read, opened::close);
      unwind.keep();
      return image;
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
      throw DaxException.of(Errno.EINVAL, "open image " + file,
          "it has " + size + " bytes, and the label area is said to have " + labelSize, "give its real size");
    }
    return labelSize == 0
        ? Optional.empty()
        : Optional.of(LabelArea.parse(media.read(size - labelSize, labelSize), size - labelSize));
  }

  private List<Namespace> namespacesOf(NamespaceScan scan) throws IOException {
    List<Namespace> found = new ArrayList<>();
    if (scan.whole()) {
      if (regionSize() > 0 && cxlLabelArea.isEmpty()) {
        found.add(Namespace.read(media, file, attachment, 0, Optional.empty(), 0, regionSize(), false));
      }
      return found;
    }
    for (NamespaceScan.Found one : scan.found()) {
      Label label = one.label();
      long room = Math.max(labelledSize() - one.dpa(), 0);
      boolean fits = Long.compareUnsigned(label.rawSize(), room) <= 0;
      long rawSize = fits ? label.rawSize() : room;
      found.add(isPart(scan)
          ? Namespace.unread(file, attachment, found.size(), label, one.dpa(), rawSize, scan.lost())
          : Namespace.read(media, file, attachment, found.size(), Optional.of(label), one.dpa(), rawSize, scan.lost()));
    }
    return found;
  }

  private boolean isPart(NamespaceScan scan) {
    return scan.dimms() > 1 || isLabelAreaOnly();
  }

  /** {@return how large the DIMM is that the labels speak of} */
  long labelledSize() {
    return isLabelAreaOnly() ? LabelledDimm.UNKNOWN_SIZE : regionSize();
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

  /** {@return what it is read through} */
  MediaReader media() {
    return media;
  }

  /**
   * {@return the size of the file in bytes}
   */
  public long size() {
    return size;
  }

  /**
   * {@return the size of the region in bytes: what the label area leaves, cut down to a multiple of the alignment of
   * QEMU's memory backend}
   */
  public long regionSize() {
    return attachment.cut(uncutRegionSize());
  }

  /**
   * {@return how many bytes before the label area, or at the end of an image without one, QEMU cuts off}
   *
   * @see Attachment#backendAlignment()
   */
  public long cutOff() {
    return uncutRegionSize() - regionSize();
  }

  private long uncutRegionSize() {
    return labelArea.map(LabelArea::offset).or(() -> cxlLabelArea.map(CxlLabelArea::offset)).orElse(size);
  }

  /**
   * {@return whether the file is a label area and nothing else, as {@code ndctl read-labels -o} writes it: the size of
   * the region is then not known}
   */
  public boolean isLabelAreaOnly() {
    return uncutRegionSize() == 0 && size > 0;
  }

  /**
   * {@return how many DIMMs the region lies on, as the labels say; if more than one, what is in the file is a part of
   * each namespace, and nobody can tell from it alone what Linux makes of them}
   */
  public int dimms() {
    return dimms;
  }

  /**
   * {@return which of the DIMMs of its region this one is, as the first label of such a region says; empty if the region
   * lies on one DIMM}
   */
  public OptionalInt position() {
    return dimms == 1
        ? OptionalInt.empty()
        : labelArea.stream().flatMap(area -> area.live().stream()).map(LabelSlot::label)
            .filter(label -> label.labelCount() == dimms).mapToInt(Label::position).findFirst();
  }

  /**
   * {@return what could not be looked at, and what is needed for it, in sentences; empty if everything was}
   */
  public List<String> unchecked() {
    List<String> sentences = new ArrayList<>();
    if (dimms > 1) {
      boolean lost = namespaces.stream().anyMatch(namespace -> namespace.linux() == LinuxView.NONE);
      sentences.add("one of " + dimms + " DIMMs, position " + position().orElse(0)
          + (lost ? "; what is wrong here spoils all of them" : NEEDED));
    }
    cxlLabelArea.ifPresent(area -> sentences.add(
        "the labels are those of CXL memory; what Linux makes of that memory is not looked at"));
    if (isLabelAreaOnly()) {
      sentences.add("a label area and nothing else; no label was compared with the size of the DIMM, and no data were"
          + " read");
    }
    return sentences;
  }

  /** {@return bytes of the file, which must still be open} */
  byte[] read(long offset, int length) throws IOException {
    return media.read(offset, length);
  }

  /**
   * {@return the label area of an NVDIMM, or empty if there is none}
   */
  public Optional<LabelArea> labelArea() {
    return labelArea;
  }

  /**
   * {@return which {@code nvdimm} device of QEMU, counted from 0, the labels are bound to by their cookie; empty if there
   * is no label, if the labels have several cookies, or if QEMU has no device with the cookie}
   */
  public OptionalInt qemuPosition() {
    List<Long> cookies = labelArea.stream().flatMap(area -> area.live().stream())
        .map(slot -> slot.label().cookie()).distinct().toList();
    return cookies.size() == 1
        ? InterleaveSetCookie.qemuPosition(labelArea.orElseThrow().index().orElseThrow(), cookies.getFirst())
        : OptionalInt.empty();
  }

  /**
   * {@return the label area of CXL memory, which is shown and never written to, or empty if there is none}
   */
  public Optional<CxlLabelArea> cxlLabelArea() {
    return cxlLabelArea;
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
    NamespaceKey wanted = new NamespaceKey(key);
    List<Namespace> found = namespaces.stream().filter(namespace -> namespace.isNamedBy(wanted)).toList();
    if (found.isEmpty()) {
      throw DaxException.of(Errno.ENXIO, attempt, "none has that name or uuid",
          "it has " + Namespace.inWords(namespaces));
    }
    if (found.size() > 1) {
      throw Namespace.ambiguous(attempt, found);
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
