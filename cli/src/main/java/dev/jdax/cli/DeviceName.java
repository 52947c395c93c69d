// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;

/**
 * How a device is named on the command line: {@code dax0.1} or {@code 0.1}, its node or a link to it, the NVDIMM
 * namespace that it is made of, or {@code all}.
 */
record DeviceName(String text) {
  boolean isAll() {
    return text.equals("all");
  }

  /** {@return the device of that name} */
  DaxDevice in(Machine machine) throws DaxException {
    return machine.device(text.matches("\\d+\\.\\d+") ? "dax" + text : text);
  }

  /** {@return the device of that name, or empty if there is none} */
  Optional<DaxDevice> findIn(Machine machine) throws DaxException {
    try {
      return Optional.of(in(machine));
    } catch (DaxException e) {
      return switch (e.errno()) {
        case ENOENT, ENODEV, ENXIO -> Optional.empty();
        default -> throw e;
      };
    }
  }
}
