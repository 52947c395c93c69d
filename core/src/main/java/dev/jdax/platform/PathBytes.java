// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * The bytes of a path, as the JDK itself gives them to the kernel.
 *
 * <p>The text of a path has other bytes in a locale that is not UTF-8, and has lost those that are no text in the
 * locale. The URI of a path has them all, both ways.
 */
final class PathBytes {
  private static final Path ROOT = Path.of("/");

  private PathBytes() {
  }

  /** {@return the bytes of a path, without a zero byte after them} */
  static byte[] of(Path path) {
    String text = path.toString();
    if (StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    // The URI of a relative path has the text of the working folder in it, which may have lost bytes.
    String escaped = ROOT.resolve(path).toUri().getRawPath().substring(path.isAbsolute() ? 0 : 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(escaped.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  /** {@return the path of these bytes, which is absolute and holds no zero byte} */
  static Path toPath(byte[] bytes) {
    StringBuilder escaped = new StringBuilder("file://");
    for (byte one : bytes) {
      boolean plain = one >= '0' && one <= '9' || one >= 'A' && one <= 'Z' || one >= 'a' && one <= 'z' || one == '/';
      escaped.append(plain ? Character.toString(one) : "%" + HexFormat.of().withUpperCase().toHexDigits(one));
    }
    return Path.of(URI.create(escaped.toString()));
  }
}
