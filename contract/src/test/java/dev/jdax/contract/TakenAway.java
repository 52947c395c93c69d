// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.spi.MemorySource;

/**
 * A program that maps a file and cuts it off after its first quarter: {@code hmem|image PATH}. Prints what came of what
 * it did there.
 */
final class TakenAway {
  private TakenAway() {
  }

  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[1]);
    try (DaxBus bus = DaxBus.create();
        DaxMapping mapping = bus.add(source(args[0], path)).devices().getFirst().map(Access.READ_WRITE)) {
      cutOff(path);
      long gone = mapping.length() - 4096;
      attempts(mapping, gone);
      System.out.println("alive");
    }
  }

  private static MemorySource source(String kind, Path path) throws IOException {
    if (kind.equals("hmem")) {
      return HmemRegion.attach(path);
    }
    try (NvdimmImage image = NvdimmImage.open(path, Attachment.DEFAULT.withRegion(3).withLabelSize(0))) {
      return image.namespace("namespace3.0");
    }
  }

  private static void cutOff(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 4);
    }
  }

  private static void attempts(DaxMapping mapping, long gone) throws DaxException {
    MemorySegment source = MemorySegment.ofArray(new byte[5000]);
    attempt("copy", () -> mapping.copyFrom(gone, source.asSlice(0, 8)));
    attempt("long copy", () -> mapping.copyFrom(mapping.length() - 5000, source));
    attempt("fill", () -> mapping.fill(gone, 8, (byte) 1));
    attempt("long fill", () -> mapping.fill(0, mapping.length(), (byte) 1));
    attempt("first block", () -> mapping.fill(0, 4096, (byte) 2));
    attempt("persist", () -> mapping.persist(0, 4096));
    MemorySegment target = MemorySegment.ofArray(new byte[5000]);
    attempt("read", () -> mapping.read(gone, target.asSlice(0, 8)));
    attempt("read into native memory", () -> mapping.read(gone - 1_000_000, Arena.ofAuto().allocate(1_000_000 + 1)));
    attempt("long read", () -> mapping.read(mapping.length() - 5000, target));
    attempt("read of the first block", () -> mapping.read(0, target.asSlice(0, 4096)));
    System.out.println("read " + target.get(ValueLayout.JAVA_BYTE, 4095));
    System.out.println("check " + mapping.firstUnreachable(gone, 8).isPresent());
    try {
      System.out.println(mapping.segment().get(ValueLayout.JAVA_LONG, gone));
    } catch (InternalError e) {
      System.out.println("load: InternalError");
    }
  }

  private interface Step {
    void run() throws DaxException;
  }

  private static void attempt(String name, Step step) {
    try {
      step.run();
      System.out.println(name + ": done");
    } catch (DaxException e) {
      System.out.println(name + ": " + e.errno());
    }
  }
}
