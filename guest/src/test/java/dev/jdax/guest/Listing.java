// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.spi.Waiver;

/** The same facts from three mouths: jdax about an image, ndctl and daxctl about the guest that had it. */
final class Listing {
  private Listing() {
  }

  /**
   * A region with its namespaces in the order of their numbers.
   *
   * @param size its bytes
   * @param available its bytes that no namespace has
   * @param largest the largest run of them
   */
  record Region(long size, long available, long largest, List<Space> namespaces) {
    static Region of(NvdimmImage image) {
      List<Long> free = image.freeSpaces().stream().map(NvdimmImage.Space::length).toList();
      return new Region(image.regionSize(), free.stream().mapToLong(Long::longValue).sum(),
          free.stream().mapToLong(Long::longValue).max().orElse(0),
          image.namespaces().stream().map(namespace -> Space.of(image, namespace)).toList());
    }

    static Region of(JsonObject ndctl) {
      List<Space> namespaces = elements(ndctl, "namespaces").filter(namespace -> !isSeed(namespace)).map(Space::of)
          .sorted(Comparator.comparing(Space::number)).toList();
      return new Region(ndctl.get("size").getAsLong(), ndctl.get("available_size").getAsLong(),
          ndctl.get("max_available_extent").getAsLong(), namespaces);
    }

    /** The same, in the order of the uuids in the labels. */
    Region unnumbered() {
      return new Region(size, available, largest, namespaces.stream()
          .sorted(Comparator.comparing(namespace -> namespace.rawUuid().orElse(""))).map(Space::unnumbered).toList());
    }

    /** Every region with labels has one more namespace, of no size, out of which the next one is made. */
    private static boolean isSeed(JsonObject namespace) {
      return namespace.get("size").getAsLong() == 0;
    }
  }

  /**
   * A namespace. Of what it does not have, or ndctl does not say, there is none.
   *
   * @param number the one behind the dot of its name
   * @param sectorSize the size of a sector in mode sector
   * @param device the device in its region for mapping, or none
   */
  record Space(int number, String mode, Optional<String> map, long size, Optional<String> uuid,
      Optional<String> rawUuid, Optional<Long> alignment, Optional<Long> sectorSize, Optional<String> name,
      Optional<Device> device) {
    static Space of(NvdimmImage image, Namespace namespace) {
      Optional<Device> device = namespace.linux() == LinuxView.DEVDAX
          ? Optional.of(new Device(namespace.id(), namespace.size(), namespace.alignment().orElseThrow().bytes(),
              "devdax"))
          : Optional.empty();
      return new Space(namespace.id(), namespace.linux().toString(), namespace.map().map(Object::toString),
          namespace.size(), namespace.uuid().map(Object::toString), namespace.rawUuid().map(Object::toString),
          namespace.alignment().map(PageSize::bytes), namespace.sectorSize().stream().boxed().findFirst(),
          Optional.of(namespace.name()).filter(name -> !name.isEmpty()), device);
    }

    private Space unnumbered() {
      return new Space(0, mode, map, size, uuid, rawUuid, alignment, sectorSize, name,
          device.map(known -> new Device(0, known.size, known.alignment, known.mode)));
    }

    static Space of(JsonObject ndctl) {
      Optional<Device> device = Optional.ofNullable(ndctl.getAsJsonObject("daxregion"))
          .map(region -> elements(region, "devices").map(Device::of).toList()).map(List::getFirst);
      return new Space(numberOf(ndctl.get("dev")), ndctl.get("mode").getAsString(), text(ndctl, "map"),
          ndctl.get("size").getAsLong(), text(ndctl, "uuid"), text(ndctl, "raw_uuid"),
          text(ndctl, "align").map(Long::valueOf),
          text(ndctl, "sector_size").filter(size -> ndctl.get("mode").getAsString().equals("sector"))
              .map(Long::valueOf),
          text(ndctl, "name"), device);
    }

    private static Optional<String> text(JsonObject object, String key) {
      return Optional.ofNullable(object.get(key)).map(JsonElement::getAsString);
    }
  }

