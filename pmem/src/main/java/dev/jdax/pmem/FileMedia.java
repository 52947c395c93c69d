// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;

import dev.jdax.spi.EditedFile;

/** Media in a file. Its barrier is fdatasync(2), which also keeps what a file system needs to find the data again. */
record FileMedia(EditedFile file) implements Media {
  @Override
  public long size() {
    return file.size();
  }

  @Override
  public byte[] read(long offset, int length) throws IOException {
    return file.read(offset, length);
  }

  @Override
  public void write(long offset, byte[] bytes) throws IOException {
    file.write(offset, bytes);
  }

  @Override
  public void barrier() throws IOException {
    file.barrier();
  }

  @Override
  public void begin() throws IOException {
    file.begin();
  }

  @Override
  public void end() {
    file.end();
  }

  /** The edit ends here: blkid opens the file, and would wait for that. */
  @Override
  public String kindOfContent(long offset) {
    file.end();
    return Blkid.kindOf(file.link(), offset).orElse("data");
  }

  @Override
  public void close() {
    file.close();
  }
}
