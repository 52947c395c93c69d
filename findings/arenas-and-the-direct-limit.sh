#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9.
#
# Guess: memory of every Arena is direct memory: the buffer pool "direct" shows it, and -XX:MaxDirectMemorySize (by
# default the size of the heap) limits it. Of a segment of 64 bytes aligned to 2 MiB, the limit counts the 2 MiB that
# are allocated for it, so that 8 of them fill a limit of 16 MiB.
# Seen: only Arena.ofAuto() is counted and limited. A shared, a confined and the global arena are in no buffer pool, and
# 256 MiB in each go through under a limit of 64 KiB. The automatic arena counts 2097200 bytes for those 64 in
# memoryUsed, but its limit is held against the 64: with a limit of 64 KiB, 1024 of them are allocated. The error that
# comes then says it: "allocated: 2147532800, limit: 65536".
# Why it matters: buffers for huge pages or DAX are aligned to 2 MiB, and shared arenas hold them. A container that is
# sized by heap + MaxDirectMemorySize can be too small, and the MXBean does not show why.
. "$(dirname "$0")/common"

cat >"$dir/Arenas.java" <<'JAVA'
import java.lang.foreign.Arena;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

void main() {
  Arena automatic = Arena.ofAuto();
  IO.println("automatic: " + allocate(automatic, 64, 2 << 20) + ", " + direct());
  int more = 0;
  while (allocate(automatic, 64, 2 << 20).equals("ok")) {
    more++;
  }
  IO.println("automatic: " + more + " more, then " + allocate(automatic, 64, 2 << 20));
  String before = direct();
  for (Arena arena : new Arena[] {Arena.ofShared(), Arena.ofConfined(), Arena.global()}) {
    IO.println("256 MiB: " + allocate(arena, 256 << 20, 1) + ", pool changed: " + !direct().equals(before));
  }
}

String allocate(Arena arena, long size, long alignment) {
  try {
    arena.allocate(size, alignment);
    return "ok";
  } catch (OutOfMemoryError e) {
    return e.getMessage();
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

seen=$(java -XX:MaxDirectMemorySize=64k "$dir/Arenas.java")
echo "$seen"
like '^automatic: ok, used 2097200 capacity 64$' "64 bytes at 2 MiB are counted as 2 MiB" <<<"$seen"
like '^automatic: 1023 more, then Cannot reserve 2097200 bytes .*\(allocated: 2147532800, limit: 65536\)$' \
  "the limit is held against the 64 bytes" <<<"$seen"
like '^3$' "a shared, a confined and the global arena are not limited and not counted" \
  <<<"$(grep -c '^256 MiB: ok, pool changed: false$' <<<"$seen")"
