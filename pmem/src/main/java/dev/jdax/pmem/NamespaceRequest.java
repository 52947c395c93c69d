// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

import dev.jdax.PageSize;

/**
 * A namespace to be made.
 *
 * @param mode {@link LinuxView#DEVDAX} or {@link LinuxView#FSDAX}
 * @param alignment the alignment of its device
 * @param map where the memory map of its pages goes
 * @param size its raw size in bytes; empty for the largest free space, or for all of a region without labels
 * @param name its name, at most 63 bytes of UTF-8; empty for none
 * @param uuid the uuid of its label; empty for a random one
 * @param infoBlockUuid the uuid of its info block; empty for a random one, as ndctl always takes
 */
public record NamespaceRequest(LinuxView mode, PageSize alignment, MapLocation map, OptionalLong size, String name,
    Optional<UUID> uuid, Optional<UUID> infoBlockUuid) {
  /**
   * Checks what is wrong on any media.
   *
   * @throws IllegalArgumentException if the mode is another, the size not positive, a uuid nil, or the name no text of
   *         at most 63 bytes
   */
  public NamespaceRequest {
    Objects.requireNonNull(alignment, "alignment");
    Objects.requireNonNull(map, "map");
    if (mode != LinuxView.DEVDAX && mode != LinuxView.FSDAX) {
      throw new IllegalArgumentException("namespaces are made in mode devdax or fsdax, not " + mode);
    }
    if (size.isPresent() && size.getAsLong() <= 0) {
      throw new IllegalArgumentException("the size of a namespace is positive, not " + size.getAsLong());
    }
    if (uuid.equals(Optional.of(Guids.NULL)) || infoBlockUuid.equals(Optional.of(Guids.NULL))) {
      throw new IllegalArgumentException("the nil uuid stands for none");
    }
    LabelName.encode(name);
  }

  /**
   * {@return a request without size, name and uuids: all of the largest free space}
   *
   * @param mode devdax or fsdax
   * @param alignment the alignment
   * @param map where the memory map goes
   */
  public static NamespaceRequest of(LinuxView mode, PageSize alignment, MapLocation map) {
    return new NamespaceRequest(mode, alignment, map, OptionalLong.empty(), "", Optional.empty(), Optional.empty());
  }

  /**
   * {@return the same, of a given size}
   *
   * @param other its raw size in bytes
   */
  public NamespaceRequest withSize(long other) {
    return new NamespaceRequest(mode, alignment, map, OptionalLong.of(other), name, uuid, infoBlockUuid);
  }

  /**
   * {@return the same, with a name}
   *
   * @param other the name
   */
  public NamespaceRequest withName(String other) {
    return new NamespaceRequest(mode, alignment, map, size, other, uuid, infoBlockUuid);
  }

  /**
   * {@return the same, with a uuid in its label}
   *
   * @param other the uuid
   */
  public NamespaceRequest withUuid(UUID other) {
    return new NamespaceRequest(mode, alignment, map, size, name, Optional.of(other), infoBlockUuid);
  }

  /**
   * {@return the same, with a uuid in its info block}
   *
   * @param other the uuid
   */
  public NamespaceRequest withInfoBlockUuid(UUID other) {
    return new NamespaceRequest(mode, alignment, map, size, name, uuid, Optional.of(other));
  }

  InfoBlock.Signature signature() {
    return mode == LinuxView.DEVDAX ? InfoBlock.Signature.DEVDAX : InfoBlock.Signature.FSDAX;
  }

  Abstraction abstraction() {
    return mode == LinuxView.DEVDAX ? Abstraction.DAX : Abstraction.PFN;
  }
}
