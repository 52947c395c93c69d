// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static dev.jdax.guest.Dimms.LABELS;
import static dev.jdax.guest.Dimms.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;

import com.google.gson.JsonObject;
import dev.jdax.PageSize;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.guest.inside.Pattern;
import dev.jdax.guest.inside.Pattern.Writer;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NamespaceRequest;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that jdax and Linux's ndctl change one after the other: each lists what the other has made (C19). */
@BootsAGuest
class JdaxAndNdctlTakeTurns {
  private static final long SEED = Long.getLong("jdax.seed", new Random().nextLong());

  /** What every turn of ndctl begins with: how to find a region, a namespace in it, and one with a name. */
  private static final String WORDS = """
      cd /sys/bus/nd/devices
      ndctl list -NRDvi >/out/before.json
      region() {
        for found in region*; do
          dimm=$(cat $found/mapping0)
          if [ $(($(cat ${dimm%%,*}/nfit/handle))) = $(($1 + 1)) ]; then echo $found; fi
        done
      }
      whole() { region $1 | sed 's/region\\(.*\\)/namespace\\1.0/'; }
      named() { grep -lxF "$2" $(region $1)/namespace*/alt_name | sed 's,.*/\\(namespace[^/]*\\)/alt_name,\\1,'; }
      """;

  private static final String AFTERWARDS = """
      ndctl list -NRDvi >/out/after.json
      for dimm in nmem*; do echo "$(($(cat $dimm/nfit/handle) - 1)) $(cat $dimm/available_slots)"; done >/out/slots
      """;

  /** One of three: on the two with labels, and on the one without. */
  private record Turn(Edit labelled, Edit whole, String ndctlLabelled, String ndctlWhole) {
    /** ndctl's part, with $1 as the position of the NVDIMM. */
    String script() {
      return WORDS + "labelled() {\n" + ndctlLabelled + "}\nwhole_one() {\n" + ndctlWhole
          + "}\nlabelled 0\nlabelled 1\nwhole_one 2\n" + AFTERWARDS;
    }
  }

  /** jdax's part. */
  @FunctionalInterface
  private interface Edit {
    void with(ImageEditor editor) throws IOException;
  }

