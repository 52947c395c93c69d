// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.guest.differential.Script.Way;
import dev.jdax.kernel.Dax;
import dev.jdax.spi.AddressesOnly;

/**
 * Does the same to regions of ours and to regions of Linux, and compares them after each step: what the step gave, and
 * all that can be seen then.
 *
 * <p>Ours have the sizes and the addresses of Linux's, so that not even these differ.
 */
public final class Comparison implements AutoCloseable {
  /** For how long a difference is shrunk. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Every how many steps the regions are also looked at by calls, which takes longer than the files of sysfs. */
  private static final int LOOK = 25;

  /**
   * Two regions.
   *
   * @param ours of this process
   * @param other the other
   * @param folder its folder in sysfs; null if it is of this process, too
   */
  record Pair(DaxRegion ours, DaxRegion other, Path folder) {
    Side otherTexts() {
      return folder == null ? new Texts(other) : new SysfsTexts(other.id(), folder);
    }

    void clear() throws DaxException {
      Side.clear(ours);
      Side.clear(other);
    }
  }

  /** Gives the next step, or null after the last one. */
  @FunctionalInterface
  private interface Steps {
    Step next() throws DaxException;
  }

  private final DaxBus bus;
  private final List<Pair> pairs;
  private final Journal journal;
  private final Map<String, Integer> tally = new TreeMap<>();
  private int runs;
  private int steps;

  Comparison(DaxBus bus, List<Pair> pairs, Journal journal) {
    this.bus = bus;
    this.pairs = List.copyOf(pairs);
    this.journal = journal;
  }

  /**
   * {@return a comparison with the dynamic regions of this kernel, which are cleared}
   *
   * @param log where each step is told before it is done: the kernel may not survive it
   * @throws IOException if there is none, or it cannot be read
   */
  public static Comparison withThisKernel(Path log) throws IOException {
    DaxBus bus = DaxBus.withDrivers(new AddressesOnly());
    List<Pair> pairs = new ArrayList<>();
    for (DaxRegion linuxs : Dax.regions()) {
      Side.clear(linuxs);
      Path device = Path.of("/sys/bus/dax/devices", linuxs.devices().getFirst().name()).toRealPath();
      long start = Long.decode(Files.readString(device.resolve("resource")).strip());
      String node = Files.exists(device.resolve("target_node"))
          ? Files.readString(device.resolve("target_node")).strip()
          : "-1";
      DaxRegion ours = bus.add(AddressesOnly.dynamic(linuxs.size(), PageSize.SIZE_2M).at(start)
          .onNode(Integer.parseInt(node)));
      if (ours.id() != linuxs.id()) {
        throw new IllegalStateException("region " + linuxs.id() + " of Linux is not the next one; boot without others");
      }
      pairs.add(new Pair(ours, linuxs, device.getParent()));
    }
    return new Comparison(bus, pairs, new Journal(log));
  }

  /**
   * Compares the names and permissions of all attributes, of regions with a device of two ranges.
   *
   * @throws IOException if the regions cannot be read
   * @throws AssertionError if they differ
   */
  public void modes() throws IOException {
    for (Pair pair : pairs) {
      pair.clear();
      for (DaxRegion region : List.of(pair.ours, pair.other)) {
        DaxDevice first = region.devices().getFirst();
        first.resize(PageSize.SIZE_2M.bytes());
        region.createEmpty().resize(PageSize.SIZE_2M.bytes());
        first.resize(2 * PageSize.SIZE_2M.bytes());
      }
      String ours = new Texts(pair.ours).modes();
      String others = new SysfsTexts(pair.other.id(), pair.folder).modes();
      if (!ours.equals(others)) {
        throw new AssertionError("the permissions of ours are\n" + ours + "and those of the other\n" + others);
      }
    }
  }

