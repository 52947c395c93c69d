// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link ResourceLimit}, compared with {@code /proc/self/limits}. */
class ALimitIsThatOfTheProcess {
  private static final Map<ResourceLimit, String> NAMES = Map.of(ResourceLimit.ADDRESS_SPACE, "Max address space",
      ResourceLimit.LOCKED_MEMORY, "Max locked memory", ResourceLimit.OPEN_FILES, "Max open files");

  /** Soft and hard limit, as proc shows them. */
  private static String[] shown(ResourceLimit limit) throws Exception {
    String name = NAMES.get(limit);
    return Files.readAllLines(Path.of("/proc/self/limits")).stream().filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip().split(" +")).findFirst().orElseThrow();
  }

  private static String text(long limit) {
    return limit == -1 ? "unlimited" : Long.toUnsignedString(limit);
  }

  @ParameterizedTest
  @EnumSource
  void aLimitReadsAsProcShowsIt(ResourceLimit limit) throws Exception {
    assertThat(text(limit.current())).isEqualTo(shown(limit)[0]);
  }

  @ParameterizedTest
  @EnumSource
  void aLimitThatIsSetIsInForceAndTheHardOneStays(ResourceLimit limit) throws Exception {
    long old = limit.current();
    String hard = shown(limit)[1];
    long lower = (old == -1 ? 1L << 46 : old) - (limit == ResourceLimit.OPEN_FILES ? 1 : 1 << 16);
    try {
      limit.set(lower);
      assertThat(limit.current()).isEqualTo(lower);
      assertThat(shown(limit)).startsWith(Long.toString(lower), hard);
    } finally {
      limit.set(old);
    }
    assertThat(limit.current()).isEqualTo(old);
  }

  @Test
  void moreThanTheHardLimitIsRefused() throws Exception {
    String hard = shown(ResourceLimit.OPEN_FILES)[1];
    assumeTrue(!hard.equals("unlimited"), "needs a hard limit on open files");
    assertThatThrownBy(() -> ResourceLimit.OPEN_FILES.set(Long.parseLong(hard) + 1))
        .isInstanceOf(SystemCallException.class).hasMessage("prlimit64 failed with errno 22");
  }

  @Test
  void addressesOverTheLimitAreNotToBeHad() throws Exception {
    long old = ResourceLimit.ADDRESS_SPACE.current();
    long used = 4096 * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[0]);
    long terabyte = 1L << 40;
    assumeTrue(old == -1 || old > used + 2 * terabyte, "needs 2 TiB of addresses");
    try (Fd file = Fd.memfd("jdax-test")) {
      Piece piece = new Piece(file.number(), 0, terabyte);
      Reservation.of(List.of(piece), 4096).close();
      ResourceLimit.ADDRESS_SPACE.set(used + terabyte / 2);
      assertThatThrownBy(() -> Reservation.of(List.of(piece), 4096))
          .hasMessage("mmap failed with errno 12");
    } finally {
      ResourceLimit.ADDRESS_SPACE.set(old);
    }
  }
}
