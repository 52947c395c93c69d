// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * A mapping that jdax does not make, because hardly any is left of those that {@code vm.max_map_count} allows, and the
 * JVM ends without one.
 */
public final class TooManyMappingsException extends SystemCallException {
  private static final long serialVersionUID = 1;

  private final long count;
  private final long wanted;
  private final long limit;

  TooManyMappingsException(long count, long wanted, long limit) {
    super(SystemCall.MMAP, Abi.ENOMEM);
    this.count = count;
    this.wanted = wanted;
    this.limit = limit;
  }

  /** {@return the reason, as a part of a sentence} */
  public String reason() {
    return "it needs " + wanted + (wanted == 1 ? " mapping" : " mappings") + " of memory, this process has " + count
        + " of the " + limit + " that vm.max_map_count allows, and without the last ones the JVM cannot go on";
  }

  /** {@return what to do about it, as a part of a sentence} */
  public String remedy() {
    return "close mappings, or raise the limit (sysctl vm.max_map_count)";
  }
}
