// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;

/** One of the things that a figure compares. */
@FunctionalInterface
interface Side {
  /** {@return how long one run took, in nanoseconds; what was prepared and cleaned up around it is not counted} */
  long run() throws IOException;
}
