// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An image in huge pages, which write(2) does not reach: made through a mapping, a device of 2 MiB without waivers. */
class AnImageOnHugetlbfsIsMadeAndMapped {
  private static final long MIB = 1 << 20;
  private static final int LABELS = 128 << 10;
  private static final NamespaceRequest REQUEST = NamespaceRequest
      .of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE).withSize(16 * MIB);

  private Path file;

  @BeforeEach
  void thereIsAnImage() throws IOException {
    file = Hugetlbfs.folder().resolve("nv-" + ProcessHandle.current().pid() + ".img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(34 * MIB);
    }
  }

  @AfterEach
  void thePagesAreGivenBack() throws IOException {
    Files.deleteIfExists(file);
  }

  private ImageEditor editor() throws IOException {
    return ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Force.none());
  }

  @Test
  void withLabelsAndNamespaces() throws IOException {
    try (ImageEditor editor = editor()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      editor.createNamespace(REQUEST.withName("alpha"));
      editor.createNamespace(REQUEST.withName("beta"));
      editor.destroyNamespace("alpha");
      assertThat(editor.repairLabels().steps()).hasSize(1);
    }
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).extracting(Namespace::name).containsExactly("beta");
    }
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      bus.add(image.namespace("beta"));
      DaxDevice device = bus.device("dax0.0");
      assertThat(device.alignment()).isEqualTo(PageSize.SIZE_2M);
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.segment().set(ValueLayout.JAVA_LONG, mapping.segment().byteSize() - Long.BYTES, 42);
        assertThatThrownBy(this::editor)
            .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
      }
    }
  }

  @Test
  void whatNobodyAccountsForIsSafeThereToo() throws IOException {
    try (ImageEditor forced = ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Set.of(Force.CONTENT))) {
      forced.createNamespace(NamespaceRequest.of(LinuxView.FSDAX, PageSize.SIZE_4K, MapLocation.RAM));
    }
    try (ImageEditor editor = editor()) {
      assertThatThrownBy(() -> editor.createNamespace(
          NamespaceRequest.of(LinuxView.FSDAX, PageSize.SIZE_4K, MapLocation.RAM)))
          .hasMessageContaining("there is a sound info block");
    }
  }

  @Test
  @Tag("class-path") // a module does not let a test fail its calls
  void aHugePageThatIsNotThereIsASentence() throws IOException {
    int calls;
    try (ImageEditor editor = editor(); FailingCalls counting = FailingCalls.counting()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      calls = counting.calls().lastIndexOf("mmap") + 1; // the first is the reservation's own
    }
    Files.delete(file);
    thereIsAnImage();
    try (ImageEditor editor = editor()) {
      try (FailingCalls failing = FailingCalls.failing(calls, Errno.ENOMEM.number())) {
        assertThatThrownBy(() -> editor.initLabels(LabelVersion.V1_2, LABELS))
            .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM))
            .hasMessageContainingAll("cannot write " + LABELS + " bytes at 0x21e0000 of " + file,
                "see which of these is short: free pages of 2 MiB", "size= of the mount",
                "hugetlb.*.max of the cgroup");
        assertThat(failing.calls()).containsSequence(List.of("mmap"));
      }
      assertThat(editor.image().labelArea()).isEmpty();
      editor.initLabels(LabelVersion.V1_2, LABELS);
    }
  }
}
