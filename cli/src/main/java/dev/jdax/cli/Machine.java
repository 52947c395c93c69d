// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.kernel.Dax;
import dev.jdax.kernel.MemoryBlocks;
import dev.jdax.spi.FileUsers;

/** What the verbs of devices work on: this machine's Linux, or in a test something that behaves like one. */
interface Machine {
  /** The Linux that this program runs on. */
  Machine THIS = new Machine() {
    @Override
    public List<DaxRegion> regions() throws DaxException {
      return Dax.regions();
    }

    @Override
    public DaxDevice device(String name) throws DaxException {
      return Dax.open(name);
    }

    @Override
    public MemoryBlocks memoryBlocks(DaxDevice device) throws DaxException {
      return MemoryBlocks.of(device);
    }

    @Override
    public String autoOnlinePolicy() {
      return MemoryBlocks.autoOnlinePolicy();
    }

    @Override
    public FileUsers users(DaxDevice device) throws IOException {
      return FileUsers.ofDevice(Path.of("/proc"), device.attribute("dev").show().strip());
    }
  };

  /** {@return the regions that there are now, in any order} */
  List<DaxRegion> regions() throws DaxException;

  /** {@return a device by its name, its node, or the NVDIMM namespace that it is made of} */
  DaxDevice device(String name) throws DaxException;

  /** {@return the memory blocks of a device in mode system-ram} */
  MemoryBlocks memoryBlocks(DaxDevice device) throws DaxException;

  /** {@return what becomes of new memory by itself, in Linux's words} */
  String autoOnlinePolicy();

  /** {@return the processes that have the node of a device open or mapped} */
  FileUsers users(DaxDevice device) throws IOException;
}
