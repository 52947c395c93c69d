// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;
import java.util.OptionalInt;

import dev.jdax.pmem.NvdimmImage;

/**
 * An image for programs: schema 1, keys as ndctl names them, sizes in bytes. {@code label_area} has one element or
 * none, {@code qemu_position} is the one that the cookies of the labels say, and of the keys only that, {@code map},
 * {@code uuid}, {@code raw_uuid}, {@code align} and {@code sector_size} are left out where there is nothing to say.
 */
final class InspectJson {
  private InspectJson() {
  }

  private record Document(int schema, String file, long size, long region_size, long base, long backend_align,
      Integer qemu_position, List<LabelAreaJson> label_area, List<NamespaceJson> namespaces, List<Free> free,
      List<InfoBlockDocument> infoblocks,
      List<ProblemJson> problems) {
  }

  private record Free(long offset, long size) {
  }

  private static Integer position(NvdimmImage image) {
    OptionalInt position = image.qemuPosition();
    return position.isPresent() ? position.getAsInt() : null;
  }

  static String of(NvdimmImage image) {
    return Json.of(new Document(Json.SCHEMA, image.file().toString(), image.size(), image.regionSize(),
        image.attachment().base(), image.attachment().backendAlignment().orElseThrow(), position(image),
        image.labelArea().map(LabelAreaJson::of).stream().toList(),
        image.namespaces().stream().map(NamespaceJson::new).toList(),
        image.freeSpaces().stream().map(space -> new Free(space.offset(), space.length())).toList(),
        image.namespaces().stream().flatMap(namespace -> InfoBlockDocument.of(namespace).stream()).toList(),
        ProblemJson.of(image.problems())));
  }
}
