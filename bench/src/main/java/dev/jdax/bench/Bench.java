// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Measures all figures, or those that are named, each in a JVM of its own, and prints them as a table in Markdown.
 */
public final class Bench {
  /** Small, and with the collector that has no threads: two processors are all that a figure may need. */
  private static final List<String> OPTIONS = List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC",
      "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow");
  private static final String HERE = "--in-this-jvm";

  private static final Map<String, Supplier<Figure>> FIGURES = new LinkedHashMap<>();

  static {
    FIGURES.put("OpenMapClose", OpenMapClose::new);
    FIGURES.put("ClaimMapTouch", ClaimMapTouch::new);
    FIGURES.put("RandomReads", RandomReads::new);
    FIGURES.put("SequentialAccess", SequentialAccess::new);
    FIGURES.put("CreateAndDestroy", CreateAndDestroy::new);
    FIGURES.put("Persist", Persist::new);
    FIGURES.put("CopyAndPersist", CopyAndPersist::new);
    FIGURES.put("FlushAndDrain", FlushAndDrain::new);
    FIGURES.put("CopyPastTheCache", CopyPastTheCache::new);
    FIGURES.put("PersistLatency", PersistLatency::new);
    FIGURES.put("WaysToPersist", WaysToPersist::new);
  }

  private Bench() {
  }

  /**
   * Measures.
   *
   * @param args the names of figures; none for all
   * @throws IOException if a figure fails
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 2 && args[0].equals(HERE)) {
      FIGURES.get(args[1]).get().measure().forEach(System.out::println);
      return;
    }
    List<String> names = args.length == 0 ? List.copyOf(FIGURES.keySet()) : List.of(args);
    for (String name : names) {
      if (!FIGURES.containsKey(name)) {
        System.err.println(name + " is no figure; there are " + String.join(", ", FIGURES.keySet()));
        System.exit(2);
      }
    }
    System.out.println(Machine.now() + "\n\n" + Row.HEAD);
    boolean failed = false;
    for (String name : names) {
      failed |= !measureInJvmOfItsOwn(name);
    }
    System.out.println("\n" + Machine.load());
    System.exit(failed ? 1 : 0);
  }

  /** So that what one figure makes the compiler believe does not slow another. */
  private static boolean measureInJvmOfItsOwn(String name) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName(), HERE, name));
    ProcessBuilder jvm = new ProcessBuilder(command).inheritIO();
    jvm.environment().put("PMEM_IS_PMEM_FORCE", "1"); // LLPL asks libpmem whether to flush lines or call the kernel
    try {
      int status = jvm.start().waitFor();
      if (status != 0) {
        System.err.println(name + " failed with status " + status);
      }
      return status == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " was measured", e);
    }
  }
}
