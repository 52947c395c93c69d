// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;

import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;

/** A write or a barrier that fails: the error is told, the editor shows what is there, and goes on. */
class MediaThatFailAreNotLost {
  private static final long MIB = 1 << 20;
  private static final int LABELS = 128 << 10;

  /** Media whose n-th write or barrier fails, once. */
  private static final class Failing implements Media {
    private final RecordedMedia below = new RecordedMedia(64 * MIB + LABELS);
    private int left = Integer.MAX_VALUE;

    private void count() throws IOException {
      if (left-- == 0) {
        throw new IOException("Input/output error");
      }
    }

    @Override
    public long size() {
      return below.size();
    }

    @Override
    public byte[] read(long offset, int length) {
      return below.read(offset, length);
    }

    @Override
    public void write(long offset, byte[] bytes) throws IOException {
      count();
      below.write(offset, bytes);
    }

    @Override
    public void barrier() throws IOException {
      count();
      below.barrier();
    }

    @Override
    public void close() {
      below.close();
    }
  }

  @Test
  void atEachCall() throws IOException {
    NamespaceRequest request = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)
        .withSize(16 * MIB);
    for (int call = 0; call < 6; call++) {
      Failing media = new Failing();
      ImageEditor editor = ImageEditor.of(Attachment.DEFAULT.withSlot(0), media, Force.none());
      editor.initLabels(LabelVersion.V1_2, LABELS);
      editor.createNamespace(request.withName("first"));
      media.left = call;
      assertThatThrownBy(() -> editor.createNamespace(request.withName("second"))).isInstanceOf(IOException.class)
          .hasMessage("Input/output error");
      List<String> names = editor.image().namespaces().stream().map(Namespace::name).toList();
      assertThat(names).isEqualTo(call < 5 ? List.of("first") : List.of("first", "second"));
      assertThat(editor.checkLabels()).isEmpty();
      editor.createNamespace(request.withName("third"));
      editor.destroyNamespace("first");
      assertThat(editor.image().namespaces()).hasSize(names.size()).extracting(Namespace::name).contains("third");
      assertThat(editor.image().problems()).isEmpty();
    }
  }
}
