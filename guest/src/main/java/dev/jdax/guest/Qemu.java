// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command that boots a guest. */
final class Qemu {
  private static final String PROGRAM = "qemu-system-x86_64";
  /**
   * Of each kernel. On a busy host a guest may not get the tick that Linux tests the timer with, and would panic for
   * want of a timer. One processor boots alone, and guest/init starts the other: while Linux boots, it overwrites its
   * code, byte by byte, and an emulated processor that executes it just then may read half of an instruction. The last two
   * spare it what takes time and is of no use here.
   */
  private static final String WORDS = "console=ttyS0 quiet panic=1 oops=panic no_timer_check maxcpus=1 mitigations=off "
      + "init_on_alloc=0";

  private final List<String> command = new ArrayList<>();

  private Qemu() {
  }

  /**
   * The command line.
   *
   * @param guest what to boot
   * @param out the folder that it may write to
   * @param shares the folders that it may read
   * @param words further words of the kernel's command line
   */
  static List<String> command(Guest guest, Path out, List<Path> shares, List<String> words) throws IOException {
    Qemu qemu = new Qemu();
    qemu.add(PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot");
    // Five-level page tables cost TCG a level more, and nothing here needs them.
    qemu.add("-accel", "tcg,thread=multi", "-cpu", "max,-la57", "-smp", "2");
    qemu.add("-machine", String.join(",", prepend("pc,nvdimm=on", guest.machine())));
    qemu.add("-m", guest.ram() + ",slots=" + (guest.nvdimms().size() + 1) + ",maxmem=64G");
    qemu.add("-kernel", guest.kernel().image().toString(), "-initrd", guest.kernel().initramfs().toString());
    List<String> line = prepend(WORDS, guest.words());
    line.addAll(words);
    qemu.add("-append", String.join(" ", line));
    qemu.nodes(guest.nodes());
    for (Nvdimm nvdimm : guest.nvdimms()) {
      qemu.nvdimm(nvdimm);
    }
    qemu.share("out", out, "");
    qemu.share("tools", Kernel.made().resolve("tools"), ",readonly=on");
    for (int i = 0; i < shares.size(); i++) {
      qemu.share("share" + i, shares.get(i), ",readonly=on");
    }
    return qemu.command;
  }

  /** Why QEMU cannot be run here, if so. */
  static Optional<String> missing() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, PROGRAM))) {
        return Optional.empty();
      }
    }
    return Optional.of("guests cannot be booted: there is no " + PROGRAM + " on the PATH; run guest/prepare as root, "
        + "which installs it");
  }

  private void nodes(List<String> sizes) {
    for (int i = 0; i < sizes.size(); i++) {
      add("-object", "memory-backend-ram,id=ram" + i + ",size=" + sizes.get(i));
      add("-numa", "node,nodeid=" + i + ",memdev=ram" + i + (i < 2 ? ",cpus=" + i : ""));
    }
  }

  private void nvdimm(Nvdimm nvdimm) throws IOException {
    int n = (int) command.stream().filter(word -> word.startsWith("nvdimm,")).count();
    add("-object", "memory-backend-file,id=mem" + n + ",share=on,mem-path=" + escaped(nvdimm.file()) + ",size="
        + Files.size(nvdimm.file()) + nvdimm.backend());
    add("-device", "nvdimm,id=nv" + n + ",memdev=mem" + n
        + (nvdimm.labels() == null ? "" : ",label-size=" + nvdimm.labels()) + nvdimm.options());
  }

  private void share(String tag, Path folder, String options) {
    // remap: a folder may reach over several file systems, whose inode numbers would clash.
    add("-fsdev", "local,id=" + tag + ",path=" + escaped(folder) + ",security_model=none,multidevs=remap" + options);
    add("-device", "virtio-9p-pci,fsdev=" + tag + ",mount_tag=" + tag);
  }

  /** In QEMU's lists of properties a comma is written twice. */
  private static String escaped(Path path) {
    return path.toString().replace(",", ",,");
  }

  private static List<String> prepend(String first, List<String> rest) {
    List<String> all = new ArrayList<>();
    all.add(first);
    all.addAll(rest);
    return all;
  }

  private void add(String... words) {
    command.addAll(List.of(words));
  }
}