  private static final Turn FIRST = new Turn(
      editor -> {
        editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.DEVICE, 64).withName("stays"));
        editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM, 32).withName("goes"));
        editor.createNamespace(fsdax(PageSize.SIZE_4K, MapLocation.DEVICE, 32).withName("goes later"));
      }, editor -> editor.createNamespace(
          NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)),
      """
          ndctl create-namespace -r $(region $1) -m devdax -a 4k -M mem -s 32M -n 'of ndctl'
          ndctl destroy-namespace -f $(named $1 goes)
          ndctl create-namespace -r $(region $1) -m fsdax -M dev -s 48M -n 'also of ndctl'
          """,
      """
          ndctl destroy-namespace -f $(whole $1)
          ndctl create-namespace -f -e $(whole $1) -m fsdax -M mem
          """);

  private static final Turn SECOND = new Turn(
      editor -> {
        editor.destroyNamespace("of ndctl");
        editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.RAM, 48).withName("becomes fsdax"));
        editor.destroyNamespace("goes later");
        editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM, 16));
      }, editor -> {
        editor.destroyNamespace("namespace0.0");
        editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.RAM));
      },
      """
          ndctl disable-namespace $(named $1 stays)
          ndctl enable-namespace $(named $1 stays)
          ndctl create-namespace -f -e $(named $1 'becomes fsdax') -m fsdax -M mem
          ndctl create-namespace -r $(region $1) -m devdax -a 2M -s 16M
          """,
      """
          ndctl disable-namespace $(whole $1)
          ndctl enable-namespace $(whole $1)
          """);

  private static final Turn THIRD = new Turn(
      editor -> {
        editor.repairLabels();
        editor.destroyNamespace("becomes fsdax");
        editor.createNamespace(fsdax(PageSize.SIZE_2M, MapLocation.DEVICE, 32).withName("\u4e09"));
      }, editor -> {
        editor.destroyNamespace("namespace0.0");
        editor.createNamespace(NamespaceRequest.of(LinuxView.FSDAX, PageSize.SIZE_2M, MapLocation.DEVICE));
      },
      """
          long=$(printf 'n%.0s' $(seq 63))
          ndctl create-namespace -r $(region $1) -m devdax -s 16M -n "$long"
          if ndctl create-namespace -r $(region $1) -m devdax -s 16M -n "${long}n"; then exit 64; fi
          ndctl destroy-namespace -f $(named $1 'also of ndctl')
          ndctl create-namespace -r $(region $1) -m devdax -n 'all the rest'
          """,
      """
          ndctl create-namespace -f -e $(whole $1) -m devdax -a 4k -M dev
          """);

  private static NamespaceRequest devdax(PageSize alignment, MapLocation map, long mib) {
    return NamespaceRequest.of(LinuxView.DEVDAX, alignment, map).withSize(mib * MIB);
  }

  private static NamespaceRequest fsdax(PageSize alignment, MapLocation map, long mib) {
    return NamespaceRequest.of(LinuxView.FSDAX, alignment, map).withSize(mib * MIB);
  }

  @ParameterizedTest
  @EnumSource
  void andEachFindsWhatTheOtherHasMade(Kernel kernel) throws Exception {
    Dimms dimms = Dimms.of("turns", kernel);
    List<Dimm> labelled = new ArrayList<>();
    for (LabelVersion version : LabelVersion.values()) {
      Dimm dimm = dimms.labelled("labels-v" + version, 384 * MIB);
      try (ImageEditor editor = dimm.edit()) {
        editor.initLabels(version, LABELS);
      }
      labelled.add(dimm);
    }
    Dimm whole = dimms.unlabelled("whole", 64 * MIB);
    List<Turn> turns = List.of(FIRST, SECOND, THIRD);
    for (Turn turn : turns) {
      for (Dimm dimm : labelled) {
        edit(dimm, turn.labelled);
        Dimms.onMemory(stays(dimm), memory -> {
          if (turn == FIRST) {
            Pattern.write(memory, Writer.HOST, SEED);
          }
        });
      }
      edit(whole, turn.whole);
      List<Listing.Region> before = listed(dimms);
      Outcome outcome = dimms.in(Guest.of(kernel)).run("turn-" + (turns.indexOf(turn) + 1), turn.script());
      assertThat(listed(outcome.text("before.json"))).usingRecursiveComparison().isEqualTo(before);
      assertThat(unnumbered(listed(outcome.text("after.json")))).usingRecursiveComparison()
          .isEqualTo(unnumbered(listed(dimms)));
      for (Dimm dimm : labelled) {
        assertSound(dimm, outcome);
        Dimms.onMemory(stays(dimm), memory -> Pattern.check(memory, Writer.HOST, SEED));
      }
    }
  }

  private static void edit(Dimm dimm, Edit edit) throws IOException {
    try (ImageEditor editor = dimm.edit()) {
      edit.with(editor);
    }
  }

  private static Namespace stays(Dimm dimm) throws IOException {
    try (NvdimmImage image = dimm.open()) {
      return image.namespace("stays");
    }
  }

  /** jdax's listing of all images, by position. */
  private static List<Listing.Region> listed(Dimms dimms) throws IOException {
    List<Listing.Region> regions = new ArrayList<>();
    for (Dimm dimm : dimms.all()) {
      try (NvdimmImage image = dimm.open()) {
        regions.add(Listing.Region.of(image));
      }
    }
    return regions;
  }

  /** ndctl's listing of all regions, by position. */
  private static List<Listing.Region> listed(String ndctl) {
    SortedMap<Integer, JsonObject> regions = Listing.regionsOf(ndctl);
    return regions.entrySet().stream().map(Map.Entry::getValue).map(Listing.Region::of).toList();
  }

  /** Linux numbers its namespaces anew only when it boots. */
  private static List<Listing.Region> unnumbered(List<Listing.Region> regions) {
    return regions.stream().map(Listing.Region::unnumbered).toList();
  }

  private static void assertSound(Dimm dimm, Outcome outcome) throws IOException {
    try (NvdimmImage image = dimm.open()) {
      assertThat(image.problems()).describedAs(dimm.toString()).isEmpty();
      LabelArea area = image.labelArea().orElseThrow();
      assertThat(area.used()).describedAs("no slot is lost in %s", dimm).hasSameSizeAs(image.namespaces());
      assertThat(outcome.text("slots").lines()).contains(dimm.position() + " " + area.availableSlots());
    }
  }
}
