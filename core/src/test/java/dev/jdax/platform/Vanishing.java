// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A program whose memory vanishes under its machine code: {@code critical|ordinary WHAT...}. Prints what came of it.
 */
final class Vanishing {
  private static final long PAGE = 4096;
  private static final int ROUNDS = 2000;

  private final Fd file;
  private final MemorySegment memory;
  private final CalledFunctions functions;

  /** Two pages, of which the second is not there when it is used. */
  private Vanishing(CodePage page, boolean critical) throws SystemCallException {
    functions = new CalledFunctions(page, critical);
    file = Fd.memfd("jdax-test");
    file.truncate(2 * PAGE);
    memory = map(file, 2 * PAGE, Arena.global()).fill((byte) 1);
    file.truncate(PAGE);
  }

  private static MemorySegment map(Fd file, long length, Arena arena) throws SystemCallException {
    Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, length)), PAGE);
    run.place(true);
    return run.segment(arena);
  }

  public static void main(String[] args) throws Exception {
    MachineCode code = MachineCode.of(FlushInstruction.ofThisCpu());
    CodePage page = FaultHandler.install(code).orElseThrow();
    Vanishing vanishing = new Vanishing(page, args[0].equals("critical"));
    for (int what = 1; what < args.length; what++) {
      System.out.println(args[what] + ": " + vanishing.outcome(args[what]));
    }
    System.out.println("alive");
  }

  private String outcome(String what) throws Exception {
    return switch (what) {
      case "flush-truncated" -> truncated(functions.writeBack(memory, 0, 2 * PAGE, true));
      case "copy-truncated" -> truncated(functions.copy(memory, 0, Arena.global().allocate(2 * PAGE), false, true));
      case "copy-past-the-cache-truncated" ->
        truncated(functions.copy(memory, 0, Arena.global().allocate(2 * PAGE), true, true));
      case "fill-truncated" -> truncated(functions.fill(memory, 0, 2 * PAGE, (byte) 2, false, true));
      case "fill-past-the-cache-truncated" -> truncated(functions.fill(memory, 0, 2 * PAGE, (byte) 2, true, true));
      case "source-truncated" -> truncated(functions.copy(Arena.global().allocate(2 * PAGE), 0, memory, true, true));
      case "flush-unmapped" -> unmapped();
      case "race" -> race();
      case "null-checks" -> nullChecks();
      case "stack-overflow" -> stackOverflow();
      case "internal-error" -> internalError();
      default -> throw new IllegalArgumentException(what);
    };
  }

  private String truncated(long gone) {
    return gone == 0 ? "nothing was gone" : "gone at " + (gone - memory.address());
  }

  private String unmapped() throws SystemCallException {
    Arena arena = Arena.ofShared();
    MemorySegment mapped = map(file, PAGE, arena);
    MemorySegment same = MemorySegment.ofAddress(mapped.address());
    arena.close();
    return functions.writeBack(same, 0, PAGE, true) == same.address() ? "gone at 0" : "nothing was gone";
  }

  /** One thread flushes what another one maps and unmaps. */
  private String race() throws Exception {
    AtomicLong faults = new AtomicLong();
    AtomicReference<MemorySegment> now = new AtomicReference<>(memory);
    AtomicBoolean over = new AtomicBoolean();
    Thread flusher = Thread.ofPlatform().start(() -> {
      while (!over.get()) {
        if (functions.writeBack(now.get(), 0, PAGE, true) != 0) {
          faults.incrementAndGet();
        }
      }
    });
    for (int round = 0; round < ROUNDS; round++) {
      Arena arena = Arena.ofShared();
      now.set(MemorySegment.ofAddress(map(file, PAGE, arena).address()));
      arena.close();
    }
    over.set(true);
    flusher.join();
    return ROUNDS + " times, faults " + (faults.get() > 0 ? "seen" : "none");
  }

  /** The JVM's own faults: where compiled code reads through null it takes a SIGSEGV and makes an exception of it. */
  private static String nullChecks() {
    int caught = 0;
    int sum = 0;
    for (int i = 0; i < 200_000; i++) {
      try {
        sum += length(i < 100_000 || i % 3 != 0 ? "text" : null);
      } catch (NullPointerException e) {
        caught++;
      }
    }
    return caught + " of " + (caught + sum / 4);
  }

  private static int length(String text) {
    return text.length();
  }

  /** And where a stack ends. */
  private static String stackOverflow() {
    for (int i = 0; i < 20; i++) {
      try {
        deeper(0);
        return "none";
      } catch (StackOverflowError e) {
        // so it is
      }
    }
    return "20 of 20";
  }

  private static long deeper(long depth) {
    return depth + deeper(depth + 1);
  }

  /** And SIGBUS, of memory that is gone. */
  private String internalError() {
    int caught = 0;
    for (int i = 0; i < 20_000; i++) {
      try {
        memory.get(ValueLayout.JAVA_LONG, PAGE);
      } catch (InternalError e) {
        caught++;
      }
    }
    return caught + " of 20000";
  }
}
