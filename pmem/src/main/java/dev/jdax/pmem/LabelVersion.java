// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A version of the label format. What tells them apart is the size of a label. */
public enum LabelVersion {
  /** Labels of 128 bytes, without GUIDs and without a checksum. */
  V1_1(0, 1),
  /** Labels of 256 bytes. */
  V1_2(1, 2);

  private final int code;
  private final int minor;

  LabelVersion(int code, int minor) {
    this.code = code;
    this.minor = minor;
  }

  /**
   * {@return how an index block says the size of a label: 0 for 128 bytes, 1 for 256}
   */
  public int code() {
    return code;
  }

  /**
   * {@return the size of a label in bytes}
   */
  public int labelSize() {
    return 128 << code;
  }

  /**
   * {@return the major version that an index block says}
   */
  public int major() {
    return 1;
  }

  /**
   * {@return the minor version that an index block says}
   */
  public int minor() {
    return minor;
  }

  /**
   * {@return the version that a text names, as ndctl's option {@code -V} has it}
   *
   * @param text {@code 1.1} or {@code 1.2}
   * @throws IllegalArgumentException if it is neither
   */
  public static LabelVersion parse(String text) {
    for (LabelVersion version : values()) {
      if (version.toString().equals(text)) {
        return version;
      }
    }
    throw new IllegalArgumentException("\"" + text + "\" is no version of labels; there are "
        + Arrays.stream(values()).map(LabelVersion::toString).collect(Collectors.joining(" and ")));
  }

  /**
   * {@return the version as ndctl writes it, such as {@code 1.2}}
   */
  @Override
  public String toString() {
    return major() + "." + minor;
  }
}
