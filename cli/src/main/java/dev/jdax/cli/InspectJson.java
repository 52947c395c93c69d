// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;
import java.util.Optional;

import dev.jdax.PageSize;
import dev.jdax.pmem.Namespace;
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
      List<LabelAreaJson> label_area, List<Space> namespaces, List<Free> free, List<InfoBlockJson> infoblocks,
      List<ProblemJson> problems) {
  }

  private record Space(String dev, String mode, String map, long size, String uuid, String raw_uuid, Long align,
      String name, long offset, long raw_size, long data_offset, List<ProblemJson> problems, String linux) {
    Space(Namespace namespace) {
      this(namespace.device(), namespace.mode().toString(), text(namespace.map()), namespace.size(),
          text(namespace.uuid()), text(namespace.rawUuid()), namespace.alignment().map(PageSize::bytes).orElse(null),
          namespace.name(), namespace.offset(), namespace.rawSize(), namespace.dataOffset(),
          ProblemJson.of(namespace.problems()), namespace.linux().toString());
    }

    private static String text(Optional<?> value) {
      return value.map(Object::toString).orElse(null);
    }
  }

  private record Free(long offset, long size) {
  }

  static String of(NvdimmImage image) {
    return Json.of(new Document(Json.SCHEMA, image.file().toString(), image.size(), image.regionSize(),
        image.attachment().base(), image.labelArea().map(LabelAreaJson::of).stream().toList(),
        image.namespaces().stream().map(Space::new).toList(),
        image.freeSpaces().stream().map(space -> new Free(space.offset(), space.length())).toList(),
        image.namespaces().stream().flatMap(namespace -> InfoBlockJson.of(namespace).stream()).toList(),
        ProblemJson.of(image.problems())));
  }
}
