// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import dev.jdax.DaxAttribute;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;

/**
 * The NVDIMM namespace that a region is made of, for programs too: the components are the keys, and null is what sysfs
 * does not say.
 *
 * @param namespace Linux's name for it, such as {@code namespace0.0}
 * @param namespace_uuid the uuid of its label
 * @param namespace_name the name that its label gives it
 * @param uuid the uuid of its info block
 * @param persistence_domain from where on a store is safe
 */
record Nvdimm(String namespace, String namespace_uuid, String namespace_name, String uuid, String persistence_domain) {
  static Optional<Nvdimm> of(DaxRegion region) throws DaxException {
    Map<String, String> texts = new HashMap<>();
    for (DaxAttribute attribute : region.attributes()) {
      switch (attribute.name()) {
        case "namespace", "namespace_uuid", "namespace_name", "uuid", "persistence_domain" ->
          texts.put(attribute.name(), attribute.show().strip());
        default -> {
        }
      }
    }
    return texts.containsKey("namespace")
        ? Optional.of(new Nvdimm(texts.get("namespace"), texts.get("namespace_uuid"), texts.get("namespace_name"),
            texts.get("uuid"), texts.get("persistence_domain")))
        : Optional.empty();
  }

  /** {@return its names for people: Linux's, the label's} */
  String inWords() {
    return namespace + (namespace_name == null ? "" : " " + Printable.quoted(namespace_name));
  }
}
