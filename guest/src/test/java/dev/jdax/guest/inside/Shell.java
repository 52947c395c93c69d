// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/**
 * What a script of the guest's shell did: Linux as those use it that know nothing of jdax.
 *
 * @param status its exit status
 * @param said what it printed, without the white space around it
 */
record Shell(int status, String said) {
  /** Runs a script that may fail. */
  static Shell run(String script) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes()).strip();
    return new Shell(process.waitFor(), said);
  }

  /** Runs a script that succeeds, and gives what it said. */
  static String ask(String script) throws IOException, InterruptedException {
    Shell shell = run(script);
    assertThat(shell.status()).describedAs("status of %s, which said %s", script, shell.said()).isZero();
    return shell.said();
  }

  /** Writes a text to a file, as echo does, and gives the exit status. */
  static int echo(String text, String file) throws IOException, InterruptedException {
    return run("echo " + text + " >" + file).status();
  }

  /** Fails if the kernel has complained of itself. */
  static void requireSoundKernel() throws IOException, InterruptedException {
    assertThat(ask("dmesg")).doesNotContain("BUG:", "Oops", "list_add corruption", "list_del corruption", "refcount_t",
        "use-after-free");
  }
}
