// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The C program that does what is measured, too: {@code twin.c}, compiled when it is started, asked line by line. */
final class Twin implements AutoCloseable {
  private static final List<String> COMPILER = List.of("gcc", "-O3", "-march=native", "-pthread", "-Wall",
      "-Wextra", "-Werror");

  private final Path folder;
  private final Process process;
  private final Writer questions;
  private final BufferedReader answers;

  private Twin(Path folder) throws IOException {
    this.folder = folder;
    this.process = new ProcessBuilder(folder.resolve("twin").toString()).redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    this.questions = process.outputWriter();
    this.answers = process.inputReader();
  }

  static Twin start() throws IOException {
    Path folder = Files.createTempDirectory("jdax-twin");
    try {
      compile(folder);
      return new Twin(folder);
    } catch (IOException | RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  private static void compile(Path folder) throws IOException {
    Path source = folder.resolve("twin.c");
    try (InputStream text = Twin.class.getResourceAsStream("/twin.c")) {
      Files.copy(text, source);
    }
    List<String> command = Stream.concat(COMPILER.stream(),
        Stream.of("-o", folder.resolve("twin").toString(), source.toString(), "-ldl")).toList();
    run(command);
  }

  static String compilerVersion() throws IOException {
    return run(List.of("gcc", "-dumpfullversion")).strip();
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (waitFor(process) != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + said);
    }
    return said;
  }

  /** {@return the path under which another process can open a file that this one has open, by the start of its name} */
  static Path fileOfThisProcess(String name) throws IOException {
    Path descriptors = Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd");
    try (Stream<Path> open = Files.list(descriptors)) {
      return open.filter(link -> leadsTo(link, "/" + name)).findFirst()
          .orElseThrow(() -> new IOException("this process has no file open whose name begins with " + name));
    }
  }

  private static boolean leadsTo(Path link, String name) {
    try {
      return Files.readSymbolicLink(link).toString().startsWith(name);
    } catch (IOException e) {
      return false; // it was closed since the folder was read
    }
  }

  /** Maps the file, shared; what it is asked from now on is done in that memory. */
  void map(Path file, long size) throws IOException {
    ask("map " + file + " " + size);
  }

  /** {@return how long it took the program to do what it was asked, in nanoseconds} */
  long ask(String question) throws IOException {
    return Long.parseLong(answer(question, "\\d+"));
  }

  /** {@return how long each operation took of those that it was asked to do, in nanoseconds} */
  long[] askForEach(String question) throws IOException {
    return Stream.of(answer("each " + question, "[\\d ]+").split(" ")).mapToLong(Long::parseLong).toArray();
  }

  private String answer(String question, String shape) throws IOException {
    questions.write(question + "\n");
    questions.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the C program ended when it was asked: " + question);
    }
    if (!answer.matches(shape)) {
      throw new IOException("the C program, asked " + question + ": " + answer);
    }
    return answer;
  }

  /** Ends the program, which reads until there is nothing more. */
  @Override
  public void close() throws IOException {
    questions.close();
    waitFor(process);
    delete(folder);
  }

  private static int waitFor(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + process.info().command().orElse("a process"), e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
