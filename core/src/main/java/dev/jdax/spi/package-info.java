// SPDX-License-Identifier: Apache-2.0
/**
 * What stands under the rules: drivers, and the two small interfaces that a region of any kind implements.
 *
 * <p>A {@link dev.jdax.spi.DaxDriver} turns a {@link dev.jdax.spi.MemorySource} into
 * {@link dev.jdax.spi.RegionOps}. {@link dev.jdax.DaxRegion}, {@link dev.jdax.DaxDevice} and {@link
 * dev.jdax.DaxMapping} hold every rule and sentence over them, as one {@code struct dev_dax} stands over its operations
 * in Linux. A driver whose memory is held by this process makes an {@link dev.jdax.spi.InProcessRegion} of a {@link
 * dev.jdax.spi.Claim}.
 */
package dev.jdax.spi;
