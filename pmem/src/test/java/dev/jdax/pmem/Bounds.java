// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/** What reading media may cost, whatever stands on them. For the class path, where the JDK's management is read. */
final class Bounds {
  /** Far more than anything needs, rewritten by Jazzer or not; a loop over the numbers on media takes longer. */
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int BYTES_PER_BYTE = 64;
  private static final long SPARE = 16 << 20;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Bounds() {
  }

  /**
   * Reads media.
   *
   * @param <T> what is read
   */
  interface Reading<T> {
    T read() throws IOException;
  }

  /**
   * {@return what was read, with so little allocated, and so soon, that media of this size can be worth it}
   *
   * <p>What costs more is read a second time, when all classes are loaded: Jazzer rewrites them while that is done.
   */
  static <T> T within(long size, Reading<T> reading) throws IOException {
    long allowed = BYTES_PER_BYTE * size + SPARE;
    long before = LabelMedia.allocatedBytes();
    long time = THREADS.getCurrentThreadCpuTime();
    T read = reading.read();
    long allocated = LabelMedia.allocatedBytes() - before;
    assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - time)).isLessThan(LONGEST);
    if (allocated > allowed) {
      before = LabelMedia.allocatedBytes();
      T again = reading.read();
      allocated = LabelMedia.allocatedBytes() - before;
      close(again);
    }
    if (allocated > allowed) {
      close(read);
    }
    assertThat(allocated).as("bytes allocated for media of %s bytes", size).isLessThanOrEqualTo(allowed);
    return read;
  }

  private static void close(Object read) throws IOException {
    if (read instanceof NvdimmImage image) {
      image.close();
    }
  }
}
