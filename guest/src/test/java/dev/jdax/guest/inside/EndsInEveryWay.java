// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One test for each way in which a test can end; the last one takes the guest with it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class EndsInEveryWay {
  @Test
  @Order(1)
  void passes() {
    assertEquals("given", System.getProperty("a.property"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Order(2)
  void passesTwice(int number) {
  }

  @Test
  @Order(3)
  void fails() {
    assertEquals(1, 2, "one is not two");
  }

  @Test
  @Order(4)
  @Disabled("not today")
  void isDisabled() {
  }

  @Test
  @Order(5)
  void isSkipped() {
    assumeTrue(false, "not here");
  }

  @Test
  @Order(6)
  void endsTheGuest() throws Exception {
    new ProcessBuilder("poweroff", "-f").inheritIO().start().waitFor();
    Thread.sleep(Duration.ofMinutes(1)); // the guest ends first
  }
}
