// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;

import dev.jdax.pmem.InterleaveSetCookie.Dimm;
import org.junit.jupiter.api.Test;

/** {@link InterleaveSetCookie}: the vectors of L-79. */
class TheCookieNamesTheInterleaveSet {
  @Test
  void ofOneDimm() {
    InterleaveSetCookie cookie = InterleaveSetCookie.of(new Dimm(0, 0x12345678, 0x8086, 0x1234, 1));
    assertThat(cookie.cookie1()).isEqualTo(0x2468acf012345678L);
    assertThat(cookie.cookie2()).isEqualTo(0x59e3e56e2468d6ffL);
    assertThat(cookie.alternate()).isEqualTo(cookie.cookie1());
  }

  @Test
  void ofQemusDimms() {
    InterleaveSetCookie cookie = InterleaveSetCookie.of(Dimm.ofQemu(0));
    assertThat(cookie.forLabels(LabelVersion.V1_1)).isEqualTo(0x002468ac00123456L);
    assertThat(cookie.forLabels(LabelVersion.V1_2)).isEqualTo(0x00ba90120012b4dcL);
    assertThat(InterleaveSetCookie.of(Dimm.ofQemu(3))).isNotEqualTo(cookie);
  }

  @Test
  void aCookieSaysThePositionInQemu() {
    for (LabelVersion version : LabelVersion.values()) {
      IndexBlock index = IndexBlock.blank(new LabelGeometry(128 << 10, version), 0, 1);
      for (int position : new int[]{0, 1, 7, 255}) {
        InterleaveSetCookie cookie = InterleaveSetCookie.of(Dimm.ofQemu(position));
        assertThat(InterleaveSetCookie.qemuPosition(index, cookie.forLabels(version))).hasValue(position);
        assertThat(InterleaveSetCookie.qemuPosition(index, cookie.alternate())).hasValue(position);
        assertThat(InterleaveSetCookie.qemuPosition(index, cookie.cookie2()).isPresent())
            .isEqualTo(version == LabelVersion.V1_2);
      }
      long none = InterleaveSetCookie.of(Dimm.ofQemu(256)).forLabels(version);
      assertThat(InterleaveSetCookie.qemuPosition(index, none)).isEmpty();
      assertThat(InterleaveSetCookie.qemuPosition(index, 0)).isEmpty();
    }
  }

  @Test
  void theOrderOfTheDimmsIsThatOfTheirOffsets() {
    Dimm first = new Dimm(0, 1, 0x8086, 0, 0);
    Dimm second = new Dimm(0x1000, 2, 0x8086, 0, 0);
    Dimm third = new Dimm(0x8000000000000000L, 3, 0x8086, 0, 0);
    InterleaveSetCookie sorted = InterleaveSetCookie.of(List.of(first, second, third));
    assertThat(InterleaveSetCookie.of(List.of(third, first, second))).isEqualTo(sorted);
    assertThat(InterleaveSetCookie.of(List.of(new Dimm(0, 2, 0x8086, 0, 0), new Dimm(0x1000, 1, 0x8086, 0, 0), third)))
        .isNotEqualTo(sorted);
  }

  @Test
  void oldKernelsSortedByTheBytesOfTheOffsets() {
    // As bytes 00 01 comes before 01 00, as numbers 0x1 before 0x100.
    Dimm low = new Dimm(0x1, 1, 0x8086, 0, 0);
    Dimm high = new Dimm(0x100, 2, 0x8086, 0, 0);
    InterleaveSetCookie cookie = InterleaveSetCookie.of(List.of(low, high));
    assertThat(cookie.alternate()).isNotEqualTo(cookie.cookie1());
    for (LabelVersion version : LabelVersion.values()) {
      IndexBlock index = IndexBlock.blank(new LabelGeometry(128 << 10, version), 0, 1);
      assertThat(cookie.accepts(index, cookie.forLabels(version))).isTrue();
      assertThat(cookie.accepts(index, cookie.alternate())).isTrue();
      assertThat(cookie.accepts(index, 7)).isFalse();
      assertThat(cookie.accepts(index, cookie.cookie1())).isEqualTo(version == LabelVersion.V1_1);
    }
  }

  @Test
  void aSetHasADimm() {
    assertThatIllegalArgumentException().isThrownBy(() -> InterleaveSetCookie.of(List.of()));
  }
}
