// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static dev.jdax.guest.DamagedImages.SIZE;
import static dev.jdax.guest.Dimms.GIB;
import static dev.jdax.guest.Dimms.MIB;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import dev.jdax.PageSize;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NamespaceRequest;

/** The damages that chance does not find: each of them is a row of docs/media-format.md, or was in doubt once. */
final class DisputedImages {
  private static final long FAR = 0xffe00000L;

  private final DamagedImages images;

  private DisputedImages(DamagedImages images) {
    this.images = images;
  }

  static void addTo(DamagedImages images) throws IOException {
    DisputedImages disputed = new DisputedImages(images);
    disputed.infoBlocks();
    disputed.infoBlocksWithoutLabels();
    disputed.aligned();
    disputed.sections();
    disputed.labels();
    disputed.uuids();
    disputed.places();
    disputed.indexBlocks();
  }

  private static NamespaceRequest request(LinuxView mode, PageSize alignment, MapLocation map) {
    return NamespaceRequest.of(mode, alignment, map);
  }

  /** Each on a namespace of every mode and with every place of the map, in pages of 4 KiB. */
  private void infoBlocks() throws IOException {
    List<Map<String, Long>> changes = new ArrayList<>(List.of(
        Map.of("dataoff", 0L), Map.of("dataoff", 0x1000L), Map.of("dataoff", 0x2000L), Map.of("dataoff", 0x3000L),
        Map.of("dataoff", 0x8000L), Map.of("dataoff", SIZE), Map.of("dataoff", SIZE - 0x1000),
        Map.of("start_pad", 2 * MIB), Map.of("end_trunc", 2 * MIB), Map.of("start_pad", FAR),
        Map.of("end_trunc", FAR), Map.of("start_pad", FAR, "end_trunc", FAR), Map.of("end_trunc", SIZE),
        Map.of("start_pad", 8 * MIB, "end_trunc", 8 * MIB), Map.of("start_pad", 14 * MIB),
        Map.of("end_trunc", 14 * MIB), Map.of("start_pad", 4 * MIB, "end_trunc", 10 * MIB),
        Map.of("align", 0L), Map.of("align", 0L, "dataoff", 4 * MIB), Map.of("align", 8192L),
        Map.of("align", GIB), Map.of("align", SIZE), Map.of("align", 0x3000L),
        Map.of("page_size", 16384L), Map.of("page_size", 1024L), Map.of("page_struct_size", 32L),
        Map.of("page_struct_size", 128L), Map.of("mode", 0L), Map.of("mode", 3L),
        Map.of("version_minor", 0L, "start_pad", 2 * MIB), Map.of("version_minor", 1L), Map.of("version_minor", 3L,
            "page_size", 16384L, "flags", 7L),
        Map.of("version_major", 9L, "version_minor", 9L), Map.of("npfns", -1L)));
    for (LinuxView mode : List.of(LinuxView.DEVDAX, LinuxView.FSDAX)) {
      for (MapLocation map : MapLocation.values()) {
        List<Namespace> namespaces = images.namespaces(request(mode, PageSize.SIZE_4K, map).withSize(SIZE),
            changes.size());
        for (int i = 0; i < changes.size(); i++) {
          change(namespaces.get(i), changes.get(i));
        }
      }
    }
  }

  private void change(Namespace namespace, Map<String, Long> fields) throws IOException {
    images.infoBlock(fields.toString(), namespace,
        block -> fields.forEach((name, value) -> field(MediaField.INFO_BLOCK, name).put(block, value)), true);
  }

  private static MediaField field(List<MediaField> fields, String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
  }

  private void infoBlocksWithoutLabels() throws IOException {
    for (Map<String, Long> fields : List.of(Map.of("parent_uuid", 1L), Map.of("uuid", 0L), Map.of("end_trunc", FAR))) {
      change(images.whole(request(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)), fields);
    }
  }

  /** At 1 GiB, where more can be wrong: it is more than the 2 MiB to which everything is aligned. */
  private void aligned() throws IOException {
    NamespaceRequest request = request(LinuxView.DEVDAX, PageSize.SIZE_1G, MapLocation.RAM);
    for (Map<String, Long> fields : List.of(Map.of("end_trunc", 0L), Map.of("end_trunc", 2 * MIB),
        Map.of("dataoff", GIB + 2 * MIB), Map.of("start_pad", GIB), Map.of("align", 2 * MIB),
        Map.of("start_pad", 2 * MIB, "dataoff", GIB - 2 * MIB))) {
      change(images.atGibibyte(request, 3 * GIB + SIZE).getFirst(), fields);
    }
  }

  /** The memory map is on the device for whole sections of 128 MiB only. */
  private void sections() throws IOException {
    long half = 128 * MIB;
    for (LinuxView mode : List.of(LinuxView.DEVDAX, LinuxView.FSDAX)) {
      List<Namespace> namespaces = images.atGibibyte(request(mode, PageSize.SIZE_2M, MapLocation.DEVICE), 2 * half,
          2 * half, 2 * half, half, half, SIZE, 2 * half, 2 * half, half - SIZE);
      long[] offsets = {2 * MIB, 4 * MIB, 6 * MIB, 2 * MIB, 4 * MIB, 2 * MIB, 2 * MIB, 4 * MIB, 2 * MIB};
      for (int i = 0; i < offsets.length; i++) {
        change(namespaces.get(i), Map.of("dataoff", offsets[i]));
      }
    }
    Namespace padded = images.atGibibyte(request(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE), 2 * half)
        .getFirst();
    change(padded, Map.of("dataoff", 4 * MIB, "start_pad", 2 * MIB));
  }

