// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.LayoutModel;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;

/**
 * Random operations on a region, beside a small model of Linux's rules that says what each gives: an errno, or a
 * change.
 *
 * <p>The model is written from docs/reference/linux.md and from the table of states in docs/contract.md. It shares only
 * the records of ranges and the enumerations with the engine.
 */
class TheEngineFollowsItsModel {
  private static final int SEEDS = 100;
  private static final int STEPS = 500;
  private static final long MIB = 1L << 20;
  private static final long TWO_MIB = 2 * MIB;
  private static final String OK = "OK";

  /** What the model knows of a device. */
  private static final class Device {
    long alignment;
    boolean bound;
    int mappings;

    Device(long alignment) {
      this.alignment = alignment;
    }
  }

  /** Linux's rules, as a model: each operation gives an errno's name, and changes nothing then, or OK. */
  private static final class Model {
    final LayoutModel layout;
    final long alignment;
    final Map<Integer, Device> devices = new TreeMap<>();
    Integer seed;
    Integer youngest;

    Model(long start, long size, long alignment) {
      this.layout = new LayoutModel(start, size);
      this.alignment = alignment;
      devices.put(0, new Device(alignment));
      layout.create(0);
    }

    int lowestFreeId() {
      int id = 0;
      while (devices.containsKey(id)) {
        id++;
      }
      return id;
    }

    private int add() {
      int id = lowestFreeId();
      devices.put(id, new Device(alignment));
      layout.create(id);
      youngest = id;
      return id;
    }

    private void remove(int id) {
      devices.remove(id);
      layout.delete(id);
      seed = seed != null && seed == id ? null : seed;
      youngest = youngest != null && youngest == id ? null : youngest;
    }

    String create() {
      if (layout.available() == 0) {
        return "ENOSPC";
      }
      int id = add();
      seed = seed == null ? id : seed;
      return OK;
    }

    String create(long size) {
      if (size % Math.max(alignment, TWO_MIB) != 0) {
        return "EINVAL";
      }
      if (size > layout.available()) {
        return "ENOSPC";
      }
      int id = add();
      layout.resize(id, size);
      devices.get(id).bound = true;
      return OK;
    }

    String resize(int id, long size, boolean force) {
      Device device = devices.get(id);
      if (size % Math.max(device.alignment, TWO_MIB) != 0) {
        return "EINVAL"; // R-41, before busy
      }
      if (device.bound && !force) {
        return "EBUSY";
      }
      if (size - layout.size(id) > layout.available()) {
        return "ENOSPC";
      }
      if (device.bound) {
        device.mappings = 0;
        device.bound = size > 0;
      }
      layout.resize(id, size);
      return OK;
    }

    String align(int id, long wanted) {
      Device device = devices.get(id);
      if (device.bound) {
        return "EBUSY";
      }
      for (DaxRange range : layout.ranges(id)) {
        if (range.length() % Math.max(wanted, TWO_MIB) != 0) {
          return "EINVAL";
        }
      }
      device.alignment = wanted;
      return OK;
    }

    String enable(int id) {
      Device device = devices.get(id);
      if (device.bound) {
        return "EBUSY";
      }
      if (layout.size(id) == 0) {
        return "ENXIO";
      }
      device.bound = true;
      seed = seed != null && seed == id ? null : seed;
      return OK;
    }

    String disable(int id, boolean force) {
      Device device = devices.get(id);
      if (!device.bound) {
        return "ENODEV";
      }
      if (device.mappings > 0 && !force) {
        return "EBUSY";
      }
      device.mappings = 0;
      device.bound = false;
      return OK;
    }

    String destroy(int id, boolean force) {
      if (id == 0 || devices.get(id).mappings > 0 && !force) {
        return "EBUSY";
      }
      remove(id);
      return OK;
    }

    String delete(int id) {
      if (!devices.containsKey(id)) {
        return "ENXIO";
      }
      if (devices.get(id).bound || layout.size(id) > 0 || id == 0) {
        return "EBUSY";
      }
      remove(id);
      return OK;
    }

