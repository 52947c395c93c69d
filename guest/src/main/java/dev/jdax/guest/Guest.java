// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A machine to boot: what it has, and for how long it may run.
 *
 * @param kernel the kernel
 * @param ram the size of its RAM
 * @param nodes the RAM of each NUMA node, which together are all of it; none for a machine without nodes
 * @param nvdimms its NVDIMMs, in order
 * @param machine properties of QEMU's machine
 * @param words words of the kernel's command line
 * @param limit how long it may run
 */
public record Guest(Kernel kernel, String ram, List<String> nodes, List<Nvdimm> nvdimms, List<String> machine,
    List<String> words, Duration limit) {

  /** Makes it, of copies. */
  public Guest {
    nodes = List.copyOf(nodes);
    nvdimms = List.copyOf(nvdimms);
    machine = List.copyOf(machine);
    words = List.copyOf(words);
  }

  /** A machine with this kernel and 2 GiB of RAM, which may run for five minutes. */
  public static Guest of(Kernel kernel) {
    return new Guest(kernel, "2G", List.of(), List.of(), List.of(), List.of(), Duration.ofMinutes(5));
  }

  /** The same, with so much RAM. */
  public Guest ram(String size) {
    return new Guest(kernel, size, nodes, nvdimms, machine, words, limit);
  }

  /** The same, with NUMA nodes of these sizes; together they are the RAM. The first two have a processor each. */
  public Guest nodes(String... sizes) {
    return new Guest(kernel, ram, List.of(sizes), nvdimms, machine, words, limit);
  }

  /** The same, with one more NVDIMM, behind those that it has. */
  public Guest nvdimm(Nvdimm nvdimm) {
    return new Guest(kernel, ram, nodes, and(nvdimms, nvdimm), machine, words, limit);
  }

  /**
   * The same, with a range of its RAM soft-reserved, of which dax_hmem makes a dynamic region.
   *
   * @param range its size and its start, as Linux writes it: 512M%1G are 512 MiB from 1 GiB on
   */
  public Guest softReserved(String range) {
    // From type 1, usable RAM, to the type of EFI's specific purpose memory.
    return append("memmap=" + range + "-1+0xefffffff");
  }

  /** The same, with huge pages of this size, 2M or 1G, reserved at boot. */
  public Guest hugePages(String size, int count) {
    return append("hugepagesz=" + size).append("hugepages=" + count);
  }

  /** The same, with these modules not loaded, such as kmem. */
  public Guest without(String... modules) {
    return append("guest.without=" + String.join(",", modules));
  }

  /** The same, with another property of QEMU's machine, such as nvdimm-persistence=cpu. */
  public Guest machine(String property) {
    return new Guest(kernel, ram, nodes, nvdimms, and(machine, property), words, limit);
  }

  /**
   * The same, with another word on the kernel's command line, such as memhp_default_state=offline or, for a module,
   * dax_hmem.region_idle=1.
   */
  public Guest append(String word) {
    return new Guest(kernel, ram, nodes, nvdimms, machine, and(words, word), limit);
  }

  /** The same, killed after this time. */
  public Guest limit(Duration time) {
    return new Guest(kernel, ram, nodes, nvdimms, machine, words, time);
  }

  private static <T> List<T> and(List<T> some, T another) {
    List<T> all = new ArrayList<>(some);
    all.add(another);
    return all;
  }

  /** Why this guest cannot be booted here, if so. */
  public Optional<String> missing() {
    return kernel.missing().or(Qemu::missing);
  }

  /**
   * Boots, and runs a script with {@code sh -e} in the folder $OUT.
   *
   * @param name a name for the run, by which its folder is found: target/guest/NAME-SERIES, which is emptied first
   * @param script what to run
   * @return how it ended, whatever way; its folder has what the script has written to $OUT
   * @throws IOException if the guest cannot be booted
   * @throws InterruptedException if this thread was interrupted; the guest is killed
   */
  public Outcome boot(String name, String script) throws IOException, InterruptedException {
    Path folder = Path.of("target", "guest", name + "-" + kernel.series()).toAbsolutePath();
    return new Boot(this, folder).run(script);
  }

  /**
   * Boots, runs a script, and demands that it ends with status 0.
   *
   * @param name as for {@link #boot}
   * @param script what to run
   * @return its outcome
   * @throws IOException if the guest cannot be booted
   * @throws InterruptedException if this thread was interrupted; the guest is killed
   * @throws GuestFailure if the script failed, the kernel crashed, or the time was up
   */
  public Outcome run(String name, String script) throws IOException, InterruptedException {
    return boot(name, script).succeeded();
  }
}
