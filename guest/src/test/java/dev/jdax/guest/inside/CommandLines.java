// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.jdax.cli.Jdax;

/** Runs jdax in this JVM, and other programs as processes. */
final class CommandLines {
  private CommandLines() {
  }

  /** What a run has left. */
  record Run(String command, int exit, String out, String err) {
    Run succeeded() {
      assertThat(exit).as(toString()).isZero();
      return this;
    }

    Run failed() {
      assertThat(exit).as(toString()).isEqualTo(1);
      return this;
    }

    /** What was printed behind a key, as the array that it is. */
    JsonArray array(String key) {
      JsonObject document = JsonParser.parseString(out).getAsJsonObject();
      assertThat(document.get("schema").getAsInt()).isEqualTo(1);
      return document.getAsJsonArray(key);
    }

    /** The one error that was told. */
    JsonObject error() {
      JsonArray errors = failed().array("errors");
      assertThat(errors.asList()).as(toString()).hasSize(1);
      return errors.get(0).getAsJsonObject();
    }

    /** The one device that was told. */
    JsonObject device() {
      JsonArray devices = succeeded().array("devices");
      assertThat(devices.asList()).as(toString()).hasSize(1);
      return devices.get(0).getAsJsonObject();
    }
  }

  static Run jdax(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Jdax.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Run("jdax " + String.join(" ", words), exit, out.toString(), err.toString());
  }

  /** Runs a line of the shell's. */
  static Run shell(String line) throws IOException, InterruptedException {
    Path out = Files.createTempFile("out", "");
    Path err = Files.createTempFile("err", "");
    int exit = new ProcessBuilder("sh", "-c", line).redirectOutput(out.toFile()).redirectError(err.toFile()).start()
        .waitFor();
    Run run = new Run(line, exit, Files.readString(out), new String(Files.readAllBytes(err), StandardCharsets.UTF_8));
    Files.delete(out);
    Files.delete(err);
    return run;
  }

  /** What daxctl prints, as an array: it prints nothing for none, and for one device sometimes an object. */
  static JsonArray daxctl(String words) throws IOException, InterruptedException {
    Run run = shell("daxctl " + words).succeeded();
    JsonElement printed = run.out.isBlank() ? new JsonArray() : JsonParser.parseString(run.out);
    if (printed.isJsonArray()) {
      return printed.getAsJsonArray();
    }
    JsonArray one = new JsonArray();
    one.add(printed);
    return one;
  }
}
