// SPDX-License-Identifier: Apache-2.0
/**
 * NVDIMM media in a file: labels, info blocks, namespaces, as the kernel reads and writes them, and the driver that
 * makes devices of them. No native code.
 *
 * <p>Labels, index blocks and info blocks are records,
 * each with a parser and its exact reverse. Facts are from the UEFI
 * specification and from drivers/nvdimm of Linux.
 */
package dev.jdax.pmem;
