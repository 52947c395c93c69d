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
        --nvdimm FILE[:LABELS]     an NVDIMM, whose last LABELS (128K) are its label area; again for the next one
        --soft-reserved SIZE%START of the RAM, such as 512M%1G; again for the next one
        --huge-pages SIZE:COUNT    such as 1G:4
        --without MODULE,...       modules that are not loaded
        --machine PROPERTY         of QEMU's machine, such as nvdimm-persistence=cpu
        --append WORD              for the kernel's command line
        --out FOLDER               what the guest has at /out; target/guest/by-hand, which is emptied, if not said
      Without a command there is a shell; Ctrl-A X ends QEMU.""";

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
          folder = empty(Path.of(words.get(i + 1)).toAbsolutePath());
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

  private static Guest with(Guest guest, String option, String value) {
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

  private static Nvdimm nvdimm(String value) {
    int colon = value.lastIndexOf(':');
    return colon < 0
        ? Nvdimm.of(Path.of(value))
        : Nvdimm.of(Path.of(value.substring(0, colon))).labels(value.substring(colon + 1));
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
