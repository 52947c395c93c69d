// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** The device, region, driver or file is not there, or is no more: ENXIO, ENODEV or ENOENT. */
public final class DaxNotFoundException extends DaxException {
  private static final long serialVersionUID = 1;

  DaxNotFoundException(Errno errno, String attempt, String reason, String remedy, Throwable cause) {
    super(errno, attempt, reason, remedy, cause);
  }
}
