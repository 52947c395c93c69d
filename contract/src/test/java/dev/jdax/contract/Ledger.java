// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Writes down each pair of rule and backend that was executed and held; CI compares them with the committed ledger. */
final class Ledger implements TestWatcher {
  private static final Path FOLDER = Path.of("target", "ledger");

  @Override
  public void testSuccessful(ExtensionContext context) {
    Rule rule = context.getRequiredTestMethod().getAnnotation(Rule.class);
    if (rule == null) {
      return;
    }
    String memory = ((HeldAgainst) context.getRequiredTestInstance()).memory();
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(FOLDER.resolve(memory + ".txt"), rule.value() + " " + memory + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
