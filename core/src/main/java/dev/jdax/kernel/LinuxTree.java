// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Path;

/**
 * Where a kernel shows itself: {@code /sys}, {@code /dev} and {@code /proc}.
 *
 * @param root what they stand under: {@code /}, or a folder that a test has made
 */
record LinuxTree(Path root) {
  static final LinuxTree THIS = new LinuxTree(Path.of("/"));

  /** {@return the folder of links to all dax devices} */
  Path devices() {
    return root.resolve("sys/bus/dax/devices");
  }

  /** {@return the folder of links to NVDIMM regions, namespaces and what is made of them} */
  Path nvdimms() {
    return root.resolve("sys/bus/nd/devices");
  }

  /** {@return the folder of a driver of the dax bus} */
  Path driver(String name) {
    return root.resolve("sys/bus/dax/drivers").resolve(name);
  }

  /** {@return the link to the character device of a number, such as {@code 252:0}} */
  Path characterDevice(String majorAndMinor) {
    return root.resolve("sys/dev/char").resolve(majorAndMinor);
  }

  /** {@return the folder of memory blocks} */
  Path memory() {
    return root.resolve("sys/devices/system/memory");
  }

  /** {@return the node of a device} */
  Path node(String name) {
    return root.resolve("dev").resolve(name);
  }

  /** {@return the folder of processes} */
  Path proc() {
    return root.resolve("proc");
  }
}