  private static UnaryOperator<Label> with(String field, long value) {
    List<MediaField> fields = new ArrayList<>(MediaField.LABEL_1_1);
    fields.addAll(MediaField.OF_LABEL_1_2);
    return label -> {
      byte[] bytes = label.toBytes();
      field(fields, field).put(bytes, value);
      return Label.parse(label.version(), bytes);
    };
  }

  private static Label withUuid(Label label, Label other) {
    byte[] bytes = label.toBytes();
    System.arraycopy(other.toBytes(), 0, bytes, 0, 16);
    return Label.parse(label.version(), bytes);
  }

  private void labels(String what, int n, UnaryOperator<Label> change) throws IOException {
    for (LabelVersion version : LabelVersion.values()) {
      images.label(what + " in slot " + n, images.threeNamespaces(version), n, change);
    }
  }

  private void labels() throws IOException {
    labels("a name without an end", 1, label -> {
      byte[] bytes = label.toBytes();
      Arrays.fill(bytes, 16, 80, (byte) 'n');
      return Label.parse(label.version(), bytes);
    });
    labels("two DIMMs", 1, with("nlabel", 2));
    labels("the second position", 2, with("position", 1));
    labels("all flags", 0, with("flags", -1));
    images.label("volatile memory", images.threeNamespaces(LabelVersion.V1_2), 1,
        with("type_guid", 0x34a21bf1a5f3d0c1L));
    images.label("an unknown abstraction", images.threeNamespaces(LabelVersion.V1_2), 1,
        with("abstraction_guid", 7));
    images.label("no abstraction", images.threeNamespaces(LabelVersion.V1_2), 1, with("abstraction_guid", 0));
  }

  /** A uuid that two labels have, and what else may be wrong with one of the two. */
  private void uuids() throws IOException {
    for (int second = 1; second < 3; second += 1) {
      for (String with : List.of("", "isetcookie", "dpa", "slot")) {
        // The one that the scan sees first, and the one that it sees second.
        for (boolean other : with.isEmpty() ? List.of(true) : List.of(true, false)) {
          Dimm dimm = images.threeNamespaces(LabelVersion.V1_2);
          Label first = images.labelOf(dimm, 0);
          String what = "the uuid of slot 0 in slot " + second
              + (with.isEmpty() ? "" : ", and another " + with + " in slot " + (other ? second : 0));
          images.label(what, dimm, second, label -> {
            Label same = withUuid(label, first);
            return other && !with.isEmpty() ? with(with, 1L << 40).apply(same) : same;
          });
          if (!other) {
            images.label(what, dimm, 0, with(with, 1L << 40));
          }
        }
      }
    }
    labels("no uuid", 1, with("uuid", 0));
  }

  /** Labels that overlap, lie outside, or have no size. */
  private void places() throws IOException {
    labels("over the last page of the one before", 1, with("dpa", SIZE - 4096));
    labels("over the one behind", 0, with("rawsize", SIZE + 4096));
    labels("in the midst of a larger one", 2, with("dpa", SIZE + 8 * MIB));
    labels("no size", 0, with("rawsize", 0));
    labels("no size", 1, with("rawsize", 0));
    labels("no size", 2, with("rawsize", 0));
    labels("beyond the end", 2, with("rawsize", 4 * SIZE));
    labels("to 2^64", 2, with("rawsize", -3 * SIZE));
    labels("beyond 2^64", 2, with("rawsize", -SIZE));
    labels("behind the DIMM", 1, with("dpa", 6 * SIZE));
    labels("at the last page", 2, with("dpa", 6 * SIZE - 4096));
    labels("of another set, over another", 1, label -> with("dpa", 0).apply(with("isetcookie", 7).apply(label)));
    labels("no size, behind the DIMM", 2, label -> with("dpa", 6 * SIZE).apply(with("rawsize", 0).apply(label)));
    labels("no size, of another set", 2, label -> with("isetcookie", 7).apply(with("rawsize", 0).apply(label)));
  }

  private void indexBlocks() throws IOException {
    for (LabelVersion version : LabelVersion.values()) {
      for (int[] says : new int[][]{{9, 9}, {2, 1}, {1, 3}, {1, 0}, {0, 2}, {1, 1}, {1, 2}}) {
        images.indexBlocks("version " + says[0] + "." + says[1], images.threeNamespaces(version), 2, block -> {
          field(MediaField.INDEX_BLOCK, "major").put(block, says[0]);
          field(MediaField.INDEX_BLOCK, "minor").put(block, says[1]);
        }, true);
      }
      index(version, "nslot", 2);
      index(version, "nslot", 0);
      index(version, "seq", 7);
      index(version, "seq", 4);
      index(version, "mysize", 72);
      index(version, "labelsize", 2);
    }
  }

  private void index(LabelVersion version, String name, long value) throws IOException {
    images.indexBlocks(name + " " + value, images.threeNamespaces(version), 2,
        block -> field(MediaField.INDEX_BLOCK, name).put(block, value), true);
  }
}
