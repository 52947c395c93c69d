// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;

/**
 * A program that ends a mapping in the midst of a larger one, as the kernel merges neighbours, where not one mapping
 * more is to be had; and then gives some back.
 */
final class AtTheLimitOfMappings {
  private static final long PAGE = 4096;
  private static final int ANONYMOUS = Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS | Abi.MAP_NORESERVE;

  private AtTheLimitOfMappings() {
  }

  public static void main(String[] args) throws Exception {
    Quarantine quarantine = new Quarantine(1L << 40, 100);
    LinuxCalls linux = Linux.calls();
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(3 * PAGE);
      long at = linux.mmap(0, 3 * PAGE, Abi.PROT_READ, Abi.MAP_SHARED, file.number(), 0);
      Quarantine.Run middle = new Quarantine.Run(at + PAGE, PAGE);
      System.Logger logger = System.getLogger("dev.jdax");
      logger.log(System.Logger.Level.WARNING, "a warning of {0} bytes: what it takes is loaded now", PAGE);
      shows(middle);

      long pages = MappingCount.limit() + 1000;
      long filler = linux.mmap(0, pages * PAGE, Abi.PROT_NONE, ANONYMOUS, -1, 0);
      long single = linux.mmap(0, 2 * PAGE, Abi.PROT_NONE, ANONYMOUS, -1, 0);
      for (long page = 1; linux.mprotect(filler + page * PAGE, PAGE, Abi.PROT_READ) == 0; page += 2) {
        // two mappings more each time
      }
      linux.mprotect(single, PAGE, Abi.PROT_READ); // one more, if one is left
      quarantine.take(middle);
      linux.munmap(filler, pages * PAGE);
      boolean ended = !shows(middle);
      quarantine.tidy();
      System.out.println("at the limit " + (ended ? "ended" : "kept") + ", then "
          + (shows(middle) ? "kept" : "ended"));
    }
  }

  /** {@return whether the file is still mapped there} */
  private static boolean shows(Quarantine.Run run) throws IOException {
    return Vma.maps().stream().anyMatch(vma -> vma.overlaps(run.start(), run.start() + run.length())
        && vma.path().contains("jdax-test"));
  }
}
