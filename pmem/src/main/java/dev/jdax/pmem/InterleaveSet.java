// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.FirstFew;

/**
 * The images of the DIMMs of one interleave set: a region whose bytes lie on several DIMMs in turn.
 *
 * {@snippet :
 * try (InterleaveSet set = InterleaveSet.open(List.of(a, b, c, d), Attachment.DEFAULT, OptionalInt.of(4096))) {
 *   set.namespaces(); // as Linux makes them of the labels of all four
 * }
 * }
 *
 * <p>The labels say how many DIMMs there are, and which of them each is. After how many bytes the next DIMM has its turn
 * is not on the media; the firmware's table (NFIT) has it. Without it the labels are judged, and the data are not read.
 *
 * <p>Everything is read when the set is opened. Nothing is ever written: labels on several DIMMs cannot be changed in
 * one step.
 */
public final class InterleaveSet implements AutoCloseable {
  private static final int SMALLEST_TURN = 64;

  private final Attachment attachment;
  private final OptionalInt interleave;
  private final List<NvdimmImage> images;
  private final int dimms;
  private final List<Namespace> namespaces;
  private final List<Problem> problems;

  private InterleaveSet(List<NvdimmImage> images, Attachment attachment, OptionalInt interleave) throws IOException {
    this.attachment = attachment;
    this.interleave = interleave;
    this.images = inOrder(images);
    NamespaceScan scan = NamespaceScan.of(this.images.stream().map(image -> new LabelledDimm(" of " + image.file(),
        image.labelArea().orElseThrow(), image.labelledSize())).toList(), attachment);
    this.dimms = scan.dimms();
    requireSet(scan);
    this.namespaces = List.copyOf(namespacesOf(scan));
    List<Problem> all = new ArrayList<>();
    for (NvdimmImage image : this.images) {
      image.labelArea().orElseThrow().problems().forEach(problem -> all.add(problem.of(image.file())));
    }
    all.addAll(scan.problems());
    namespaces.forEach(namespace -> all.addAll(namespace.problems()));
    this.problems = List.copyOf(all);
  }

