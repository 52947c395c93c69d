// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Collection;
import java.util.Optional;

/**
 * A text that names an NVDIMM namespace: Linux's name for it, such as {@code namespace0.1}; the name in its label; or the
 * uuid of its label or of its info block. Names are compared exactly, uuids in capital or small letters. The empty text
 * names nothing.
 *
 * @param text the name or uuid
 */
public record NamespaceKey(String text) {
  /**
   * {@return whether the key names a namespace}
   *
   * @param device Linux's name for it, or empty where Linux has none
   * @param label the name in its label, or empty if it has none
   * @param uuids the uuids of its label and of its info block, as text; those that it has
   */
  public boolean names(Optional<String> device, Optional<String> label, Collection<String> uuids) {
    return !text.isEmpty() && (device.filter(text::equals).isPresent() || label.filter(text::equals).isPresent()
        || uuids.stream().anyMatch(text::equalsIgnoreCase));
  }
}
