// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Media in memory, mostly holes, that keep every write and barrier. */
final class RecordedMedia implements Media {
  private final List<Event> events = new ArrayList<>();
  private Sparse content;

  RecordedMedia(long size) {
    this.content = new Sparse(size);
  }

  /** What reached the media: bytes, or a barrier, which has none. */
  record Event(long offset, byte[] bytes) {
    static final Event BARRIER = new Event(0, new byte[0]);
  }

  /** Bytes in pages, which a copy shares until one of the two writes to them. */
  static final class Sparse {
    private static final int PAGE = 4096;
    private final long size;
    private final Map<Long, byte[]> pages;
    private final Set<Long> owned = new HashSet<>();

    Sparse(long size) {
      this(size, Map.of());
    }

    private Sparse(long size, Map<Long, byte[]> pages) {
      this.size = size;
      this.pages = new HashMap<>(pages);
    }

    Sparse copy() {
      owned.clear();
      return new Sparse(size, pages);
    }

    byte[] read(long offset, int length) {
      byte[] bytes = new byte[length];
      for (int done = 0; done < length;) {
        long at = offset + done;
        int within = (int) (at % PAGE);
        int count = Math.min(length - done, PAGE - within);
        byte[] page = pages.get(at / PAGE);
        if (page != null) {
          System.arraycopy(page, within, bytes, done, count);
        }
        done += count;
      }
      return bytes;
    }

    void write(long offset, byte[] bytes, int from, int length) {
      if (offset < 0 || offset + length > size) {
        throw new AssertionError("a write to " + offset + " of " + size);
      }
      for (int done = 0; done < length;) {
        long at = offset + done;
        int within = (int) (at % PAGE);
        int count = Math.min(length - done, PAGE - within);
        if (owned.add(at / PAGE)) {
          pages.put(at / PAGE, pages.getOrDefault(at / PAGE, new byte[PAGE]).clone());
        }
        System.arraycopy(bytes, from + done, pages.get(at / PAGE), within, count);
        done += count;
      }
    }

    boolean same(long offset, byte[] bytes, int from, int length) {
      byte[] here = read(offset, length);
      return Arrays.equals(here, 0, length, bytes, from, from + length);
    }
  }

  /** {@return what is on the media now; a copy} */
  Sparse content() {
    return content.copy();
  }

  /** {@return what was written since the last call} */
  List<Event> takeEvents() {
    List<Event> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  @Override
  public long size() {
    return content.size;
  }

  @Override
  public byte[] read(long offset, int length) {
    return content.read(offset, length);
  }

  @Override
  public void write(long offset, byte[] bytes) {
    content.write(offset, bytes, 0, bytes.length);
    events.add(new Event(offset, bytes.clone()));
  }

  @Override
  public void barrier() {
    events.add(Event.BARRIER);
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
