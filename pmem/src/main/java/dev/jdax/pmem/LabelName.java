// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** How a namespace's name is in its label: 64 bytes of UTF-8, the rest of which is zero. */
final class LabelName {
  static final int LENGTH = 64;
  /** What Linux writes at most: it copies the 64 bytes, and reads on beyond those of a name that fills them. */
  private static final int LONGEST = LENGTH - 1;

  private LabelName() {
  }

  /** {@return the text before the first zero byte; a name may fill its field and then has none} */
  static String decode(Bytes field) {
    byte[] bytes = field.toArray();
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /** {@return the field of a name; nothing is ever cut off, since a cut may fall into a character} */
  static Bytes encode(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name with a zero character in it would end there; leave it out");
    }
    ByteBuffer text;
    try {
      text = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a name is text; half of a surrogate pair is none", e);
    }
    if (text.remaining() > LONGEST) {
      throw new IllegalArgumentException("the name \"" + name + "\" has " + text.remaining()
          + " bytes in UTF-8, and Linux has no end for one of more than " + LONGEST + "; shorten it");
    }
    byte[] field = new byte[LENGTH];
    text.get(field, 0, text.remaining());
    return Bytes.copyOf(field, 0, LENGTH);
  }
}
