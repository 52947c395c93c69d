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
 * An NVDIMM namespace, by what it can be called; each is empty where sysfs shows none.
 *
 * @param device Linux's name for it, such as {@code namespace0.0}
 * @param name the name in its label
 * @param labelUuid the uuid in its label
 * @param uuid the uuid in its info block: that of what is made of it
 */
record NvdimmNamespace(Optional<String> device, Optional<String> name, Optional<String> labelUuid,
    Optional<String> uuid) {

  /** {@return the namespace that the region in a folder is made of, or empty if it is made of something else} */
  static Optional<NvdimmNamespace> of(Path region) throws DaxException {
    Optional<NvdimmRegion> nvdimms = NvdimmRegion.of(region);
    if (nvdimms.isEmpty()) {
      return Optional.empty();
    }
    try (SysfsFolder folder = SysfsFolder.open(nvdimms.get().folder())) {
      return Optional.of(in(folder, region));
    }
  }

  /** The folder of a region is that of the namespace's personality (nd_dax); both are in that of the NVDIMM region. */
  private static NvdimmNamespace in(SysfsFolder nvdimmRegion, Path region) throws DaxException {
    String personality = region.getFileName().toString();
    Optional<String> device = text(nvdimmRegion, personality + "/namespace");
    Optional<String> uuid = text(nvdimmRegion, personality + "/uuid");
    if (device.filter(found -> found.matches("namespace\\d+\\.\\d+")).isEmpty()) {
      return new NvdimmNamespace(device, Optional.empty(), Optional.empty(), uuid);
    }
    return new NvdimmNamespace(device, text(nvdimmRegion, device.get() + "/alt_name"),
        text(nvdimmRegion, device.get() + "/uuid"), uuid);
  }

  private static Optional<String> text(SysfsFolder folder, String attribute) throws DaxException {
    return folder.find(attribute).filter(found -> !found.isEmpty());
  }

  /** {@return whether a key is one of its names, or one of its uuids} */
  boolean isCalled(NamespaceKey key) {
    return key.names(device, name, Stream.of(labelUuid, uuid).flatMap(Optional::stream).toList());
  }

  /** {@return the uuid of the namespace itself: one without a label has that of its info block} */
  Optional<String> ownUuid() {
    return labelUuid.or(() -> uuid);
  }

  /** {@return the properties of the namespace that a region is made of; none if it is made of something else} */
  static Map<String, String> propertiesOf(Path region) throws DaxException {
    Map<String, String> properties = new LinkedHashMap<>();
    Optional<NvdimmRegion> nvdimms = NvdimmRegion.of(region);
    if (nvdimms.isEmpty()) {
      return properties;
    }
    try (SysfsFolder folder = SysfsFolder.open(nvdimms.get().folder())) {
      NvdimmNamespace namespace = in(folder, region);
      text(folder, "persistence_domain").ifPresent(text -> properties.put("persistence_domain", text));
      namespace.uuid.ifPresent(text -> properties.put("uuid", text));
      namespace.device.ifPresent(text -> properties.put("namespace", text));
      namespace.labelUuid.ifPresent(text -> properties.put("namespace_uuid", text));
      namespace.name.ifPresent(text -> properties.put("namespace_name", text));
    }
    return properties;
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
      try (SysfsFolder open = SysfsFolder.open(folder)) {
        if (new NvdimmNamespace(Optional.of(device), text(open, "alt_name"), text(open, "uuid"), holderUuid(tree, open))
            .isCalled(key)) {
          return Optional.of(noDevice(attempt, device, open.find("mode").orElse("")));
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
      return text(open, "uuid");
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
      default -> DaxException.of(Errno.ENXIO, attempt, device + " is in mode devdax, and there is no device of it",
          "ndctl enable-namespace " + device + ", and load the modules: modprobe device_dax dax_pmem");
    };
  }

  private static DaxException inMode(String attempt, String device, String mode, String remedy) {
    return DaxException.of(Errno.ENXIO, attempt,
        device + " is in mode " + mode + ", and jdax maps namespaces in mode devdax", remedy);
  }
}
