// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.Test;

/** Where seccomp answers in a call's place, no sentence blames the file, its rights, or whoever has truncated it. */
class ACallThatAFilterForbidsIsSaid {
  private static final long MIB = 1L << 20;
  private static final String FILTER = "a seccomp filter forbids %s, as containers have one, or the kernel lacks it";
  /** Calls that have EPERM of their own, of which nobody can tell. */
  private static final Set<String> OWN_EPERM = Set.of("openat", "fcntl", "ftruncate", "fallocate", "mmap", "mlock2");

  /** One of the steps that make memory and map it. */
  private interface Step {
    void run() throws Exception;
  }

  private static void makeAndMap(HmemRegion wanted) throws Exception {
    try (DaxBus bus = DaxBus.create(); DaxRegion region = bus.add(wanted)) {
      region.create(2 * MIB).map(Access.READ_WRITE).close();
    }
  }

  private static List<String> callsOf(Step step) throws Exception {
    step.run();
    try (FailingCalls counting = FailingCalls.counting()) {
      step.run();
      return counting.calls();
    }
  }

  private static void failEach(Step step, Errno errno, Set<String> passedOver) throws Exception {
    List<String> calls = callsOf(step);
    int told = 0;
    for (int k = 1; k <= calls.size(); k++) {
      String call = calls.get(k - 1);
      if (passedOver.contains(call)) {
        continue;
      }
      try (FailingCalls _ = FailingCalls.failing(k, errno.number())) {
        Throwable thrown = catchThrowable(step::run);
        if (thrown != null) {
          assertThat(thrown).as("call %d, %s", k, call).isInstanceOfSatisfying(DaxException.class,
              e -> assertThat(e.errno()).isEqualTo(errno));
          assertThat(thrown).hasMessageContaining(FILTER.formatted(call));
          told++;
        }
      }
    }
    assertThat(told).isPositive();
  }

  @Test
  void ofMemoryWithoutAName() throws Exception {
    HmemRegion wanted = HmemRegion.of(4 * MIB, PageSize.SIZE_4K);
    failEach(() -> makeAndMap(wanted), Errno.EPERM, OWN_EPERM);
    failEach(() -> makeAndMap(wanted), Errno.ENOSYS, Set.of());
  }

  @Test
  void ofMemoryInAFile() throws Exception {
    Path file = Path.of("/dev/shm", "jdax-filter-" + ProcessHandle.current().pid());
    Step step = () -> {
      try {
        makeAndMap(HmemRegion.of(4 * MIB, PageSize.SIZE_4K).inFile(file));
      } finally {
        Files.deleteIfExists(file);
      }
    };
    failEach(step, Errno.EPERM, OWN_EPERM);
    failEach(step, Errno.ENOSYS, Set.of());
  }
}
