// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;
import java.util.Optional;

import dev.jdax.PageSize;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.Namespace;

/** A namespace for programs, keys as ndctl names them, sizes in bytes; what there is none of is left out. */
record NamespaceJson(String dev, String mode, String map, long size, String uuid, String raw_uuid, Long align,
    Long sector_size, String name, long offset, long raw_size, long data_offset, List<ProblemJson> problems,
    String linux, Integer nlabel, Integer position) {
  NamespaceJson(Namespace namespace) {
    this(namespace.device(), namespace.mode().toString(), text(namespace.map()), namespace.size(),
        text(namespace.uuid()), text(namespace.rawUuid()), namespace.alignment().map(PageSize::bytes).orElse(null),
        namespace.sectorSize().isPresent() ? namespace.sectorSize().getAsLong() : null, namespace.name(),
        namespace.offset(), namespace.rawSize(), namespace.dataOffset(),
        ProblemJson.of(namespace.problems()), namespace.linux().toString(),
        ofSet(namespace).map(Label::labelCount).orElse(null), ofSet(namespace).map(Label::position).orElse(null));
  }

  /** {@return its label, if that says that it lies on several DIMMs} */
  private static Optional<Label> ofSet(Namespace namespace) {
    return namespace.label().filter(label -> label.labelCount() > 1);
  }

  private static String text(Optional<?> value) {
    return value.map(Object::toString).orElse(null);
  }
}
