// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import dev.jdax.ByteSize;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;

/** An image for people. */
final class InspectText {
  private final PrintWriter out;

  InspectText(PrintWriter out) {
    this.out = out;
  }

  void print(NvdimmImage image) {
    Table lines = new Table().row("file", Printable.of(image.file().toString()) + ", " + ByteSize.format(image.size()))
        .row("region", ByteSize.format(image.regionSize()) + ", taken to begin at the physical address "
            + ByteSize.hex(image.attachment().base()) + cut(image))
        .row("label area", image.labelArea().map(LabelAreaText::summary).orElse("none"));
    image.labelArea().ifPresent(area -> lines.row("bound to", boundTo(image, area)));
    lines.print(out, "");
    image.labelArea().ifPresent(area -> {
      out.println();
      new LabelAreaText(out).print(area);
    });
    for (Namespace namespace : image.namespaces()) {
      out.println();
      print(namespace);
    }
    if (image.regionSize() > 0) {
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
            + " behind it are cut off, as the alignment of QEMU's memory backend is "
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
        : "no position of QEMU; by cookie ") + String.join(" and ", cookies);
  }

  private void print(Namespace namespace) {
    out.println((namespace.device() + " " + Printable.quoted(namespace.name())).stripTrailing());
    Table lines = new Table().row("Linux makes", made(namespace));
    if (namespace.linux() != namespace.mode()) {
      lines.row("made for", namespace.mode().toString());
    }
    if (namespace.size() > 0) {
      lines.row("data", ByteSize.format(namespace.size()) + (namespace.linux() == LinuxView.SECTOR
          ? ", in sectors that a map finds"
          : ", from " + ByteSize.hex(namespace.offset() + namespace.dataOffset())));
    }
    namespace.sectorSize().ifPresent(size -> lines.row("sector size", size + " bytes"));
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
        .orElse("none");
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
