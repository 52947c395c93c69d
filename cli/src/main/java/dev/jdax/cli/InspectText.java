// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

import dev.jdax.ByteSize;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.InterleaveSet;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.spi.FirstFew;

/** An image for people. */
final class InspectText {
  private final PrintWriter out;

  InspectText(PrintWriter out) {
    this.out = out;
  }

  void print(NvdimmImage image) {
    Table head = new Table().row("file", Printable.of(image.file().toString()) + ", " + ByteSize.format(image.size()))
        .row("region", image.isLabelAreaOnly()
            ? "not known"
            : region(image.regionSize(), image.attachment().base()) + cut(image))
        .row("label area", labelArea(image));
    image.labelArea().ifPresent(area -> head.row("bound to", boundTo(image, area)));
    image.unchecked().forEach(sentence -> head.row("note", sentence));
    head.print(out, "");
    printLabels(image);
    for (Namespace namespace : image.namespaces()) {
      out.println();
      print(namespace, image.unchecked());
    }
    if (image.regionSize() > 0 && image.cxlLabelArea().isEmpty()) {
      out.println();
      printSpace(image);
    }
    out.println();
    ProblemText.print(out, image);
  }

  /** {@return what QEMU cuts off the region, if it does} */
  private static String cut(NvdimmImage image) {
    return image.cutOff() == 0
        ? ""
        : "; " + ByteSize.format(image.cutOff())
            + " after it are cut off, as the alignment of QEMU's memory backend is "
            + ByteSize.format(image.attachment().backendAlignment().orElseThrow());
  }

  /** {@return the DIMM that the cookies of the labels name} */
  private static String boundTo(NvdimmImage image, LabelArea area) {
    List<String> cookies = area.live().stream().map(slot -> ByteSize.hex(slot.label().cookie())).distinct().toList();
    if (cookies.isEmpty()) {
      return "no DIMM, as there is no label";
    }
    OptionalInt position = image.qemuPosition();
    return (position.isPresent()
        ? "QEMU position " + position.getAsInt() + " (--slot " + position.getAsInt() + "), by cookie "
        : "no position of QEMU; by cookie ") + FirstFew.of(cookies, " and ", Function.identity());
  }

  /** Prints what lies on several DIMMs together. */
  void print(InterleaveSet set) {
    Table head = new Table().row("set", Printable.of(set.toString()))
        .row("cookie", set.cookie().map(ByteSize::hex).orElse("not known"));
    for (NvdimmImage image : set.images()) {
      head.row(image.position().stream().mapToObj(position -> "position " + position).findFirst().orElse("no position"),
          Printable.of(image.file().toString()) + ", " + ByteSize.format(image.size()) + ", label area: "
              + labelArea(image));
    }
    head.row("region", set.regionSize() == 0
        ? "not known"
        : region(set.regionSize(), set.attachment().base()));
    set.unchecked().forEach(sentence -> head.row("note", Printable.of(sentence)));
    head.print(out, "");
    for (NvdimmImage image : set.images()) {
      out.println();
      out.println("labels of " + Printable.of(image.file().toString()));
      printLabels(image);
    }
    for (Namespace namespace : set.namespaces()) {
      out.println();
      print(namespace, set.unchecked());
    }
    out.println();
    ProblemText.print(out, set.problems(), set.namespaces());
  }

  private static String region(long size, long base) {
    return ByteSize.format(size) + ", taken to begin at the physical address " + ByteSize.hex(base);
  }

  private static String labelArea(NvdimmImage image) {
    return image.labelArea().map(LabelAreaText::summary).or(() -> image.cxlLabelArea().map(CxlLabelAreaText::summary))
        .orElse("none");
  }

  private void printLabels(NvdimmImage image) {
    image.labelArea().ifPresent(area -> {
      out.println();
      new LabelAreaText(out).print(area);
    });
    image.cxlLabelArea().ifPresent(area -> {
      out.println();
      new CxlLabelAreaText(out).print(area);
    });
  }

