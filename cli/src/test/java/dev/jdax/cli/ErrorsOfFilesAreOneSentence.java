// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever keeps jdax from a file is a sentence, with Linux's errno where Linux has said one; never a stack trace. */
class ErrorsOfFilesAreOneSentence {
  private static final int LIMIT = 64; // KiB

  @TempDir
  private Path folder;

  static Stream<Arguments> exceptions() {
    return Stream.of(
        Arguments.of(new IOException("No space left on device"), "ENOSPC", "cannot finish it: No space left on device"),
        Arguments.of(new IOException("File too large"), "EFBIG", "cannot finish it: File too large"),
        Arguments.of(new IOException("Input/output error"), "EIO", "cannot finish it: Input/output error"),
        Arguments.of(new UncheckedIOException(new IOException("Disk quota exceeded")), "EDQUOT",
            "cannot finish it: Disk quota exceeded"),
        Arguments.of(new EOFException("the file ends before 0x1000"), null,
            "cannot finish it: the file ends before 0x1000"),
        Arguments.of(new ClosedChannelException(), null, "cannot finish it: ClosedChannelException"),
        Arguments.of(new FileSystemException("x", null, "Read-only file system"), "EROFS",
            "cannot open x: Read-only file system"),
        Arguments.of(new FileAlreadyExistsException("x"), "EEXIST", "cannot open x: it is there already"),
        Arguments.of(new NotDirectoryException("x"), null, "cannot open x: NotDirectoryException"));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void whateverTheException(Exception exception, String errno, String message) {
    Failure failure = Failure.of(exception, "it").orElseThrow();
    assertThat(failure.errno()).isEqualTo(errno);
    assertThat(failure.message()).isEqualTo(message);
    assertThat(failure.sentence()).isEqualTo(message + (errno == null ? "" : " (" + errno + ")"));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Draws a plot into the file that is named: in a JVM of its own, since a limit of its files is one of its memory. */
  static final class Drawing {
    public static void main(String[] file) throws IOException {
      Bench.Measured measured = new Bench.Measured(Bench.Kind.READ, 64, 1, 10, 20, 1e9);
      try {
        BenchPlot.draw(new Bench.Result("paper", PageSize.SIZE_4K, 2 << 20, PersistenceDomain.NONE, false,
            List.of(measured), new Bench.RandomAccess(2 << 20, 5, Optional.empty(), "it is paper")), Path.of(file[0]));
      } catch (DaxException e) {
        System.err.print(e.getMessage());
      }
    }
  }

  @Test
  void nativeAccessThatTheJvmDeniesIsASentenceToo() throws Exception {
    ShellRun denied = ShellRun.of(folder, Map.of(), "truncate -s 64M nv.img; "
        + "${JDAX/--enable-native-access=ALL-UNNAMED/--illegal-native-access=deny} init-labels nv.img --json");
    assertThat(denied.exitCode()).isEqualTo(1);
    assertThat(denied.out()).contains("\"errno\": \"EPERM\"", "this JVM denies native access to ",
        "start it with --enable-native-access=");
  }

  /** Linux sends a signal with the error, which the JVM ignores. */
  @Test
  void aPlotOverTheLimitOfAFileLeavesTheOldOneAndNoHalf() throws Exception {
    Files.writeString(folder.resolve("old.svg"), "old");
    Files.createSymbolicLink(folder.resolve("link.svg"), Path.of("old.svg"));
    for (String file : List.of("new.svg", "old.svg", "link.svg")) {
      ShellRun run = ShellRun.of(folder, Map.of(), "ulimit -f " + LIMIT + "; ${JDAX% *} '" + Drawing.class.getName()
          + "' " + file);
      assertThat(run.err()).isEqualTo("cannot draw " + file
          + ": File too large; make room for it, or name another file (EFBIG)");
      assertThat(files()).containsExactly("link.svg", "old.svg");
      assertThat(Files.readString(folder.resolve("old.svg"))).isEqualTo("old");
    }
    ShellRun room = ShellRun.of(folder, Map.of(), "${JDAX% *} '" + Drawing.class.getName() + "' new.svg");
    assertThat(room.err()).isEmpty();
    assertThat(Files.readString(folder.resolve("new.svg")).strip()).endsWith("</svg>")
        .hasSizeGreaterThan(LIMIT << 10);
  }

  @Test
  void aPlotGoesThroughALinkAndIntoWhatIsNoFile() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link.svg"), Path.of("plot.svg"));
    Files.writeString(folder.resolve("plot.svg"), "old");
    assertThat(CommandRun.of("bench", "-s", "2M", "--seconds", "0.02", "--plot", link).exitCode()).isZero();
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.readString(folder.resolve("plot.svg"))).contains("<svg");
    CommandRun full = CommandRun.of("bench", "-s", "2M", "--seconds", "0.02", "--plot", "/dev/full");
    assertThat(full.exitCode()).isEqualTo(1);
    assertThat(full.err())
        .isEqualToNormalizingNewlines("jdax: cannot draw /dev/full: No space left on device; make room "
            + "for it, or name another file (ENOSPC)\n");
    assertThat(Files.isRegularFile(Path.of("/dev/full"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void anEditOverTheLimitOfAFileIsASentence() throws Exception {
    ShellRun made = ShellRun.of(folder, Map.of(), "truncate -s 65664K nv.img; ulimit -f " + LIMIT
        + "; $JDAX init-labels nv.img --label-size 128K --slot 0 --assume-unused --json");
    assertThat(made.exitCode()).as(made.toString()).isEqualTo(1);
    assertThat(made.err()).isEmpty();
    JsonObject error = JsonParser.parseString(made.out()).getAsJsonObject().getAsJsonArray("errors").get(0)
        .getAsJsonObject();
    assertThat(error.get("errno").getAsString()).isEqualTo("EFBIG");
  }

  @Test
  void theLimitOfAFileIsOneOfMemoryToo() throws Exception {
    ShellRun run = ShellRun.of(folder, Map.of(), "ulimit -f " + LIMIT + "; $JDAX bench -s 2M --seconds 0.02");
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.err()).startsWith("jdax: cannot claim 2 MiB in pages of 4 KiB: ").contains("(ulimit -f)", "(EFBIG)")
        .hasLineCount(1);
  }
}
