// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static dev.jdax.guest.Dimms.GIB;
import static dev.jdax.guest.Dimms.LABELS;
import static dev.jdax.guest.Dimms.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;

import com.google.gson.JsonObject;
import dev.jdax.PageSize;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.guest.inside.AnswersTheHost;
import dev.jdax.guest.inside.Pattern;
import dev.jdax.guest.inside.Pattern.Writer;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NamespaceRequest;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Images that jdax has made, booted: ndctl and daxctl say of them in the guest what jdax says on the host, and bytes go
 * both ways (C19).
 */
@BootsAGuest
@ParameterizedClass
@EnumSource
class MadeImagesComeUpInLinux {
  private static final long SEED = Long.getLong("jdax.seed", new Random().nextLong());

  private static Dimms dimms;
  private static Map<Dimm, List<Namespace>> before;
  private static Outcome outcome;

  MadeImagesComeUpInLinux(Kernel kernel) {
    assertThat(outcome.folder().toString()).endsWith(kernel.series());
  }

  @BeforeParameterizedClassInvocation
  static void boot(Kernel kernel) throws Exception {
    dimms = Dimms.of("made", kernel);
    makeImages();
    before = namespaces();
    List<String> answers = new ArrayList<>(List.of(Long.toString(SEED)));
    for (List<Namespace> namespaces : before.values()) {
      for (Namespace namespace : devdax(namespaces)) {
        Dimms.onMemory(namespace, memory -> Pattern.write(memory, Writer.HOST, SEED));
        answers.add(namespace.uuid().orElseThrow().toString());
      }
    }
    outcome = Jvm.in(dimms.in(Guest.of(kernel))).before("""
        ls /dev >nodes
        ndctl list -NRDvi >ndctl.json
        daxctl list -RDM >daxctl.json
        """).boot("made", AnswersTheHost.class, answers.toArray(String[]::new)).succeeded();
  }

