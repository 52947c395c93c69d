// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

import dev.jdax.DaxException;
import dev.jdax.DaxRange;
import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;

/**
 * {@link RangeTable} under {@link InProcessRegion}: the examples that were seen on Linux, and a model of what it does.
 */
class RangesArePlacedAsOnLinux {
  private static final long MIB = 1L << 20;
  private static final int SEEDS = 50;
  private static final int STEPS = 2_000;

  private static InProcessRegion region(long start, long size) throws DaxException {
    AddressesOnly driver = new AddressesOnly();
    return InProcessRegion.dynamic(driver.claim(AddressesOnly.dynamic(size, PageSize.SIZE_4K)), start,
        PageSize.SIZE_4K);
  }

  private static DeviceKey key(InProcessRegion region, int device) {
    return region.keyOf(device).orElseThrow();
  }

  /** First and last address and page offset of each range, as sysfs shows them. */
  private static List<String> shown(InProcessRegion region, int device) throws DaxException {
    return region.device(key(region, device)).ranges().orElseThrow().stream()
        .map(range -> "%x-%x @%x".formatted(range.start(), range.end(),
            range.pageOffset()))
        .toList();
  }

  /** R-50, and its end in R-48. */
  @Test
  void theWorkedExampleOfTheReferenceComesOut() throws Exception {
    InProcessRegion region = region(0x40000000, 512 * MIB);
    for (int device = 1; device <= 3; device++) {
      assertThat(region.create().id()).isEqualTo(device);
    }
    for (int device = 0; device <= 3; device++) {
      region.resize(key(region, device), 64 * MIB);
    }
    assertThat(shown(region, 0)).containsExactly("40000000-43ffffff @0");
    assertThat(shown(region, 1)).containsExactly("44000000-47ffffff @0");
    assertThat(shown(region, 2)).containsExactly("48000000-4bffffff @0");
    assertThat(shown(region, 3)).containsExactly("4c000000-4fffffff @0");

    region.resize(key(region, 1), 0);
    assertThat(shown(region, 1)).isEmpty();
    region.resize(key(region, 2), 96 * MIB);
    assertThat(shown(region, 2)).containsExactly("48000000-4bffffff @0", "44000000-45ffffff @4000");
    region.resize(key(region, 3), 128 * MIB);
    assertThat(shown(region, 3)).containsExactly("4c000000-4fffffff @0", "46000000-47ffffff @4000",
        "50000000-51ffffff @6000");
    region.resize(key(region, 2), 144 * MIB);
    assertThat(shown(region, 2)).containsExactly("48000000-4bffffff @0", "44000000-45ffffff @4000",
        "52000000-54ffffff @6000");

    region.resize(key(region, 2), 0x7000000);
    assertThat(shown(region, 2)).containsExactly("48000000-4bffffff @0", "44000000-45ffffff @4000",
        "52000000-52ffffff @6000");
    region.resize(key(region, 2), 0x2000000);
    assertThat(shown(region, 2)).containsExactly("48000000-49ffffff @0");
    assertThat(region.info().availableSize()).isEqualTo((512 - 64 - 128 - 32) * MIB);
  }

  @Test
  void aDeviceGrowsIntoTheFirstGapBeforeItExtendsItsLastRange() throws Exception {
    InProcessRegion region = region(0, 64 * MIB);
    region.create();
    region.resize(key(region, 0), 8 * MIB);
    region.resize(key(region, 1), 8 * MIB);
    region.resize(key(region, 0), 0);
    region.resize(key(region, 1), 20 * MIB);
    assertThat(shown(region, 1)).containsExactly("800000-ffffff @0", "0-7fffff @800", "1000000-13fffff @1000");
  }

