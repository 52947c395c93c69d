// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.EditedFile;
import dev.jdax.spi.Unwind;

/**
 * Makes media: label areas, labels and info blocks in an image that nobody else uses.
 *
 * {@snippet :
 * try (ImageEditor editor = ImageEditor.open(Path.of("nv.img"), Attachment.DEFAULT.withSlot(0), Force.none())) {
 *   editor.initLabels(LabelVersion.V1_2, 128 << 10);
 *   editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)
 *       .withSize(64 << 20).withName("alpha"));
 * }
 * }
 *
 * <p>Each method checks everything before it writes anything, and a power failure in the midst of its writes leaves the
 * image as it was before them or as it is after them; the methods name their exceptions. When one returns, what it wrote
 * is safe. If one fails for another reason than its checks, the state is one of the two as well, and {@link #image()}
 * shows which.
 *
 * <p>Of one DIMM out of several, and of a file that is a label area and nothing else, making and ending namespaces and
 * initialising labels are refused with EBUSY, unless {@link Force#ONE_DIMM} is given; a namespace is not made on one
 * DIMM out of several even then (EINVAL). Labels of CXL memory are never changed (EINVAL), only replaced by
 * {@link #initLabels}.
 *
 * <p>The whole file is locked until the editor is closed. The lock is advisory: jdax heeds it, others may not. So each
 * method makes sure that nobody else uses the image, as {@link #open} does, and reads it again. Where the file system
 * has leases, a program that opens the file while the method writes waits until the method is done. So does a thread
 * of this process; the thread that edits must not wait for it. An image in use is not written to, whatever is forced:
 * a method fails with EBUSY. Bytes that are not zero, and for which neither a label nor an info block accounts, are
 * written over only with {@link Force#CONTENT}: without it a method fails with EEXIST, and says what is there.
 *
 * <p>An editor is for one thread.
 */
public final class ImageEditor implements AutoCloseable {
  private final Path file;
  private final Media media;
  private final Set<Force> force;
  private Attachment attachment;
  private NvdimmImage image;

  private ImageEditor(Path file, Attachment attachment, Media media, Set<Force> force) throws IOException {
    this.file = file;
    this.media = media;
    this.force = Set.copyOf(force);
    this.attachment = attachment;
    this.image = NvdimmImage.of(file, attachment, media.size(), media);
  }

  /** {@return an editor of media that nobody else knows} */
  static ImageEditor of(Attachment attachment, Media media, Set<Force> force) throws IOException {
    return new ImageEditor(Path.of("media"), attachment, media, force);
  }

  /**
   * Opens an image for writing.
   *
   * @param file the image; its size is that of the region and of the label area after it, and does not change
   * @param attachment how a machine will have it
   * @param force what is done although it may destroy something
   * @return an editor, to be closed
   * @throws DaxException with EBUSY if jdax has a part of the file claimed, if it is open or mapped in any process or
   *         container, mounted, swap or under another device, or if the kernel cannot say that and
   *         {@link Force#UNSEEN_USERS} is not given; with EISDIR, EINVAL, ENOENT or EACCES if it is no file that can be
   *         written
   * @throws IOException if it cannot be read
   */
  public static ImageEditor open(Path file, Attachment attachment, Set<Force> force) throws IOException {
    return open(file, attachment, force, UnaryOperator.identity());
  }

  /**
   * Opens an image as {@link #open} does, with the same checks, but writes nothing: the edits say what would be
   * written, and are seen by later ones.
   *
   * @param file the image
   * @param attachment how a machine will have it
   * @param force what would be done although it may destroy something
   * @return an editor, to be closed
   * @throws DaxException as {@link #open}
   * @throws IOException if it cannot be read
   */
  public static ImageEditor dryRunning(Path file, Attachment attachment, Set<Force> force) throws IOException {
    return open(file, attachment, force, DryMedia::new);
  }

  static ImageEditor open(Path file, Attachment attachment, Set<Force> force, UnaryOperator<Media> layer)
      throws IOException {
    Objects.requireNonNull(attachment, "attachment");
    EditedFile.Unproven unproven = new EditedFile.Unproven(force.contains(Force.UNSEEN_USERS),
        "if you know that nothing uses it, add --assume-unused (in a program Force.UNSEEN_USERS)");
    try (Unwind unwind = new Unwind()) {
      EditedFile opened = unwind.make(() -> EditedFile.open(file, "edit image " + file, unproven), EditedFile::close);
      ImageEditor editor = new ImageEditor(file, attachment.on(opened.link()), layer.apply(new FileMedia(opened)),
          force);
      unwind.keep();
      return editor;
    }
  }

