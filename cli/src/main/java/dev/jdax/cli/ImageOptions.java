// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.CxlLabelArea;
import dev.jdax.pmem.InterleaveSetCookie;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.NvdimmImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the verbs of images share: which image, and how a machine has it. */
final class ImageOptions {
  /** No DIMM has a larger label area; the number keeps a slip from being a claim of gigabytes. */
  private static final long LARGEST_LABEL_AREA = 64L << 20;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  // Not a group: picocli counts no operands after one in a group, and inspect has more of them.
  @Parameters(index = "0", arity = "0..1", paramLabel = "IMAGE", //
      description = "The image: a file, or a block device.")
  private Path operand;

  @Option(names = {"-i", "--image"}, paramLabel = "FILE", description = "The same, in place of IMAGE.")
  private Path option;

  @Option(names = "--base", converter = Sizes.Address.class, paramLabel = "ADDR", //
      description = "The physical address at which the region begins: what is right at one may be wrong at another. "
          + "Default: 0x100000000.")
  private long base = Attachment.DEFAULT.base();

  @Option(names = "--region", paramLabel = "N", //
      description = "The number of the region, R in namespaceR.I and daxR.I. Default: 0.")
  private int region;

  @Option(names = "--slot", paramLabel = "N", //
      description = "The position of the DIMM among QEMU's NVDIMMs, from 0; labels are bound to it. Default: what the "
          + "labels say. create-namespace needs it (or --cookie) for the first label of an image.")
  private Integer slot;

  @Option(names = "--cookie", converter = Sizes.Cookie.class, paramLabel = "COOKIE", //
      description = "The cookie of the interleave set, as set_cookie of the region in sysfs has it, in place of --slot.")
  private Long cookie;

  @Option(names = "--label-size", converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "The size of the label area at the end of the image, 0 for none. Default: it is looked for.")
  private Long labelSize;

  @Option(names = "--backend-align", converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "The align= of QEMU's memory backend, which cuts the region down to a multiple of it. Default: what "
          + "QEMU takes by itself, the page size of hugetlbfs if the image is there, else 4K.")
  private Long backendAlignment;

  /** {@return the image as it was named} */
  Path file() {
    if (operand == null && option == null) {
      throw new ParameterException(spec.commandLine(), "Missing required argument: IMAGE, or --image=FILE");
    }
    if (operand != null && option != null) {
      throw new ParameterException(spec.commandLine(),
          "\"" + operand + "\" and --image=" + option + " both name the image; give one");
    }
    return operand != null ? operand : option;
  }

  /** {@return what is in the image; opening never writes} */
  NvdimmImage open() throws IOException {
    return NvdimmImage.open(file(), attachment());
  }

  /** {@return the label area, which there must be} */
  LabelArea labelAreaOf(NvdimmImage image) throws DaxException {
    return image.labelArea().orElseThrow(() -> DaxException.of(Errno.ENXIO, "read the labels of " + file(),
        "it has no label area, or one without an index block", "give the size of a blank one with --label-size"));
  }

  /**
   * Prints the labels of an image, of an NVDIMM or of CXL memory, which there must be.
   *
   * @return whether no index block is valid
   */
  boolean printLabels(PrintWriter out, NvdimmImage image) throws DaxException {
    String file = Printable.of(image.file().toString());
    if (image.cxlLabelArea().isPresent()) {
      CxlLabelArea area = image.cxlLabelArea().get();
      out.printf("label area of %s: %s%n%n", file, CxlLabelAreaText.summary(area));
      new CxlLabelAreaText(out).print(area);
      return area.blank();
    }
    LabelArea area = labelAreaOf(image);
    out.printf("label area of %s: %s%n%n", file, LabelAreaText.summary(area));
    new LabelAreaText(out).print(area);
    return area.blank();
  }

  /** {@return whether the position of the DIMM was given} */
  boolean isSlotGiven() {
    return slot != null;
  }

  /** {@return the position of the DIMM, 0 if none was given} */
  int position() {
    return slot == null ? 0 : slot;
  }

  /** {@return how a machine has the image} */
  Attachment attachment() {
    if (labelSize != null && labelSize > LARGEST_LABEL_AREA) {
      throw new ParameterException(spec.commandLine(), "--label-size " + ByteSize.format(labelSize)
          + ": a label area has at most " + ByteSize.format(LARGEST_LABEL_AREA));
    }
    if (slot != null && cookie != null) {
      throw new ParameterException(spec.commandLine(), "--slot and --cookie both say which DIMM it is; give one");
    }
    try {
      Attachment attachment = Attachment.DEFAULT.withBase(base).withRegion(region);
      attachment = slot == null ? attachment : attachment.withSlot(slot);
      attachment = cookie == null ? attachment : attachment.withSet(InterleaveSetCookie.given(cookie));
      attachment = backendAlignment == null ? attachment : attachment.withBackendAlignment(backendAlignment);
      return labelSize == null ? attachment : attachment.withLabelSize(labelSize.intValue());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
