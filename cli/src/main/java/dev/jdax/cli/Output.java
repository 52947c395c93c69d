// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Standard output, in UTF-8 whatever the locale is. It remembers the first failure, which a {@link PrintWriter} keeps to
 * itself; what is printed after it is lost.
 */
final class Output {
  private final PrintWriter writer;
  private IOException failure;

  Output(OutputStream stream) {
    OutputStream buffered = new BufferedOutputStream(new Remembering(stream));
    this.writer = new PrintWriter(new OutputStreamWriter(buffered, StandardCharsets.UTF_8));
  }

  PrintWriter writer() {
    return writer;
  }

  /** {@return the first failure, after everything that was printed has been written} */
  Optional<Failure> flush() {
    writer.flush();
    return Optional.ofNullable(failure).map(e -> Failure.ofOutput(e));
  }

  private final class Remembering extends OutputStream {
    private final OutputStream stream;

    Remembering(OutputStream stream) {
      this.stream = stream;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[]{(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      if (failure != null) {
        return;
      }
      try {
        stream.write(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
      }
    }
  }
}
