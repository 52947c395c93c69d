// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import com.google.gson.Gson;
import dev.jdax.PageSize;
import dev.jdax.pmem.NvdimmImage;
import picocli.CommandLine;

/**
 * A run of a program in a process of its own; of the command too, where it has to be another user's or in a container.
 *
 * @param status with what it ended
 * @param said what it printed
 */
record OtherProcess(int status, String said) {
  static OtherProcess run(Object... words) throws IOException, InterruptedException {
    return run(Arrays.asList(words));
  }

  private static OtherProcess run(List<?> words) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words.stream().map(Object::toString).toList());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new OtherProcess(process.waitFor(), said);
  }

  /**
   * {@return a run of the command}
   *
   * @param folder where the command's classes are copied to, so that every user can read them
   * @param before what runs the JVM, such as {@code setpriv --reuid=65534}
   * @param words the words behind {@code jdax}
   */
  static OtherProcess jdax(Path folder, List<String> before, Object... words) throws IOException, InterruptedException {
    List<String> places = new ArrayList<>();
    for (Class<?> part : List.of(Jdax.class, NvdimmImage.class, PageSize.class, CommandLine.class, Gson.class)) {
      places.add(copied(Path.of(URI.create(part.getProtectionDomain().getCodeSource().getLocation().toString())),
          folder.resolve(Integer.toString(places.size()))).toString());
    }
    List<Object> command = new ArrayList<>(before);
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java"), "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-cp", String.join(":", places),
        Jdax.class.getName()));
    command.addAll(Arrays.asList(words));
    return run(command);
  }

  private static Path copied(Path place, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path to = target.resolve(place.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return target;
  }
}
