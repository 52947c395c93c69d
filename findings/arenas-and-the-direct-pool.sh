#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9.
#
# Guess: memory of every Arena is direct memory, and the buffer pool "direct" shows it, with what alignment adds.
# Seen: only that of Arena.ofAuto() is shown: 64 bytes aligned to 2 MiB are 2097200 bytes of memoryUsed and 64 of
# totalCapacity. Memory of a shared, a confined and the global arena is in no buffer pool.
# Why it matters: buffers for huge pages or DAX are aligned to 2 MiB, and shared arenas hold them. A container that is
# sized by what the MXBeans show can be too small, and they do not show why.
. "$(dirname "$0")/common"

cat >"$dir/Arenas.java" <<'JAVA'
import java.lang.foreign.Arena;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

void main() {
  Arena.ofAuto().allocate(64, 2 << 20);
  IO.println("automatic: " + direct());
  for (Arena arena : new Arena[] {Arena.ofShared(), Arena.ofConfined(), Arena.global()}) {
    String before = direct();
    arena.allocate(8 << 20);
    IO.println("8 MiB: pool changed: " + !direct().equals(before));
  }
}

String direct() {
  for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
    if (pool.getName().equals("direct")) {
      return "used " + pool.getMemoryUsed() + " capacity " + pool.getTotalCapacity();
    }
  }
  throw new AssertionError("no pool");
}
JAVA

seen=$(java "$dir/Arenas.java")
echo "$seen"
like '^automatic: used 2097200 capacity 64$' "64 bytes at 2 MiB are shown as 2 MiB" <<<"$seen"
like '^3$' "memory of a shared, a confined and the global arena is not shown" \
  <<<"$(grep -c '^8 MiB: pool changed: false$' <<<"$seen")"
