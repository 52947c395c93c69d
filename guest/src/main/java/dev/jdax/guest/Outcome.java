// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a guest ended, and what it left. */
public final class Outcome {
  static final String CONSOLE = "console.log";
  private static final String OUTPUT = "output.log";
  private static final int LINES = 30;

  private final Guest guest;
  private final Path folder;
  private final boolean inTime;
  private final int qemu;
  /** The script's, or null if it did not come to an end. */
  private final Integer status;

  Outcome(Guest guest, Path folder, boolean inTime, int qemu) {
    this.guest = guest;
    this.folder = folder;
    this.inTime = inTime;
    this.qemu = qemu;
    String written = text("status").strip();
    this.status = written.isEmpty() ? null : Integer.valueOf(written);
  }

  /** Whether the script began: before that the guest has only booted. */
  boolean began() {
    return Files.exists(folder.resolve(OUTPUT));
  }

  /** Whether the script came to an end, with whatever status. */
  public boolean exited() {
    return status != null;
  }

  /** Whether the guest was killed because its time was up. */
  public boolean timedOut() {
    return !inTime && !exited();
  }

  /** Whether the guest ended before its script did: a panic, or an oops, which is made one. */
  public boolean crashed() {
    return inTime && qemu == 0 && !exited();
  }

  /** The script's exit status. */
  public int status() {
    if (!exited()) {
      throw failure();
    }
    return status;
  }

  /** The folder that was $OUT in the guest. */
  public Path folder() {
    return folder;
  }

  /** What the script wrote to its standard output and standard error. */
  public String output() {
    return text(OUTPUT);
  }

  /** What the kernel wrote to its console; if the script failed, with the last of its log. */
  public Path console() {
    return folder.resolve(CONSOLE);
  }

  /** The text of a file that the script left in $OUT; empty if there is none. */
  public String text(String name) {
    Path file = folder.resolve(name);
    try {
      return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what the guest left in " + file, e);
    }
  }

  /**
   * This, if the script ended with status 0.
   *
   * @throws GuestFailure if not
   */
  public Outcome succeeded() {
    if (exited() && status == 0) {
      return this;
    }
    throw failure();
  }

  private GuestFailure failure() {
    return new GuestFailure(this + "; what it said is in " + folder + "\n" + tail(CONSOLE) + tail(OUTPUT));
  }

  private String tail(String name) {
    List<String> lines = text(name).lines().toList();
    return "---- " + name + ":\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size())) + "\n";
  }

  /** The sentence in which the kernel said why it ends. */
  private Optional<String> panic() {
    return text(CONSOLE).lines().filter(line -> line.contains("Kernel panic")).findFirst()
        .map(line -> line.substring(line.indexOf("Kernel panic")));
  }

  /** How it ended, as a sentence. */
  @Override
  public String toString() {
    String who = "the guest with " + guest.kernel();
    if (exited()) {
      return who + " ran its script, which ended with status " + status;
    }
    if (timedOut()) {
      return who + " was killed: its script did not end in " + guest.limit().toSeconds() + " s";
    }
    if (crashed()) {
      return who + (began() ? " crashed: " : " crashed three times before its script began: ")
          + panic().orElse("it ended before its script did");
    }
    return who + " did not boot: QEMU ended with status " + qemu;
  }
}
