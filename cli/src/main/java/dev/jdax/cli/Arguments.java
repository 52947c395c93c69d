// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The words of the command line as they were typed, in UTF-8. Java decodes them in the encoding of the locale, in which
 * a letter may be lost; Linux keeps the bytes.
 */
final class Arguments {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final char LOST = '\ufffd';

  private Arguments() {
  }

  /**
   * {@return the words that were typed}
   *
   * @param decoded what Java has made of them
   * @throws IllegalArgumentException if one of them is not UTF-8
   */
  static String[] asTyped(String[] decoded) {
    byte[] commandLine;
    try {
      commandLine = Files.readAllBytes(COMMAND_LINE);
    } catch (IOException e) {
      commandLine = new byte[0];
    }
    return asTyped(decoded, commandLine);
  }

  /**
   * {@return the words that were typed}
   *
   * @param decoded what Java has made of them
   * @param commandLine the bytes of the whole command line, with a zero byte after each word, or none if it cannot be
   *        read
   */
  static String[] asTyped(String[] decoded, byte[] commandLine) {
    List<byte[]> words = split(commandLine);
    boolean known = words.size() >= decoded.length;
    for (int i = 0; known && i < decoded.length; i++) {
      // The words may have come from elsewhere: from a program that called main, or from an argument file of java.
      byte[] word = words.get(words.size() - decoded.length + i);
      known = !isAscii(word) || decoded[i].equals(new String(word, StandardCharsets.US_ASCII));
    }
    String[] typed = new String[decoded.length];
    for (int i = 0; i < decoded.length; i++) {
      if (known) {
        typed[i] = decode(i, words.get(words.size() - decoded.length + i));
      } else if (decoded[i].indexOf(LOST) >= 0) {
        throw new IllegalArgumentException(refusal(i, decoded[i]));
      } else {
        typed[i] = decoded[i];
      }
    }
    return typed;
  }

  private static List<byte[]> split(byte[] commandLine) {
    List<byte[]> words = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        words.add(Arrays.copyOfRange(commandLine, begin, i));
        begin = i + 1;
      }
    }
    return words;
  }

  private static boolean isAscii(byte[] word) {
    for (byte one : word) {
      if (one < 0) {
        return false;
      }
    }
    return true;
  }

  private static String decode(int index, byte[] word) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(word)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder shown = new StringBuilder();
      for (byte one : word) {
        shown.append(one < 0 ? String.format("\\x%02x", one) : Character.toString(one));
      }
      throw new IllegalArgumentException(refusal(index, shown.toString()), e);
    }
  }

  private static String refusal(int index, String shown) {
    return "argument " + (index + 1) + ", \"" + Printable.of(shown)
        + "\", is not UTF-8, which arguments are in every locale; type it in UTF-8, and give a file such a name first";
  }
}
