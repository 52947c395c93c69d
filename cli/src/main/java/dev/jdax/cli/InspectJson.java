// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;

import dev.jdax.pmem.InterleaveSet;
import dev.jdax.pmem.NvdimmImage;

/**
 * An image for programs: schema 1, keys as ndctl names them, sizes in bytes. {@code label_area} has one element or
 * none; {@code qemu_position} is the one that the cookies of the labels say. It, {@code map}, {@code uuid},
 * {@code raw_uuid}, {@code align}, {@code sector_size}, and what only some images have ({@code cxl_label_area},
 * {@code label_area_only}, {@code not_checked}, and {@code nlabel} and {@code position} of a namespace on several DIMMs)
 * are left out where there is nothing to say.
 */
final class InspectJson {
  private InspectJson() {
  }

  private record Document(int schema, String file, long size, long region_size, long base, long backend_align,
      Integer qemu_position, List<LabelAreaJson> label_area, List<CxlLabelAreaJson> cxl_label_area,
      List<NamespaceJson> namespaces, List<Free> free, List<InfoBlockDocument> infoblocks,
      List<ProblemJson> problems, Boolean label_area_only, List<String> not_checked) {
  }

  private record SetDocument(int schema, int dimms, List<Integer> missing, BigInteger isetcookie, Integer interleave,
      long region_size, long base, List<Dimm> images, List<NamespaceJson> namespaces,
      List<InfoBlockDocument> infoblocks, List<ProblemJson> problems, List<String> not_checked) {
  }

  private record Dimm(String file, long size, Integer position, long region_size, List<LabelAreaJson> label_area) {
    Dimm(NvdimmImage image) {
      this(image.file().toString(), image.size(),
          image.position().isPresent() ? image.position().getAsInt() : null, image.regionSize(),
          image.labelArea().map(LabelAreaJson::of).stream().toList());
    }
  }

  private record Free(long offset, long size) {
  }

  private static Integer position(NvdimmImage image) {
    OptionalInt position = image.qemuPosition();
    return position.isPresent() ? position.getAsInt() : null;
  }

  static void print(PrintWriter out, NvdimmImage image) {
    Json.print(out, new Document(Json.SCHEMA, image.file().toString(), image.size(), image.regionSize(),
        image.attachment().base(), image.attachment().backendAlignment().orElseThrow(), position(image),
        image.labelArea().map(LabelAreaJson::of).stream().toList(),
        image.cxlLabelArea().map(area -> List.of(CxlLabelAreaJson.of(area))).orElse(null),
        image.namespaces().stream().map(NamespaceJson::new).toList(),
        image.freeSpaces().stream().map(space -> new Free(space.offset(), space.length())).toList(),
        image.namespaces().stream().flatMap(namespace -> InfoBlockDocument.of(namespace).stream()).toList(),
        ProblemJson.of(image.problems()), image.isLabelAreaOnly() ? true : null, notChecked(image.unchecked())));
  }

  static void print(PrintWriter out, InterleaveSet set) {
    Json.print(out, new SetDocument(Json.SCHEMA, set.dimms(), set.missing(),
        set.cookie().map(Json::unsigned).orElse(null),
        set.interleave().isPresent() ? set.interleave().getAsInt() : null, set.regionSize(), set.attachment().base(),
        set.images().stream().map(Dimm::new).toList(), set.namespaces().stream().map(NamespaceJson::new).toList(),
        set.namespaces().stream().flatMap(namespace -> InfoBlockDocument.of(namespace).stream()).toList(),
        ProblemJson.of(set.problems()), notChecked(set.unchecked())));
  }

  private static List<String> notChecked(List<String> sentences) {
    return sentences.isEmpty() ? null : sentences;
  }
}
