// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** Is told what happens to the devices of a bus. */
@FunctionalInterface
public interface DaxListener {
  /**
   * Is called on the thread that did it, after it is done and with no lock held; it may call anything. What it throws
   * is logged and goes no further.
   *
   * @param event what happened
   */
  void changed(DaxEvent event);
}