  private static void makeImages() throws IOException {
    // First, since its base is a multiple of 1 GiB.
    whole("whole-1g", 2 * GIB, devdax(PageSize.SIZE_1G, MapLocation.RAM));
    // QEMU cuts their regions down: to 3 GiB, 64 MiB and 96 MiB.
    for (Dimm cut : List.of(dimms.cut("cut-1g", 4 * GIB, LABELS, GIB),
        dimms.cut("cut-2m", 66 * MIB, LABELS, 2 * MIB))) {
      try (ImageEditor editor = cut.edit()) {
        editor.initLabels(LabelVersion.V1_2, LABELS);
        editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.DEVICE).withName("all that is left"));
      }
    }
    try (ImageEditor editor = dimms.cut("cut-whole", 125 * MIB, 0, 32 * MIB).edit()) {
      editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.RAM));
    }
    try (ImageEditor editor = dimms.labelled("labelled-1g", 4 * GIB + 16 * MIB).edit()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.DEVICE).withSize(16 * MIB).withName("small"));
      // It begins and ends between two multiples of 1 GiB.
      editor.createNamespace(devdax(PageSize.SIZE_1G, MapLocation.DEVICE).withSize(4 * GIB).withName("large"));
    }
    for (LabelVersion version : LabelVersion.values()) {
      try (ImageEditor editor = dimms.labelled("labels-v" + version, 512 * MIB).edit()) {
        editor.initLabels(version, LABELS);
        namespaces(editor);
      }
      try (ImageEditor editor = dimms.labelled("empty-v" + version, 64 * MIB).edit()) {
        editor.initLabels(version, LABELS);
      }
    }
    whole("whole-4k", 64 * MIB, devdax(PageSize.SIZE_4K, MapLocation.DEVICE));
    whole("whole-2m", 64 * MIB, devdax(PageSize.SIZE_2M, MapLocation.RAM));
    whole("whole-fsdax", 64 * MIB, fsdax(PageSize.SIZE_2M, MapLocation.DEVICE));
    dimms.unlabelled("raw", 64 * MIB);
    dimms.labelled("blank", 64 * MIB);
  }

  private static void whole(String name, long size, NamespaceRequest request) throws IOException {
    try (ImageEditor editor = dimms.unlabelled(name, size).edit()) {
      editor.createNamespace(request);
    }
  }

  /** Namespaces of every kind, with gaps between them. */
  private static void namespaces(ImageEditor editor) throws IOException {
    editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.DEVICE).withSize(96 * MIB).withName("alpha"));
    editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM).withSize(32 * MIB).withName("goes"));
    editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM).withSize(32 * MIB));
    editor.createNamespace(fsdax(PageSize.SIZE_4K, MapLocation.RAM).withSize(48 * MIB).withName("\u00fcmlaut \u4e2d"));
    editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM).withSize(64 * MIB).withName("goes too"));
    editor.createNamespace(fsdax(PageSize.SIZE_2M, MapLocation.DEVICE).withSize(32 * MIB));
    editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.DEVICE).withSize(16 * MIB).withName("n".repeat(63)));
    editor.destroyNamespace("goes");
    editor.destroyNamespace("goes too");
    editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.RAM).withSize(16 * MIB).withName("in the gap"));
  }

  private static NamespaceRequest devdax(PageSize alignment, MapLocation map) {
    return NamespaceRequest.of(LinuxView.DEVDAX, alignment, map);
  }

  private static NamespaceRequest fsdax(PageSize alignment, MapLocation map) {
    return NamespaceRequest.of(LinuxView.FSDAX, alignment, map);
  }

  private static Map<Dimm, List<Namespace>> namespaces() throws IOException {
    Map<Dimm, List<Namespace>> namespaces = new LinkedHashMap<>();
    for (Dimm dimm : dimms.all()) {
      try (NvdimmImage image = dimm.open()) {
        assertThat(image.namespaces()).describedAs(dimm.toString())
            .allMatch(namespace -> namespace.problems().isEmpty());
        namespaces.put(dimm, image.namespaces());
      }
    }
    return namespaces;
  }

  private static List<Namespace> devdax(List<Namespace> namespaces) {
    return namespaces.stream().filter(namespace -> namespace.linux() == LinuxView.DEVDAX).toList();
  }

  @Test
  void ndctlSaysWhatJdaxSays() throws IOException {
    SortedMap<Integer, JsonObject> regions = Listing.regionsOf(outcome.text("ndctl.json"));
    assertThat(regions).hasSameSizeAs(dimms.all());
    for (Dimm dimm : dimms.all()) {
      try (NvdimmImage image = dimm.open()) {
        assertThat(Listing.Region.of(regions.get(dimm.position()))).describedAs(dimm.toString())
            .usingRecursiveComparison().isEqualTo(Listing.Region.of(image));
      }
    }
  }

  @Test
  void daxctlSaysWhatJdaxSays() throws IOException {
    Map<Integer, Dimm> byRegion = new LinkedHashMap<>();
    Listing.regionsOf(outcome.text("ndctl.json"))
        .forEach((position, region) -> byRegion.put(Listing.numberOf(region.get("dev")), dimms.all().get(position)));
    List<Listing.Placed> expected = new ArrayList<>();
    for (int region = 0; region < byRegion.size(); region++) {
      Dimm dimm = byRegion.get(region);
      try (NvdimmImage image = NvdimmImage.open(dimm.file(), dimm.attachment().withRegion(region))) {
        expected.addAll(Listing.devicesOf(image));
      }
    }
    assertThat(Listing.devicesOf(outcome.text("daxctl.json"))).containsExactlyElementsOf(expected);
  }

  @Test
  void theDevicesComeUpByThemselves() {
    List<String> nodes = outcome.text("nodes").lines().toList();
    assertThat(before.values().stream().flatMap(List::stream)).extracting(Namespace::linux)
        .containsOnly(LinuxView.DEVDAX, LinuxView.FSDAX, LinuxView.RAW);
    assertThat(nodes.stream().filter(node -> node.startsWith("dax"))).hasSize(count(LinuxView.DEVDAX));
    assertThat(nodes.stream().filter(node -> node.startsWith("pmem"))).hasSize(
        count(LinuxView.FSDAX) + count(LinuxView.RAW));
  }

  private static int count(LinuxView view) {
    return (int) before.values().stream().flatMap(List::stream).filter(namespace -> namespace.linux() == view).count();
  }

  @Test
  void bytesGoBothWays() throws IOException {
    assertThat(devicesThatAnswered()).hasSize(count(LinuxView.DEVDAX));
    for (List<Namespace> namespaces : before.values()) {
      for (Namespace namespace : devdax(namespaces)) {
        Dimms.onMemory(namespace, memory -> {
          assertThat(Pattern.check(memory, Writer.HOST, SEED)).isPositive();
          assertThat(Pattern.check(memory, Writer.GUEST, SEED)).isPositive();
        });
      }
    }
  }

  private static Stream<String> devicesThatAnswered() {
    return outcome.output().lines().filter(line -> line.contains(": read ") && line.contains(" pages, wrote "));
  }

  @Test
  void aBootChangesNothing() throws IOException {
    assertThat(namespaces()).isEqualTo(before);
  }
}
