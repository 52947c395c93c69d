// SPDX-License-Identifier: Apache-2.0

/** Device DAX for the JVM: the rules, the driver for memory of this machine, and the system calls under them. */
module dev.jdax {
  exports dev.jdax;
  exports dev.jdax.hmem;
  exports dev.jdax.kernel;
  exports dev.jdax.powerfailure;
  exports dev.jdax.spi;

  uses dev.jdax.spi.DaxDriver;

  provides dev.jdax.spi.DaxDriver with dev.jdax.hmem.HmemDriver, dev.jdax.kernel.KernelDriver;
}
