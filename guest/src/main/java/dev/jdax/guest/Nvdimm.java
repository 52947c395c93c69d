// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.nio.file.Path;

/**
 * An NVDIMM of the guest: a file, which the guest changes.
 *
 * @param file its bytes; the label area, if it has one, are the last of them
 * @param labels the size of the label area, such as 128K, or null for none
 * @param options further properties of QEMU's device, such as addr=0x140000000 or node=1
 * @param backend further properties of its memory backend, such as align=1G
 */
public record Nvdimm(Path file, String labels, String options, String backend) {
  /** Makes it, of a file with an absolute name. */
  public Nvdimm {
    file = file.toAbsolutePath();
  }

  /** An NVDIMM without a label area. */
  public static Nvdimm of(Path file) {
    return new Nvdimm(file, null, "", "");
  }

  /** The same, with a label area at the file's end. */
  public Nvdimm labels(String size) {
    return new Nvdimm(file, size, options, backend);
  }

  /** The same, beginning at this address, such as 0x140000000. */
  public Nvdimm address(String address) {
    return with("addr=" + address);
  }

  /** The same, on this NUMA node. */
  public Nvdimm node(int node) {
    return with("node=" + node);
  }

  /** The same, with another property of QEMU's device nvdimm. */
  public Nvdimm with(String property) {
    return new Nvdimm(file, labels, options + "," + property, backend);
  }

  /** The same, with a memory backend of this alignment in bytes: QEMU cuts the region down to a multiple of it. */
  public Nvdimm backendAlignment(long bytes) {
    return new Nvdimm(file, labels, options, backend + ",align=" + bytes);
  }
}
