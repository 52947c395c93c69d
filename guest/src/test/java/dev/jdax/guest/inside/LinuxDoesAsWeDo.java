// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import dev.jdax.guest.differential.Comparison;
import dev.jdax.guest.differential.Script;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** In a guest that has two dynamic regions and nothing else: half a gibibyte, and gibibytes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class LinuxDoesAsWeDo {
  private static final int STEPS = 125;
  private static final int SEQUENCES = Integer.getInteger("jdax.sequences", 40);
  private static Comparison comparison;

  @BeforeAll
  static void open() throws Exception {
    comparison = Comparison.withThisKernel(Path.of("/dev/kmsg"));
    System.out.println(comparison);
  }

  @AfterAll
  static void close() throws Exception {
    comparison.close();
  }

  @Test
  @Order(1)
  void inTheNamesAndPermissionsOfAttributes() throws Exception {
    comparison.modes();
  }

  @Test
  @Order(2)
  void whereTheyOnceDiffered() throws Exception {
    for (Script script : Script.regressions()) {
      comparison.replay(script);
    }
  }

  @Test
  @Order(3)
  void inRandomSteps() {
    long start = System.nanoTime();
    Seeds.each(SEQUENCES, random -> comparison.random(random, STEPS));
    System.out.println(comparison.steps() + " steps in " + (System.nanoTime() - start) / 1_000_000_000 + " s: "
        + comparison.tally());
  }

  /** All steps together reach what they are for; a seed of its own, or fewer sequences, may not. */
  @Test
  @Order(4)
  void inAllThatTheTableOfStatesHas() {
    if (Long.getLong("jdax.seed") == null && SEQUENCES >= 40) {
      assertThat(comparison.tally()).containsKeys("CREATE OK", "CREATE EINVAL", "CREATE ENOSPC", "RESIZE OK",
          "RESIZE EINVAL", "RESIZE EBUSY", "RESIZE ENOSPC", "RESIZE ENXIO", "ALIGN OK", "ALIGN EINVAL", "ALIGN EBUSY",
          "ENABLE OK", "ENABLE ENXIO", "ENABLE EBUSY", "DISABLE OK", "DISABLE ENODEV", "DISABLE EBUSY", "DESTROY OK",
          "DESTROY EBUSY", "DELETE OK", "DELETE ENXIO", "DELETE EBUSY", "MAP shown", "MAP EINVAL", "MAP ENXIO",
          "UNMAP OK", "STORE OK", "STORE EINVAL", "STORE ERANGE", "STORE ENXIO", "STORE EBUSY", "STORE ENOSPC",
          "STORE EACCES", "STORE ENOENT", "SHOW shown", "SHOW EACCES", "SHOW ENOENT", "BIND OK", "BIND ENXIO",
          "BIND EBUSY", "BIND ENODEV", "UNBIND OK", "UNBIND ENODEV");
    }
  }
}
