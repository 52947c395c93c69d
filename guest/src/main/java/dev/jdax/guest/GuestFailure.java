// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

/** A guest did not do what it was booted for. The message has the last lines of what it said. */
public final class GuestFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GuestFailure(String message) {
    super(message);
  }
}