    String map(int id, long offset, long length) {
      Device device = devices.get(id);
      if (!device.bound) {
        return "ENXIO";
      }
      boolean aligned = offset % device.alignment == 0 && length % device.alignment == 0 && length > 0;
      if (!aligned || offset + length > layout.size(id)) {
        return "EINVAL"; // C3, C5
      }
      for (DaxRange range : layout.ranges(id)) {
        long from = range.pageOffset() * 4096;
        boolean touched = from < offset + length && offset < from + range.length();
        boolean whole = from % device.alignment == 0 && range.start() % device.alignment == 0
            && range.length() % device.alignment == 0;
        if (touched && !whole) {
          return "EINVAL"; // C25
        }
      }
      device.mappings++;
      return OK;
    }

    String unmap(int id) {
      devices.get(id).mappings--;
      return OK;
    }
  }

  /** An operation that both sides do: on the model, and on the engine. */
  private record Step(String words, String expected, Call call) {
  }

  private interface Call {
    void run() throws DaxException;
  }

  @Test
  void randomOperationsGiveTheModelsErrnosAndLayouts() {
    Seeds.each(SEEDS, TheEngineFollowsItsModel::run);
  }

  private static void run(RandomGenerator random) throws DaxException {
    PageSize alignment = PageSize.values()[random.nextInt(3)];
    long unit = alignment == PageSize.SIZE_1G || random.nextInt(4) == 0 ? 1 << 30 : TWO_MIB;
    long start = random.nextInt(4) * unit;
    long size = unit * random.nextInt(1, unit == TWO_MIB ? 64 : 7);
    AddressesOnly driver = new AddressesOnly();
    Model model = new Model(start, size, alignment.bytes());
    List<DaxMapping> all = new ArrayList<>();
    List<DaxDevice> dead = new ArrayList<>();
    try (DaxBus bus = DaxBus.withDrivers(driver)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(size, alignment).at(start));
      List<String> history = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        Step step = next(random, model, region, unit, all, dead);
        history.add(step.words);
        String given = OK;
        try {
          step.call.run();
        } catch (DaxException e) {
          given = e.errno().name();
        }
        String at = "step " + i + " of a region of " + ByteSize.format(size) + " at " + alignment + ", after ..."
            + history.subList(Math.max(0, i - 8), i + 1);
        assertThat(given).describedAs(at).isEqualTo(step.expected);
        compare(at, model, region, all);
      }
    }
    assertThat(all).noneMatch(DaxMapping::isOpen);
    assertThat(driver.open()).isEmpty();
  }

  private static Step next(RandomGenerator random, Model model, DaxRegion region, long unit, List<DaxMapping> all,
      List<DaxDevice> dead) throws DaxException {
    int choice = random.nextInt(24);
    if (choice < 2 && model.devices.size() < 10) {
      return new Step("create", model.create(), region::createEmpty);
    }
    if (choice < 4 && model.devices.size() < 10) {
      long size = size(random, model, 0, unit);
      return size == 0
          ? new Step("nothing", OK, () -> {
          })
          : new Step("create " + size, model.create(size), () -> region.create(size));
    }
    if (choice == 4 && !dead.isEmpty()) {
      DaxDevice device = dead.get(random.nextInt(dead.size()));
      return new Step("anything of a dead device", "ENXIO", switch (random.nextInt(7)) {
        case 0 -> () -> device.resize(unit, OnMapped.REVOKE);
        case 1 -> () -> device.setAlignment(PageSize.SIZE_4K);
        case 2 -> device::enable;
        case 3 -> () -> device.disable(OnMapped.REVOKE);
        case 4 -> () -> device.destroy(OnMapped.REVOKE);
        case 5 -> () -> device.map(Access.READ_ONLY);
        default -> device::size;
      });
    }
    List<Integer> ids = List.copyOf(model.devices.keySet());
    int id = ids.get(random.nextInt(ids.size()));
    DaxDevice device = region.find("dax0." + id).orElseThrow();
    boolean force = random.nextInt(3) == 0;
    OnMapped onMapped = force ? OnMapped.REVOKE : OnMapped.REFUSE;
    String on = " " + id + (force ? " by force" : "");
    switch (choice) {
      case 5, 6, 7, 8, 9 -> {
        long size = size(random, model, model.layout.size(id), unit);
        return new Step("resize" + on + " to " + size, model.resize(id, size, force),
            () -> device.resize(size, onMapped));
      }
      case 10, 11 -> {
        PageSize wanted = PageSize.values()[random.nextInt(3)];
        return new Step("align " + id + " to " + wanted, model.align(id, wanted.bytes()),
            () -> device.setAlignment(wanted));
      }
      case 12, 13, 14 -> {
        return new Step("enable " + id, model.enable(id), device::enable);
      }
      case 15, 16 -> {
        return new Step("disable" + on, model.disable(id, force), () -> device.disable(onMapped));
      }
      case 17 -> {
        String expected = model.destroy(id, force);
        if (expected.equals(OK)) {
          dead.add(device);
        }
        return new Step("destroy" + on, expected, () -> device.destroy(onMapped));
      }
      case 18 -> {
        int any = random.nextInt(11);
        String expected = model.delete(any);
        if (expected.equals(OK)) {
          dead.add(region.find("dax0." + any).orElseThrow());
        }
        return new Step("delete " + any, expected, () -> region.delete("dax0." + any));
      }
      case 19, 20 -> {
        List<DaxMapping> open = device.mappings();
        if (!open.isEmpty()) {
          DaxMapping mapping = open.get(random.nextInt(open.size()));
          return new Step("close " + mapping, model.unmap(id), mapping::close);
        }
        return new Step("nothing", OK, () -> {
        });
      }
      default -> {
        long page = random.nextInt(4) == 0 ? 4096 : model.devices.get(id).alignment;
        long pages = Math.max(model.layout.size(id) / page, 1);
        long offset = random.nextBoolean() ? 0 : page * random.nextLong(pages + 1);
        long length = random.nextInt(3) == 0
            ? model.layout.size(id) - Math.min(offset, model.layout.size(id))
            : page * random.nextLong(pages + 1);
        return new Step("map " + id + " at " + offset + " for " + length, model.map(id, offset, length),
            () -> all.add(device.map(Access.READ_WRITE, offset, length)));
      }
    }
  }

  /** A size that is often just right, and sometimes uneven or too much. */
  private static long size(RandomGenerator random, Model model, long old, long unit) {
    long most = old + model.layout.available();
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> most;
      case 2 -> most + unit;
      case 3 -> old;
      case 4 -> TWO_MIB * random.nextLong(most / TWO_MIB + 1) + 4096 * random.nextInt(2);
      case 5 -> TWO_MIB * random.nextLong(most / TWO_MIB + 1);
      default -> unit * random.nextLong(most / unit + 1);
    };
  }

  private static void compare(String at, Model model, DaxRegion region, List<DaxMapping> all) throws DaxException {
    assertThat(region.availableSize()).describedAs(at).isEqualTo(model.layout.available());
    assertThat(region.attribute("seed").show()).describedAs(at).isEqualTo(name(model.seed));
    assertThat(region.attribute("create").show()).describedAs(at).isEqualTo(name(model.youngest));
    List<DaxDevice> devices = region.devices();
    assertThat(devices).extracting(DaxDevice::id).describedAs(at).isEqualTo(List.copyOf(model.devices.keySet()));
    int mappings = 0;
    for (DaxDevice device : devices) {
      Device expected = model.devices.get(device.id());
      String of = device + " at " + at;
      assertThat(device.ranges()).describedAs(of).isEqualTo(model.layout.ranges(device.id()));
      assertThat(device.size()).describedAs(of).isEqualTo(model.layout.size(device.id()));
      assertThat(device.alignment().bytes()).describedAs(of).isEqualTo(expected.alignment);
      assertThat(device.state()).describedAs(of).isEqualTo(expected.bound
          ? DeviceState.BOUND
          : model.layout.size(device.id()) == 0 ? DeviceState.EMPTY : DeviceState.SIZED);
      assertThat(device.mappings()).describedAs(of).hasSize(expected.mappings);
      mappings += expected.mappings;
    }
    all.removeIf(mapping -> !mapping.isOpen());
    assertThat(all).describedAs(at).hasSize(mappings);
  }

  private static String name(Integer id) {
    return (id == null ? "" : "dax0." + id) + "\n";
  }
}
