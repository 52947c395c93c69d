// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link NamespaceKey}: what names a namespace, and that no namespace is taken for another of the same name. */
class ANameThatTwoNamespacesHaveIsRefused {
  private static final long MIB = 1L << 20;

  @TempDir
  private Path folder;

  /** Namespaces of 32 MiB: two called "twin", one called as Linux calls the first; their info blocks have one uuid. */
  private Path image() throws IOException {
    return MadeMedia.labelled(256 * MIB, LabelVersion.V1_2).namespace(0, 32 * MIB, label -> named(label, "twin"))
        .namespace(32 * MIB, 32 * MIB, label -> named(label, "twin"))
        .namespace(64 * MIB, 32 * MIB, label -> named(label, "namespace0.0"))
        .namespace(96 * MIB, 32 * MIB, label -> named(label, "Twin")).in(folder);
  }

  private static Label named(Label label, String name) {
    return Label.of(label.version(), label.uuid(), name, label.cookie(), label.dpa(), label.rawSize(),
        (int) label.slot(),
        Abstraction.DAX);
  }

  private static void assertRefused(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class,
        e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST)).hasMessage(sentence);
  }

  private static String several(int... numbers) {
    StringBuilder text = new StringBuilder(numbers.length + " namespaces have that name or uuid: ");
    for (int number : numbers) {
      text.append(number == numbers[0] ? "" : ", ")
          .append("namespace0." + number + " (uuid " + MadeMedia.uuid(number) + ")");
    }
    return text + "; name one of them by its uuid (EEXIST)";
  }

  @Test
  void whereItIsOpened() throws IOException {
    Path file = image();
    try (NvdimmImage image = NvdimmImage.open(file)) {
      String find = "cannot find namespace ";
      assertRefused(() -> image.namespace("twin"), find + "twin in " + file + ": " + several(0, 1));
      assertRefused(() -> image.namespace("namespace0.0"), find + "namespace0.0 in " + file + ": " + several(0, 2));
      String sameBlock = image.namespaces().getFirst().uuid().orElseThrow().toString();
      assertRefused(() -> image.namespace(sameBlock), find + sameBlock + " in " + file + ": " + several(0, 1, 2, 3));
      assertThat(image.namespace("Twin").id()).isEqualTo(3);
      assertThat(image.namespace("namespace0.1").id()).isEqualTo(1);
      for (int number = 0; number < 4; number++) {
        String uuid = MadeMedia.uuid(number).toString();
        assertThat(image.namespace(uuid).id()).isEqualTo(number);
        assertThat(image.namespace(uuid.toUpperCase(Locale.ROOT)).id()).isEqualTo(number);
      }
    }
  }

  @Test
  void whereItIsDestroyed() throws IOException {
    Path file = image();
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Set.of(Force.UNSEEN_USERS))) {
      String destroy = "cannot destroy namespace ";
      assertRefused(() -> editor.destroyNamespace("twin"), destroy + "\"twin\" in " + file + ": " + several(0, 1));
      assertRefused(() -> editor.destroyNamespace("namespace0.0"),
          destroy + "\"namespace0.0\" in " + file + ": " + several(0, 2));
      MediaEdit gone = editor.destroyNamespace(MadeMedia.uuid(1).toString().toUpperCase(Locale.ROOT));
      assertThat(gone.namespace().map(Namespace::rawUuid)).contains(Optional.of(MadeMedia.uuid(1)));
      assertThat(editor.destroyNamespace("twin").namespace().map(Namespace::id)).as("now it is one's own").contains(0);
      assertThat(editor.image().namespaces()).hasSize(2);
    }
  }

  @Test
  void aNamespaceWithoutALabelIsNamedByTheUuidOfItsInfoBlockInAnyCase() throws IOException {
    Path file = MadeMedia.whole(32 * MIB).infoBlock(0, MadeMedia.block(0, 32 * MIB, new UUID(0, 0))).in(folder);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT.withLabelSize(0), Force.all())) {
      String uuid = editor.image().namespaces().getFirst().uuid().orElseThrow().toString();
      assertThat(editor.image().namespace(uuid.toUpperCase(Locale.ROOT)).id()).isZero();
      editor.destroyNamespace(uuid.toUpperCase(Locale.ROOT));
      assertThat(editor.image().namespaces().getFirst().linux()).isEqualTo(LinuxView.RAW);
    }
  }
}
