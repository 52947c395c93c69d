// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.util.List;

/** Something that is measured; its class has its name. */
@FunctionalInterface
interface Figure {
  /** {@return the lines of the table, measured now} */
  List<String> measure() throws IOException;
}