  private void print(Namespace namespace, List<String> unchecked) {
    out.println((namespace.device() + " " + Printable.quoted(namespace.name())).stripTrailing());
    Table lines = new Table().row("Linux makes", namespace.linux() == LinuxView.UNKNOWN
        ? "not known: " + Printable.of(String.join("; ", unchecked))
        : made(namespace));
    if (namespace.linux() != namespace.mode()) {
      lines.row("made for", namespace.mode().toString());
    }
    if (namespace.size() > 0) {
      lines.row("data", ByteSize.format(namespace.size()) + (namespace.linux() == LinuxView.SECTOR
          ? ", in sectors that a map finds"
          : ", from " + ByteSize.hex(namespace.offset() + namespace.dataOffset())));
    }
    namespace.sectorSize().ifPresent(size -> lines.row("sector size", size + " bytes"));
    boolean part = namespace.label().filter(label -> label.labelCount() > 1).isPresent();
    namespace.label().filter(label -> part).ifPresent(label -> lines.row("on", label.labelCount() + " DIMMs"));
    lines.row("raw", ByteSize.format(namespace.rawSize()) + ", from " + ByteSize.hex(namespace.offset()));
    namespace.alignment().ifPresent(alignment -> lines.row("alignment", alignment.toString()));
    namespace.map().ifPresent(map -> lines.row("memory map", Sizes.inWords(map)));
    namespace.uuid().ifPresent(uuid -> lines.row("uuid", uuid.toString()));
    namespace.rawUuid().ifPresent(uuid -> lines.row("raw uuid", uuid + ", in the label"));
    lines.row("info block", infoBlock(namespace));
    if (!namespace.problems().isEmpty()) {
      lines.row("problems", namespace.problems().size() + ", see below");
    }
    lines.print(out, "  ");
  }

  private static String infoBlock(Namespace namespace) {
    return namespace.infoBlock().map(block -> infoBlock(namespace, block.signature(), block.major(), block.minor()))
        .or(() -> namespace.btt()
            .map(block -> infoBlock(namespace, InfoBlock.Signature.BTT, block.major(), block.minor())))
        .orElse(namespace.linux() == LinuxView.UNKNOWN ? "not read" : "none");
  }

  private static String infoBlock(Namespace namespace, InfoBlock.Signature signature, int major, int minor) {
    return signature.text() + " " + major + "." + minor + ", at "
        + ByteSize.hex(namespace.offset() + namespace.infoBlockOffset());
  }

  /** {@return the device that Linux makes ({@code nvdimm_namespace_disk_name} in drivers/nvdimm/namespace_devs.c)} */
  private static String made(Namespace namespace) {
    int region = namespace.attachment().region();
    String disk = "/dev/pmem" + region + (namespace.id() == 0 ? "" : "." + namespace.id());
    return switch (namespace.linux()) {
      case DEVDAX -> "/dev/dax" + region + "." + namespace.id() + ", a device for mapping (devdax)";
      case FSDAX -> disk + ", a disk for file systems with DAX (fsdax)";
      case SECTOR -> disk + "s, a disk with atomic sectors (sector)";
      case RAW -> disk + ", a raw disk (raw)";
      case NONE -> "nothing (none)";
      case UNKNOWN -> "not known";
    };
  }

  private void printSpace(NvdimmImage image) {
    List<RegionBar.Span> spans = new ArrayList<>();
    // What is neither free nor a namespace's is kept for a label that Linux skips.
    spans.add(new RegionBar.Span(0, image.regionSize(), '#'));
    image.freeSpaces().forEach(free -> spans.add(new RegionBar.Span(free.offset(), free.length(), '.')));
    for (Namespace namespace : image.namespaces()) {
      if (namespace.rawSize() > 0) {
        spans.add(RegionBar.Span.ofNumber(namespace.id(), namespace.offset(), namespace.rawSize()));
      }
    }
    String bar = RegionBar.draw(image.regionSize(), spans);
    out.println(bar);
    if (bar.indexOf('#') >= 0) {
      out.println("  # is kept for labels that make no namespace");
    }
    Table free = new Table();
    image.freeSpaces().forEach(space -> free.row("free", ByteSize.format(space.length()) + ", from "
        + ByteSize.hex(space.offset())));
    free.print(out, "");
    if (image.freeSpaces().isEmpty()) {
      out.println("free  nothing");
    }
  }
}
