// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;
import java.util.Optional;

/**
 * What an {@link ImageEditor} has done to an image, or would do.
 *
 * @param summary all of it in a few words
 * @param steps the writes, in their order; none if there was nothing to do
 * @param namespace the namespace that was made, as it is now, or that was destroyed, as it was; empty if it was about
 *        labels
 */
public record MediaEdit(String summary, List<MediaStep> steps, Optional<Namespace> namespace) {
  /** Keeps the list from changing. */
  public MediaEdit {
    steps = List.copyOf(steps);
  }
}
