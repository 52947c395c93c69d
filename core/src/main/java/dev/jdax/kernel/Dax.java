// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Path;
import java.util.List;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;

/**
 * The devices that Linux has: {@code /dev/daxX.Y}.
 *
 * {@snippet :
 * DaxDevice device = Dax.open("/dev/dax0.0");
 * try (DaxMapping map = device.map(Access.READ_WRITE)) {
 *   map.segment().set(ValueLayout.JAVA_LONG, 0, 42L);
 * }
 * }
 *
 * <p>Any thread may call. Regions and devices are looked for again in each call; one that is still the same is the same
 * object. Regions of Linux's need no closing: {@link DaxRegion#close} lets go of this process's view, and
 * changes nothing in Linux.
 */
public final class Dax {
  private static final LinuxDevices DEVICES = new LinuxDevices(LinuxTree.THIS);

  private Dax() {
  }

  /**
   * {@return a device that Linux has}
   *
   * @param name its node, or a link to it, such as {@code /dev/dax0.0}; its name, {@code dax0.0}; or the NVDIMM
   *     namespace that it is made of, by uuid (of its label or its info block), by the name that its label gives it, or
   *     by Linux's ({@code namespace0.0})
   * @throws DaxException with ENOENT if there is no such node, with ENODEV if it is another kind of file, with ENXIO if
   *     there is no such device or namespace, with EEXIST if several namespaces have the name
   */
  public static DaxDevice open(String name) throws DaxException {
    return DEVICES.open(name);
  }

  /**
   * {@return the device of a node}
   *
   * @param node the node, or a link to it
   * @throws DaxException with ENOENT if there is no such node, with ENODEV if it is another kind of file
   */
  public static DaxDevice open(Path node) throws DaxException {
    return DEVICES.open(node);
  }

  /**
   * {@return the regions, by their folders in sysfs; none on a machine without}
   *
   * @throws DaxException if sysfs cannot be read
   */
  public static List<DaxRegion> regions() throws DaxException {
    return DEVICES.regions();
  }

  /**
   * {@return the devices of all regions}
   *
   * @throws DaxException if sysfs cannot be read
   */
  public static List<DaxDevice> devices() throws DaxException {
    return DEVICES.devices();
  }
}
