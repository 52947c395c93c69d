// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Plan;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contract's suites, run inside a guest: on its NVDIMMs in each alignment, on soft-reserved RAM of its second node,
 * and on its huge pages of 1 GiB.
 */
@BootsAGuest
@ParameterizedClass(name = "{0}")
@EnumSource
class TheContractHoldsOnLinux {
  /** Where .ci/run looks for the pairs of rule and memory that were executed. */
  private static final Path LEDGER = Boot.repository().resolve("contract/target/ledger");
  private static final long GIB = 1L << 30;

  @Parameter
  private Kernel kernel;

  @TestFactory
  List<DynamicNode> suites() throws Exception {
    Path images = Files.createDirectories(Path.of("target", "guest", "contract-images-" + kernel.series()));
    // Two nodes of 4 GiB: the second begins at 5 GiB, since below 4 GiB there are only 3.
    Guest guest = Guest.of(kernel).ram("8G").nodes("4G", "4G")
        .softReserved("1280M%6G").softReserved("256M%8G").without("kmem")
        // Of a machine with two nodes, Linux unmaps pages for a moment to see who uses them: each is a fault more.
        .append("numa_balancing=disable")
        .hugePages("1G", 4).limit(Duration.ofMinutes(15))
        .nvdimm(Nvdimm.of(image(images, 32L << 20, PageSize.SIZE_4K, 16 * GIB)).address("0x400000000"))
        .nvdimm(Nvdimm.of(image(images, 64L << 20, PageSize.SIZE_2M, 17 * GIB)).address("0x440000000"))
        .nvdimm(Nvdimm.of(image(images, 3 * GIB, PageSize.SIZE_1G, 18 * GIB)).address("0x480000000"));
    List<DynamicNode> tests = Jvm.in(guest).property("jdax.linux", "true")
        .property("jdax.backends", "hugetlb-1g,linux-hmem")
        .tests("contract", Stream.of("LinuxContract", "DeviceContract", "MappingContract", "MemoryContract")
            .map(TheContractHoldsOnLinux::suite).toArray(Class<?>[]::new));
    copyLedger(Path.of("target", "guest", "contract-" + kernel.series(), "target", "ledger"));
    return tests;
  }

  /** The suites are no business of anybody outside their package, but here. */
  private static Class<?> suite(String name) {
    try {
      return Class.forName("dev.jdax.contract." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** An image without labels whose one namespace is in mode devdax, with its map in RAM. */
  private static Path image(Path folder, long size, PageSize alignment, long base) throws IOException {
    Path file = folder.resolve(alignment.bytes() + ".img");
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(0);
      image.setLength(size);
      image.seek(InfoBlock.OFFSET);
      image.write(Plan.ofRaw(size, base, alignment, MapLocation.RAM)
          .toInfoBlock(InfoBlock.Signature.DEVDAX, UUID.randomUUID(), new UUID(0, 0)).toBytes());
    }
    return file;
  }

  private static void copyLedger(Path from) throws IOException {
    Files.createDirectories(LEDGER);
    if (Files.isDirectory(from)) {
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : files.toList()) {
          Files.write(LEDGER.resolve(file.getFileName()), Files.readAllBytes(file), StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
        }
      }
    }
  }
}