  /** An edit, in which nobody else uses the media. */
  @FunctionalInterface
  private interface Edit {
    MediaEdit run() throws IOException;
  }

  private MediaEdit alone(Edit edit) throws IOException {
    media.begin();
    try {
      readAgain(); // since the edit before, others may have written
      return edit.run();
    } finally {
      media.end();
    }
  }

  /**
   * {@return what is in the image now; of a dry run, what would be}
   */
  public NvdimmImage image() {
    return image;
  }

  /**
   * Makes an empty label area at the end of the image, over what is there.
   *
   * <p>Over labels, every cut is the old state or the empty one; if version or size change as well, the area may also
   * be blank in between, when no namespace is left. An area of less than 128 KiB, or of no multiple of 4 KiB, is only
   * found again if the attachment says its size.
   *
   * @param version the version of its labels
   * @param labelSize its size in bytes: what QEMU's option {@code label-size} will say
   * @return what was done
   * @throws DaxException with ENXIO if an area of that size has no room for two labels; with EINVAL if the image has no
   *         room for the area, or QEMU's memory backend leaves nothing of the region before it; with EBUSY if there are
   *         labels, a damaged label area, or a namespace without a label, and {@link Force#LABELS} or
   *         {@link Force#INFO_BLOCK} is not given
   * @throws IOException if the media fail
   */
  public MediaEdit initLabels(LabelVersion version, int labelSize) throws IOException {
    if (labelSize < 0) {
      throw new IllegalArgumentException("the size of a label area is not negative, as " + labelSize + " is");
    }
    return alone(() -> run(LabelInitialization.of(image, version, labelSize, force),
        attachment.withLabelSize(labelSize)));
  }

  /**
   * Makes a namespace: in the first free space that has room for it, or of all of an image without labels.
   *
   * @param request what it is to be
   * @return what was done, with the namespace
   * @throws DaxException with ENOSPC if no free space has room; with ENXIO if no slot for a label is free, or no
   *         aligned block would be left for data; with EEXIST if an image without labels has a sound info block and
   *         {@link Force#INFO_BLOCK} is not given; with EINVAL if the size is no multiple of 16 MiB, the uuid is in
   *         use, the base is misaligned, the image has no label to hold what is asked, Linux cannot use the labels, or
   *         neither a label nor {@link Attachment#set()} says which DIMM the new label is to be bound to
   * @throws IOException if the media fail
   */
  public MediaEdit createNamespace(NamespaceRequest request) throws IOException {
    return alone(() -> create(request));
  }

  private MediaEdit create(NamespaceRequest request) throws IOException {
    boolean labelled = MediaIntent.labelsOf(image, "create a namespace in " + file).isPresent();
    NamespaceRequest complete = request.withInfoBlockUuid(request.infoBlockUuid().orElseGet(UUID::randomUUID));
    if (labelled) {
      complete = complete.withUuid(request.uuid().orElseGet(UUID::randomUUID));
    }
    MediaEdit edit = run(NamespaceCreation.of(image, complete, force), attachment);
    UUID uuid = complete.infoBlockUuid().orElseThrow();
    return new MediaEdit(edit.summary(), edit.steps(), image.namespaces().stream()
        .filter(namespace -> namespace.uuid().filter(uuid::equals).isPresent()).findFirst());
  }

  /**
   * Ends a namespace: frees the slots of its label, and wipes the first 8 KiB of it. Of an image without labels its
   * info block is wiped.
   *
   * @param key a name or uuid in a label, the uuid in an info block, or Linux's name such as {@code namespace0.0}
   * @return what was done, with the namespace as it was
   * @throws DaxException with ENXIO if there is none; with EINVAL if the label area is damaged; with EEXIST, and the
   *         uuids, if there are several; with EEXIST if the image has no labels, and a sound info block, and
   *         {@link Force#INFO_BLOCK} is not given
   * @throws IOException if the media fail
   */
  public MediaEdit destroyNamespace(String key) throws IOException {
    return alone(() -> {
      NamespaceRemoval removal = NamespaceRemoval.of(image, key, force);
      MediaEdit edit = run(removal.intent(), attachment);
      return new MediaEdit(edit.summary(), edit.steps(), removal.namespace());
    });
  }