  @Test
  void aLastRangeIsExtendedUpwardsAndAnEarlierOneIsNot() throws Exception {
    InProcessRegion region = region(0, 64 * MIB);
    region.resize(key(region, 0), 8 * MIB);
    region.resize(key(region, 0), 10 * MIB);
    assertThat(shown(region, 0)).containsExactly("0-9fffff @0");
    region.create();
    region.create();
    region.resize(key(region, 1), 2 * MIB);
    region.resize(key(region, 2), 2 * MIB);
    region.resize(key(region, 0), 12 * MIB); // behind device 2
    region.resize(key(region, 1), 0); // leaves a gap behind range 0, which is not the last
    region.resize(key(region, 0), 14 * MIB);
    assertThat(shown(region, 0)).containsExactly("0-9fffff @0", "e00000-ffffff @a00", "a00000-bfffff @c00");
  }

  @Test
  void shrinkingToTheSameSizeChangesNothing() throws Exception {
    InProcessRegion region = region(0, 64 * MIB);
    region.resize(key(region, 0), 8 * MIB);
    Optional<List<DaxRange>> before = region.device(key(region, 0)).ranges();
    region.resize(key(region, 0), 8 * MIB);
    assertThat(region.device(key(region, 0)).ranges()).isEqualTo(before);
  }

  @Test
  void randomStepsGiveTheRangesOfTheModel() {
    Seeds.each(SEEDS, random -> {
      long granule = random.nextBoolean() ? 2 * MIB : 4096;
      long start = granule * random.nextInt(1000);
      long size = granule * random.nextInt(1, 128);
      InProcessRegion region = region(start, size);
      LayoutModel model = new LayoutModel(start, size);
      model.create(0);
      for (int step = 0; step < STEPS; step++) {
        String done = step(random, granule, region, model);
        assertThat(region.deviceKeys()).extracting(DeviceKey::id)
            .describedAs("devices after step %d, %s", step, done).isEqualTo(model.ids());
        assertThat(region.info().availableSize()).describedAs("available after step %d, %s", step, done)
            .isEqualTo(model.available());
        for (int device : model.ids()) {
          assertThat(region.device(key(region, device)).ranges().orElseThrow())
              .describedAs("device %d after step %d, %s", device, step, done)
              .isEqualTo(model.ranges(device));
        }
      }
    });
  }

  private static String step(RandomGenerator random, long granule, InProcessRegion region, LayoutModel model)
      throws DaxException {
    int choice = random.nextInt(10);
    List<Integer> ids = model.ids();
    if (choice == 0 && ids.size() < 12) {
      int id = 0;
      while (ids.contains(id)) {
        id++;
      }
      assertThat(region.create().id()).describedAs("lowest free id").isEqualTo(id);
      model.create(id);
      return "create";
    }
    int id = ids.get(random.nextInt(ids.size()));
    if (choice == 1 && ids.size() > 1) {
      region.resize(key(region, id), 0);
      region.delete(key(region, id));
      model.delete(id);
      return "delete " + id;
    }
    long most = (model.size(id) + model.available()) / granule;
    long wanted = granule * switch (choice) {
      case 2 -> 0;
      case 3 -> most;
      default -> random.nextLong(most + 1);
    };
    region.resize(key(region, id), wanted);
    model.resize(id, wanted);
    return "resize " + id + " to " + wanted / granule + " granules";
  }

  @Test
  void everyByteOfAModelledRegionIsFreeOrOnceTaken() {
    // The model itself, against what any placement must keep to: else both could be wrong alike.
    Seeds.each(20, random -> {
      LayoutModel model = new LayoutModel(64, 64);
      for (int id = 0; id < 6; id++) {
        model.create(id);
      }
      for (int step = 0; step < 500; step++) {
        int id = random.nextInt(6);
        model.resize(id, random.nextLong(model.size(id) + model.available() + 1));
        List<Long> taken = new ArrayList<>();
        model.ids().forEach(device -> model.ranges(device).forEach(range -> {
          for (long at = range.start(); at <= range.end(); at++) {
            taken.add(at);
          }
        }));
        assertThat(taken).doesNotHaveDuplicates().hasSize((int) (64 - model.available()))
            .allMatch(at -> at >= 64 && at < 128);
      }
    });
  }
}
