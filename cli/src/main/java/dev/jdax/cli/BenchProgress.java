// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far the measuring is: a bar on standard error where that is a terminal, and elsewhere nothing. */
final class BenchProgress implements AutoCloseable {
  private static final int COLUMNS = 78;

  private final PrintStream terminal;
  private ProgressBar bar;

  private BenchProgress(PrintStream terminal) {
    this.terminal = terminal;
  }

  static BenchProgress unseen() {
    return new BenchProgress(null);
  }

  /** {@return one that is seen if standard error is a terminal} */
  static BenchProgress onTerminal() {
    return isTerminal(Path.of("/proc/self/fd/2")) ? new BenchProgress(System.err) : unseen();
  }

  /** {@return one that is seen} */
  static BenchProgress on(PrintStream terminal) {
    return new BenchProgress(terminal);
  }

  private static boolean isTerminal(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().matches("/dev/(pts/|tty|console).*");
    } catch (IOException e) {
      return false;
    }
  }

  /** Begins with nothing done of so many steps. */
  void begin(int steps) {
    if (terminal != null) {
      bar = new ProgressBarBuilder().setTaskName("measuring").setInitialMax(steps).setStyle(ProgressBarStyle.ASCII)
          .setConsumer(new ConsoleProgressBarConsumer(terminal, COLUMNS)).clearDisplayOnFinish().build();
    }
  }

  /** Says what is being measured. */
  void at(String what) {
    if (bar != null) {
      bar.setExtraMessage(what);
    }
  }

  /** One step more is done. */
  void step() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
