// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;

/** A region, ours or Linux's, by calls of the API. */
final class Calls implements Side {
  private final DaxRegion region;
  /** What a mapping's first user leaves in memory; nothing older counts. */
  private final long stamp;
  private int stamps;
  private final List<DaxMapping> open = new ArrayList<>();
  private final Map<Integer, DaxDevice> devices = new TreeMap<>();
  /** Of each id the device that had it last, and is no more. */
  private final Map<Integer, DaxDevice> old = new HashMap<>();

  /**
   * Takes the region, as it is.
   *
   * @param region the region
   * @param stamp a number that no other has, but the one on the other side
   */
  Calls(DaxRegion region, int stamp) throws DaxException {
    this.region = region;
    this.stamp = (long) stamp << 32;
    region.devices().forEach(this::made);
  }

  private void made(DaxDevice device) {
    devices.put(device.id(), device);
  }

  private void gone(DaxDevice device) {
    devices.remove(device.id());
    old.put(device.id(), device);
  }

  @Override
  public String perform(Step step) {
    try {
      switch (step.verb()) {
        case CREATE -> create(step);
        case DELETE -> delete(step.word(0));
        case UNMAP -> {
          return unmap(Integer.parseInt(step.word(0)));
        }
        default -> {
          DaxDevice device = device(step.word(0));
          return device == null ? "there is none" : perform(step, device);
        }
      }
      return OK;
    } catch (DaxException e) {
      return e.errno().name();
    }
  }

  private void create(Step step) throws DaxException {
    made(switch (step.words().size()) {
      case 0 -> region.createEmpty();
      case 1 -> region.create(ByteSize.parse(step.word(0)));
      default -> region.create(ByteSize.parse(step.word(0)), pageSize(step.word(1)));
    });
  }

  private static PageSize pageSize(String word) {
    return PageSize.ofBytes(ByteSize.parse(word)).orElseThrow();
  }

  private void delete(String name) throws DaxException {
    region.delete(name);
    gone(devices.get(Integer.parseInt(name.substring(name.indexOf('.') + 1))));
  }

  /** {@return the device of an id, such as 1; or the last one that had it and is no more, such as old1} */
  private DaxDevice device(String word) {
    return word.startsWith("old") ? old.get(Integer.parseInt(word.substring(3))) : devices.get(Integer.parseInt(word));
  }

  private String perform(Step step, DaxDevice device) throws DaxException {
    OnMapped onMapped = step.force() ? OnMapped.REVOKE : OnMapped.REFUSE;
    switch (step.verb()) {
      case RESIZE -> device.resize(ByteSize.parse(step.word(1)), onMapped);
      case ALIGN -> device.setAlignment(pageSize(step.word(1)));
      case ENABLE -> device.enable();
      case DISABLE -> device.disable(onMapped);
      case DESTROY -> {
        device.destroy(onMapped);
        gone(device);
      }
      case MAP -> {
        return map(device, ByteSize.parse(step.word(1)), ByteSize.parse(step.word(2)));
      }
      default -> throw new IllegalArgumentException(step + " is no call");
    }
    return OK;
  }

  /** Maps, and shows what stands at the ends of the mapping and of the ranges in it: what a mapping before has left. */
  private String map(DaxDevice device, long offset, long length) throws DaxException {
    DaxMapping mapping = device.map(Access.READ_WRITE, offset, length);
    open.add(mapping);
    TreeSet<Long> places = new TreeSet<>(List.of(0L, length - Long.BYTES));
    for (DaxRange range : device.ranges()) {
      long end = range.offset() + range.length() - offset;
      if (end > 0 && end < length) {
        places.addAll(List.of(end - Long.BYTES, end));
      }
    }
    StringBuilder shown = new StringBuilder("mapped");
    for (long place : places) {
      long found = mapping.segment().get(JAVA_LONG, place);
      boolean ours = (found & 0xffffffffL << 32) == stamp;
      shown.append(ours ? " " + (found & 0xffffffffL) : " -");
      mapping.segment().set(JAVA_LONG, place, stamp | ++stamps);
    }
    return shown.toString();
  }

  private String unmap(int number) {
    if (number >= open.size()) {
      return "there is none";
    }
    open.remove(number).close();
    return OK;
  }

  @Override
  public String state() throws DaxException {
    StringBuilder text = new StringBuilder();
    text.append("available ").append(ByteSize.format(region.availableSize())).append(", seed ")
        .append(region.attribute("seed").show().strip()).append(", create ")
        .append(region.attribute("create").show().strip()).append('\n');
    for (DaxDevice device : region.devices()) {
      text.append(device).append(' ').append(device.state()).append(", ").append(ByteSize.format(device.size()))
          .append(" at ").append(device.alignment());
      for (DaxRange range : device.ranges()) {
        text.append(", ").append(range).append(" from page ").append(range.pageOffset());
      }
      text.append(devices.containsValue(device) ? "" : ", and not the one that was made").append('\n');
    }
    return text.toString();
  }

  /** {@return the mappings that are open: of the rest the texts tell} */
  @Override
  public String layout() {
    open.removeIf(mapping -> !mapping.isOpen());
    StringBuilder text = new StringBuilder();
    for (DaxMapping mapping : open) {
      text.append("mapping of ").append(mapping.device()).append(" at ").append(ByteSize.hex(mapping.offset()))
          .append(", ").append(ByteSize.format(mapping.length())).append('\n');
    }
    return text.toString();
  }
}
