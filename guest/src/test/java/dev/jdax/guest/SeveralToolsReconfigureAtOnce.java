// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.time.Duration;
import java.util.List;

import dev.jdax.guest.inside.NoToolIsInTheWayOfJdax;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two processes of jdax, and daxctl, change the devices of one dynamic region at the same time.
 *
 * <p>{@code -Djdax.seed=} repeats what they attempt, though not who comes first.
 */
@BootsAGuest
@ParameterizedClass(name = "{0}")
@EnumSource
class SeveralToolsReconfigureAtOnce {
  @Parameter
  private Kernel kernel;

  @TestFactory
  List<DynamicNode> onOneRegion() throws Exception {
    Guest guest = Guest.of(kernel).softReserved("512M%1G").append("memhp_default_state=offline")
        .limit(Duration.ofMinutes(15)); // it takes one, and more where others work, too
    Jvm jvm = Jvm.in(guest);
    if (System.getProperty("jdax.seed") != null) {
      jvm = jvm.property("jdax.seed", System.getProperty("jdax.seed"));
    }
    return jvm.tests("at-once", NoToolIsInTheWayOfJdax.class);
  }
}
