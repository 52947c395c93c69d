// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceKeyTest {
  private static final List<String> UUIDS = List.of("66f0d379-b4f3-4074-ac43-0d3318b78cdb",
      "7305944f-fdda-44e3-b16c-3f22d252e5d0");

  @ParameterizedTest
  @ValueSource(strings = {"namespace0.1", "alpha", "66f0d379-b4f3-4074-ac43-0d3318b78cdb",
      "66F0D379-B4F3-4074-AC43-0D3318B78CDB", "66f0d379-B4F3-4074-ac43-0d3318b78cdb",
      "7305944f-fdda-44e3-b16c-3f22d252e5d0", "7305944F-FDDA-44E3-B16C-3F22D252E5D0"})
  void aNameOrAUuidNames(String text) {
    assertThat(new NamespaceKey(text).names(Optional.of("namespace0.1"), Optional.of("alpha"), UUIDS)).isTrue();
    assertThat(new NamespaceKey(text).names(Optional.of("namespace0.0"), Optional.of("beta"), List.of())).isFalse();
    assertThat(new NamespaceKey(text).names(Optional.empty(), Optional.empty(), List.of())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "Alpha", "ALPHA", "alpha ", "Namespace0.1", "namespace0.10", "namespace0.01", "0.1",
      "66f0d379", "66f0d379b4f34074ac430d3318b78cdb", "{66f0d379-b4f3-4074-ac43-0d3318b78cdb}",
      "66f0d379-b4f3-4074-ac43-0d3318b78cdc"})
  void anythingElseDoesNot(String text) {
    assertThat(new NamespaceKey(text).names(Optional.of("namespace0.1"), Optional.of("alpha"), UUIDS)).isFalse();
    assertThat(new NamespaceKey("").names(Optional.of(""), Optional.of(""), List.of(""))).isFalse();
  }
}