  /**
   * Opens the images of a set.
   *
   * @param files the images, in any order; where no label says a position, their order is that of the DIMMs
   * @param attachment how a machine has the set: the base of its region, and its cookie if that is known
   * @param interleave after how many bytes the next DIMM has its turn, a power of two of at least 64; empty if that is
   *     not known
   * @return what is on all of them
   * @throws DaxException with EINVAL if there are fewer than two images, one of them twice, or one that has no labels
   *     of an NVDIMM; if their labels speak of a single DIMM, or of fewer DIMMs than there are images; or if the
   *     granularity is none; and as {@link NvdimmImage#open(Path, Attachment)}
   * @throws IOException if one cannot be read
   */
  public static InterleaveSet open(List<Path> files, Attachment attachment, OptionalInt interleave)
      throws IOException {
    String attempt = "open images " + FirstFew.of(files, ", ", Path::toString);
    if (interleave.isPresent()
        && (interleave.getAsInt() < SMALLEST_TURN || Integer.bitCount(interleave.getAsInt()) != 1)) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "DIMMs take turns every 64 bytes or a power of two above, not every " + interleave.getAsInt(),
          "give the granularity that the platform says, such as 256 or 4K");
    }
    if (files.size() < 2) {
      throw DaxException.of(Errno.EINVAL, attempt, "an interleave set has at least two DIMMs",
          "name the images of all of them");
    }
    List<NvdimmImage> images = new ArrayList<>();
    try {
      for (Path file : files) {
        requireNew(attempt, file, images);
        NvdimmImage image = NvdimmImage.open(file, attachment);
        images.add(image);
        if (image.labelArea().isEmpty()) {
          throw DaxException.of(Errno.EINVAL, attempt, file + " has no labels of an NVDIMM, and so is of no set",
              "name images with their label areas, or inspect it by itself");
        }
      }
      return new InterleaveSet(images, attachment, interleave);
    } catch (IOException | RuntimeException | Error e) {
      closeAll(images, e);
      throw e;
    }
  }

  private static void requireNew(String attempt, Path file, List<NvdimmImage> images) throws IOException {
    for (NvdimmImage image : images) {
      if (Files.exists(file) && Files.isSameFile(file, image.file())) {
        throw DaxException.of(Errno.EINVAL, attempt, file + " is the same file as " + image.file(),
            "name each DIMM once");
      }
    }
  }

  private static void closeAll(List<NvdimmImage> images, Throwable cause) {
    for (NvdimmImage image : images) {
      try {
        image.close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /**
   * {@return the images by their positions}
   *
   * <p>One whose labels say no position, or one that another image has, takes the first place that is left, so that the
   * order in which they were named counts.
   */
  private static List<NvdimmImage> inOrder(List<NvdimmImage> images) {
    SortedMap<Integer, NvdimmImage> places = new TreeMap<>();
    List<NvdimmImage> rest = new ArrayList<>();
    for (NvdimmImage image : images) {
      OptionalInt position = image.position();
      if (position.isEmpty() || places.putIfAbsent(position.getAsInt(), image) != null) {
        rest.add(image);
      }
    }
    int place = 0;
    for (NvdimmImage image : rest) {
      while (places.containsKey(place)) {
        place++;
      }
      places.put(place, image);
    }
    return List.copyOf(places.values());
  }

  private void requireSet(NamespaceScan scan) throws DaxException {
    String files = FirstFew.of(images, ", ", image -> image.file().toString());
    if (scan.whole() || dimms == 1) {
      throw DaxException.of(Errno.EINVAL, "open images " + files,
          scan.whole()
              ? "no label on them says that they are of one set"
              : "the labels say that each is a region by itself, and not of a set of " + images.size() + " DIMMs",
          "inspect each by itself");
    }
    if (images.size() > dimms) {
      throw DaxException.of(Errno.EINVAL, "open images " + files,
          "the labels speak of a set of " + dimms + " DIMMs, and these are " + images.size(),
          "name the images of one set");
    }
  }

  private List<Namespace> namespacesOf(NamespaceScan scan) throws IOException {
    List<Namespace> found = new ArrayList<>();
    boolean readable = missing().isEmpty() && interleave.isPresent()
        && images.stream().noneMatch(NvdimmImage::isLabelAreaOnly);
    for (NamespaceScan.Found one : scan.found()) {
      long offset = one.dpa() > Long.MAX_VALUE / dimms ? Long.MAX_VALUE : one.dpa() * dimms;
      long room = isRegionKnown() ? Math.max(regionSize() - offset, 0) : Long.MAX_VALUE - offset;
      long rawSize = Long.compareUnsigned(one.rawSize(), room) <= 0 ? one.rawSize() : room;
      Label label = one.label();
      Path file = images.getFirst().file();
      found.add(readable
          ? Namespace.read(this::read, file, attachment, found.size(), Optional.of(label), offset, rawSize, scan.lost())
          : Namespace.unread(file, attachment, found.size(), label, offset, rawSize, scan.lost()));
    }
    return found;
  }

  private boolean isRegionKnown() {
    return images.stream().noneMatch(NvdimmImage::isLabelAreaOnly);
  }

  /** {@return bytes of the region, gathered from the DIMMs} */
  private byte[] read(long offset, int length) throws IOException {
    int turn = interleave.getAsInt();
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      long at = offset + done;
      long turns = at / turn;
      int within = (int) (at % turn);
      int count = Math.min(turn - within, length - done);
      byte[] piece = images.get((int) (turns % dimms)).read(turns / dimms * turn + within, count);
      System.arraycopy(piece, 0, bytes, done, count);
      done += count;
    }
    return bytes;
  }

  /**
   * {@return the images, in the order of their positions}
   */
  public List<NvdimmImage> images() {
    return images;
  }

  /**
   * {@return how a machine has the set}
   */
  public Attachment attachment() {
    return attachment;
  }

  /**
   * {@return how many DIMMs the set has, as the labels say}
   */
  public int dimms() {
    return dimms;
  }

  /**
   * {@return after how many bytes the next DIMM has its turn, or empty if that is not known}
   */
  public OptionalInt interleave() {
    return interleave;
  }

  /**
   * {@return the cookie that the labels of the set have, or empty if there are none}
   */
  public Optional<Long> cookie() {
    return namespaces.stream().flatMap(namespace -> namespace.label().stream()).map(Label::cookie).findFirst();
  }

  /**
   * {@return the positions of which no image was given; empty if as many were given as the set has DIMMs}
   */
  public List<Integer> missing() {
    Set<Integer> here = images.stream().flatMapToInt(image -> image.position().stream()).boxed()
        .collect(Collectors.toSet());
    return images.size() == dimms
        ? List.of()
        : IntStream.range(0, dimms).boxed().filter(position -> !here.contains(position)).toList();
  }

  /**
   * {@return the size of the region in bytes: of each DIMM as much as the smallest has; 0 if it is not known}
   */
  public long regionSize() {
    return isRegionKnown()
        ? dimms * images.stream().mapToLong(NvdimmImage::regionSize).min().orElse(0)
        : 0;
  }

  /**
   * {@return the namespaces, in the order of Linux's numbers; their offsets are in the region, and they cannot be mapped}
   */
  public List<Namespace> namespaces() {
    return namespaces;
  }

  /**
   * {@return everything that is wrong, in the order in which Linux finds it; offsets are in the file that the problem
   * names, or in the region where it names none}
   */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * {@return what could not be looked at, and what is needed for it, in sentences; empty if everything was}
   */
  public List<String> unchecked() {
    List<String> sentences = new ArrayList<>();
    List<Integer> missing = missing();
    if (!missing.isEmpty()) {
      sentences.add(images.size() + " of " + dimms + " DIMMs; those of position "
          + FirstFew.of(missing, ", ", Object::toString) + " are needed to say what Linux makes of it");
    } else if (interleave.isEmpty()) {
      sentences.add("the interleave granularity is not in the labels; give --interleave to read the data");
    }
    images.stream().filter(NvdimmImage::isLabelAreaOnly).forEach(image -> sentences.add(image.file()
        + " is a label area and nothing else; no label was compared with the size of the DIMM, and no data were read"));
    return sentences;
  }

  /** Closes the files; what was read stays readable. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (NvdimmImage image : images) {
      try {
        image.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * {@return what it is, in a few words}
   */
  @Override
  public String toString() {
    return "set of " + dimms + " DIMMs"
        + interleave.stream().mapToObj(turn -> ", " + ByteSize.format(turn) + " each in turn").findFirst().orElse("");
  }
}
