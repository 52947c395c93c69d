// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON of jdax in a program that reads each number as a double, or knows no exponents. */
class JsonIsReadByEveryProgram {
  private static final long LARGEST_EXACT = 1L << 53;

  private record Numbers(BigInteger number, Long boxed, double real, List<Inner> inner) {
  }

  private record Inner(long isetcookie, String text) {
  }

  private static JsonObject written(Object document) {
    return JsonParser.parseString(Json.of(document)).getAsJsonObject();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "9007199254740991, false", "9007199254740992, false", "9007199254740993, true",
      "9223372036854775807, true", "18446744073709551615, true"})
  void aNumberAbove2To53IsThereAsAStringToo(BigInteger number, boolean twice) {
    JsonObject object = written(new Numbers(number, null, 0, null));
    assertThat(object.get("number").getAsBigInteger()).isEqualTo(number);
    assertThat(object.has("number_text")).isEqualTo(twice);
    if (twice) {
      assertThat(object.getAsJsonPrimitive("number_text").isString()).isTrue();
      assertThat(object.get("number_text").getAsString()).isEqualTo(number.toString());
    }
  }

  @Test
  void inWhateverDepthAndACookieAlways() {
    JsonObject object = written(new Numbers(BigInteger.ONE, LARGEST_EXACT + 1, 1e18,
        List.of(new Inner(5, "x"), new Inner(LARGEST_EXACT + 3, null))));
    assertThat(object.keySet()).containsExactly("number", "boxed", "boxed_text", "real", "inner");
    JsonObject small = object.getAsJsonArray("inner").get(0).getAsJsonObject();
    assertThat(small).hasToString("{\"isetcookie\":5,\"isetcookie_text\":\"5\",\"text\":\"x\"}");
    assertThat(object.getAsJsonArray("inner").get(1)).hasToString(
        "{\"isetcookie\":9007199254740995,\"isetcookie_text\":\"9007199254740995\"}");
  }

  @ParameterizedTest
  @CsvSource({"1.0E9, 1000000000", "1.23456789012E10, 12345678901.2", "2.5E-7, 0.00000025", "1.5, 1.5", "0.0, 0.0",
      "1.7976931348623157E308, 1797693134862315700000"})
  void noNumberHasAnExponent(double number, String text) {
    String json = Json.of(new Numbers(BigInteger.ONE, 1L, number, null));
    assertThat(json).contains("\"real\": " + text).doesNotContainPattern("\\d[eE]");
    assertThat(JsonParser.parseString(json).getAsJsonObject().get("real").getAsDouble()).isEqualTo(number);
  }

  @Test
  void benchAndDemoHaveNoneEither() {
    for (String call : List.of("bench -s 2M --seconds 0.05 -j", "demo --align 4K --size 8M -j")) {
      CommandRun run = CommandRun.of((Object[]) call.split(" "));
      assertThat(run.exitCode()).as(run.toString()).isZero();
      assertThat(run.out()).doesNotContainPattern(": [\\d.]+[eE]");
    }
  }
}
