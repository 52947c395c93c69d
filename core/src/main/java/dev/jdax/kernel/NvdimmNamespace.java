// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import dev.jdax.DaxException;

/**
 * What sysfs says of the NVDIMM namespace behind a region: the region's folder is that of the namespace's personality
 * (nd_dax), and lies in that of its NVDIMM region.
 */
final class NvdimmNamespace {
  private NvdimmNamespace() {
  }

  /** {@return the properties of the namespace that a region is made of; none if it is made of something else} */
  static Map<String, String> propertiesOf(Path region) throws DaxException {
    Map<String, String> properties = new LinkedHashMap<>();
    Optional<NvdimmRegion> behind = NvdimmRegion.of(region);
    if (behind.isEmpty()) {
      return properties;
    }
    Path nvdimmRegion = behind.get().folder();
    put(properties, "persistence_domain", nvdimmRegion, "persistence_domain");
    put(properties, "uuid", region, "uuid");
    Optional<String> namespace = put(properties, "namespace", region, "namespace");
    if (namespace.isPresent() && namespace.get().matches("namespace\\d+\\.\\d+")) {
      Path folder = nvdimmRegion.resolve(namespace.get());
      put(properties, "namespace_uuid", folder, "uuid");
      put(properties, "namespace_name", folder, "alt_name");
    }
    return properties;
  }

  private static Optional<String> put(Map<String, String> properties, String property, Path folder, String attribute)
      throws DaxException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (SysfsFolder open = SysfsFolder.open(folder)) {
      Optional<String> text = open.find(attribute).filter(found -> !found.isEmpty());
      text.ifPresent(found -> properties.put(property, found));
      return text;
    }
  }
}
