// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.NamespaceKey;

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

  /**
   * {@return why a namespace that Linux has is no device, or empty if it has none of that name or uuid}
   *
   * @param tree where the kernel shows itself
   * @param attempt what is attempted
   * @param key the name or uuid; sysfs shows the uuid of the info block as that of the device that holds the namespace
   */
  static Optional<DaxException> withoutDevice(LinuxTree tree, String attempt, NamespaceKey key) throws DaxException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(tree.nvdimms(), "namespace*.*")) {
      links.forEach(folders::add);
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty();
    }
    for (Path folder : folders) {
      String device = folder.getFileName().toString();
      try (SysfsFolder namespace = SysfsFolder.open(folder)) {
        List<String> uuids = Stream.of(namespace.find("uuid"), holderUuid(tree, namespace)).flatMap(Optional::stream)
            .toList();
        if (key.names(Optional.of(device), namespace.find("alt_name"), uuids)) {
          return Optional.of(noDevice(attempt, device, namespace.find("mode").orElse("")));
        }
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO && e.errno() != Errno.ENOENT) {
          throw e; // and one that has vanished is none
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> holderUuid(LinuxTree tree, SysfsFolder namespace) throws DaxException {
    Optional<String> holder = namespace.find("holder").filter(found -> found.matches("[a-z]+\\d+\\.\\d+"));
    if (holder.isEmpty() || !Files.isDirectory(tree.nvdimms().resolve(holder.get()))) {
      return Optional.empty();
    }
    try (SysfsFolder open = SysfsFolder.open(tree.nvdimms().resolve(holder.get()))) {
      return open.find("uuid");
    }
  }

  /** Linux's words for modes are not ndctl's ({@code mode_show} in drivers/nvdimm/namespace_devs.c). */
  private static DaxException noDevice(String attempt, String device, String mode) {
    String remake = "ndctl create-namespace -f -e " + device + " -m devdax makes it one, and ends what is in it";
    return switch (mode) {
      case "memory" -> inMode(attempt, device, "fsdax, a block device for a file system", remake);
      case "safe" -> inMode(attempt, device, "sector, a block device with atomic sectors", remake);
      case "raw" -> inMode(attempt, device, "raw, a plain block device, or is disabled",
          "see ndctl list -Ni, and ndctl enable-namespace " + device + "; " + remake);
      default -> new DaxException(Errno.ENXIO, attempt, device + " is in mode devdax, and there is no device of it",
          "ndctl enable-namespace " + device + ", and load the modules: modprobe device_dax dax_pmem");
    };
  }

  private static DaxException inMode(String attempt, String device, String mode, String remedy) {
    return new DaxException(Errno.ENXIO, attempt,
        device + " is in mode " + mode + ", and jdax maps namespaces in mode devdax", remedy);
  }
}
