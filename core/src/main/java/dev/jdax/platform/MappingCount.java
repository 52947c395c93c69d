// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * How many mappings this process has, out of those that {@code vm.max_map_count} allows it.
 *
 * <p>The JVM ends when the kernel refuses it one. So jdax makes none of the last sixteenth. The kernel tells the number
 * only as the lines of {@code /proc/self/maps}, which takes a microsecond for each: they are counted after so many
 * mappings of jdax's own as could have mattered, and when so much time has passed that the count takes a fiftieth of it:
 * less time, the less room there is.
 */
final class MappingCount {
  private static final String MAPS = "/proc/self/maps";
  private static final Path LIMIT = Path.of("/proc/sys/vm/max_map_count");
  private static final long USUAL_LIMIT = 65530;
  private static final int MARGIN = 16;
  private static final int PATIENCE = 50;

  /** All below is guarded by the class. */
  private static long limit;
  private static long counted;
  /** How many mappings jdax has made since the count; some may have ended. */
  private static long made;
  private static boolean known;
  private static long nextCount;

  private MappingCount() {
  }

  /** {@return how many mappings a process may have} */
  static long limit() {
    try {
      return Long.parseLong(WholeFile.text(LIMIT, StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      return USUAL_LIMIT;
    }
  }

  /**
   * Looks whether there is room, and gives back the addresses in quarantine if there is not.
   *
   * @param more how many mappings are to be made
   * @throws TooManyMappingsException if there is no room for them
   */
  static synchronized void requireRoom(long more) throws TooManyMappingsException {
    if (!known || System.nanoTime() - nextCount >= 0 || made + more > room() / 8) {
      count();
    }
    if (more > room() && Quarantine.OF_THIS_PROCESS.release()) {
      count();
    }
    if (more > room()) {
      count();
      if (more > room()) {
        throw new TooManyMappingsException(counted, more, limit);
      }
    }
    made += more;
  }

  private static long margin() {
    return limit / MARGIN;
  }

  private static long room() {
    return limit - margin() - counted - made;
  }

  private static void count() {
    long start = System.nanoTime();
    limit = limit();
    counted = lines();
    made = 0;
    known = true;
    long end = System.nanoTime();
    nextCount = end + (long) (PATIENCE * (end - start) * Math.max(0, (double) room() / limit));
  }

  /** {@return the lines of the file; 0 where it cannot be read, and the kernel has to say what is too much} */
  private static long lines() {
    long lines = 0;
    try (InputStream maps = new FileInputStream(MAPS)) { // which no interrupt closes
      byte[] buffer = new byte[1 << 16];
      for (int read = maps.read(buffer); read > 0; read = maps.read(buffer)) {
        for (int i = 0; i < read; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
      }
      return lines;
    } catch (IOException e) {
      return 0;
    }
  }
}
