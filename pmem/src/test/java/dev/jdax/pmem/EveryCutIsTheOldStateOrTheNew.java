// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.jdax.PageSize;
import dev.jdax.pmem.RecordedMedia.Event;
import dev.jdax.pmem.RecordedMedia.Sparse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every edit of media, cut off by a power failure at every point: what is left is the state before, or the state behind
 * it (C20). And the same edits with a barrier left out, which has to show.
 */
class EveryCutIsTheOldStateOrTheNew {
  private static final long MIB = 1 << 20;
  private static final long REGION = 64 * MIB;
  private static final int LABELS = 128 << 10;
  private static final Attachment ATTACHED = Attachment.DEFAULT.withLabelSize(LABELS).withSlot(0);
  private static final Attachment UNLABELLED = Attachment.DEFAULT.withLabelSize(0);
  private static final int[] UNITS = {8, 512};

  /** Something done with an editor. */
  @FunctionalInterface
  private interface Step {
    void on(ImageEditor editor, RecordedMedia media, LabelVersion version) throws IOException;
  }

  private static UUID uuid(int number) {
    return new UUID(0x1111_2222_3333_4444L, number);
  }

  private static void create(ImageEditor editor, int number) throws IOException {
    boolean fsdax = number % 2 == 1;
    editor.createNamespace(NamespaceRequest
        .of(fsdax ? LinuxView.FSDAX : LinuxView.DEVDAX, PageSize.SIZE_2M, fsdax ? MapLocation.RAM : MapLocation.DEVICE)
        .withSize(16 * MIB).withName("number " + number).withUuid(uuid(number)).withInfoBlockUuid(uuid(-number)));
  }

