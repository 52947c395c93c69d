// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import picocli.CommandLine;

/** What a run of the command, in this process, has left. */
record CommandRun(int exitCode, String out, String err) {
  static CommandRun of(Object... words) {
    return of(Machine.THIS, words);
  }

  static CommandRun of(Machine machine, Object... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Jdax.commandLine(machine).setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
    String[] texts = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      texts[i] = words[i].toString();
    }
    return new CommandRun(command.execute(texts), out.toString(), err.toString());
  }

  /** {@return what was printed, as the JSON object that it must be} */
  JsonObject json() {
    return JsonParser.parseString(out).getAsJsonObject();
  }
}