  /** A device as ndctl and daxctl have it. */
  record Device(int number, long size, long alignment, String mode) {
    static Device of(JsonObject daxctl) {
      return new Device(numberOf(daxctl.get("chardev")), daxctl.get("size").getAsLong(),
          daxctl.get("align").getAsLong(), daxctl.get("mode").getAsString());
    }
  }

  /** A device with the memory that it is: as daxctl has it, and as a {@link DaxBus} has it that got the namespace. */
  record Placed(int region, long regionSize, long regionAlignment, Device device, List<Range> ranges) {
    static Placed of(DaxDevice device) throws IOException {
      List<Range> ranges = new ArrayList<>();
      for (DaxRange range : device.ranges()) {
        ranges.add(new Range(range.start(), range.end(), range.pageOffset()));
      }
      return new Placed(device.region().id(), device.region().size(), device.region().alignment().bytes(),
          new Device(device.id(), device.size(), device.alignment().bytes(), "devdax"), ranges);
    }

    static Placed of(JsonObject region, JsonObject device) {
      return new Placed(region.get("id").getAsInt(), region.get("size").getAsLong(), region.get("align").getAsLong(),
          Device.of(device), elements(device, "mappings").map(mapping -> new Range(mapping.get("start").getAsLong(),
              mapping.get("end").getAsLong(), mapping.get("page_offset").getAsLong())).toList());
    }
  }

  /** Physical addresses, the last one included. */
  record Range(long start, long end, long pageOffset) {
  }

  /** What jdax makes of an image that is a region with this number. */
  static List<Placed> devicesOf(NvdimmImage image) throws IOException {
    List<Placed> devices = new ArrayList<>();
    try (DaxBus bus = DaxBus.create()) {
      for (Namespace namespace : image.namespaces()) {
        if (namespace.linux() == LinuxView.DEVDAX) {
          DaxRegion region = bus.add(namespace.waiving(Waiver.GRANULARITY, Waiver.ALLOCATION));
          devices.add(Placed.of(region.devices().getFirst()));
        }
      }
    }
    return devices;
  }

  /** What {@code daxctl list -RDM} has said. */
  static List<Placed> devicesOf(String daxctl) {
    return elements(JsonParser.parseString(daxctl).getAsJsonArray())
        .flatMap(region -> elements(region, "devices").map(device -> Placed.of(region, device)))
        .sorted(Comparator.comparing(Placed::region).thenComparing(placed -> placed.device().number())).toList();
  }

  /** The regions in what {@code ndctl list -NRD} has said, by the position of their NVDIMM. */
  static SortedMap<Integer, JsonObject> regionsOf(String ndctl) {
    JsonObject all = JsonParser.parseString(ndctl).getAsJsonObject();
    SortedMap<String, Integer> positions = new TreeMap<>();
    // QEMU's handles count from 1.
    elements(all, "dimms").forEach(
        dimm -> positions.put(dimm.get("dev").getAsString(), dimm.get("handle").getAsInt() - 1));
    SortedMap<Integer, JsonObject> regions = new TreeMap<>();
    elements(all, "regions").forEach(region -> elements(region, "mappings")
        .forEach(mapping -> regions.put(positions.get(mapping.get("dimm").getAsString()), region)));
    return regions;
  }

  /** The number at the end of a name such as region1, namespace1.0 or dax1.0. */
  static int numberOf(JsonElement name) {
    return Integer.parseInt(name.getAsString().replaceAll(".*\\D", ""));
  }

  private static Stream<JsonObject> elements(JsonObject object, String key) {
    return object.has(key) ? elements(object.getAsJsonArray(key)) : Stream.empty();
  }

  private static Stream<JsonObject> elements(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonElement::getAsJsonObject);
  }
}