  private static NamespaceRequest whole(int number) {
    return NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.DEVICE).withInfoBlockUuid(uuid(number));
  }

  /**
   * An edit, what comes before it, and the barriers of it that no cut shows, from 0.
   *
   * <p>That is the one between the info block and the label of a new namespace: before the index block is written,
   * behind the next barrier, nobody sees either of them. Of the others each shows with units of 8 bytes, of 512 or both:
   * in a label area of 128 KiB the two index blocks share one sector, which is written whole.
   */
  enum Edit {
    INIT_OVER_ZEROS((editor, media, version) -> {
    }, (editor, media, version) -> editor.initLabels(version, LABELS)),

    INIT_OVER_GARBAGE((editor, media, version) -> {
      byte[] garbage = new byte[LABELS];
      new Random(1).nextBytes(garbage);
      media.write(REGION, garbage);
    }, (editor, media, version) -> editor.initLabels(version, LABELS)),

    INIT_OVER_LABELS((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      create(editor, 1);
      create(editor, 2);
    }, (editor, media, version) -> editor.initLabels(version, LABELS)),

    INIT_OVER_LABELS_AFTER_AN_ODD_NUMBER_OF_UPDATES((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      create(editor, 1);
      create(editor, 2);
      create(editor, 3);
    }, (editor, media, version) -> editor.initLabels(version, LABELS)),

    /** Blank between two empty areas: no namespace is left to lose. */
    INIT_OVER_LABELS_OF_THE_OTHER_VERSION((editor, media, version) -> {
      editor.initLabels(other(version), LABELS);
      create(editor, 1);
      create(editor, 2);
    }, (editor, media, version) -> editor.initLabels(version, LABELS)),

    CREATE_THE_FIRST((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      litter(media);
    }, (editor, media, version) -> create(editor, 1), 0),

    CREATE_A_FURTHER_ONE((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      litter(media);
      create(editor, 1);
      create(editor, 2);
    }, (editor, media, version) -> create(editor, 3), 0),

    CREATE_IN_SLOT_AND_SPACE_OF_ANOTHER((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      create(editor, 1);
      create(editor, 2);
      editor.destroyNamespace("number 1");
      litter(media, 0);
    }, (editor, media, version) -> create(editor, 3), 0),

    DESTROY_ONE_OF_THREE((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      create(editor, 1);
      create(editor, 2);
      create(editor, 3);
    }, (editor, media, version) -> editor.destroyNamespace("number 2")),

    DESTROY_THE_LAST((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      create(editor, 1);
    }, (editor, media, version) -> editor.destroyNamespace("number 1")),

    REPAIR((editor, media, version) -> {
      editor.initLabels(version, LABELS);
      create(editor, 1);
      create(editor, 2);
      int broken = 1 - editor.image().labelArea().orElseThrow().current().number().orElseThrow();
      media.write(REGION + 256 * broken + 64, new byte[]{1, 2, 3, 4, 5, 6, 7, 8});
    }, (editor, media, version) -> ImageEditor.of(ATTACHED, media, Force.none()).repairLabels()),

    CREATE_WITHOUT_LABELS((editor, media, version) -> litter(media),
        (editor, media, version) -> ImageEditor.of(UNLABELLED, media, Force.all()).createNamespace(whole(7))),

    DESTROY_WITHOUT_LABELS(
        (editor, media, version) -> ImageEditor.of(UNLABELLED, media, Force.none()).createNamespace(whole(7)),
        (editor, media, version) -> ImageEditor.of(UNLABELLED, media, Force.all())
            .destroyNamespace(uuid(7).toString()));

    private final Step before;
    private final Step step;
    private final Set<Integer> unseenBarriers;

    Edit(Step before, Step step, Integer... unseenBarriers) {
      this.before = before;
      this.step = step;
      this.unseenBarriers = Set.of(unseenBarriers);
    }

    private Attachment attachment() {
      return name().endsWith("WITHOUT_LABELS") ? UNLABELLED : ATTACHED;
    }

    private static LabelVersion other(LabelVersion version) {
      return version == LabelVersion.V1_1 ? LabelVersion.V1_2 : LabelVersion.V1_1;
    }
  }

  /** Leaves bytes where namespaces may come, also an info block that is sound but for its parent. */
  private static void litter(RecordedMedia media) {
    litter(media, 0);
    litter(media, 16);
    litter(media, 32);
    litter(media, 48);
  }

  private static void litter(RecordedMedia media, long mib) {
    byte[] garbage = new byte[InfoBlock.RESERVED];
    new Random(mib).nextBytes(garbage);
    try {
      byte[] block = Plan.ofRaw(16 * MIB, Plan.DEFAULT_BASE, PageSize.SIZE_4K, MapLocation.RAM)
          .toInfoBlock(InfoBlock.Signature.DEVDAX, uuid(100), uuid(101)).toBytes();
      System.arraycopy(block, 0, garbage, InfoBlock.OFFSET, block.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    media.write(mib * MIB, garbage);
  }

  /** What counts of a state: the namespaces, what Linux makes of each, and the slots that are taken. */
  private static Set<String> state(Sparse media, long size, Attachment attachment) {
    try {
      Set<String> state = new TreeSet<>();
      NvdimmImage image = NvdimmImage.of(Path.of("cut"), attachment, size, media::read);
      for (Namespace namespace : image.namespaces()) {
        boolean found = namespace.linux() == LinuxView.DEVDAX || namespace.linux() == LinuxView.FSDAX;
        state.add(namespace.rawUuid() + " " + namespace.name() + " " + namespace.offset() + " " + namespace.rawSize()
            + " " + namespace.linux() + " " + namespace.size() + " " + (found ? namespace.infoBlock() : ""));
      }
      // A slot that is taken without a label in it is lost.
      image.labelArea().ifPresent(area -> area.used().forEach(slot -> state.add("slot " + slot.number())));
      return state;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An edit that was made, and what was recorded of it. */
  private record Made(Edit edit, long size, Sparse start, List<Event> events, Set<Set<String>> allowed,
      Set<String> end) {
    static Made of(Edit edit, LabelVersion version) throws IOException {
      long size = REGION + LABELS;
      RecordedMedia media = new RecordedMedia(size);
      ImageEditor editor = ImageEditor.of(ATTACHED, media, Force.all());
      edit.before.on(editor, media, version);
      media.takeEvents();
      Sparse start = media.content();
      edit.step.on(editor, media, version);
      Set<Set<String>> allowed = new HashSet<>();
      allowed.add(state(start, size, edit.attachment()));
      Set<String> end = state(media.content(), size, edit.attachment());
      allowed.add(end);
      if (edit == Edit.INIT_OVER_LABELS_OF_THE_OTHER_VERSION) {
        allowed.add(state(new Sparse(size), size, edit.attachment()));
      }
      return new Made(edit, size, start, media.takeEvents(), allowed, end);
    }

    boolean bad(Cuts.Cut cut) {
      Set<String> state = state(cut.media(), size, edit.attachment());
      return cut.lost() || !allowed.contains(state) || cut.what().startsWith("after") && !state.equals(end);
    }

    int barriers() {
      return (int) events.stream().filter(event -> event == Event.BARRIER).count();
    }

    List<Event> without(int barrier) {
      List<Event> left = new ArrayList<>();
      int seen = 0;
      for (Event event : events) {
        if (event != Event.BARRIER || seen++ != barrier) {
          left.add(event);
        }
      }
      return left;
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofEveryEdit(Edit edit) {
    LabelMedia.eachSeed(1, random -> {
      for (LabelVersion version : LabelVersion.values()) {
        Made made = made(edit, version);
        assertThat(made.events.getLast()).isSameAs(Event.BARRIER);
        for (int unit : UNITS) {
          AtomicInteger seen = new AtomicInteger();
          new Cuts(unit, random, cut -> {
            seen.incrementAndGet();
            assertThat(made.bad(cut)).describedAs("%s, labels %s, unit %s, %s: %s", edit, version, unit, cut.what(),
                state(cut.media(), made.size, edit.attachment())).isFalse();
            return true;
          }).of(made.start, made.events);
          assertThat(seen).hasValueGreaterThan(2);
        }
      }
    });
  }

  private static Made made(Edit edit, LabelVersion version) {
    try {
      return Made.of(edit, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBarrierLeftOutShows(Edit edit) {
    LabelMedia.eachSeed(1, random -> {
      for (LabelVersion version : LabelVersion.values()) {
        Made made = made(edit, version);
        for (int barrier = 0; barrier < made.barriers(); barrier++) {
          boolean shows = false;
          for (int unit : UNITS) {
            shows = shows || shows(made, unit, made.without(barrier), random);
          }
          assertThat(shows).describedAs("%s, labels %s, without barrier %s", edit, version, barrier)
              .isNotEqualTo(edit.unseenBarriers.contains(barrier));
        }
      }
    });
  }

  private static boolean shows(Made made, int unit, List<Event> events, Random random) {
    AtomicBoolean bad = new AtomicBoolean();
    new Cuts(unit, random, cut -> {
      bad.set(made.bad(cut));
      return !bad.get();
    }).of(made.start, events);
    return bad.get();
  }
}
