// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Media as they would be: writes stay in memory, in front of what is really there. */
final class DryMedia implements Media {
  private final Media below;
  private final List<Piece> written = new ArrayList<>();

  DryMedia(Media below) {
    this.below = below;
  }

  private record Piece(long offset, byte[] bytes) {
    void copyInto(byte[] target, long at) {
      long from = Math.max(offset, at);
      long to = Math.min(offset + bytes.length, at + target.length);
      if (from < to) {
        System.arraycopy(bytes, (int) (from - offset), target, (int) (from - at), (int) (to - from));
      }
    }
  }

  @Override
  public long size() throws IOException {
    return below.size();
  }

  @Override
  public byte[] read(long offset, int length) throws IOException {
    byte[] bytes = below.read(offset, length);
    written.forEach(piece -> piece.copyInto(bytes, offset));
    return bytes;
  }

  @Override
  public void write(long offset, byte[] bytes) {
    written.add(new Piece(offset, bytes.clone()));
  }

  @Override
  public void barrier() {
    // Nothing of it is to be kept.
  }

  @Override
  public void begin() throws IOException {
    below.begin();
  }

  @Override
  public void end() {
    below.end();
  }

  @Override
  public String kindOfContent(long offset) {
    return below.kindOfContent(offset);
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
