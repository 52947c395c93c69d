// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.spi.DaxName;

/**
 * How a device is named on the command line: {@code dax0.1} or {@code 0.1}, its node or a link to it, the NVDIMM
 * namespace that it is made of, or {@code all}.
 */
record DeviceName(String text) {
  /** Means every device. */
  static final String ALL = "all";

  boolean isAll() {
    return text.equals(ALL);
  }

  /** {@return the device of that name} */
  DaxDevice in(Machine machine) throws DaxException {
    return machine.device(DaxName.of("dax" + text).map(DaxName::toString).orElse(text));
  }
}
