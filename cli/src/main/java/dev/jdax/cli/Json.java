// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.math.BigInteger;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** How JSON is written: from records, whose components are the keys; one that is null is left out. */
final class Json {
  /** The number of the shape of all documents; it changes when a key goes, or changes its meaning. */
  static final int SCHEMA = 1;

  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private Json() {
  }

  static String of(Object document) {
    return GSON.toJson(document);
  }

  /** {@return a number of 64 bits without a sign, as it is on media} */
  static BigInteger unsigned(long number) {
    return new BigInteger(Long.toUnsignedString(number));
  }
}