  /**
   * Writes an info block into an image without labels, whatever it says, and nothing else.
   *
   * @param block the block
   * @return what was done, with the namespace as Linux then finds it
   * @throws DaxException with EINVAL if the image has labels; with EEXIST if it has a sound info block and
   *         {@link Force#INFO_BLOCK} is not given; with ENXIO if it is too small
   * @throws IOException if the media fail
   */
  public MediaEdit writeInfoBlock(InfoBlock block) throws IOException {
    return alone(() -> write(block));
  }

  private MediaEdit write(InfoBlock block) throws IOException {
    String attempt = "write an info block into " + file;
    if (MediaIntent.labelsOf(image, attempt).isPresent()) {
      throw DaxException.of(Errno.EINVAL, attempt, "it has labels, and info blocks where those say",
          "create a namespace instead");
    }
    if (NamespaceCreation.requireReplaceable(MediaIntent.whole(image, attempt), force, attempt)) {
      Overwriting overwriting = new Overwriting(image, force, attempt);
      overwriting.requireBlankImage();
      // The memory map, which Linux writes.
      overwriting.requireZero(0, Math.clamp(block.startPad() + block.dataOffset(), 0L, image.regionSize()));
    }
    MediaStep step = MediaStep.of("info block of " + block.uuid() + ", mode " + block.signature().view(),
        InfoBlock.OFFSET, block.toBytes()).withBarrier();
    MediaEdit edit = run(new MediaIntent("wrote an info block into " + file, List.of(step)), attachment);
    return new MediaEdit(edit.summary(), edit.steps(), Optional.of(image.namespaces().getFirst()));
  }

  /**
   * {@return what is wrong with the labels; empty if nothing is, or there are none}
   */
  public List<Problem> checkLabels() {
    List<Problem> problems = new ArrayList<>();
    image.labelArea().ifPresent(area -> {
      problems.addAll(area.problems());
      problems.addAll(NamespaceScan.of(area, attachment, image.labelledSize()).problems());
    });
    return problems;
  }

  /**
   * Writes the index block that is not current again, so that both are valid and have the same slots free. Nothing is
   * written if that is so.
   *
   * @return what was done
   * @throws DaxException with ENXIO if the image has no label area; with EINVAL if no index block is valid, so that
   *         nothing is left to repair from
   * @throws IOException if the media fail
   */
  public MediaEdit repairLabels() throws IOException {
    return alone(this::repair);
  }

  private MediaEdit repair() throws IOException {
    String attempt = "repair the labels of " + file;
    Optional<LabelArea> labels = MediaIntent.labelsOf(image, attempt);
    if (labels.isEmpty()) {
      throw DaxException.of(Errno.ENXIO, attempt, "there are none", "initialise labels");
    }
    LabelArea area = labels.get();
    BitSet free = area.index().orElseThrow().freeSlots();
    boolean alike = area.indexes().stream()
        .allMatch(copy -> copy.valid() && copy.block().orElseThrow().freeSlots().equals(free));
    return run(alike
        ? new MediaIntent("the index blocks of " + file + " are valid and alike already", List.of())
        : new MediaIntent("made the index blocks of " + file + " valid and alike",
            List.of(LabelUpdate.index(area, free, "as the current one").withBarrier())),
        attachment);
  }

  private MediaEdit run(MediaIntent intent, Attachment after) throws IOException {
    try {
      for (MediaStep step : intent.steps()) {
        media.write(step.offset(), step.bytes().toArray());
        if (step.barrier()) {
          media.barrier();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      try {
        readAgain();
      } catch (IOException | RuntimeException | Error again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    attachment = after;
    readAgain();
    return new MediaEdit(intent.summary(), intent.steps(), Optional.empty());
  }

  private void readAgain() throws IOException {
    image = NvdimmImage.of(file, attachment, media.size(), media);
  }

  /** Closes the file, which ends the lock. */
  @Override
  public void close() {
    try {
      media.close();
    } catch (IOException e) {
      // Nothing is written by closing; what counts was made safe by a barrier.
    }
  }
}
