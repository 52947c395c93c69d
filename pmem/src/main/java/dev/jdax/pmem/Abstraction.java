// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Optional;
import java.util.UUID;

/** What a label of version 1.2 says to stand on its namespace; Linux then looks for that, and for nothing else. */
public enum Abstraction {
  /** Nothing in particular: Linux tries all. */
  NONE("00000000-0000-0000-0000-000000000000"),
  /** A block translation table, sectors that are written whole. */
  BTT("8aed63a2-29a2-4c66-8b12-f05d15d3922a"),
  /** A block translation table of version 2, as UEFI has it. */
  BTT2("18633bfc-1735-4217-8ac9-17239282d3f8"),
  /** A block device with struct pages: fsdax. */
  PFN("266400ba-fb9f-4677-bcb0-968f11d0d225"),
  /** A character device: devdax. */
  DAX("97a86d9c-3cdd-4eda-986f-5068b4f80088");

  private final UUID guid;

  Abstraction(String guid) {
    this.guid = UUID.fromString(guid);
  }

  /**
   * {@return the GUID that a label has for it}
   */
  public UUID guid() {
    return guid;
  }

  /**
   * {@return what a GUID means, or empty if that is not known}
   *
   * @param guid the GUID
   */
  public static Optional<Abstraction> of(UUID guid) {
    for (Abstraction abstraction : values()) {
      if (abstraction.guid.equals(guid)) {
        return Optional.of(abstraction);
      }
    }
    return Optional.empty();
  }
}
