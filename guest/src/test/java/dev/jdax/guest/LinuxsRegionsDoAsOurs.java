// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.time.Duration;
import java.util.List;

import dev.jdax.guest.inside.LinuxDoesAsWeDo;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The differential test: random steps on dynamic regions of ours and of Linux's.
 *
 * <p>{@code -Djdax.seed=} repeats a sequence, {@code -Djdax.sequences=} does more or fewer of them.
 */
@BootsAGuest
@ParameterizedClass(name = "{0}")
@EnumSource
class LinuxsRegionsDoAsOurs {
  @Parameter
  private Kernel kernel;

  @TestFactory
  List<DynamicNode> inSizesRangesAndErrnos() throws Exception {
    // RAM from 4 GiB on is all soft-reserved; one region has room for devices of an alignment of 1 GiB.
    Guest guest = Guest.of(kernel).ram("6G").softReserved("512M%1G").softReserved("3G%4G")
        .append("dax_hmem.region_idle=1").limit(Duration.ofMinutes(15));
    Jvm jvm = Jvm.in(guest).before("echo on >/proc/sys/kernel/printk_devkmsg"); // or the log drops lines
    for (String property : List.of("jdax.seed", "jdax.sequences")) {
      if (System.getProperty(property) != null) {
        jvm = jvm.property(property, System.getProperty(property));
      }
    }
    return jvm.tests("differential", LinuxDoesAsWeDo.class);
  }
}
