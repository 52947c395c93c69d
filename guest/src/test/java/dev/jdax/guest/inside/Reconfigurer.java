// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.Refusal;
import dev.jdax.guest.inside.CommandLines.Run;

/**
 * Changes the devices of the guest's dynamic region by chance, by calls and by commands of jdax, while others do so,
 * too. What is refused has to be refused in words.
 */
final class Reconfigurer {
  private static final Logger LOG = Logger.getLogger("dev.jdax");
  private static final long GRANULE = 2 << 20;

  private final Random random;
  private final Map<String, Integer> tally = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();

  private Reconfigurer(long seed) {
    this.random = new Random(seed);
  }

  /** Does so many steps; gives what became of the steps, how often each, and behind that what should not be. */
  static String run(long seed, int steps) {
    Reconfigurer reconfigurer = new Reconfigurer(seed);
    Handler logged = reconfigurer.logged();
    LOG.addHandler(logged);
    try {
      for (int i = 0; i < steps; i++) {
        reconfigurer.step();
      }
    } finally {
      LOG.removeHandler(logged);
    }
    return reconfigurer.tally + " faults: " + reconfigurer.faults;
  }

  /** Puts what is logged among the faults, unless it is a step whose undoing was refused. */
  private Handler logged() {
    return new Handler() {
      @Override
      public void publish(LogRecord message) {
        if (message.getThrown() instanceof DaxException refusal) { // others have taken what was to be given back
          judge("undo", refusal);
        } else {
          fault("logged", message.getMessage(), message.getThrown());
        }
      }

      @Override
      public void flush() {
        // nothing is kept back
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
  }

  /** Short, since a report may leave out what is long. */
  private void fault(String verb, String what, Throwable thrown) {
    StringBuilder text = new StringBuilder(verb + ": " + what);
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      text.append(" / ").append(cause).append(Stream.of(cause.getStackTrace()).limit(5).toList());
    }
    faults.add(text.toString());
  }

  private void step() {
    try {
      DaxRegion region = Hmem.region();
      List<DaxDevice> devices = region.devices();
      DaxDevice device = devices.get(random.nextInt(devices.size()));
      if (random.nextBoolean()) {
        call(region, device);
      } else {
        command(region, device);
      }
    } catch (DaxException e) {
      judge("list", e);
    } catch (IOException | RuntimeException | Error e) {
      fault("list", "an exception", e);
    }
  }

  private long size() {
    return (1 + random.nextInt(16)) * GRANULE;
  }

  private PageSize alignment() {
    return random.nextBoolean() ? PageSize.SIZE_2M : PageSize.SIZE_4K;
  }

  private void call(DaxRegion region, DaxDevice device) {
    long size = size();
    PageSize alignment = alignment();
    switch (random.nextInt(8)) {
      case 0, 1 -> call("create", () -> region.create(size, alignment));
      case 2 -> call("resize", () -> device.resize(size, OnMapped.REVOKE));
      case 3 -> call("align", () -> device.setAlignment(alignment));
      case 4 -> call("enable", device::enable);
      case 5 -> call("disable", () -> device.disable(OnMapped.REVOKE));
      case 6 -> call("set mode", () -> device.setMode(random.nextInt(4) == 0 ? DaxMode.SYSTEM_RAM : DaxMode.DEVDAX,
          OnMapped.REVOKE));
      default -> call("destroy", () -> device.destroy(OnMapped.REVOKE));
    }
  }

  private void call(String verb, Refusal.Step step) {
    try {
      step.run();
      count(verb + " OK");
    } catch (DaxException e) {
      judge(verb, e);
    } catch (Throwable e) {
      fault(verb, "an exception", e);
    }
  }

  private void judge(String verb, DaxException refusal) {
    count(verb + " " + refusal.errno());
    if (!refusal.getMessage().matches("(?s)cannot .+: .+; .+ \\(" + refusal.errno() + "\\)")
        || refusal.errno() == Errno.EIO) {
      fault(verb, "a bad refusal", refusal);
    }
  }

  private void command(DaxRegion region, DaxDevice device) {
    String size = Long.toString(size());
    String name = device.name();
    switch (random.nextInt(8)) {
      case 0, 1 -> command("create-device", "-r", Integer.toString(region.id()), "-s", size);
      case 2 -> command("reconfigure-device", name, "-f", "-s", size);
      case 3 -> {
        if (random.nextInt(4) == 0) {
          command("reconfigure-device", name, "-f", "-m", "system-ram", "-N");
        } else {
          command("reconfigure-device", name, "-f", "-m", "devdax");
        }
      }
      case 4 -> command("enable-device", name);
      case 5 -> command("disable-device", name);
      case 6 -> command("list", "-RDMi");
      default -> command("destroy-device", "-f", name);
    }
  }

  private void command(String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.add("-j");
    Run run;
    try {
      run = CommandLines.jdax(line.toArray(String[]::new));
      if (run.exit() == 0) {
        count(words[0] + " OK");
      } else {
        for (JsonElement error : run.failed().array("errors")) {
          JsonObject told = error.getAsJsonObject();
          count(words[0] + " " + told.get("errno").getAsString());
          if (!told.get("message").getAsString().startsWith("cannot ") || told.get("hint").getAsString().isBlank()
              || told.get("object").getAsString().isBlank() || told.get("errno").getAsString().equals("EIO")) {
            fault(words[0], run.toString(), null);
          }
        }
      }
      if (!run.err().isEmpty()) {
        fault(words[0], run.toString(), null);
      }
    } catch (RuntimeException | Error e) {
      fault(words[0], "an exception", e);
    }
  }

  private void count(String what) {
    tally.merge(what, 1, Integer::sum);
  }
}
