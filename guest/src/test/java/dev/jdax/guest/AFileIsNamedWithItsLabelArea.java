// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code guest/boot --nvdimm}: a label area that is not named would be taken for memory. */
class AFileIsNamedWithItsLabelArea {
  private static final long MIB = 1 << 20;

  @TempDir
  Path folder;

  private String file(long size) throws IOException {
    Path file = folder.resolve("nv.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size);
    }
    return file.toString();
  }

  @Test
  void orIsRefusedIfSomethingIsOver() throws Exception {
    String file = file(32 * MIB + (128 << 10));
    assertThatThrownBy(() -> ByHand.nvdimm(file)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--nvdimm %1$s: its size is no multiple of 2M; if the last 128K are its label area, say --nvdimm "
            + "%1$s:128K, and if it has none, %1$s:0", file);
    assertThat(ByHand.nvdimm(file + ":128K")).isEqualTo(Nvdimm.of(Path.of(file)).labels("128K"));
    assertThat(ByHand.nvdimm(file + ":0")).isEqualTo(Nvdimm.of(Path.of(file)));
  }

  @Test
  void orHasNone() throws Exception {
    String file = file(32 * MIB);
    assertThat(ByHand.nvdimm(file)).isEqualTo(Nvdimm.of(Path.of(file)));
    assertThat(ByHand.nvdimm(file + ":128K").labels()).isEqualTo("128K");
  }

  @Test
  void andIsThere() {
    Path none = folder.resolve("none.img");
    assertThatThrownBy(() -> ByHand.nvdimm(none + ":128K")).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--nvdimm %1$s:128K: there is no file %1$s", none);
  }
}
