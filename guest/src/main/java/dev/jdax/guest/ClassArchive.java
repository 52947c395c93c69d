// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The classes that nearly every test uses, loaded and verified once on the host (the JDK's class data sharing) instead
 * of in each guest, where it takes longer than most tests. What is not in it is loaded as ever.
 *
 * @param file the archive
 * @param classPath a class path with the jars of the archive at its beginning, as the JVM demands
 */
record ClassArchive(Path file, String classPath) {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  /**
   * The archive for a class path, which is made if it is not there.
   *
   * @param classPath jars, and folders, whose classes stay out of it
   * @param options options that the JVM in the guest has too
   */
  static ClassArchive of(String classPath, List<String> options) throws IOException, InterruptedException {
    List<String> jars = Stream.of(classPath.split(File.pathSeparator)).filter(path -> path.endsWith(".jar")).toList();
    List<String> folders = Stream.of(classPath.split(File.pathSeparator)).filter(path -> !path.endsWith(".jar"))
        .toList();
    ClassArchive archive = new ClassArchive(file(jars),
        String.join(File.pathSeparator, Stream.concat(jars.stream(), folders.stream()).toList()));
    if (!Files.exists(archive.file)) {
      archive.make(String.join(File.pathSeparator, jars), options);
    }
    return archive;
  }

  /** Named by what the JVM compares: other jars, or another JVM, and the archive is another one. */
  private static Path file(List<String> jars) throws IOException {
    CRC32 name = new CRC32();
    name.update(System.getProperty("java.vm.version").getBytes(StandardCharsets.UTF_8));
    for (String jar : jars) {
      name.update((jar + Files.size(Path.of(jar)) + Files.getLastModifiedTime(Path.of(jar)))
          .getBytes(StandardCharsets.UTF_8));
    }
    return Path.of("target", "guest-classes", HexFormat.of().toHexDigits((int) name.getValue()) + ".jsa")
        .toAbsolutePath();
  }

  private void make(String jars, List<String> options) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(file.getParent());
    Path list = folder.resolve("list");
    Path made = folder.resolve("made");
    java(folder, options, "-XX:DumpLoadedClassList=" + list, "-cp", classPath, RunTests.class.getName(),
        WhatTestsUse.class.getName());
    java(folder, options, "-Xshare:dump", "-XX:SharedClassListFile=" + list, "-XX:SharedArchiveFile=" + made, "-cp",
        jars);
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void java(Path out, List<String> options, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JAVA));
    command.addAll(options);
    command.addAll(List.of(words));
    Path log = out.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("OUT", out.toString());
    int status = builder.start().waitFor();
    if (status != 0) {
      throw new IOException("cannot archive classes for guests: java ended with status " + status + "; see " + log);
    }
  }
}
