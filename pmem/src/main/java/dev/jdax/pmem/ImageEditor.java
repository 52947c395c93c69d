// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.FileClaim;
import dev.jdax.spi.FileUsers;
import dev.jdax.spi.Unwind;
import dev.jdax.spi.Waiver;

/**
 * Makes media: label areas, labels and info blocks in an image that nobody uses meanwhile.
 *
 * {@snippet :
 * try (ImageEditor editor = ImageEditor.open(Path.of("nv.img"), Attachment.DEFAULT, Force.none())) {
 *   editor.initLabels(LabelVersion.V1_2, 128 << 10);
 *   editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)
 *       .withSize(64 << 20).withName("alpha"));
 * }
 * }
 *
 * <p>Each method checks everything before it writes anything, and a power failure in the midst of its writes leaves the
 * image as it was before or as it is behind them; the methods name their exceptions. When one returns, what it wrote is
 * safe. If one fails for another reason than its checks, the state is one of the two as well, and
 * {@link #image()} shows which.
 *
 * <p>The whole file is locked until the editor is closed. The lock is advisory: jdax heeds it, others may not. An
 * editor is for one thread.
 */
public final class ImageEditor implements AutoCloseable {
  private final Path file;
  private final Media media;
  private final Runnable unlock;
  private final Set<Force> force;
  private Attachment attachment;
  private NvdimmImage image;

  private ImageEditor(Path file, Attachment attachment, Media media, Set<Force> force, Runnable unlock)
      throws IOException {
    this.file = file;
    this.media = media;
    this.force = Set.copyOf(force);
    this.unlock = unlock;
    this.attachment = attachment;
    this.image = NvdimmImage.of(file, attachment, media.size(), media);
  }

  /** {@return an editor of media that nobody else knows} */
  static ImageEditor of(Attachment attachment, Media media, Set<Force> force) throws IOException {
    return new ImageEditor(Path.of("media"), attachment, media, force, () -> {
    });
  }

  /**
   * Opens an image for writing.
   *
   * @param file the image; its size is that of the region and of the label area behind it, and does not change
   * @param attachment how a machine will have it
   * @param force what is done although it may destroy something
   * @return an editor, to be closed
   * @throws DaxException with EBUSY if jdax has a part of the file claimed, if a process has it mapped, or if that
   *         cannot be seen and {@link Force#UNSEEN_USERS} is not given; with EISDIR, EINVAL, ENOENT or EACCES if it is
   *         no file that can be written
   * @throws IOException if it cannot be read
   */
  public static ImageEditor open(Path file, Attachment attachment, Set<Force> force) throws IOException {
    return open(file, attachment, force, false);
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
    return open(file, attachment, force, true);
  }

  private static ImageEditor open(Path file, Attachment attachment, Set<Force> force, boolean dry)
      throws IOException {
    Objects.requireNonNull(attachment, "attachment");
    String attempt = "edit image " + file;
    long size = sizeOf(file, attempt);
    try (Unwind unwind = new Unwind()) {
      FileClaim claim = FileClaim.of(file, 0, size, Set.of(Waiver.ALLOCATION));
      unwind.onFailure(claim::close);
      requireUnmapped(file, attempt, force);
      FileMedia onFile = FileMedia.open(file);
      unwind.onFailure(() -> close(onFile));
      ImageEditor editor = new ImageEditor(file, attachment, dry ? new DryMedia(onFile) : onFile, force, claim::close);
      unwind.keep();
      return editor;
    }
  }

  private static long sizeOf(Path file, String attempt) throws IOException {
    if (Files.isDirectory(file)) {
      throw new DaxException(Errno.EISDIR, attempt, "it is a folder", "name a file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() == 0) {
        throw new DaxException(Errno.EINVAL, attempt, "it is empty",
            "give it the size of the DIMM, as truncate -s does");
      }
      return channel.size();
    } catch (NoSuchFileException e) {
      throw new DaxException(Errno.ENOENT, attempt, "there is no such file", "make one of the size of the DIMM", e);
    } catch (AccessDeniedException e) {
      throw new DaxException(Errno.EACCES, attempt, "you may not read and write it", "see who owns it", e);
    }
  }

  private static void requireUnmapped(Path file, String attempt, Set<Force> force) throws IOException {
    FileUsers processes = FileUsers.mapping(file);
    if (!processes.users().isEmpty()) {
      throw new DaxException(Errno.EBUSY, attempt,
          "it is mapped by process " + String.join(", ", processes.users()), "end what uses it");
    }
    if (!processes.unseen().isEmpty() && !force.contains(Force.UNSEEN_USERS)) {
      throw new DaxException(Errno.EBUSY, attempt,
          "it may be mapped by a process whose mappings you may not see: " + processes.unseenInWords(),
          "run as root, or do it by force if nothing uses the image");
    }
  }

  private static void close(Media media) {
    try {
      media.close();
    } catch (IOException e) {
      // Nothing is written by closing; what counts was made safe by a barrier.
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
   *         room for the area; with EBUSY if there are labels, a damaged label area, or a namespace without a label,
   *         and {@link Force#LABELS} or {@link Force#INFO_BLOCK} is not given
   * @throws IOException if the media fail
   */
  public MediaEdit initLabels(LabelVersion version, int labelSize) throws IOException {
    if (labelSize < 0) {
      throw new IllegalArgumentException("the size of a label area is not negative, as " + labelSize + " is");
    }
    MediaIntent intent = LabelInitialization.of(image, version, labelSize, force);
    return run(intent, attachment.withLabelSize(labelSize));
  }

  /**
   * Makes a namespace: in the first free space that has room for it, or of all of an image without labels.
   *
   * @param request what it is to be
   * @return what was done, with the namespace
   * @throws DaxException with ENOSPC if no free space has room; with ENXIO if no slot for a label is free, or no
   *     aligned
   *         block would be left for data; with EEXIST if an image without labels has a sound info block and
   *         {@link Force#INFO_BLOCK} is not given; with EINVAL if the size is no multiple of 16 MiB, the uuid is in
   *         use, the base is misaligned, the image has no label to hold what is asked, or Linux cannot use the labels
   * @throws IOException if the media fail
   */
  public MediaEdit createNamespace(NamespaceRequest request) throws IOException {
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
    NamespaceRemoval removal = NamespaceRemoval.of(image, key, force);
    MediaEdit edit = run(removal.intent(), attachment);
    return new MediaEdit(edit.summary(), edit.steps(), removal.namespace());
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
    String attempt = "write an info block into " + file;
    if (MediaIntent.labelsOf(image, attempt).isPresent()) {
      throw new DaxException(Errno.EINVAL, attempt, "it has labels, and info blocks where those say",
          "create a namespace instead");
    }
    NamespaceCreation.requireReplaceable(MediaIntent.whole(image, attempt), force, attempt);
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
      problems.addAll(NamespaceScan.of(area, attachment, image.regionSize()).problems());
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
    String attempt = "repair the labels of " + file;
    Optional<LabelArea> labels = MediaIntent.labelsOf(image, attempt);
    if (labels.isEmpty()) {
      throw new DaxException(Errno.ENXIO, attempt, "there are none", "initialise labels");
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
    } catch (IOException e) {
      try {
        readAgain();
      } catch (IOException again) {
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

  /** Closes the file and gives the lock back. */
  @Override
  public void close() {
    close(media);
    unlock.run();
  }
}
