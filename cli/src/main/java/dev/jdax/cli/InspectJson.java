// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import dev.jdax.pmem.NvdimmImage;

/**
 * An image for programs: schema 1, keys as ndctl names them, sizes in bytes. {@code label_area} has one element or
 * none, and of the keys only {@code map}, {@code uuid}, {@code raw_uuid} and {@code align} are left out where there is
 * nothing to say.
 */
final class InspectJson {
  private InspectJson() {
  }

  private record Document(int schema, String file, long size, long region_size, long base,
      List<LabelAreaJson> label_area, List<NamespaceJson> namespaces, List<Free> free, List<InfoBlockJson> infoblocks,
      List<ProblemJson> problems) {
  }

  private record Free(long offset, long size) {
  }

  static String of(NvdimmImage image) {
    return Json.of(new Document(Json.SCHEMA, image.file().toString(), image.size(), image.regionSize(),
        image.attachment().base(), image.labelArea().map(LabelAreaJson::of).stream().toList(),
        image.namespaces().stream().map(NamespaceJson::new).toList(),
        image.freeSpaces().stream().map(space -> new Free(space.offset(), space.length())).toList(),
        image.namespaces().stream().flatMap(namespace -> InfoBlockJson.of(namespace).stream()).toList(),
        ProblemJson.of(image.problems())));
  }
}
