// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.FirstFew;

/**
 * What a namespace is asked for by: the name in its label, the uuid of its label or of its info block in capital or
 * small letters, or Linux's name such as {@code namespace0.1}. The empty text is no name.
 *
 * @param text the name or uuid
 */
record NamespaceKey(String text) {
  boolean names(Namespace namespace) {
    return namespace.device().equals(text) || namespace.uuid().filter(this::is).isPresent()
        || namespace.label().filter(this::names).isPresent();
  }

  boolean names(Label label) {
    return is(label.uuid()) || !text.isEmpty() && label.name().equals(text);
  }

  private boolean is(UUID uuid) {
    return uuid.toString().equalsIgnoreCase(text);
  }

  /** {@return the refusal of a key that several namespaces have} */
  static DaxException ambiguous(String attempt, List<Namespace> namespaces) {
    return DaxException.of(Errno.EEXIST, attempt, namespaces.size() + " namespaces have that name or uuid: "
        + FirstFew.of(namespaces, ", ", NamespaceKey::inWords), "name one of them by its uuid");
  }

  private static String inWords(Namespace namespace) {
    Optional<UUID> uuid = namespace.rawUuid().or(namespace::uuid);
    return namespace.device() + uuid.map(id -> " (uuid " + id + ")").orElse("");
  }
}
