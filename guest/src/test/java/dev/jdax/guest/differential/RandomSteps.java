// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import dev.jdax.ByteSize;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.PageSize;
import dev.jdax.guest.differential.Script.Way;
import dev.jdax.guest.differential.Step.Verb;

/** Steps that are often just right, and often just wrong, for what a region of ours has become by those before. */
record RandomSteps(RandomGenerator random, Way way, DaxRegion region) {
  private static final long GRANULE = PageSize.SIZE_2M.bytes();
  private static final int MANY = 6;
  /** What numbers are made of, and what is taken for it. */
  private static final String CHARACTERS = "0123456789abcdefxX+- \t\n\000Kg_\u0665";

  Step next() throws DaxException {
    return way == Way.CALLS ? call() : text();
  }

  private Step call() throws DaxException {
    List<DaxDevice> devices = region.devices();
    int choice = random.nextInt(100);
    // What is bound refuses all that comes first here, and what is not, most of what comes later.
    DaxDevice device = pick(devices,
        choice < 72 ? Set.of(DeviceState.EMPTY, DeviceState.SIZED) : Set.of(DeviceState.BOUND));
    String target = target(device);
    if (choice < 12) {
      return devices.size() >= MANY
          ? with(Step.of(Verb.DESTROY, target), random.nextInt(4) == 0)
          : choice < 7 ? Step.of(Verb.CREATE) : create();
    }
    if (choice < 50) {
      return with(Step.of(Verb.RESIZE, target, written(size(device))), random.nextInt(12) == 0);
    }
    if (choice < 66) {
      return Step.of(Verb.ALIGN, target, written(pageSize().bytes()));
    }
    if (choice < 72) {
      return Step.of(Verb.ENABLE, target);
    }
    if (choice < 78) {
      return with(Step.of(Verb.DISABLE, target), random.nextInt(4) == 0);
    }
    if (choice < 81) {
      return with(Step.of(Verb.DESTROY, target), random.nextInt(4) == 0);
    }
    if (choice < 89) {
      return Step.of(Verb.DELETE, name(device));
    }
    return choice < 96 ? map(devices, target) : Step.of(Verb.UNMAP, random.nextInt(2));
  }

  private Step create() throws DaxException {
    String size = written(Math.max(size(null), GRANULE));
    return random.nextBoolean() ? Step.of(Verb.CREATE, size) : Step.of(Verb.CREATE, size, written(pageSize().bytes()));
  }

  private Step text() throws DaxException {
    List<DaxDevice> devices = region.devices();
    int choice = random.nextInt(100);
    DaxDevice device = pick(devices,
        choice < 86 ? Set.of(DeviceState.EMPTY, DeviceState.SIZED) : Set.of(DeviceState.BOUND));
    String prefix = (random.nextInt(25) == 0 ? random.nextInt(MANY) : device.id()) + "/";
    if (choice < 10) {
      return devices.size() >= MANY
          ? Step.of(Verb.STORE, "delete", text(name(device)))
          : Step.of(Verb.STORE, "create", random.nextBoolean() ? number(1) : number(random.nextInt(-2, 3)));
    }
    if (choice < 20) {
      return Step.of(Verb.STORE, "delete", text(name(device)));
    }
    if (choice < 60) {
      return Step.of(Verb.STORE, prefix + "size", number(size(device)));
    }
    if (choice < 80) {
      return Step.of(Verb.STORE, prefix + "align", number(random.nextInt(4) == 0
          ? GRANULE * random.nextInt(3)
          : pageSize().bytes()));
    }
    if (choice < 86) {
      return Step.of(Verb.BIND, name(device));
    }
    if (choice < 92) {
      return Step.of(Verb.UNBIND, name(device));
    }
    String any = List
        .of("id", "size", "align", "available_size", "seed", "create", "delete", "nothing", prefix + "size",
            prefix + "align", prefix + "resource", prefix + "modalias", prefix + "numa_node", prefix + "mapping0/start",
            prefix + "nothing")
        .get(random.nextInt(15));
    return choice < 96 || any.endsWith("delete") || any.endsWith("create")
        ? Step.of(Verb.SHOW, random.nextInt(5) == 0 ? prefix + "mapping" : any)
        : Step.of(Verb.STORE, any, number(random.nextInt(3)));
  }

