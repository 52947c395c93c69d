// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Boots a guest on the terminal: for a command, or with a shell. */
final class ByHand {
  private static final String USAGE = """
      usage: guest/boot [option ...] [-- command]
        --kernel SERIES            6.1 (the default) or 6.12
        --ram SIZE                 2G
        --nodes SIZE,SIZE          NUMA nodes, which together are the RAM
        --nvdimm FILE[:LABELS]     an NVDIMM, whose last LABELS (128K) are its label area, none for 0; again for the
                                   next one
        --soft-reserved SIZE%START of the RAM, such as 512M%1G; again for the next one
        --huge-pages SIZE:COUNT    such as 1G:4
        --without MODULE,...       modules that are not loaded
        --machine PROPERTY         of QEMU's machine, such as nvdimm-persistence=cpu
        --append WORD              for the kernel's command line
        --out FOLDER               what the guest has at /out; target/guest/by-hand, which is emptied, if not said
      Without a command there is a shell; Ctrl-A X ends QEMU.""";

  /** Where the caller is; guest/boot itself goes to the checkout. */
  private static final Path FROM = Path.of(System.getProperty("guest.from", "")).toAbsolutePath();
  /** A region of Linux's is a multiple of it. */
  private static final long GRANULE = 2 << 20;

  private ByHand() {
  }

  /**
   * Boots it.
   *
   * @param args the options, and a command after --
   * @throws IOException if the guest cannot be booted
   * @throws InterruptedException if this thread was interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> words = List.of(args);
    int end = words.contains("--") ? words.indexOf("--") : words.size();
    String command = end == words.size() ? null : String.join(" ", words.subList(end + 1, words.size()));
    if (end % 2 != 0) {
      System.err.println(USAGE);
      System.exit(2);
    }
    try {
      Guest guest = Guest.of(Kernel.LINUX_6_1);
      Path folder = Path.of("target/guest/by-hand").toAbsolutePath();
      for (int i = 0; i < end; i += 2) {
        if (words.get(i).equals("--out")) {
          folder = empty(FROM.resolve(words.get(i + 1)));
        } else {
          guest = with(guest, words.get(i), words.get(i + 1));
        }
      }
      System.exit(new Boot(guest, folder).runOnTerminal(command));
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println("guest/boot: " + e.getMessage());
      System.exit(2);
    }
  }

  private static Guest with(Guest guest, String option, String value) throws IOException {
    return switch (option) {
      case "--kernel" -> new Guest(Kernel.of(value), guest.ram(), guest.nodes(), guest.nvdimms(), guest.machine(),
          guest.words(), guest.limit());
      case "--ram" -> guest.ram(value);
      case "--nodes" -> guest.nodes(value.split(","));
      case "--nvdimm" -> guest.nvdimm(nvdimm(value));
      case "--soft-reserved" -> guest.softReserved(value);
      case "--huge-pages" ->
        guest.hugePages(value.replaceAll(":.*", ""), Integer.parseInt(value.replaceAll(".*:", "")));
      case "--without" -> guest.without(value);
      case "--machine" -> guest.machine(value);
      case "--append" -> guest.append(value);
      default -> throw new IllegalArgumentException(option + " is no option\n" + USAGE);
    };
  }

  /** The NVDIMM that FILE[:LABELS] names. What is over in a file's size is nearly always a label area: it must be said. */
  static Nvdimm nvdimm(String value) throws IOException {
    int colon = value.lastIndexOf(':');
    Path file = FROM.resolve(colon < 0 ? value : value.substring(0, colon));
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("--nvdimm " + value + ": there is no file " + file);
    }
    if (colon >= 0) {
      String labels = value.substring(colon + 1);
      return labels.equals("0") ? Nvdimm.of(file) : Nvdimm.of(file).labels(labels);
    }
    long over = Files.size(file) % GRANULE;
    if (over != 0) {
      throw new IllegalArgumentException("--nvdimm " + value + ": its size is no multiple of 2M; if the last "
          + over / 1024 + "K are its label area, say --nvdimm " + value + ":" + over / 1024 + "K, and if it has none, "
          + value + ":0");
    }
    return Nvdimm.of(file);
  }

  /** Its files would go when the guest boots, and they may be somebody's. */
  private static Path empty(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new IllegalArgumentException("--out " + folder + " is not empty; name a folder that is, or none");
        }
      }
    }
    return folder;
  }
}
