// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.stream.JsonWriter;

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

  private static final long LARGEST_EXACT = 1L << 53;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private Json() {
  }

  private record Errors(int schema, List<Failure> errors) {
  }

  static String of(Object document) {
    StringWriter text = new StringWriter();
    write(document, text);
    return text.toString();
  }

  /** Prints a document and a line feed, piece by piece: that of a large label area has hundreds of megabytes. */
  static void print(PrintWriter out, Object document) {
    PrintWriter buffered = new PrintWriter(new BufferedWriter(out));
    write(document, buffered);
    buffered.println();
    buffered.flush();
  }

  private static void write(Object document, Writer out) {
    GSON.toJson(document, document.getClass(), new ExactWriter(out));
  }

  /** {@return the document of what went wrong before anything could be tried} */
  static String ofErrors(Failure failure) {
    return of(new Errors(SCHEMA, List.of(failure)));
  }

  /** {@return a number of 64 bits without a sign, as it is on media} */
  static BigInteger unsigned(long number) {
    return new BigInteger(Long.toUnsignedString(number));
  }

  /** A writer of JSON that adds the text of numbers that a double does not hold. */
  private static final class ExactWriter extends JsonWriter {
    /** The key whose value comes next; null where that has none, or is no number. */
    private String key;

    ExactWriter(Writer out) {
      super(out);
      setIndent("  ");
    }

    @Override
    public JsonWriter name(String name) throws IOException {
      key = name;
      return super.name(name);
    }

    @Override
    public JsonWriter beginArray() throws IOException {
      key = null;
      return super.beginArray();
    }

    @Override
    public JsonWriter endObject() throws IOException {
      key = null;
      return super.endObject();
    }

    @Override
    public JsonWriter value(long number) throws IOException {
      super.value(number);
      return addText(number > LARGEST_EXACT, Long.toString(number));
    }

    @Override
    public JsonWriter value(double number) throws IOException {
      return super.value(new Plain(BigDecimal.valueOf(number)));
    }

    @Override
    public JsonWriter value(Number number) throws IOException {
      if (number == null) {
        return nullValue();
      }
      if (!(number instanceof BigInteger big)) {
        return number instanceof Double ? value(number.doubleValue()) : value(number.longValue());
      }
      super.value(big);
      return addText(big.compareTo(BigInteger.valueOf(LARGEST_EXACT)) > 0, big.toString());
    }

    private JsonWriter addText(boolean large, String number) throws IOException {
      String name = key;
      if (name != null && (large || name.endsWith("cookie"))) {
        super.name(name + "_text");
        value(number);
      }
      return this;
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
