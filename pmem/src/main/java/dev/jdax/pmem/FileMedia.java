// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import dev.jdax.ByteSize;

/** Media in a file. Its barrier is fdatasync(2), which also keeps what a file system needs to find the data again. */
final class FileMedia implements Media {
  private final FileChannel channel;

  private FileMedia(FileChannel channel) {
    this.channel = channel;
  }

  static FileMedia open(Path file) throws IOException {
    return new FileMedia(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public byte[] read(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("the file ends before " + ByteSize.hex(offset + length));
      }
    }
    return bytes.array();
  }

  @Override
  public void write(long offset, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left, offset + left.position());
    }
  }

  @Override
  public void barrier() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