  /**
   * Does a script's steps.
   *
   * @param script the script
   * @throws IOException if the regions cannot be read
   * @throws AssertionError if the two are different after one of its steps, with both of them
   */
  public void replay(Script script) throws IOException {
    Optional<Difference> difference = run(script.way(), script.region(), script.steps());
    if (difference.isPresent()) {
      throw new AssertionError("they differ after " + difference.get());
    }
  }

  /**
   * Does random steps: of calls or of texts, in one of the regions.
   *
   * @param random where all that comes from
   * @param count how many steps
   * @throws IOException if the regions cannot be read
   * @throws AssertionError if the two are different after a step, with both of them, and the fewest steps that could be
   *     found that lead there
   */
  public void random(RandomGenerator random, int count) throws IOException {
    Way way = random.nextInt(5) < 3 ? Way.CALLS : Way.TEXTS;
    int region = random.nextInt(pairs.size());
    RandomSteps source = new RandomSteps(random, way, pairs.get(region).ours);
    int last = steps + count;
    Optional<Difference> difference = run(way, region, () -> steps < last ? source.next() : null);
    if (difference.isPresent()) {
      throw failure(difference.get());
    }
  }

  private AssertionError failure(Difference difference) throws IOException {
    Script script = difference.script();
    List<Step> fewest = Shrinking.shrink(script.steps(), PATIENCE,
        fewer -> run(script.way(), script.region(), fewer).isPresent());
    Difference again = run(script.way(), script.region(), fewest).orElse(difference);
    return new AssertionError("they differ after " + difference + "\nto be done first from now on, in regressions.txt:"
        + "\n\n" + again.script() + "\n\nwhere they differ after " + again + "\nall steps were:\n\n" + script + "\n");
  }

  private Optional<Difference> run(Way way, int region, List<Step> given) throws IOException {
    Iterator<Step> rest = given.iterator();
    return run(way, region, () -> rest.hasNext() ? rest.next() : null);
  }

  private Optional<Difference> run(Way way, int region, Steps source) throws IOException {
    Pair pair = pairs.get(region);
    pair.clear();
    runs++;
    journal.begin(way, region);
    Texts ourTexts = new Texts(pair.ours);
    Side otherTexts = pair.otherTexts();
    Side ours = way == Way.CALLS ? new Calls(pair.ours, runs) : ourTexts;
    Side other = way == Way.CALLS ? new Calls(pair.other, runs) : otherTexts;
    List<Step> done = new ArrayList<>();
    String our = Side.OK;
    String others = Side.OK;
    while (true) {
      Step step = source.next();
      boolean look = step == null || done.size() % LOOK == 0;
      String ourState = state(ours, ourTexts, look);
      String otherState = state(other, otherTexts, look);
      if (!our.equals(others) || !ourState.equals(otherState)) {
        return Optional.of(new Difference(new Script(way, region, done), our, others, ourState, otherState));
      }
      if (step == null) {
        return Optional.empty();
      }
      journal.add(step);
      done.add(step);
      our = ours.perform(step);
      others = other.perform(step);
      count(step, our);
    }
  }

  private static String state(Side side, Side texts, boolean all) throws IOException {
    String state = all ? texts.state() : texts.layout();
    return side == texts ? state : state + side.layout() + (all ? side.state() : "");
  }

  private void count(Step step, String result) {
    steps++;
    String kind = result.startsWith("E") || result.equals(Side.OK) ? result : "shown";
    tally.merge(step.verb() + " " + kind, 1, Integer::sum);
  }

  /**
   * {@return how many steps have been done}
   */
  public int steps() {
    return steps;
  }

  /**
   * {@return how many steps of each kind have ended in which way, such as RESIZE ENOSPC}
   */
  public Map<String, Integer> tally() {
    return tally;
  }

  /** {@return what is compared} */
  @Override
  public String toString() {
    return pairs.stream().map(pair -> pair.ours + " and " + pair.other).toList().toString();
  }

  @Override
  public void close() throws IOException {
    for (Pair pair : pairs) {
      Side.clear(pair.other);
    }
    bus.close();
    journal.close();
  }
}