  /** One of them, and more often one of these states. */
  private DaxDevice pick(List<DaxDevice> devices, Set<DeviceState> states) throws DaxException {
    DaxDevice device = devices.get(random.nextInt(devices.size()));
    return states.contains(device.state()) ? device : devices.get(random.nextInt(devices.size()));
  }

  private String target(DaxDevice device) {
    return switch (random.nextInt(25)) {
      case 0 -> "old" + random.nextInt(MANY);
      case 1 -> "" + random.nextInt(MANY);
      default -> "" + device.id();
    };
  }

  private String name(DaxDevice device) {
    return random.nextInt(5) == 0 ? "dax" + region.id() + "." + random.nextInt(MANY) : device.name();
  }

  private Step with(Step step, boolean force) {
    return force ? new Step(step.verb(), List.copyOf(and(step.words(), "force"))) : step;
  }

  private static List<String> and(List<String> words, String another) {
    return Stream.concat(words.stream(), Stream.of(another)).toList();
  }

  private PageSize pageSize() {
    return PageSize.values()[random.nextInt(3)];
  }

  /** A size for a device, or for a new one if it is null. */
  private long size(DaxDevice device) throws DaxException {
    long old = device == null ? 0 : device.size();
    long most = old + region.availableSize();
    // A region that holds gibibytes is there for alignments of a gibibyte.
    long gib = PageSize.SIZE_1G.bytes();
    long unit = region.size() > gib && random.nextBoolean() ? gib : GRANULE;
    return switch (random.nextInt(16)) {
      case 0, 1 -> 0;
      case 2 -> most;
      case 3 -> most + unit;
      case 4 -> old;
      case 5 -> old + 4096;
      case 6 -> unit * random.nextLong(most / unit + 2) + unit / 2;
      case 7, 8 -> unit * random.nextLong(most / unit + 1);
      default -> Math.max(0, old + unit * random.nextInt(-6, 9));
    };
  }

  private static String written(long bytes) {
    return ByteSize.format(bytes).replace(" ", "");
  }

  private Step map(List<DaxDevice> devices, String target) throws DaxException {
    DaxDevice device = devices.stream().filter(any -> target.equals("" + any.id())).findFirst()
        .orElse(devices.getFirst());
    long page = random.nextInt(8) == 0 ? 4096 : device.alignment().bytes();
    long pages = Math.max(device.size() / page, 1);
    boolean whole = random.nextInt(3) > 0;
    long offset = whole ? 0 : page * random.nextLong(pages + 1);
    long length = whole ? device.size() : page * random.nextLong(pages + 1);
    return Step.of(Verb.MAP, target, written(offset), written(length));
  }

  /** A number as one may write it, or nearly. */
  private String number(long value) {
    return text(switch (random.nextInt(8)) {
      case 0 -> "0x" + Long.toHexString(value);
      case 1 -> "0X" + Long.toHexString(value).toUpperCase(Locale.ROOT);
      case 2 -> "0" + Long.toOctalString(value);
      case 3 -> "+" + value;
      case 4 -> switch (random.nextInt(6)) {
        // The ends of what 32 and 64 bits hold, for those that read them.
        case 0 -> "2147483648";
        case 1 -> "-2147483649";
        case 2 -> "9223372036854775808";
        case 3 -> "18446744073709551615";
        case 4 -> "18446744073709551616";
        default -> "0xffffffffffe00000";
      };
      default -> Long.toString(value);
    });
  }

  /** A text with a newline behind it, or without, or with some characters wrong; never an empty one. */
  private String text(String right) {
    StringBuilder text = new StringBuilder(right);
    if (random.nextInt(5) == 0) {
      for (int wrong = random.nextInt(1, 4); wrong > 0; wrong--) {
        int at = random.nextInt(text.length() + 1);
        char c = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.insert(at, c);
          case 1 -> text.replace(at, Math.min(at + 1, text.length()), "" + c);
          default -> text.delete(at, at + 1);
        }
      }
    }
    if (text.isEmpty() || random.nextBoolean()) {
      text.append('\n');
    }
    return text.toString();
  }
}
