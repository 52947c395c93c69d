// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;

/**
 * A driver for tests of the rules: it claims addresses, of any size, and no memory.
 *
 * <p>A mapping of them can be had all the same: of a sparse file, which is made when the first one is, and in pages of
 * 4 KiB whatever the alignment.
 */
public final class AddressesOnly implements DaxDriver {
  private final String name;
  private final Match match;
  private final List<Source> open = new ArrayList<>();
  private final List<Source> closed = new ArrayList<>();
  private final List<Extent> prepared = new ArrayList<>();
  private Errno nextPrepareFailsWith;
  private Runnable nextPrepareRuns;

  /**
   * Addresses to make a region of.
   *
   * @param label what sentences say of it
   * @param start the first address
   * @param size how many bytes
   * @param alignment the region's alignment
   * @param dynamic whether it is to be a dynamic region
   * @param id the region's id, for a static region; empty where the bus is to give it
   * @param deviceId the id of a static region's device
   * @param node the NUMA node, -1 for none
   * @param properties what the region shows beside Linux's attributes
   */
  public record Source(String label, long start, long size, PageSize alignment, boolean dynamic, OptionalInt id,
      int deviceId, int node, Map<String, String> properties) implements MemorySource {
    /**
     * {@return the same, beginning elsewhere}
     *
     * @param address the first address
     */
    public Source at(long address) {
      return new Source(label, address, size, alignment, dynamic, id, deviceId, node, properties);
    }

    /**
     * {@return the same, on a node}
     *
     * @param wanted the node
     */
    public Source onNode(int wanted) {
      return new Source(label, start, size, alignment, dynamic, id, deviceId, wanted, properties);
    }

    /**
     * {@return the same, with further attributes}
     *
     * @param wanted their names and texts
     */
    public Source showing(Map<String, String> wanted) {
      return new Source(label, start, size, alignment, dynamic, id, deviceId, node, wanted);
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /** Makes one that is called {@code addresses} and knows exactly its sources. */
  public AddressesOnly() {
    this("addresses", Match.EXACT);
  }

  /**
   * Makes one.
   *
   * @param name what it is called
   * @param match how well it knows its sources
   */
  public AddressesOnly(String name, Match match) {
    this.name = name;
    this.match = match;
  }

  /**
   * {@return addresses from 0 for a dynamic region, on no node}
   *
   * @param size how many bytes
   * @param alignment the region's alignment
   */
  public static Source dynamic(long size, PageSize alignment) {
    return new Source(ByteSize.format(size) + " of addresses", 0, size, alignment, true, OptionalInt.empty(), 0, -1,
        Map.of());
  }

  /**
   * {@return addresses from 0 for a static region whose one device has all of them, on no node}
   *
   * @param id the region's id
   * @param deviceId the device's id
   * @param size how many bytes
   * @param alignment the region's alignment
   */
  public static Source fixed(int id, int deviceId, long size, PageSize alignment) {
    return new Source("dax" + id + "." + deviceId + " of " + ByteSize.format(size), 0, size, alignment, false,
        OptionalInt.of(id), deviceId, -1, Map.of());
  }

  /**
   * {@return the sources whose claims are held, in the order of claiming}
   */
  public synchronized List<Source> open() {
    return List.copyOf(open);
  }

  /**
   * {@return the sources whose claims were given back, in the order of that}
   */
  public synchronized List<Source> closed() {
    return List.copyOf(closed);
  }

  /**
   * {@return what was made ready for a device, in the order of that}
   */
  public synchronized List<Extent> prepared() {
    return List.copyOf(prepared);
  }

  /**
   * Fails the next {@link Memory#prepare}.
   *
   * @param errno with what
   */
  public synchronized void failNextPrepare(Errno errno) {
    nextPrepareFailsWith = errno;
  }

  /**
   * Has the next {@link Memory#prepare} do something first, without a lock of this driver.
   *
   * @param step what it does
   */
  public synchronized void atNextPrepare(Runnable step) {
    nextPrepareRuns = step;
  }

  private synchronized Runnable takeStep() {
    Runnable step = nextPrepareRuns;
    nextPrepareRuns = null;
    return step;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof Source ? match : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    Source wanted = (Source) source;
    Memory claim = claim(wanted);
    try (Unwind unwind = new Unwind()) {
      unwind.onFailure(claim::close);
      InProcessRegion region;
      if (wanted.dynamic) {
        region = InProcessRegion.dynamic(claim, wanted.start, wanted.alignment);
      } else {
        region = InProcessRegion.fixed(claim, wanted.id, wanted.start, wanted.alignment);
        region.createDevice(wanted.deviceId, 0, wanted.size);
      }
      unwind.keep();
      return region;
    }
  }

  /**
   * {@return a claim of the addresses}
   *
   * @param wanted the addresses
   */
  public synchronized Memory claim(Source wanted) {
    open.add(wanted);
    return new Addresses(wanted);
  }

  private final class Addresses implements Memory {
    private final Source source;
    private Fd sparse;

    Addresses(Source source) {
      this.source = source;
    }

    @Override
    public List<Extent> extents() {
      return List.of(new Extent(0, source.size));
    }

    @Override
    public PageSize granularity() {
      return PageSize.SIZE_4K;
    }

    @Override
    public boolean granularityWaived() {
      return true;
    }

    @Override
    public int node() {
      return source.node;
    }

    @Override
    public boolean mayVanish() {
      return false;
    }

    @Override
    public boolean pinned() {
      return false;
    }

    @Override
    public Map<String, String> properties() {
      return source.properties;
    }

    @Override
    public Descriptor open(Access access) throws DaxException {
      synchronized (AddressesOnly.this) {
        if (sparse == null) {
          try {
            sparse = Fd.memfd("jdax-addresses");
            sparse.truncate(source.size);
          } catch (SystemCallException e) {
            throw DaxException.of(Errno.of(e.errno()), "open " + source, "the kernel refused " + e.call(), "see why",
                e);
          }
        }
        return new Descriptor(sparse.number(), () -> {
        });
      }
    }

    @Override
    public void prepare(Extent part) throws DaxException {
      Runnable step = takeStep();
      if (step != null) {
        step.run();
      }
      synchronized (AddressesOnly.this) {
        if (nextPrepareFailsWith != null) {
          Errno errno = nextPrepareFailsWith;
          nextPrepareFailsWith = null;
          throw DaxException.of(errno, "prepare " + ByteSize.format(part.length()), "a test says so", "do not");
        }
        prepared.add(part);
      }
    }

    @Override
    public void close() {
      synchronized (AddressesOnly.this) {
        if (!open.remove(source)) {
          throw new IllegalStateException(source + " was given back twice");
        }
        closed.add(source);
        if (sparse != null) {
          sparse.close();
        }
      }
    }
  }
}
