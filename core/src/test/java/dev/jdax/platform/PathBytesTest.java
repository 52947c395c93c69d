// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

/** A path is bytes, which need not be text in the locale: this holds in the locale C as in one of UTF-8. */
class PathBytesTest {
  @Test
  void aPathHasTheBytesThatItWasMadeOf() {
    byte[] bytes = new byte[256];
    bytes[0] = '/';
    for (int i = 1; i < bytes.length; i++) {
      bytes[i] = (byte) (i == '/' ? 'x' : i);
    }
    assertThat(PathBytes.of(PathBytes.toPath(bytes))).isEqualTo(bytes);
    byte[] utf8 = "/gr\u00fcn/%41/a..b/\u6f22".getBytes(StandardCharsets.UTF_8);
    assertThat(PathBytes.of(PathBytes.toPath(utf8))).isEqualTo(utf8);
    assertThat(PathBytes.toPath("/an image".getBytes(StandardCharsets.UTF_8))).hasToString("/an image");
  }
}
