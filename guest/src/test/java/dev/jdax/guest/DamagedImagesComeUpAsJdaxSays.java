// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.jdax.guest.DamagedImages.Case;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Images in which something is wrong, or whose making was cut off: jdax and the kernel agree on which namespaces come
 * up, as what, and how large (C18, C20).
 */
@BootsAGuest
class DamagedImagesComeUpAsJdaxSays {
  private static final long SEED = Long.getLong("jdax.seed", 1);
  private static final int CUTS = 32;

  @ParameterizedTest
  @EnumSource
  void withEveryFieldChangedByChanceAndWithWritesCutOff(Kernel kernel) throws Exception {
    DamagedImages images = new DamagedImages(Dimms.of("damaged", kernel), SEED);
    everyFieldOfALabel(images);
    everyFieldOfAnIndexBlock(images);
    everyFieldOfAnInfoBlock(images);
    for (int i = 0; i < CUTS; i++) {
      images.cut();
    }
    assertThat(images.cases()).hasSizeGreaterThan(100 + CUTS);
    assertAgreed("damaged", images, kernel);
  }

  @ParameterizedTest
  @EnumSource
  void inWaysThatWereInDoubt(Kernel kernel) throws Exception {
    DamagedImages images = new DamagedImages(Dimms.of("disputed", kernel), SEED);
    DisputedImages.addTo(images);
    assertAgreed("disputed", images, kernel);
  }

  private static void assertAgreed(String name, DamagedImages images, Kernel kernel) throws Exception {
    Map<Dimm, List<ComesUp>> said = new LinkedHashMap<>();
    for (Dimm dimm : images.dimms().all()) {
      try (NvdimmImage image = dimm.open()) {
        said.put(dimm, ComesUp.of(image));
      }
    }
    Outcome outcome = images.dimms().in(Guest.of(kernel)).limit(Duration.ofMinutes(15)).run(name, ComesUp.SCRIPT);
    Map<Long, List<ComesUp>> there = ComesUp.in(outcome);
    List<String> differences = new ArrayList<>();
    for (Case one : images.cases()) {
      List<ComesUp> jdax = of(one, said.get(one.dimm()));
      List<ComesUp> linux = of(one, there.get(one.dimm().base()));
      if (!jdax.equals(linux) && !isKnown(kernel, jdax, linux)) {
        differences.add(one.what() + " in " + one.dimm().file().getFileName() + ":\n  jdax says " + jdax
            + ",\n  Linux makes " + linux);
      }
    }
    assertThat(differences).describedAs("with -Djdax.seed=%s, of %s", SEED, images.cases().size()).isEmpty();
  }

  /** Linux 6.1 does not see that start_pad and end_trunc leave no data, and makes a disk of them. */
  private static boolean isKnown(Kernel kernel, List<ComesUp> jdax, List<ComesUp> linux) {
    return kernel == Kernel.LINUX_6_1 && jdax.isEmpty() && linux.size() == 1
        && linux.getFirst().view() == LinuxView.FSDAX && linux.getFirst().size() == 0;
  }

  private static List<ComesUp> of(Case one, List<ComesUp> all) {
    return one.offset().isEmpty()
        ? all
        : all.stream().filter(up -> up.offset() == one.offset().getAsLong()).toList();
  }

  private static void everyFieldOfALabel(DamagedImages images) throws IOException {
    for (MediaField field : MediaField.LABEL_1_1) {
      images.label(field, LabelVersion.V1_1, false);
      images.label(field, LabelVersion.V1_2, true);
    }
    for (MediaField field : MediaField.OF_LABEL_1_2) {
      images.label(field, LabelVersion.V1_2, true);
      images.label(field, LabelVersion.V1_2, false);
    }
  }

  private static void everyFieldOfAnIndexBlock(DamagedImages images) throws IOException {
    for (MediaField field : MediaField.INDEX_BLOCK) {
      images.indexBlock(field, true);
      images.indexBlock(field, false);
    }
  }

  private static void everyFieldOfAnInfoBlock(DamagedImages images) throws IOException {
    for (int round = 0; round < 4; round++) {
      List<Namespace> namespaces = images.namespaces(MediaField.INFO_BLOCK.size());
      for (int i = 0; i < namespaces.size(); i++) {
        images.infoBlock(namespaces.get(i), MediaField.INFO_BLOCK.get(i), round % 2 == 0);
      }
    }
  }
}
