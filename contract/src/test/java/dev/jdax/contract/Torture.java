// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;

/**
 * A program in whose eight threads everything goes wrong at once, at any step of jdax's: the heap is full, the stack
 * ends, memory vanishes, threads are interrupted, devices are destroyed under their users, processes are started, and
 * other class loaders have jdax, too. {@code SECONDS SEED FOLDER}; the folder is on a tmpfs.
 *
 * <p>Prints {@code nothing left} at the end, or what was wrong.
 */
final class Torture {
  static final int THREADS = 8;
  static final int REGIONS = THREADS / 4;
  static final long DEVICE_SIZE = 2L << 20;
  /** A region has room for fewer devices than its threads want. */
  private static final long REGION_SIZE = 3 * DEVICE_SIZE;
  /** A thread that has finished no step for so long waits for something that never comes. */
  private static final Duration STUCK = Duration.ofSeconds(120);

  final Path folder;
  final DaxBus bus = DaxBus.create();
  final List<DaxRegion> regions = new ArrayList<>();
  final List<Victim> victims = new ArrayList<>();
  /**
   * How many threads fill the heap; or, below 0, how many load classes, since a class whose loading meets a full heap is
   * lost to its loader.
   */
  private final AtomicInteger fullHeaps = new AtomicInteger();
  volatile boolean over;
  /** The first thing that was wrong; the memory to tell it is there when the heap is full. */
  private volatile Throwable wrong;

  private Torture(Path folder) throws DaxException {
    this.folder = folder;
    for (int i = 0; i < REGIONS; i++) {
      regions.add(bus.add(HmemRegion.of(REGION_SIZE, PageSize.SIZE_4K)));
    }
  }

  public static void main(String[] args) throws Exception {
    Torture torture = new Torture(Path.of(args[2]));
    Random random = new Random(Long.parseLong(args[1]));
    for (int i = 0; i < THREADS; i++) {
      torture.victims.add(new Victim(torture, i, random.nextLong()));
    }
    // A class whose initializer meets an error of the JVM is lost for ever, so each is initialized in peace.
    for (Ordeal ordeal : EnumSet.complementOf(EnumSet.of(Ordeal.DEEP, Ordeal.HEAP))) {
      ordeal.of(torture.victims.getFirst());
    }
    torture.run(Duration.ofSeconds(Long.parseLong(args[0])));
    torture.tell();
  }

  private void run(Duration time) throws InterruptedException {
    victims.forEach(Thread::start);
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end && wrong == null) {
      Thread.sleep(100);
      requireProgress();
    }
    over = true;
    for (Victim victim : victims) {
      while (!victim.join(Duration.ofSeconds(1))) {
        requireProgress();
      }
    }
  }

  private void requireProgress() {
    for (Victim victim : victims) {
      if (victim.isAlive() && System.nanoTime() - victim.progress > STUCK.toNanos()) {
        for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
          System.out.println(thread.getKey() + "\n  " + String.join("\n  ",
              Arrays.stream(thread.getValue()).map(StackTraceElement::toString).toList()));
        }
        System.out.println("stuck: " + victim);
        Runtime.getRuntime().halt(1);
      }
    }
  }

  /**
   * Does a step that fills the heap, or one that loads classes, unless one of the other kind is under way.
   *
   * @param sign 1 or -1: which of them
   */
  void apart(int sign, Callable<Void> step) throws Exception {
    int before = fullHeaps.get();
    if (before * sign >= 0 && fullHeaps.compareAndSet(before, before + sign)) {
      try {
        step.call();
      } finally {
        fullHeaps.addAndGet(-sign);
      }
    }
  }

  /** Ends the torture with what was wrong; the first one counts. */
  void isWrong(Throwable e) {
    if (wrong == null) {
      wrong = e;
    }
  }

  private void tell() throws IOException {
    if (wrong != null) {
      wrong.printStackTrace(System.out);
      return;
    }
    Victim.untilItIsDone(bus::close);
    Map<Ordeal, Integer> done = new EnumMap<>(Ordeal.class);
    Map<String, Integer> errors = new TreeMap<>();
    for (Victim victim : victims) {
      victim.done.forEach((ordeal, times) -> done.merge(ordeal, times, Integer::sum));
      victim.errors.forEach((name, times) -> errors.merge(name, times, Integer::sum));
    }
    System.out.println("done " + done);
    System.out.println("errors " + errors);
    List<String> left = left();
    System.out.println(left.isEmpty() ? "nothing left" : "left: " + left);
  }

  /** {@return the mappings and descriptors of memory that this process still has} */
  private List<String> left() throws IOException {
    List<String> left = new ArrayList<>(Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("memfd:jdax (") || line.contains(folder.toString())).toList());
    try (var links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        String target = Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
        if (target.contains("memfd:jdax (") || target.contains(folder.toString())) {
          left.add(target);
        }
      }
    }
    return left;
  }

  /** What another class loader runs, with a jdax of its own. */
  public static final class Application implements Runnable {
    @Override
    public void run() {
      try (DaxBus bus = DaxBus.create();
          DaxMapping mapping = bus.add(HmemRegion.of(DEVICE_SIZE, PageSize.SIZE_4K)).create(DEVICE_SIZE)
              .map(Access.READ_WRITE)) {
        mapping.fill(0, mapping.length(), (byte) 1);
        mapping.persist(0, mapping.length());
      } catch (DaxException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
