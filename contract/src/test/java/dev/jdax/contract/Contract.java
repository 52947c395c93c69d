// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;

/**
 * The contract: in its three parts a test for each rule of docs/contract.md, run on every backend. Around every test,
 * nothing may be left behind.
 *
 * <p>Sizes are in blocks of the backend, two at the most where a block is 1 GiB.
 */
@ExtendWith(Ledger.class)
abstract class Contract implements HeldAgainst {
  @Parameter
  private Backend backend;

  private Leftovers before;
  private DaxBus bus;

  Backend backend() {
    return backend;
  }

  @Override
  public String memory() {
    return backend.toString();
  }

  @BeforeEach
  void lookAtWhatIsThere() throws IOException {
    backend().assumeBlocks(backend().blocks());
    before = Leftovers.now(backend());
    bus = DaxBus.create();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (before != null) {
      bus.close();
      if (backend().isLinux()) {
        LinuxRegion.resetAll();
      }
      backend().deleteFiles();
      before.assertNothingMore(backend());
    }
  }

  long block() {
    return backend().block();
  }

  PageSize alignment() {
    return backend().alignment();
  }

  DaxRegion region(long blocks) throws DaxException {
    return backend().region(bus, blocks);
  }

  DaxBus bus() {
    return bus;
  }

  Leftovers before() {
    return before;
  }

  DaxDevice device() throws DaxException {
    return region(2).create(2 * block());
  }

  /** The path under which another process finds the device's memory. */
  Path file(DaxDevice device) throws IOException {
    if (backend().isLinux()) {
      return Path.of("/dev", device.name());
    }
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        String target = Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
        if (target.startsWith("/memfd:jdax ") || target.matches(".*/jdax-contract-\\d[^/]*")) {
          return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + link.getFileName());
        }
      }
    }
    throw new AssertionError("no region is open");
  }

  /** Leaves devices of which the last has grown over a hole before it, so that it has several ranges, and is bound. */
  List<DaxDevice> carveWithAHole(DaxRegion region) throws DaxException {
    DaxDevice hole = region.create(block());
    DaxDevice last = region.create(block());
    hole.destroy();
    last.disable();
    last.resize(2 * block());
    last.enable();
    return List.of(last);
  }
}
