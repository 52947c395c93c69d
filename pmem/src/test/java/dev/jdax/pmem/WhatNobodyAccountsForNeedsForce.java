// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that are not zero, and of which neither a label nor an info block says what they are, are not written over. */
class WhatNobodyAccountsForNeedsForce {
  private static final long MIB = 1 << 20;
  private static final long REGION = 64 * MIB;
  private static final int LABELS = 128 << 10;
  private static final byte[] SOMETHING = "somebody's".getBytes(StandardCharsets.US_ASCII);
  private static final NamespaceRequest REQUEST = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M,
      MapLocation.DEVICE);

  private final RecordedMedia media = new RecordedMedia(REGION + LABELS);

  private ImageEditor editor(Set<Force> force) throws IOException {
    return ImageEditor.of(Attachment.DEFAULT.withSlot(0), media, force);
  }

  private void refused(long at, ThrowingCallable call) {
    media.takeEvents();
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
        .hasMessageContainingAll("it holds data, which would be lost: at 0x" + Long.toHexString(at) + " it is not zero",
            "if nobody needs that, add --force");
    assertThat(media.takeEvents()).isEmpty();
  }

  /** Where file systems, partition tables, archives and RAID have their signatures; and where labels would go. */
  @ParameterizedTest
  @ValueSource(longs = {0, 510, 1024, 4096, 8192, 32 << 10, 64 << 10, 1 << 20, REGION + LABELS - 4096, REGION,
      REGION + LABELS - 1})
  void inAnImageOfWhichNothingIsKnown(long at) throws IOException {
    media.write(at, at == REGION + LABELS - 1 ? new byte[]{1} : SOMETHING);
    ImageEditor careful = editor(Force.none());
    InfoBlock block = Plan.ofRaw(REGION, Plan.DEFAULT_BASE, PageSize.SIZE_2M, MapLocation.DEVICE)
        .toInfoBlock(InfoBlock.Signature.DEVDAX, UUID.randomUUID(), new UUID(0, 0));
    refused(at, () -> careful.createNamespace(REQUEST));
    refused(at, () -> careful.initLabels(LabelVersion.V1_2, LABELS));
    refused(at, () -> careful.writeInfoBlock(block));
    if (at < InfoBlock.RESERVED) {
      refused(at, () -> careful.destroyNamespace("namespace0.0"));
    }
    Set<Force> others = EnumSet.complementOf(EnumSet.of(Force.CONTENT));
    refused(at, () -> editor(others).createNamespace(REQUEST));
    editor(Set.of(Force.CONTENT)).createNamespace(REQUEST);
  }

  @Test
  void inTheMemoryMapOfANamespaceThatIsAllOfTheImage() throws IOException {
    RecordedMedia large = new RecordedMedia(1L << 30); // 16 MiB of memory map
    large.write(9 * MIB, SOMETHING);
    ImageEditor editor = ImageEditor.of(Attachment.DEFAULT.withSlot(0), large, Force.none());
    assertThatThrownBy(() -> editor.createNamespace(REQUEST)).hasMessageContaining("at 0x900000 it is not zero");
    InfoBlock block = Plan.ofRaw(1L << 30, Plan.DEFAULT_BASE, PageSize.SIZE_2M, MapLocation.DEVICE)
        .toInfoBlock(InfoBlock.Signature.DEVDAX, UUID.randomUUID(), new UUID(0, 0));
    assertThatThrownBy(() -> editor.writeInfoBlock(block)).hasMessageContaining("at 0x900000 it is not zero");
    editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.RAM));
  }

  @Test
  void inTheSpaceOfANewNamespaceButForTheRestOfAnInfoBlock() throws IOException {
    ImageEditor editor = editor(Force.none());
    editor.initLabels(LabelVersion.V1_2, LABELS);
    for (long at : new long[]{0, 1024, 4096 + 94, 8180}) {
      media.write(at, SOMETHING);
      refused(at, () -> editor.createNamespace(REQUEST));
      media.write(at, new byte[SOMETHING.length]);
    }
    editor.createNamespace(REQUEST.withSize(16 * MIB).withName("first"));
    byte[] rest = media.read(InfoBlock.OFFSET, InfoBlock.SIZE);
    rest[20]++; // the checksum is wrong, as after a write that was cut off
    media.write(16 * MIB + InfoBlock.OFFSET, rest);
    media.write(2 * MIB, SOMETHING);
    editor.createNamespace(REQUEST.withSize(16 * MIB).withName("second"));
    editor.destroyNamespace("first");
    editor.createNamespace(REQUEST.withSize(16 * MIB).withName("third")); // what was data is in nobody's way
    assertThat(editor.image().namespaces()).extracting(Namespace::name).containsExactly("third", "second");
  }

  @Test
  void atTheBeginningOfARawNamespaceWithALabel() throws IOException {
    Label label = LabelMedia.label(LabelVersion.V1_2, LabelMedia.UUID_A, 0, 0, 32 * MIB);
    media.write(REGION, LabelMedia.with(LabelVersion.V1_2, label));
    media.write(1080, SOMETHING);
    String uuid = LabelMedia.UUID_A.toString();
    refused(1080, () -> editor(Force.none()).destroyNamespace(uuid));
    editor(Set.of(Force.CONTENT)).destroyNamespace(uuid);
    assertThat(media.read(1080, SOMETHING.length)).containsOnly(0);
  }

  @Test
  void whereALargerLabelAreaWouldBegin() throws IOException {
    ImageEditor editor = editor(Force.none());
    editor.initLabels(LabelVersion.V1_2, LABELS);
    media.write(REGION - 4096, SOMETHING);
    refused(REGION - 4096, () -> editor.initLabels(LabelVersion.V1_2, 2 * LABELS));
    editor.initLabels(LabelVersion.V1_1, LABELS);
    editor(Set.of(Force.CONTENT)).initLabels(LabelVersion.V1_1, 2 * LABELS);
  }

  @Test
  void damagedLabelsAndASoundInfoBlockHaveAForceOfTheirOwn() throws IOException {
    ImageEditor editor = editor(Force.none());
    editor.initLabels(LabelVersion.V1_2, LABELS);
    editor.createNamespace(REQUEST);
    media.write(2 * MIB, SOMETHING);
    byte[] garbage = new byte[8];
    Arrays.fill(garbage, (byte) 1);
    media.write(REGION + 64, garbage);
    media.write(REGION + 256 + 64, garbage);
    editor(Set.of(Force.LABELS, Force.INFO_BLOCK)).initLabels(LabelVersion.V1_2, LABELS);
  }
}
