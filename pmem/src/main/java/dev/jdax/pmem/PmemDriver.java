// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.FileClaim;
import dev.jdax.spi.InProcessRegion;
import dev.jdax.spi.Memory;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Unwind;

/**
 * Makes a static region with one device of a namespace in mode devdax: {@code dax_pmem_probe} of Linux.
 *
 * <p>The whole raw namespace is claimed before its info block is looked at, and looked at again: what was read when the
 * image was opened may have changed since. The region is the data alone; info block and memory map stay out of reach.
 */
public final class PmemDriver implements DaxDriver {
  /** Makes the driver; {@link java.util.ServiceLoader} does. */
  public PmemDriver() {
  }

  @Override
  public String name() {
    return "pmem";
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof Namespace ? Match.EXACT : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    if (!(source instanceof Namespace namespace)) {
      throw new IllegalArgumentException("pmem does not know " + source);
    }
    String attempt = "probe " + namespace;
    requireListed(attempt, namespace);
    if (namespace.rawSize() <= 0) {
      throw DaxException.of(Errno.ENODEV, attempt, "nothing of it is in the file", "name the whole image of its DIMM");
    }
    try (Unwind unwind = new Unwind()) {
      FileClaim claim = unwind.make(() -> FileClaim.of(namespace.file(), namespace.offset(), namespace.rawSize(),
          namespace.waivers()), FileClaim::close);
      InfoBlockCheck.Result result = InfoBlockCheck.check(readInfoBlock(claim, namespace.infoBlockOffset()),
          namespace.surroundings());
      PageSize alignment = alignmentOf(attempt, namespace, result);
      requireGranularity(attempt, claim, alignment);
      InfoBlockCheck.DataRange data = result.data().orElseThrow();
      long start = namespace.attachment().base() + namespace.offset() + data.offset();
      InProcessRegion region = InProcessRegion.fixed(claim.part(data.offset(), data.size()),
          OptionalInt.of(namespace.attachment().region()), start, alignment);
      region.createDevice(namespace.id(), 0, data.size());
      unwind.keep();
      return region;
    }
  }

  /** Where labels spoil each other, Linux makes nothing of any of them. */
  private static void requireListed(String attempt, Namespace namespace) throws DaxException {
    int dimms = namespace.label().map(Label::labelCount).orElse(1);
    if (dimms > 1 && namespace.linux() != LinuxView.NONE) {
      throw DaxException.of(Errno.EOPNOTSUPP, attempt,
          "it is interleaved over " + dimms + " DIMMs, and no file has its bytes one after the other",
          "map it where Linux has all of the DIMMs");
    }
    if (namespace.linux() == LinuxView.UNKNOWN) {
      throw DaxException.of(Errno.EOPNOTSUPP, attempt, "the file has the label area alone, and no data",
          "name the image of the DIMM");
    }
    if (namespace.linux() == LinuxView.NONE && namespace.btt().isEmpty() && byItself(namespace) != LinuxView.NONE) {
      throw DaxException.of(Errno.ENXIO, attempt, "the labels of its region contradict each other",
          "look at the problems of the image, and mend the labels");
    }
  }

  private static LinuxView byItself(Namespace namespace) {
    return InfoBlockCheck.check(namespace.infoBlock().map(InfoBlock::toBytes), namespace.surroundings()).linux();
  }

  private static Optional<byte[]> readInfoBlock(FileClaim claim, int offset) throws DaxException {
    return claim.size() < offset + InfoBlock.SIZE
        ? Optional.empty()
        : Optional.of(claim.read(offset, InfoBlock.SIZE));
  }

  private static PageSize alignmentOf(String attempt, Namespace namespace, InfoBlockCheck.Result result)
      throws DaxException {
    String remake = "destroy it, and create one in mode devdax; on Linux: ndctl create-namespace -f -e "
        + namespace.device() + " -m devdax";
    return switch (result.linux()) {
      case DEVDAX -> PageSize.ofBytes(result.infoBlock().orElseThrow().effectiveAlign()).orElseThrow();
      case NONE -> throw DaxException.of(Errno.EOPNOTSUPP, attempt, result.problems().getFirst().toString(), remake);
      case FSDAX -> throw inMode(attempt, "fsdax, a block device for a file system", remake);
      case SECTOR -> throw inMode(attempt, "sector, a block device with atomic sectors", remake);
      case RAW -> throw result.problems().isEmpty()
          ? inMode(attempt, "raw, a plain block device without an info block", remake)
          : DaxException.of(Errno.ENODEV, attempt, result.problems().getFirst().toString(), remake);
      case UNKNOWN -> throw new AssertionError(namespace + " was listed, so its info block could be read");
    };
  }

  private static DaxException inMode(String attempt, String mode, String remedy) {
    return DaxException.of(Errno.ENODEV, attempt,
        "it is in mode " + mode + ", and jdax maps namespaces in mode devdax",
        remedy);
  }

  private static void requireGranularity(String attempt, FileClaim claim, PageSize alignment) throws DaxException {
    if (!Memory.serves(claim.granularity(), claim.granularityWaived(), alignment)) {
      throw DaxException.of(Errno.EOPNOTSUPP, attempt,
          "its alignment is " + alignment + ", and the file is faulted in blocks of " + claim.granularity(),
          "put the image on hugetlbfs with such pages, or waive the granularity");
    }
  }
}
