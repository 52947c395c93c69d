// SPDX-License-Identifier: Apache-2.0
/**
 * What is under the rules: drivers, and the two small interfaces that a region of any kind implements.
 *
 * <p>A {@link dev.jdax.spi.DaxDriver} turns a {@link dev.jdax.spi.MemorySource} into {@link dev.jdax.spi.RegionOps},
 * whose devices are mapped from {@link dev.jdax.spi.Memory}. {@link dev.jdax.DaxRegion}, {@link dev.jdax.DaxDevice} and
 * {@link dev.jdax.DaxMapping} have every rule and sentence above them, as one {@code struct dev_dax} is above its
 * operations in Linux. A driver whose memory this process holds makes an {@link dev.jdax.spi.InProcessRegion} of the
 * memory; one that changes some answers of another memory extends {@link dev.jdax.spi.ForwardingMemory}.
 */
package dev.jdax.spi;
