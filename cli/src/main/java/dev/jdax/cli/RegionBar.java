// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Arrays;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxRange;

/** A region drawn as a bar: the last digit of a device's id where it has memory, a dot where nobody has. */
final class RegionBar {
  private static final int COLUMNS = 64;

  private RegionBar() {
  }

  /** {@return the bar and its scale, in one line} */
  static String draw(long regionSize, List<Demo.Device> devices) {
    long column = Math.ceilDiv(regionSize, COLUMNS);
    char[] bar = new char[(int) Math.ceilDiv(regionSize, column)];
    Arrays.fill(bar, '.');
    for (Demo.Device device : devices) {
      for (DaxRange range : device.ranges()) {
        Arrays.fill(bar, (int) (range.start() / column), (int) (range.end() / column) + 1,
            device.name().charAt(device.name().length() - 1));
      }
    }
    return "[" + new String(bar) + "]  one column is " + ByteSize.format(column);
  }
}
