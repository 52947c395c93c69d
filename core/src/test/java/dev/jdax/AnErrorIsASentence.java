// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;

import org.junit.jupiter.api.Test;

/** {@link DaxException} and {@link Errno}: attempt, reason, remedy, and the number. */
class AnErrorIsASentence {
  @Test
  void theSentenceHasAttemptReasonRemedyAndName() {
    DaxException error = DaxException.of(Errno.EBUSY, "map dax0.1", "it is not bound", "enable it first");
    assertThat(error).isInstanceOf(IOException.class).hasNoCause()
        .hasMessage("cannot map dax0.1: it is not bound; enable it first (EBUSY)");
    assertThat(error.errno()).isEqualTo(Errno.EBUSY);
    assertThat(error.attempt()).isEqualTo("map dax0.1");
    assertThat(error.reason()).isEqualTo("it is not bound");
    assertThat(error.remedy()).isEqualTo("enable it first");
  }

  @Test
  void theCauseIsKept() {
    IOException cause = new IOException("below");
    assertThat(DaxException.of(Errno.EIO, "read", "it failed", "try again", cause)).hasCause(cause)
        .hasMessage("cannot read: it failed; try again (EIO)");
  }

  @Test
  void whatProgramsHandleHasAClass() {
    for (Errno errno : Errno.values()) {
      Class<? extends DaxException> expected = switch (errno) {
        case ENXIO, ENODEV, ENOENT -> DaxNotFoundException.class;
        case EBUSY -> DaxBusyException.class;
        case EACCES, EPERM, EROFS -> DaxAccessException.class;
        default -> DaxException.class;
      };
      assertThat(DaxException.of(errno, "map dax0.1", "it is so", "change it")).isExactlyInstanceOf(expected);
    }
  }

  @Test
  void anErrorIsFoundByItsNumber() {
    for (Errno errno : Errno.values()) {
      assertThat(Errno.of(errno.number())).isSameAs(errno);
    }
    assertThat(Errno.of(16)).isEqualTo(Errno.EBUSY);
    assertThat(Errno.EBUSY.text()).isEqualTo("Device or resource busy");
  }

  @Test
  void aNumberThatIsNoErrorIsRefused() {
    for (int none : new int[]{0, -16, 41, 58, 134, 4096, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> Errno.of(none)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("there is no errno " + none);
    }
  }
}
