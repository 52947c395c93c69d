// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

/** Whether a device that is given memory finds in it what the device before it left there. */
public enum ClearPolicy {
  /** It does, as on Linux: only a fresh region reads zero. */
  NEVER("never"),
  /** It does not: what a device gets, when it is created or grows, is set to zero first. */
  ON_CREATE("on-create");

  private final String text;

  ClearPolicy(String text) {
    this.text = text;
  }

  /**
   * {@return the policy as the region's attribute {@code clear} shows it}
   */
  @Override
  public String toString() {
    return text;
  }
}
