// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A job of fio's: each block of a device, or of a file that stands for one, is written once, in an order by chance, and
 * has a header and a checksum every 4 KiB ({@link FioBlocks}). Of the same seed it is the same, wherever it runs.
 *
 * @param blockSize what is written at once, in bytes
 * @param size how much there is, in bytes, a multiple of the size of a block
 * @param seed of the order, and of what is written
 */
record FioJob(long blockSize, long size, long seed) {
  /** What it is to do. */
  enum Task {
    /** Writes, and then reads and verifies what was written. */
    WRITE("--do_verify=1"),
    /** Reads what an earlier run has written, and verifies it. */
    VERIFY("--verify_only");

    private final String option;

    Task(String option) {
      this.option = option;
    }
  }

  /** The line of a script of the guest's that does it on a device. */
  String onDevice(String node, Task task) {
    return String.join(" ", words("dev-dax", node, task));
  }

  /** Does it on a file, here. */
  void onFile(Path file, Task task) throws IOException, InterruptedException {
    Process fio = new ProcessBuilder(words("psync", file.toString(), task)).redirectErrorStream(true).start();
    fio.getOutputStream().close();
    String said = new String(fio.getInputStream().readAllBytes());
    assertThat(fio.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(fio.exitValue()).describedAs(said).isZero();
  }

  private List<String> words(String engine, String file, Task task) {
    List<String> words = new ArrayList<>(List.of("fio", "--name=client", "--ioengine=" + engine, "--filename=" + file));
    words.addAll(List.of("--rw=randwrite", "--bs=" + blockSize, "--size=" + size, "--randseed=" + seed));
    words.addAll(List.of("--verify=crc32c", "--verify_interval=" + FioBlocks.INTERVAL, "--verify_fatal=1",
        "--verify_state_save=0", task.option));
    return words;
  }
}
