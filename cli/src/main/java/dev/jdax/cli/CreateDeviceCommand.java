// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;
import java.util.concurrent.Callable;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.FirstFew;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jdax create-device}: a device of a dynamic region. */
@Command(name = "create-device", description = {
    "Makes a device of a dynamic region and binds it to device_dax; what fails leaves nothing behind."})
final class CreateDeviceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private RegionFilter regionFilter;

  @Option(names = {"-s", "--size"}, converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "Its size, such as 256M. Default: all that the region has available.")
  private Long size;

  @Option(names = {"-a", "--align"}, converter = Sizes.Page.class, paramLabel = Sizes.PAGES, //
      description = "Its alignment. Default: the region's.")
  private PageSize alignment;

  @Mixin
  private OutputOptions output;

  @Override
  public Integer call() throws DaxException {
    if (size != null && size == 0) {
      throw new ParameterException(spec.commandLine(), "--size 0: a device that is created has a size");
    }
    ChangeReport report = new ChangeReport(spec.commandLine().getOut(), spec.commandLine().getErr(), output.json());
    for (DaxRegion region : regions()) {
      report.attempt(region.source().toString(), () -> {
        DaxDevice device = createIn(region);
        report.changed("created " + device, device, jdax.machine());
      });
    }
    return report.finish("");
  }

  /** {@return the regions that were named; if none was, the only one in which devices can be created} */
  private List<DaxRegion> regions() throws DaxException {
    List<DaxRegion> regions = regionFilter.of(jdax.machine(), "create a device");
    if (!regionFilter.isGiven()) {
      regions = regions.stream().filter(CreateDeviceCommand::isDynamic).toList();
      if (regions.size() > 1) {
        throw new ParameterException(spec.commandLine(), "there are several dynamic regions, with ids "
            + FirstFew.of(regions, ", ", region -> Integer.toString(region.id()))
            + "; name one with -r");
      }
    }
    if (regions.isEmpty()) {
      throw DaxException.of(Errno.ENXIO, "create a device", "there is no dynamic region",
          "see those that there are with jdax list -R");
    }
    return regions;
  }

  private static boolean isDynamic(DaxRegion region) {
    try {
      return region.isDynamic();
    } catch (DaxException e) {
      return false; // it has vanished
    }
  }

  private DaxDevice createIn(DaxRegion region) throws DaxException {
    long wanted = size != null ? size : allOf(region);
    return alignment == null ? region.create(wanted) : region.create(wanted, alignment);
  }

  /** {@return what the region has available, in whole granules, and one where it has less: that is refused in words} */
  private long allOf(DaxRegion region) throws DaxException {
    long granule = (alignment == null ? region.alignment() : alignment).sizeGranule();
    return Math.max(region.availableSize() / granule, 1) * granule;
  }
}
