// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/**
 * How JSON is written: from records, whose components are the keys; one that is null is left out.
 *
 * <p>Many programs read each number as a double, which is exact up to 2^53. A number above that is therefore there a
 * second time as a string, in a key of its own that ends in {@code _text}; a cookie always is. No number has an
 * exponent.
 */
final class Json {
  /** The number of the shape of all documents; it changes when a key goes, or changes its meaning. */
  static final int SCHEMA = 1;

  private static final BigInteger LARGEST_EXACT = BigInteger.TWO.pow(53);
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private Json() {
  }

  private record Errors(int schema, List<Failure> errors) {
  }

  static String of(Object document) {
    return GSON.toJson(readable(GSON.toJsonTree(document)));
  }

  /** {@return the document of what went wrong before anything could be tried} */
  static String ofErrors(Failure failure) {
    return of(new Errors(SCHEMA, List.of(failure)));
  }

  /** {@return a number of 64 bits without a sign, as it is on media} */
  static BigInteger unsigned(long number) {
    return new BigInteger(Long.toUnsignedString(number));
  }

  private static JsonElement readable(JsonElement element) {
    return switch (element) {
      case JsonObject object -> {
        JsonObject all = new JsonObject();
        object.entrySet().forEach(entry -> addTo(all, entry.getKey(), entry.getValue()));
        yield all;
      }
      case JsonArray array -> {
        JsonArray all = new JsonArray();
        array.forEach(each -> all.add(readable(each)));
        yield all;
      }
      case JsonPrimitive number when number.isNumber() -> new JsonPrimitive(new Plain(number.getAsBigDecimal()));
      default -> element;
    };
  }

  private static void addTo(JsonObject object, String key, JsonElement value) {
    object.add(key, readable(value));
    if (value instanceof JsonPrimitive number && number.isNumber() && !(number.getAsNumber() instanceof Double)
        && (key.endsWith("cookie") || number.getAsBigInteger().compareTo(LARGEST_EXACT) > 0)) {
      object.addProperty(key + "_text", number.getAsString());
    }
  }

  /** A number that is written without an exponent. */
  private static final class Plain extends Number {
    private static final long serialVersionUID = 1;

    private final BigDecimal number;

    Plain(BigDecimal number) {
      this.number = number;
    }

    @Override
    public int intValue() {
      return number.intValue();
    }

    @Override
    public long longValue() {
      return number.longValue();
    }

    @Override
    public float floatValue() {
      return number.floatValue();
    }

    @Override
    public double doubleValue() {
      return number.doubleValue();
    }

    @Override
    public String toString() {
      return number.toPlainString();
    }
  }
}
