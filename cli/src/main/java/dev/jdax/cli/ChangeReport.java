// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;

/**
 * What became of each device that was to be changed. For people a line for each as it happens, failures on the error
 * stream; for programs one document of schema 1 at the end.
 */
final class ChangeReport {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final List<DeviceJson> devices = new ArrayList<>();
  private final List<Failure> errors = new ArrayList<>();

  ChangeReport(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  private record Document(int schema, List<DeviceJson> devices, List<Failure> errors) {
  }

  /** A change that may fail. */
  @FunctionalInterface
  interface Change {
    void make() throws DaxException;
  }

  /** Makes a change, which tells this report what came of it; a failure is told too. */
  void attempt(String object, Change change) {
    try {
      change.make();
    } catch (DaxException e) {
      failed(Failure.of(e, object));
    }
  }

  /** A device is now as it was to be. */
  void changed(String sentence, DaxDevice device, Machine machine) throws DaxException {
    DeviceSnapshot now = DeviceSnapshot.of(device, machine);
    devices.add(DeviceJson.of(now, true));
    say(sentence + ": " + DeviceListText.inWords(now));
  }

  /** A device is no more. */
  void destroyed(DeviceSnapshot before) {
    devices.add(DeviceJson.destroyed(before));
    say("destroyed " + before.name());
  }

  void failed(Failure failure) {
    errors.add(failure);
    if (!json) {
      err.println("jdax: " + failure.sentence());
      err.flush();
    }
  }

  /** Says that there was nothing to change, if nothing was. */
  int finish(String nothing) {
    if (json) {
      out.println(Json.of(new Document(Json.SCHEMA, devices, errors)));
    } else if (devices.isEmpty() && errors.isEmpty()) {
      out.println(nothing);
    }
    out.flush();
    return errors.isEmpty() ? 0 : 1;
  }

  private void say(String sentence) {
    if (!json) {
      out.println(Printable.of(sentence));
      out.flush();
    }
  }
}
