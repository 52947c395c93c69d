// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import dev.jdax.spi.MemoryInADomain;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A C program with libpmem, and jdax, on one file at the same time: what the one has written and persisted, the other
 * reads. Both write cache lines back and store past the cache, since neither is told that the file is in RAM.
 */
class LibpmemAndJdaxReadEachOther {
  private static final int SIZE = 1 << 20;

  /** The library is named, and its functions declared, as its headers would have it, which need not be there. */
  private static final String PROGRAM = """
      #include <stddef.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/types.h>
      void *pmem_map_file(const char *path, size_t len, int flags, mode_t mode, size_t *mapped, int *is_pmem);
      void pmem_persist(const void *addr, size_t len);
      void *pmem_memcpy_persist(void *to, const void *from, size_t len);
      int main(int argc, char **argv) {
        size_t len; int is_pmem; char line[64]; static char buffer[1 << 20];
        char *base = pmem_map_file(argv[1], 0, 0, 0, &len, &is_pmem);
        if (!base || !is_pmem) { perror("pmem_map_file"); return 1; }
        while (fgets(line, sizeof line, stdin)) {
          char what = line[0]; size_t at, count; int value;
          if (sscanf(line + 1, "%zu %zu %d", &at, &count, &value) != 3 || at + count > len) return 2;
          if (what == 's') { memset(base + at, value, count); pmem_persist(base + at, count); puts("stored"); }
          if (what == 'c') {
            memset(buffer, value, count);
            pmem_memcpy_persist(base + at, buffer, count);
            puts("copied");
          }
          if (what == 'r') {
            size_t i = 0;
            while (i < count && base[at + i] == (char) value) i++;
            puts(i == count ? "equal" : "different");
          }
          fflush(stdout);
        }
        return 0;
      }
      """;

  @TempDir
  private Path folder;
  private Path file;
  private Process libpmem;
  private DaxBus bus;
  private DaxMapping mapping;

  private static boolean libpmemIsThere() {
    return Stream.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64")
        .anyMatch(lib -> Files.exists(Path.of(lib, "libpmem.so.1")));
  }

  @BeforeEach
  void bothMapOneFile() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")) && libpmemIsThere(), "needs gcc and libpmem.so.1");
    Path source = Files.writeString(folder.resolve("peer.c"), PROGRAM);
    Path program = folder.resolve("peer");
    Process gcc = new ProcessBuilder("gcc", "-o", program.toString(), source.toString(), "-l:libpmem.so.1")
        .redirectErrorStream(true).start();
    String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(gcc.waitFor()).as(said).isZero();

    file = Path.of("/dev/shm/jdax-libpmem-" + ProcessHandle.current().pid());
    MemoryInADomain memory = MemoryInADomain.inFile(PersistenceDomain.UNKNOWN, file, SIZE);
    bus = DaxBus.withDrivers(memory);
    mapping = bus.add(memory).devices().getFirst().map(Access.READ_WRITE);
    ProcessBuilder builder = new ProcessBuilder(program.toString(), file.toString()).redirectErrorStream(true);
    builder.environment().put("PMEM_IS_PMEM_FORCE", "1");
    libpmem = builder.start();
  }

  @AfterEach
  void end() throws Exception {
    if (bus != null) {
      bus.close();
      libpmem.destroy();
      Files.delete(file);
    }
  }

  private String ask(char what, int at, int length, byte value) throws Exception {
    libpmem.outputWriter().write("%c%d %d %d\n".formatted(what, at, length, value));
    libpmem.outputWriter().flush();
    return libpmem.inputReader().readLine();
  }

  private boolean isFilled(int at, int length, byte value) {
    return mapping.segment().asSlice(at, length).mismatch(filled(length, value)) < 0;
  }

  private static MemorySegment filled(int length, byte value) {
    return MemorySegment.ofArray(new byte[length]).fill(value);
  }

  @Test
  void whateverTheOtherHasPersisted() {
    Seeds.each(1, random -> {
      for (int i = 0; i < 200; i++) {
        int length = 1 + random.nextInt(random.nextBoolean() ? 600 : 100_000);
        int at = random.nextInt(SIZE - length);
        byte value = (byte) random.nextInt();
        if (random.nextBoolean()) {
          assertThat(random.nextBoolean() ? ask('s', at, length, value) : ask('c', at, length, value))
              .isIn("stored", "copied");
          assertThat(isFilled(at, length, value)).isTrue();
        } else {
          store(random, at, length, value);
          assertThat(ask('r', at, length, value)).isEqualTo("equal");
          assertThat(ask('r', at, length, (byte) ~value)).isEqualTo("different");
        }
      }
    });
  }

  private void store(RandomGenerator random, int at, int length, byte value) throws DaxException {
    switch (random.nextInt(3)) {
      case 0 -> mapping.fill(at, length, value);
      case 1 -> mapping.copyFrom(at, filled(length, value));
      default -> {
        mapping.segment().asSlice(at, length).fill(value);
        mapping.persist(at, length);
      }
    }
  }
}
