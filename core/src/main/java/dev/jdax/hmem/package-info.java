// SPDX-License-Identifier: Apache-2.0
/**
 * Memory of this machine as regions: small pages, huge pages of 2 MiB and 1 GiB, of one NUMA node if asked, in a file
 * that several processes share if asked.
 *
 * <p>An {@link dev.jdax.hmem.HmemRegion} describes what is wanted, {@link dev.jdax.DaxBus#add} claims it. As Linux's
 * hmem driver does with a range of soft-reserved memory, it makes a dynamic region of it.
 */
package dev.jdax.hmem;
