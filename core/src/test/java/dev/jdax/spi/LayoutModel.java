// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.jdax.DaxRange;

/**
 * How Linux's dynamic regions place ranges, told as plainly as it can be: by walking all allocations, every time.
 *
 * <p>Written from the observations of the reference alone, beside the table that it checks. It has neither
 * gaps nor errors: whoever uses it asks for {@link #available} first.
 */
public final class LayoutModel {
  /** An allocation; its place in the list of its device is its index. */
  private record Run(int device, long start, long length) {
    long behind() {
      return start + length;
    }
  }

  private final long start;
  private final long size;
  private final Map<Integer, List<Run>> devices = new TreeMap<>();

  /**
   * Makes a region without devices.
   *
   * @param start its first address
   * @param size its size in bytes
   */
  public LayoutModel(long start, long size) {
    this.start = start;
    this.size = size;
  }

  /**
   * Makes an empty device.
   *
   * @param id its id
   */
  public void create(int id) {
    devices.put(id, new ArrayList<>());
  }

  /**
   * Forgets a device.
   *
   * @param id its id
   */
  public void delete(int id) {
    devices.remove(id);
  }

  /**
   * {@return the ids of the devices, ascending}
   */
  public List<Integer> ids() {
    return List.copyOf(devices.keySet());
  }

  /**
   * {@return the size of a device in bytes}
   *
   * @param id its id
   */
  public long size(int id) {
    return devices.get(id).stream().mapToLong(Run::length).sum();
  }

  /**
   * {@return what no device has, in bytes}
   */
  public long available() {
    return size - devices.keySet().stream().mapToLong(this::size).sum();
  }

  /**
   * Grows or shrinks a device, by no more than what is available.
   *
   * @param id its id
   * @param wanted its new size in bytes
   */
  public void resize(int id, long wanted) {
    long old = size(id);
    if (wanted < old) {
      shrink(devices.get(id), old - wanted);
    }
    long need = wanted - old;
    while (need > 0) {
      need -= growIntoFirstGap(id, need);
    }
  }

  /** from the last range backwards, whole ranges while they fit, then the last one's end. */
  private static void shrink(List<Run> runs, long amount) {
    while (amount > 0) {
      Run last = runs.removeLast();
      if (last.length > amount) {
        runs.add(new Run(last.device, last.start, last.length - amount));
        return;
      }
      amount -= last.length;
    }
  }

  /** one round; gives how much of the need was met. */
  private long growIntoFirstGap(int id, long need) {
    List<Run> runs = devices.get(id);
    List<Run> all = devices.values().stream().flatMap(Collection::stream).sorted(Comparator.comparing(Run::start))
        .toList();
    if (all.isEmpty()) {
      return add(runs, new Run(id, start, Math.min(size, need)));
    }
    if (all.getFirst().start > start) {
      return add(runs, new Run(id, start, Math.min(all.getFirst().start - start, need)));
    }
    for (int i = 0; i < all.size(); i++) {
      Run before = all.get(i);
      long end = i + 1 < all.size() ? all.get(i + 1).start : start + size;
      long taken = Math.min(end - before.behind(), need);
      if (taken > 0) {
        if (before == runs.stream().reduce((first, second) -> second).orElse(null)) {
          runs.removeLast();
          add(runs, new Run(id, before.start, before.length + taken));
          return taken;
        }
        return add(runs, new Run(id, before.behind(), taken));
      }
    }
    throw new IllegalStateException("no gap");
  }

  private static long add(List<Run> runs, Run run) {
    runs.add(run);
    return run.length;
  }

  /**
   * {@return the ranges of a device, in the order of their indexes}
   *
   * @param id its id
   */
  public List<DaxRange> ranges(int id) {
    List<DaxRange> ranges = new ArrayList<>();
    long offset = 0;
    for (Run run : devices.get(id)) {
      ranges.add(new DaxRange(offset / 4096, run.start, run.length));
      offset += run.length;
    }
    return ranges;
  }
}
