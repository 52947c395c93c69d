// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

/** The lines of {@code /proc/self/maps} and {@code /proc/self/smaps}, parsed. */
class AMappingIsReadAsProcShowsIt {
  private static final String MAPS = """
      55d4b2a00000-55d4b2a01000 r--p 00000000 fe:00 1835036                    /usr/bin/cat
      7f1c00000000-7f1c40000000 rw-s 00000000 00:0f 4711                       /memfd:jdax (deleted)
      7f1c40000000-7f1c40001000 ---p 00000000 00:00 0\s
      7f1c40001000-7f1c40002000 rw-s 00001000 00:17 9                          /dev/shm/a file  of two spaces
      7ffd10000000-7ffd10021000 rw-p 00000000 00:00 0                          [stack]
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
      """;

  private static final String SMAPS = """
      7f1c00000000-7f1c40000000 rw-s 00000000 00:0f 4711                       /memfd:jdax (deleted)
      Size:            1048576 kB
      KernelPageSize:     2048 kB
      MMUPageSize:        2048 kB
      Rss:                   0 kB
      THPeligible:           0
      ProtectionKey:         0
      VmFlags: rd wr sh mr mw me ms dc de ht sd\s
      7f1c40000000-7f1c40001000 ---p 00000000 00:00 0\s
      Size:                  4 kB
      KernelPageSize:        4 kB
      VmFlags: mr mw me sd
      """;

  @Test
  void eachLineOfMapsIsAMapping() {
    List<Vma> mappings = Vma.parse(MAPS.lines().toList());
    assertThat(mappings).hasSize(6).allSatisfy(mapping -> {
      assertThat(mapping.kernelPageSize()).isZero();
      assertThat(mapping.flags()).isEmpty();
    });
    assertThat(mappings.getFirst())
        .isEqualTo(new Vma(0x55d4b2a00000L, 0x55d4b2a01000L, 0, 1835036, "/usr/bin/cat", 0, Set.of()));
    assertThat(mappings.get(1).inode()).isEqualTo(4711);
    assertThat(mappings.get(1).path()).isEqualTo("/memfd:jdax (deleted)");
  }

  @Test
  void aPathMayBeMissingOrHoldSpaces() {
    List<Vma> mappings = Vma.parse(MAPS.lines().toList());
    assertThat(mappings.get(2).path()).isEmpty();
    assertThat(mappings.get(3).path()).isEqualTo("/dev/shm/a file  of two spaces");
    assertThat(Vma.parse(List.of("1000-2000 ---p 00000000 00:00 0")).getFirst().path()).isEmpty();
  }

  @Test
  void anAddressInTheUpperHalfIsUnsigned() {
    Vma vsyscall = Vma.parse(MAPS.lines().toList()).getLast();
    assertThat(vsyscall.start()).isEqualTo(0xffffffffff600000L);
    assertThat(vsyscall.overlaps(0x7ffd10000000L, 0x7ffd10021000L)).isFalse();
    assertThat(vsyscall.overlaps(0xffffffffff600fffL, -1)).isTrue();
  }

  @Test
  void smapsAddPageSizeAndFlags() {
    List<Vma> mappings = Vma.parse(SMAPS.lines().toList());
    assertThat(mappings).hasSize(2);
    assertThat(mappings.getFirst().kernelPageSize()).isEqualTo(2 << 20);
    assertThat(mappings.getFirst().flags())
        .containsExactly("rd", "wr", "sh", "mr", "mw", "me", "ms", "dc", "de", "ht", "sd");
    assertThat(mappings.getLast().kernelPageSize()).isEqualTo(4096);
    assertThat(mappings.getLast().flags()).containsExactly("mr", "mw", "me", "sd");
  }

  @Test
  void noLinesAreNoMappings() {
    assertThat(Vma.parse(List.of())).isEmpty();
  }

  @Test
  void rangesOverlapIfTheyShareAByte() {
    Vma mapping = new Vma(0x2000, 0x4000, 0x7000, 0, "", 0, Set.of());
    assertThat(mapping.overlaps(0x1000, 0x2000)).isFalse();
    assertThat(mapping.overlaps(0x1000, 0x2001)).isTrue();
    assertThat(mapping.overlaps(0x3fff, 0x4000)).isTrue();
    assertThat(mapping.overlaps(0x4000, 0x5000)).isFalse();
    assertThat(mapping.within(0x3000, 0x5000)).isEqualTo(new Vma(0x3000, 0x4000, 0x8000, 0, "", 0, Set.of()));
  }

  @Test
  void thisProcessIsReadInFull() throws Exception {
    assertThat(Vma.maps()).extracting(Vma::path).contains("[stack]");
    assertThat(Vma.smaps()).filteredOn(mapping -> mapping.path().equals("[stack]")).singleElement()
        .satisfies(stack -> {
          assertThat(stack.kernelPageSize()).isEqualTo(4096);
          assertThat(stack.flags()).contains("rd", "wr");
        });
  }
}
