// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.jdax.PageSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that edit an image, killed at random 500 times over; the next one goes on with what the last one left.
 *
 * <p>A kill leaves what was written in the page cache, in its order, so this sees prefixes only; all cuts are for
 * {@link EveryCutIsTheOldStateOrTheNew}. It is here because it is real: the kernel's own calls, cut off where they are.
 * A child is killed a few milliseconds after a few of its lines, so that some edits get done on a slow machine too.
 */
@Tag("class-path") // the children are on the class path in any case: once is enough
class AKilledProcessLeavesTheOldStateOrTheNew {
  private static final int KILLS = 500;
  private static final int IMAGES = 2;
  private static final int LABELS = 128 << 10;
  private static final int UUID_LENGTH = 36;

  @TempDir
  private Path folder;
  private final AtomicInteger cutOff = new AtomicInteger();
  private final AtomicInteger old = new AtomicInteger();
  private final AtomicInteger finished = new AtomicInteger();

  @Test
  void fiveHundredTimes() throws Exception {
    long seed = Long.getLong("jdax.seed", new Random().nextInt());
    try (ExecutorService threads = Executors.newFixedThreadPool(IMAGES)) {
      List<Future<?>> images = new ArrayList<>();
      for (int i = 0; i < IMAGES; i++) {
        int number = i;
        images.add(threads.submit(() -> {
          killOver(folder.resolve("nv" + number + ".img"), LabelVersion.values()[number % 2],
              KILLS / IMAGES, new Random(seed + number));
          return null;
        }));
      }
      for (Future<?> image : images) {
        image.get();
      }
    } catch (Exception e) {
      throw new AssertionError("with -Djdax.seed=" + seed + ": " + e.getMessage(), e);
    }
    String figures = KILLS + " kills; edits finished " + finished + ", cut off " + cutOff + ", before they showed "
        + old;
    assertThat(cutOff).describedAs(figures).hasValueGreaterThan(KILLS / 10);
    assertThat(finished).describedAs(figures).hasValueGreaterThan(KILLS / 10);
  }

  /** Here it is memory that is written, and every store before the kill stays. */
  @Test
  void onHugetlbfs() throws Exception {
    long seed = Long.getLong("jdax.seed", new Random().nextInt());
    Path file = Hugetlbfs.folder().resolve("killed-" + ProcessHandle.current().pid() + ".img");
    try {
      killOver(file, LabelVersion.V1_2, KILLS / 20, new Random(seed));
    } catch (AssertionError e) {
      throw new AssertionError("with -Djdax.seed=" + seed + ": " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void killOver(Path file, LabelVersion version, int kills, Random random) throws Exception {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength((64 << 20) + Hugetlbfs.PAGE); // and labels at the end
    }
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      editor.initLabels(version, LABELS);
    }
    Set<String> state = Set.of();
    for (int kill = 0; kill < kills; kill++) {
      state = killOnce(file, random, state);
    }
  }

  private Set<String> killOnce(Path file, Random random, Set<String> before) throws Exception {
    Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m",
        "-XX:-UsePerfData", "-cp",
        classPath(WritesUntilKilled.class, ImageEditor.class, PageSize.class), WritesUntilKilled.class.getName(),
        file.toString(), Long.toString(random.nextLong()))
        .redirectErrorStream(true).redirectInput(Redirect.from(Path.of("/dev/null").toFile())).start();
    try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo(WritesUntilKilled.READY);
      List<String> said = new ArrayList<>();
      for (int lines = random.nextInt(5); lines > 0; lines--) {
        said.add(Objects.requireNonNull(output.readLine(), "a child ended by itself"));
      }
      Thread.sleep(random.nextInt(10));
      child.toHandle().destroyForcibly(); // the process's own method would close the pipe as well
      child.waitFor();
      said.addAll(output.readAllLines());
      return check(file, before, said);
    } finally {
      child.destroyForcibly();
    }
  }

  /** {@return where these classes are, and nothing else: looking through the tests' libraries takes longer than a child} */
  private static String classPath(Class<?>... classes) {
    return Stream.of(classes).map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(place -> Path.of(URI.create(place.toString())).toString()).collect(Collectors.joining(File.pathSeparator));
  }

  /** {@return what is in the image, which is what the edits of a child come to, the last one done or not} */
  private Set<String> check(Path file, Set<String> before, List<String> said) throws IOException {
    Set<String> state = before;
    Set<String> next = before;
    for (String line : said) {
      if (line.equals(WritesUntilKilled.DONE)) {
        state = next;
        finished.incrementAndGet();
      } else {
        next = after(state, line);
      }
    }
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).allMatch(namespace -> namespace.linux() == LinuxView.DEVDAX
          && namespace.rawSize() == WritesUntilKilled.SIZE && namespace.size() > 0);
      Set<String> found = image.namespaces().stream().map(namespace -> namespace.rawUuid().orElseThrow().toString())
          .collect(Collectors.toSet());
      assertThat(found).isIn(state, next);
      if (!next.equals(state)) {
        cutOff.incrementAndGet();
        old.addAndGet(found.equals(state) ? 1 : 0);
      }
      return found;
    }
  }

  /** {@return what an edit comes to; nothing if the line about it is not whole, since it comes before the edit} */
  private static Set<String> after(Set<String> state, String line) {
    Set<String> next = new HashSet<>(state);
    if (line.startsWith(WritesUntilKilled.CREATE) && line.length() == WritesUntilKilled.CREATE.length() + UUID_LENGTH) {
      next.add(line.substring(WritesUntilKilled.CREATE.length()));
    } else if (line.startsWith(WritesUntilKilled.DESTROY)) {
      next.remove(line.substring(WritesUntilKilled.DESTROY.length()));
    }
    return next;
  }
}
