// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.powerfailure.PowerFailures;
import org.junit.jupiter.api.Test;

/** What jdax has made itself, and has a descriptor of: whoever opens it through {@code /proc} cannot cut it off. */
class MemoryWithoutANameIsSealed {

  private static void nothingCanBeCutOff(String... names) throws IOException {
    List<Path> memfds;
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      memfds = links.filter(link -> fileOf(link).startsWith("/memfd:jdax")).toList();
    }
    assertThat(memfds).extracting(MemoryWithoutANameIsSealed::fileOf).contains(names);
    for (Path memfd : memfds) {
      try (FileChannel file = FileChannel.open(memfd, StandardOpenOption.WRITE)) {
        long size = file.size();
        if (size > 0) {
          assertThatThrownBy(() -> file.truncate(size - 1)).as(fileOf(memfd)).isInstanceOf(IOException.class);
        }
        assertThat(file.size()).isEqualTo(size);
      }
    }
  }

  private static String fileOf(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }

  @Test
  void ofSmallPagesAndOfHugeOnes() throws Exception {
    Backend.HUGETLB_2M.assumeBlocks(2);
    try (DaxBus bus = DaxBus.create()) {
      for (PageSize pages : List.of(PageSize.SIZE_4K, PageSize.SIZE_2M)) {
        try (DaxMapping mapping = bus.add(HmemRegion.of(4L << 20, pages)).create(4L << 20).map(Access.READ_WRITE)) {
          nothingCanBeCutOff("/memfd:jdax (deleted)", "/memfd:jdax-reservation (deleted)");
          assertThat(mapping.firstUnreachable(0, mapping.length())).isEmpty();
        }
      }
    }
  }

  @Test
  void ofTestsOfPowerFailures() throws Exception {
    PowerFailures.inMemoryOf(4096).during(memory -> {
      memory.fill(0, 8, (byte) 1);
      nothingCanBeCutOff("/memfd:jdax-powerfailure (deleted)");
    }, left -> {
    });
  }
}
