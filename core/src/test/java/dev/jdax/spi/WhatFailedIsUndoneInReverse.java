// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** {@link Unwind}: in reverse, all of it, or none once it was kept. */
class WhatFailedIsUndoneInReverse {
  private final List<String> undone = new ArrayList<>();

  @Test
  void theLastStepIsUndoneFirst() {
    try (Unwind unwind = new Unwind()) {
      unwind.onFailure(() -> undone.add("first"));
      unwind.onFailure(() -> undone.add("second"));
      unwind.onFailure(() -> undone.add("third"));
      assertThat(undone).isEmpty();
    }
    assertThat(undone).containsExactly("third", "second", "first");
  }

  @Test
  void whatIsKeptIsNotUndone() {
    try (Unwind unwind = new Unwind()) {
      unwind.onFailure(() -> undone.add("first"));
      unwind.keep();
    }
    assertThat(undone).isEmpty();
  }

  @Test
  void whatComesAfterTheKeepingIsUndone() {
    try (Unwind unwind = new Unwind()) {
      unwind.onFailure(() -> undone.add("first"));
      unwind.keep();
      unwind.onFailure(() -> undone.add("second"));
    }
    assertThat(undone).containsExactly("second");
  }

  @Test
  void aStepThatFailsDoesNotStopTheOthersNorHideTheFailure() {
    IOException cause = new IOException("cause");
    assertThatThrownBy(() -> {
      try (Unwind unwind = new Unwind()) {
        unwind.onFailure(() -> undone.add("first"));
        unwind.onFailure(() -> {
          throw new IOException("checked");
        });
        unwind.onFailure(() -> {
          throw new IllegalStateException("unchecked");
        });
        unwind.onFailure(() -> undone.add("last"));
        throw cause;
      }
    }).isSameAs(cause).hasNoSuppressedExceptions();
    assertThat(undone).containsExactly("last", "first");
  }

  @Test
  void aSecondCloseDoesNothing() {
    Unwind unwind = new Unwind();
    unwind.onFailure(() -> undone.add("first"));
    unwind.close();
    unwind.close();
    assertThat(undone).containsExactly("first");
  }

  @Test
  void whatWasMadeIsUnmadeAndWhatCouldNotBeMadeIsNot() {
    IOException cause = new IOException("cause");
    assertThatThrownBy(() -> {
      try (Unwind unwind = new Unwind()) {
        assertThat(unwind.make(() -> "first", undone::add)).isEqualTo("first");
        unwind.make(() -> {
          throw cause;
        }, made -> undone.add("second"));
      }
    }).isSameAs(cause);
    assertThat(undone).containsExactly("first");
  }

  @Test
  void whatTheJvmHadNoMemoryToCloseIsClosedWithALaterUnwinding() {
    AutoCloseable made = () -> undone.add("closed");
    List<Error> errors = new ArrayList<>(List.of(new OutOfMemoryError("as the JVM throws it")));
    try (Unwind unwind = new Unwind()) {
      unwind.make(() -> made, resource -> {
        if (!errors.isEmpty()) {
          throw errors.removeFirst();
        }
        resource.close();
      });
    }
    assertThat(undone).isEmpty();
    new Unwind().close();
    assertThat(undone).containsExactly("closed");
    new Unwind().close();
    assertThat(undone).as("once").containsExactly("closed");
  }
}
