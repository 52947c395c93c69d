// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;

import dev.jdax.pmem.Namespace;

/** The info block of a namespace for programs; a BTT's has other keys. */
sealed interface InfoBlockDocument permits InfoBlockJson, BttInfoBlockJson {
  /** {@return the info block of a namespace, or empty if it has none} */
  static Optional<InfoBlockDocument> of(Namespace namespace) {
    return namespace.infoBlock().map(block -> (InfoBlockDocument) new InfoBlockJson(namespace, block))
        .or(() -> namespace.btt().map(block -> new BttInfoBlockJson(namespace, block)));
  }
}
