#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9.
#
# Guess: a thread that accesses a segment while another closes its shared arena gets an IllegalStateException, and
# nothing else about it changes: nobody calls Thread.interrupt.
# Seen: the interrupt status of the accessing thread is set after a third of such closings.
# Why it matters: the next sleep, lock or NIO channel of that thread fails or is closed, in code that has nothing to do
# with the memory, and a worker that stops when it is interrupted stops.
. "$(dirname "$0")/common"

cat >"$dir/Closing.java" <<'JAVA'
import java.lang.foreign.*;

static volatile MemorySegment current;

void main() throws Exception {
  int[] seen = new int[2];
  Thread reader = Thread.ofPlatform().daemon().start(() -> {
    while (true) {
      MemorySegment memory = current;
      if (memory != null) {
        try {
          for (long at = 0; at < memory.byteSize(); at += 8) {
            memory.set(ValueLayout.JAVA_LONG, at, at);
          }
        } catch (IllegalStateException e) {
          seen[0]++;
          current = null;
        }
        seen[1] += Thread.interrupted() ? 1 : 0;
      }
    }
  });
  for (int i = 0; i < 2000; i++) {
    Arena arena = Arena.ofShared();
    current = arena.allocate(1 << 16, 8);
    Thread.sleep(1);
    arena.close();
    while (current != null) {
      Thread.onSpinWait();
    }
  }
  IO.println("exceptions: " + (seen[0] > 1000 ? "most" : seen[0]));
  IO.println("interrupts: " + (seen[1] > 20 ? "many" : seen[1]));
}
JAVA

seen=$(java "$dir/Closing.java")
echo "$seen"
like '^exceptions: most$' "the accessing thread gets an exception" <<<"$seen"
like '^interrupts: many$' "and is found interrupted, which nobody has done" <<<"$seen"
