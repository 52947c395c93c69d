// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** What the figures were measured on, in words. */
final class Machine {
  private Machine() {
  }

  static String now() throws IOException {
    return String.join("\n",
        "- CPU: " + field("/proc/cpuinfo", "model name") + ", " + Runtime.getRuntime().availableProcessors()
            + " processors"
            + (field("/proc/cpuinfo", "flags").contains("hypervisor") ? ", of a virtual machine" : ""),
        "- memory: " + field("/proc/meminfo", "MemTotal").replace("kB", "KiB") + "; pages of 2 MiB: " + pool("2048kB")
            + "; of 1 GiB: "
            + pool("1048576kB"),
        "- kernel: " + System.getProperty("os.name") + " " + System.getProperty("os.version"),
        "- compiler of the C program: gcc " + Twin.compilerVersion(),
        "- JDK: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        "- date: " + LocalDate.now(ZoneOffset.UTC) + "; " + load());
  }

  /** {@return how busy the machine has been in the last 1, 5 and 15 minutes} */
  static String load() throws IOException {
    return "load: " + String.join(" ", List.of(Files.readString(Path.of("/proc/loadavg")).split(" ")).subList(0, 3));
  }

  private static String field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream().filter(line -> line.startsWith(name)).findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
  }

  private static String pool(String size) throws IOException {
    Path folder = Path.of("/sys/kernel/mm/hugepages/hugepages-" + size);
    return Files.exists(folder)
        ? Files.readString(folder.resolve("free_hugepages")).strip() + " free of "
            + Files.readString(folder.resolve("nr_hugepages")).strip()
        : "no pool";
  }
}
