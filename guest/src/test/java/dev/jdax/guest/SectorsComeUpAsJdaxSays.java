// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static dev.jdax.guest.Dimms.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

import com.google.gson.JsonObject;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.pmem.BttInfoBlock;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Namespaces that ndctl has made in mode sector: what jdax says of them, sound and damaged, is what Linux makes. */
@BootsAGuest
class SectorsComeUpAsJdaxSays {
  private static final long SIZE = 32 * MIB;
  private static final String SCRIPT = """
      region() {
        for each in 0 1 2 3 4 5 6 7 8 9 10 11; do
          if grep -qs "^nmem$1," /sys/bus/nd/devices/region$each/mapping0; then echo $each; fi
        done
      }
      ndctl disable-region all
      for dimm in $VERSION_1_2; do ndctl init-labels -f -V 1.2 nmem$dimm; done
      for dimm in $VERSION_1_1; do ndctl init-labels -f -V 1.1 nmem$dimm; done
      ndctl enable-region all
      for dimm in $VERSION_1_2 $VERSION_1_1; do
        ndctl create-namespace -r $(region $dimm) -m sector -l 512 -s 32M -n small
        ndctl create-namespace -r $(region $dimm) -m sector -l 4096 -s 32M
      done
      for dimm in $WHOLE; do ndctl create-namespace -f -e namespace$(region $dimm).0 -m sector -l 4096; done
      ndctl list -NRDvi >ndctl.json
      """;

  /** What is done to the info block of the first namespace of an image: a field, its bytes, what is written there. */
  private enum Damage {
    NONE(-1, 0, 0, LinuxView.SECTOR), CHECKSUM(4088, 8, 1, LinuxView.RAW), PARENT(32, 8, 1, LinuxView.RAW),
    VERSION(54, 2, 7, LinuxView.RAW), NO_SECTOR_SIZE(56, 4, 0, LinuxView.NONE),
    NO_FREE_BLOCKS(72, 4, 0, LinuxView.NONE),
    FEWER_SECTORS(60, 4, 1000, LinuxView.SECTOR);

    private final int at;
    private final int bytes;
    private final long value;
    private final LinuxView view;

    Damage(int at, int bytes, long value, LinuxView view) {
      this.at = at;
      this.bytes = bytes;
      this.value = value;
      this.view = view;
    }

    private void to(Dimm dimm) throws IOException {
      if (at < 0) {
        return;
      }
      try (NvdimmImage image = dimm.open()) {
        Namespace namespace = image.namespaces().getFirst();
        ByteBuffer block = ByteBuffer.wrap(namespace.btt().orElseThrow().toBytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (bytes) {
          case 2 -> block.putShort(at, (short) value);
          case 4 -> block.putInt(at, (int) value);
          default -> block.putLong(at, value);
        }
        BttInfoBlock changed = BttInfoBlock.parse(block.array());
        dimm.write(namespace.offset() + namespace.infoBlockOffset(),
            (this == CHECKSUM ? changed : changed.withChecksum()).toBytes());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void soundAndDamaged(Kernel kernel) throws Exception {
    Dimms dimms = Dimms.of("sectors", kernel);
    Map<Dimm, Damage> damages = new LinkedHashMap<>();
    StringBuilder versions = new StringBuilder();
    for (Damage damage : Damage.values()) {
      damages.put(dimms.labelled("sectors-" + damage, 3 * SIZE), damage);
    }
    versions.append("VERSION_1_2='0 1 2 3 4 5 6'\n");
    damages.put(dimms.labelled("version-1.1", 3 * SIZE), Damage.NONE);
    damages.put(dimms.labelled("version-1.1-damaged", 3 * SIZE), Damage.CHECKSUM);
    versions.append("VERSION_1_1='7 8'\n");
    damages.put(dimms.unlabelled("whole", SIZE), Damage.NONE);
    damages.put(dimms.unlabelled("whole-damaged", SIZE), Damage.VERSION);
    versions.append("WHOLE='9 10'\n");

    Outcome made = dimms.in(Guest.of(kernel)).run("sectors-made", versions + SCRIPT);
    SortedMap<Integer, JsonObject> regions = Listing.regionsOf(made.text("ndctl.json"));
    for (Dimm dimm : dimms.all()) {
      try (NvdimmImage image = dimm.open()) {
        assertThat(image.problems()).describedAs(dimm.toString()).isEmpty();
        assertThat(Listing.Region.of(image).unnumbered()).describedAs(dimm.toString()).usingRecursiveComparison()
            .isEqualTo(Listing.Region.of(regions.get(dimm.position())).unnumbered());
      }
    }

    for (Map.Entry<Dimm, Damage> each : damages.entrySet()) {
      each.getValue().to(each.getKey());
    }
    Map<Long, List<ComesUp>> there = ComesUp.in(dimms.in(Guest.of(kernel)).run("sectors-damaged", ComesUp.SCRIPT));
    List<String> differences = new ArrayList<>();
    for (Map.Entry<Dimm, Damage> each : damages.entrySet()) {
      try (NvdimmImage image = each.getKey().open()) {
        assertThat(image.namespaces().getFirst().linux()).isEqualTo(each.getValue().view);
        assertThat(image.problems().isEmpty()).isEqualTo(each.getValue() == Damage.NONE);
        if (!ComesUp.of(image).equals(there.get(each.getKey().base()))) {
          differences.add(each.getKey() + ": jdax says " + ComesUp.of(image) + ", Linux makes "
              + there.get(each.getKey().base()));
        }
      }
    }
    assertThat(differences).isEmpty();
  }
}
