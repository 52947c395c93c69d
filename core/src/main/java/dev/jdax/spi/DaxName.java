// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a device, {@code dax<region>.<id>} as Linux prints it ({@code __devm_create_dev_dax} in
 * drivers/dax/bus.c, R-05): two numbers of 0 to 2^31 - 1, in decimal, without a zero in front.
 *
 * @param region the id of the region
 * @param id the id of the device in the region
 */
public record DaxName(int region, int id) {
  private static final Pattern FORM = Pattern.compile("dax(0|[1-9][0-9]{0,9})\\.(0|[1-9][0-9]{0,9})");

  /**
   * {@return the name that a text is, or empty if it is none}
   *
   * @param text the text, such as {@code dax0.1}
   */
  public static Optional<DaxName> of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long region = Long.parseLong(matcher.group(1));
    long id = Long.parseLong(matcher.group(2));
    return Math.max(region, id) > Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.of(new DaxName((int) region, (int) id));
  }

  /** {@return the name as Linux prints it, such as {@code dax0.1}} */
  @Override
  public String toString() {
    return "dax" + region + "." + id;
  }
}
