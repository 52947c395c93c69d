// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.FirstFew;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.NamespaceKey;
import dev.jdax.spi.Waiver;

/**
 * A slice of an NVDIMM, as its label and its info block say. A {@link dev.jdax.DaxBus} makes a region of one in mode
 * devdax.
 *
 * @param file the image
 * @param attachment how the image is attached to a machine
 * @param id its number in the region: {@code namespaceR.id}
 * @param label its label, or empty if the region has none
 * @param offset where it begins in the file, in bytes
 * @param rawSize how long it is there, in bytes
 * @param infoBlock its info block for devdax or fsdax, right or wrong, or empty if there is none
 * @param btt the info block of the first arena of its BTT, right or wrong, or empty if there is none
 * @param linux what Linux makes of it
 * @param dataOffset where its data begin, in bytes from {@code offset}; 0 in mode sector, where a map says it for each
 *     sector
 * @param size how much data it holds, in bytes; 0 if nobody can tell
 * @param problems what is wrong with it
 * @param waivers what is not asked of its memory
 */
public record Namespace(Path file, Attachment attachment, int id, Optional<Label> label, long offset, long rawSize,
    Optional<InfoBlock> infoBlock, Optional<BttInfoBlock> btt, LinuxView linux, long dataOffset, long size,
    List<Problem> problems, Set<Waiver> waivers) implements MemorySource {
  /** Keeps the lists from changing. */
  public Namespace {
    problems = List.copyOf(problems);
    waivers = Set.copyOf(waivers);
  }

  /** {@return the namespace in a range of media, as Linux takes it by what is in it, unless all are lost} */
  static Namespace read(MediaReader media, Path file, Attachment attachment, int id, Optional<Label> label,
      long offset, long rawSize, boolean lost) throws IOException {
    Surroundings around = surroundings(attachment, label, offset, rawSize);
    Optional<byte[]> block = rawSize < around.blockOffset() + InfoBlock.SIZE
        ? Optional.empty()
        : Optional.of(media.read(offset + around.blockOffset(), InfoBlock.SIZE));
    InfoBlockCheck.Result result = InfoBlockCheck.check(block, around);
    List<Problem> found = new ArrayList<>(result.problems());
    LinuxView linux = result.linux();
    long dataOffset = result.data().map(InfoBlockCheck.DataRange::offset).orElse(0L);
    long dataSize = result.data().map(InfoBlockCheck.DataRange::size).orElse(linux == LinuxView.RAW ? rawSize : 0);
    if (linux == LinuxView.SECTOR) {
      BttArenas arenas = BttArenas.of(media, around, result.btt().orElseThrow());
      found.addAll(arenas.problems());
      linux = arenas.linux();
      dataSize = arenas.size();
    } else if (!found.isEmpty() && around.allowed().contains(InfoBlock.Signature.BTT)
        && result.infoBlock().isEmpty()) {
      BttArenas.soundCopy(media, around).ifPresent(found::add);
    }
    return new Namespace(file, attachment, id, label, offset, rawSize, result.infoBlock(), result.btt(),
        lost ? LinuxView.NONE : linux, dataOffset, dataSize, found, Set.of());
  }

  /**
   * {@return a namespace of which only the label is here: what Linux makes of it is not known, unless all are lost}
   *
   * @param lost whether Linux makes no namespace of the region
   */
  static Namespace unread(Path file, Attachment attachment, int id, Label label, long offset, long rawSize,
      boolean lost) {
    return new Namespace(file, attachment, id, Optional.of(label), offset, rawSize, Optional.empty(),
        Optional.empty(), lost ? LinuxView.NONE : LinuxView.UNKNOWN, 0, 0, List.of(), Set.of());
  }

  /**
   * {@return Linux's name for it, such as {@code namespace0.0}; it can change when others come and go}
   */
  public String device() {
    return "namespace" + attachment.region() + "." + id;
  }

  /**
   * {@return the name in its label; empty without a label, or if it has none}
   */
  public String name() {
    return label.map(Label::name).orElse("");
  }

  /**
   * {@return the uuid in its label, or empty if it has none}
   */
  public Optional<UUID> rawUuid() {
    return label.map(Label::uuid);
  }

  /**
   * {@return the uuid in its info block, or empty if it has none}
   */
  public Optional<UUID> uuid() {
    return infoBlock.map(InfoBlock::uuid).or(() -> btt.map(BttInfoBlock::uuid));
  }

  /** {@return whether a key names it} */
  boolean isNamedBy(NamespaceKey key) {
    return key.names(Optional.of(device()), label.map(Label::name),
        Stream.of(rawUuid(), uuid()).flatMap(Optional::stream).map(UUID::toString).toList());
  }

  /**
   * {@return what it was made for: what its info block says, or raw}
   */
  public LinuxView mode() {
    return infoBlock.map(block -> block.signature().view())
        .orElse(btt.isPresent()
            ? LinuxView.SECTOR
            : linux == LinuxView.UNKNOWN ? LinuxView.UNKNOWN : LinuxView.RAW);
  }

  /**
   * {@return the size of a sector with its metadata in bytes, as {@code sector_size} in sysfs has it; empty without a
   * BTT}
   */
  public OptionalLong sectorSize() {
    return btt.map(block -> OptionalLong.of(block.externalLbaSize())).orElseGet(OptionalLong::empty);
  }

  /**
   * {@return where Linux looks for its info block, in bytes from {@code offset}: at 4096, or at 0 if its label says that
   * it is a BTT of version 2}
   */
  public int infoBlockOffset() {
    return surroundings().blockOffset();
  }

  /**
   * {@return where the memory map of its pages is, or empty if it has none}
   */
  public Optional<MapLocation> map() {
    return infoBlock.flatMap(InfoBlock::map);
  }

  /**
   * {@return its alignment, or empty if it has no info block, or one of another size than a page's}
   */
  public Optional<PageSize> alignment() {
    return infoBlock.flatMap(block -> PageSize.ofBytes(block.effectiveAlign()));
  }

  /**
   * {@return the same, of which something is not asked}
   *
   * @param waived what its memory need not promise
   */
  public Namespace waiving(Waiver... waived) {
    return new Namespace(file, attachment, id, label, offset, rawSize, infoBlock, btt, linux, dataOffset, size,
        problems, Set.of(waived));
  }

  /** {@return what its info block is looked at with} */
  Surroundings surroundings() {
    return surroundings(attachment, label, offset, rawSize);
  }

  static Surroundings surroundings(Attachment attachment, Optional<Label> label, long offset,
      long rawSize) {
    return new Surroundings(label.map(Label::uuid).orElse(Guids.NULL), attachment.base() + offset,
        rawSize, offset, label.map(Namespace::allowedBy).orElse(Surroundings.ALL),
        label.filter(Namespace::isBtt2).isPresent() ? 0 : InfoBlock.OFFSET);
  }

  private static boolean isBtt2(Label label) {
    return label.version() == LabelVersion.V1_2 && label.abstraction().equals(Optional.of(Abstraction.BTT2));
  }

  /** A label of version 1.1 has no abstraction, and forbids nothing. */
  private static Set<InfoBlock.Signature> allowedBy(Label label) {
    if (label.version() == LabelVersion.V1_1) {
      return Surroundings.ALL;
    }
    Optional<Abstraction> abstraction = label.abstraction();
    if (abstraction.isEmpty()) {
      return Set.of();
    }
    return switch (abstraction.get()) {
      case NONE -> Surroundings.ALL;
      case BTT, BTT2 -> Set.of(InfoBlock.Signature.BTT);
      case PFN -> Set.of(InfoBlock.Signature.FSDAX);
      case DAX -> Set.of(InfoBlock.Signature.DEVDAX);
    };
  }

  /**
   * {@return what it is, in a few words}
   */
  @Override
  public String toString() {
    return device() + (name().isEmpty() ? "" : " \"" + name() + "\"") + " of " + file;
  }

  /** {@return the refusal of a key that names several namespaces} */
  static DaxException ambiguous(String attempt, List<Namespace> namespaces) {
    return DaxException.of(Errno.EEXIST, attempt, namespaces.size() + " namespaces have that name or uuid: "
        + FirstFew.of(namespaces, ", ", Namespace::withUuid), "name one of them by its uuid");
  }

  private static String withUuid(Namespace namespace) {
    Optional<UUID> uuid = namespace.rawUuid().or(namespace::uuid);
    return namespace.device() + uuid.map(id -> " (uuid " + id + ")").orElse("");
  }

  /** {@return some namespaces for a sentence, or that there are none} */
  static String inWords(List<Namespace> namespaces) {
    return namespaces.isEmpty()
        ? "none"
        : FirstFew.of(namespaces, ", ", Namespace::toString);
  }
}
