// SPDX-License-Identifier: Apache-2.0

/** NVDIMM media in files: formats, namespaces, and the pmem driver. */
module dev.jdax.pmem {
  requires transitive dev.jdax;

  exports dev.jdax.pmem;

  provides dev.jdax.spi.DaxDriver with dev.jdax.pmem.PmemDriver;
}
