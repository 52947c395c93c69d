// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static dev.jdax.guest.Dimms.LABELS;
import static dev.jdax.guest.Dimms.MIB;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

import dev.jdax.PageSize;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.IndexBlock;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LabelSlot;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.MediaStep;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NamespaceRequest;
import dev.jdax.pmem.NvdimmImage;

/** Makes images that jdax has written, and in which then something was changed, or of which a write was cut. */
final class DamagedImages {
  static final long SIZE = 16 * MIB;

  private final Dimms dimms;
  private final Random random;
  private final List<Case> cases = new ArrayList<>();

  DamagedImages(Dimms dimms, long seed) {
    this.dimms = dimms;
    this.random = new Random(seed);
  }

  /**
   * Something that was done to an image.
   *
   * @param what what it was
   * @param dimm the image
   * @param offset where the namespace begins that it was done to; empty if it was done to the labels of all
   */
  record Case(String what, Dimm dimm, OptionalLong offset) {
  }

  Dimms dimms() {
    return dimms;
  }

  List<Case> cases() {
    return cases;
  }

  private String next(String kind) {
    return kind + "-" + dimms.all().size();
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private NamespaceRequest request(long size) {
    return NamespaceRequest
        .of(random.nextBoolean() ? LinuxView.DEVDAX : LinuxView.FSDAX,
            random.nextBoolean() ? PageSize.SIZE_4K : PageSize.SIZE_2M,
            random.nextBoolean() ? MapLocation.RAM : MapLocation.DEVICE)
        .withSize(size).withUuid(uuid()).withInfoBlockUuid(uuid());
  }

  private LabelVersion version() {
    return random.nextBoolean() ? LabelVersion.V1_1 : LabelVersion.V1_2;
  }

  /** An image with three namespaces, of which the second is twice as large, and 32 MiB of free space. */
  Dimm threeNamespaces(LabelVersion version) throws IOException {
    Dimm dimm = dimms.labelled(next("labels"), 6 * SIZE);
    try (ImageEditor editor = dimm.edit()) {
      editor.initLabels(version, LABELS);
      editor.createNamespace(request(SIZE).withName("a"));
      editor.createNamespace(request(2 * SIZE).withName("b"));
      editor.createNamespace(request(SIZE).withName("c"));
    }
    return dimm;
  }

  private static LabelArea area(Dimm dimm) throws IOException {
    try (NvdimmImage image = dimm.open()) {
      return image.labelArea().orElseThrow();
    }
  }

  /** Changes the label in a slot, and then mends its checksum; with several of an image it is one case. */
  void label(String what, Dimm dimm, int number, UnaryOperator<Label> change) throws IOException {
    LabelSlot slot = area(dimm).used().get(number);
    dimm.write(slot.offset(), change.apply(slot.label()).withChecksum().toBytes());
    if (cases.isEmpty() || cases.getLast().dimm != dimm) {
      cases.add(new Case("label: " + what + ", labels " + area(dimm).version(), dimm, OptionalLong.empty()));
    }
  }

  /** Changes a field of a label as chance has it. */
  void label(MediaField field, LabelVersion version, boolean mended) throws IOException {
    Dimm dimm = threeNamespaces(version);
    LabelSlot slot = area(dimm).live().get(random.nextInt(3));
    byte[] label = slot.label().toBytes();
    field.change(label, random);
    byte[] written = mended ? Label.parse(version, label).withChecksum().toBytes() : label;
    dimm.write(slot.offset(), written);
    cases.add(new Case("label " + version + " in slot " + slot.number() + ": " + field.in(written)
        + (mended ? ", mended" : ""), dimm, OptionalLong.empty()));
  }

  /** Changes a field of one index block, or of both, as chance has it. */
  void indexBlock(MediaField field, boolean mended) throws IOException {
    LabelVersion version = version();
    int which = random.nextInt(3);
    long seed = random.nextLong();
    indexBlocks(field.name() + " by seed " + seed, threeNamespaces(version), which,
        block -> field.change(block, new Random(seed)), mended);
  }

  /** Changes bytes. */
  @FunctionalInterface
  interface Change {
    void of(byte[] bytes);
  }

  /** Changes index block 0 or 1, or with 2 both. */
  void indexBlocks(String what, Dimm dimm, int which, Change change, boolean mended) throws IOException {
    LabelArea area = area(dimm);
    int size = area.geometry().indexSize();
    for (int number = 0; number < 2; number++) {
      if (which == number || which == 2) {
        byte[] block = dimm.read(area.offset() + number * size, size);
        change.of(block);
        dimm.write(area.offset() + number * size, mended
            ? IndexBlock.parse(block).map(parsed -> parsed.withChecksum().toBytes()).orElse(block)
            : block);
      }
    }
    cases
        .add(new Case((which == 2 ? "index blocks: " : "index block " + which + " of " + area.current().number() + ": ")
            + what + ", labels " + area.version() + (mended ? ", mended" : ""), dimm, OptionalLong.empty()));
  }

  /** An image with so many namespaces, to change their info blocks. */
  List<Namespace> namespaces(int count) throws IOException {
    Dimm dimm = dimms.labelled(next("info"), count * SIZE);
    try (ImageEditor editor = dimm.edit()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      for (int i = 0; i < count; i++) {
        editor.createNamespace(request(SIZE));
      }
      return editor.image().namespaces();
    }
  }

  /** An image with so many namespaces that are alike. */
  List<Namespace> namespaces(NamespaceRequest request, int count) throws IOException {
    Dimm dimm = dimms.labelled(next("info"), count * SIZE);
    try (ImageEditor editor = dimm.edit()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      for (int i = 0; i < count; i++) {
        editor.createNamespace(request.withUuid(uuid()).withInfoBlockUuid(uuid()));
      }
      return editor.image().namespaces();
    }
  }

  /** Namespaces of these sizes, the first of which begins at a multiple of 1 GiB. */
  List<Namespace> atGibibyte(NamespaceRequest request, long... sizes) throws IOException {
    Dimm dimm = dimms.toGibibyte().labelled(next("aligned"), LongStream.of(sizes).sum());
    try (ImageEditor editor = dimm.edit()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      for (long size : sizes) {
        editor.createNamespace(request.withSize(size).withUuid(uuid()).withInfoBlockUuid(uuid()));
      }
      return editor.image().namespaces();
    }
  }

  /** The label in a slot. */
  Label labelOf(Dimm dimm, int number) throws IOException {
    return area(dimm).used().get(number).label();
  }

  /** An image without labels that is one namespace of 16 MiB. */
  Namespace whole(NamespaceRequest request) throws IOException {
    Dimm dimm = dimms.unlabelled(next("whole"), SIZE);
    try (ImageEditor editor = dimm.edit()) {
      editor.createNamespace(request);
      return editor.image().namespaces().getFirst();
    }
  }

  /** Changes a field of a namespace's info block as chance has it. */
  void infoBlock(Namespace namespace, MediaField field, boolean mended) throws IOException {
    infoBlock(field.name(), namespace, block -> field.change(block, random), mended);
  }

  /** Changes a namespace's info block. */
  void infoBlock(String what, Namespace namespace, Change change, boolean mended) throws IOException {
    Dimm dimm = dimms.of(namespace);
    byte[] block = namespace.infoBlock().orElseThrow().toBytes();
    change.of(block);
    byte[] written = mended && InfoBlock.Signature.of(block).isPresent()
        ? InfoBlock.parse(block).withChecksum().toBytes()
        : block;
    dimm.write(namespace.offset() + InfoBlock.OFFSET, written);
    String fields = MediaField.INFO_BLOCK.stream().filter(field -> field.name().equals(what)).findFirst()
        .map(field -> field.in(written)).orElse(what);
    cases.add(new Case("info block of " + namespace.mode() + " " + namespace.alignment().orElseThrow() + " map "
        + namespace.map().orElseThrow() + ": " + fields + (mended ? ", mended" : ""), dimm,
        OptionalLong.of(namespace.offset())));
  }

  /** Leaves of a change of the labels what a power failure may leave. */
  void cut() throws IOException {
    LabelVersion version = version();
    Dimm dimm = threeNamespaces(version);
    int edit = random.nextInt(4);
    List<List<MediaStep>> epochs = epochs(dimm, edit, version);
    int last = random.nextInt(epochs.size());
    for (List<MediaStep> steps : epochs.subList(0, last)) {
      for (MediaStep step : steps) {
        dimm.write(step.offset(), step.bytes().toArray());
      }
    }
    int unit = random.nextBoolean() ? 8 : 512;
    double density = random.nextDouble();
    for (MediaStep step : epochs.get(last)) {
      byte[] bytes = step.bytes().toArray();
      for (int from = 0; from < bytes.length;) {
        int to = (int) Math.min(bytes.length, from + unit - (step.offset() + from) % unit);
        if (random.nextDouble() < density) {
          dimm.write(step.offset() + from, Arrays.copyOfRange(bytes, from, to));
        }
        from = to;
      }
    }
    cases.add(new Case("cut in epoch " + last + " of " + epochs.getLast().getLast() + ", units of " + unit
        + ", labels " + version, dimm, OptionalLong.empty()));
  }

  /** The writes of an edit, up to a barrier each. */
  private List<List<MediaStep>> epochs(Dimm dimm, int edit, LabelVersion version) throws IOException {
    List<List<MediaStep>> epochs = new ArrayList<>(List.of(new ArrayList<>()));
    try (ImageEditor editor = dimm.dryRun()) {
      List<MediaStep> steps = switch (edit) {
        case 0 -> editor.createNamespace(request(SIZE)).steps();
        case 1 -> editor.destroyNamespace("b").steps();
        case 2 -> editor.initLabels(version, LABELS).steps();
        default -> editor.initLabels(version == LabelVersion.V1_1 ? LabelVersion.V1_2 : LabelVersion.V1_1, LABELS)
            .steps();
      };
      for (MediaStep step : steps) {
        epochs.getLast().add(step);
        if (step.barrier()) {
          epochs.add(new ArrayList<>());
        }
      }
    }
    epochs.removeIf(List::isEmpty);
    return epochs;
  }
}
