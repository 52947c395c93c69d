// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import dev.jdax.DaxAttribute;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;

/** A region of ours, by the texts of its attributes; what Linux's driver binds and unbinds, enables and disables. */
final class Texts implements Side {
  /** The attributes that steps change. */
  private static final Pattern CHANGING = Pattern
      .compile("available_size|seed|create|.*/(size|align|mapping\\d+/.*)");

  private final DaxRegion region;

  Texts(DaxRegion region) {
    this.region = region;
  }

  @Override
  public String perform(Step step) {
    try {
      switch (step.verb()) {
        case STORE -> attribute(step.word(0)).store(step.word(1));
        case SHOW -> {
          return attribute(step.word(0)).show();
        }
        case BIND -> named(step).enable();
        case UNBIND -> named(step).disable();
        default -> throw new IllegalArgumentException(step + " is no text");
      }
      return OK;
    } catch (DaxException e) {
      return e.errno().name();
    }
  }

  /** {@return an attribute of the region, such as create; or of a device, such as 1/size} */
  private DaxAttribute attribute(String path) throws DaxException {
    int slash = path.indexOf('/');
    if (slash < 0) {
      return region.attribute(path);
    }
    int id = Integer.parseInt(path.substring(0, slash));
    return device("dax" + region.id() + "." + id).orElseThrow(() -> none(Errno.ENOENT))
        .attribute(path.substring(slash + 1));
  }

  private DaxDevice named(Step step) throws DaxException {
    return device(step.word(0)).orElseThrow(() -> none(Errno.ENODEV));
  }

  private Optional<DaxDevice> device(String name) throws DaxException {
    return region.devices().stream().filter(device -> device.name().equals(name)).findFirst();
  }

  /** What Linux's files say of a device that is not there; ours has no file to say it. */
  private static DaxException none(Errno errno) {
    return DaxException.of(errno, "find a device", "there is none", "make it");
  }

  @Override
  public String state() throws IOException {
    return state(_ -> true);
  }

  @Override
  public String layout() throws IOException {
    return state(path -> CHANGING.matcher(path).matches());
  }

  private String state(Predicate<String> wanted) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (Map.Entry<String, DaxAttribute> attribute : attributes().entrySet()) {
      DaxAttribute shown = attribute.getValue();
      if (wanted.test(attribute.getKey())) {
        lines.put(attribute.getKey(), shown.reader() == null ? "" : shown.show());
      }
    }
    for (DaxDevice device : region.devices()) {
      if (device.state() == DeviceState.BOUND) {
        lines.put(device.name() + "/driver", "");
      }
    }
    return text(lines);
  }

  /** {@return the permissions of each attribute, in lines} */
  String modes() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    attributes().forEach((path, attribute) -> lines.put(path, String.format("%04o", attribute.mode())));
    return text(lines);
  }

  private Map<String, DaxAttribute> attributes() throws DaxException {
    Map<String, DaxAttribute> all = new TreeMap<>();
    region.attributes().forEach(attribute -> all.put(attribute.name(), attribute));
    for (DaxDevice device : region.devices()) {
      for (DaxAttribute attribute : device.attributes()) {
        if (!attribute.name().equals("dev")) { // each numbers its own
          all.put(device.name() + "/" + attribute.name(), attribute);
        }
      }
    }
    return all;
  }

  static String text(Map<String, String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach((path, line) -> text.append(path).append(' ').append(line.strip()).append('\n'));
    return text.toString();
  }
}
