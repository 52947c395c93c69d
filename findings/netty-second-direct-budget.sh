#!/usr/bin/env bash
# Seen with Netty 4.2.18.Final, Temurin 25.0.3+9.
#
# Guess: on JDK 25, where Netty does not use Unsafe by default, its direct memory comes from ByteBuffer.allocateDirect,
# so one -XX:MaxDirectMemorySize limits it together with the program's own buffers, and the buffer pool "direct" shows
# it. Memory of chunks is filled with zeros then; who lets Netty use Unsafe again has untouched chunks, as before. A
# buffer of the unpooled allocator is freed when it is released.
# Seen:
# - Pooled and adaptive buffers are memory of shared arenas: not in the pool "direct", and with a limit of their own of
#   the same size. With 64 MiB allowed, a program has 64 MiB from Netty and 64 MiB from the JDK at the same time.
# - 64 MiB that nothing has used are 64 MiB of RSS, and with Unsafe, too. Only --enable-native-access, a flag that looks
#   unrelated, makes it untouched memory.
# - The unpooled allocator does use allocateDirect; release() lowers Netty's own count, and frees nothing before a GC.
# Why it matters: a machine whose RAM was handed to huge pages or to a DAX device has little left for a second budget.
. "$(dirname "$0")/common"
fetch io.netty:netty-buffer:4.2.18.Final io.netty:netty-common:4.2.18.Final

cat >"$dir/Budget.java" <<'JAVA'
import io.netty.buffer.*;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.*;
import java.util.*;

static final int MIB = 1 << 20;
static final List<Object> kept = new ArrayList<>();

void main(String[] args) throws Exception {
  switch (args[0]) {
    case "budgets" -> {
      int netty = untilRefused(() -> PooledByteBufAllocator.DEFAULT.directBuffer(8 * MIB));
      IO.println("direct after Netty's: " + direct() / MIB + " MiB");
      int jdk = untilRefused(() -> ByteBuffer.allocateDirect(8 * MIB));
      IO.println("Netty has " + netty * 8 + " MiB, the JDK " + jdk * 8 + " MiB");
    }
    case "touched" -> {
      AdaptiveByteBufAllocator allocator = new AdaptiveByteBufAllocator();
      allocator.directBuffer(1).release();
      long before = rss();
      for (int i = 0; i < 4; i++) {
        kept.add(allocator.directBuffer(16 * MIB));
      }
      long more = (rss() - before) / 1024;
      IO.println("64 MiB unused: RSS " + (more > 60 ? "all" : more < 4 ? "nothing" : more + " MiB"));
    }
    case "unpooled" -> {
      UnpooledByteBufAllocator.DEFAULT.directBuffer(16 * MIB).release();
      IO.println("released: Netty says " + UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()
          + ", the JDK " + direct() / MIB + " MiB");
    }
  }
}

int untilRefused(java.util.function.Supplier<Object> buffer) {
  for (int n = 0; ; n++) {
    try {
      kept.add(buffer.get());
    } catch (OutOfMemoryError e) {
      return n;
    }
  }
}

long direct() {
  return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
      .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow().getMemoryUsed();
}

long rss() throws Exception {
  for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
    if (line.startsWith("VmRSS")) {
      return Long.parseLong(line.replaceAll("\\D", ""));
    }
  }
  throw new AssertionError("no VmRSS");
}
JAVA

budget() {
  java -XX:+UseSerialGC "${@:2}" -cp "$dir/jars/*" "$dir/Budget.java" "$1"
}

seen=$(budget budgets -Xms64m -Xmx64m -XX:MaxDirectMemorySize=64m)
like '^direct after Netty.s: 0 MiB$' "pooled memory is not in the pool" <<<"$seen"
like '^Netty has 64 MiB, the JDK 64 MiB$' "there are two budgets" <<<"$seen"
like 'RSS all$' "by default memory that is not used is touched" <<<"$(budget touched -Xmx256m)"
like 'RSS all$' "with Unsafe it is touched, too" \
  <<<"$(budget touched -Xmx256m --sun-misc-unsafe-memory-access=allow -Dio.netty.noUnsafe=false)"
like 'RSS nothing$' "with --enable-native-access it is not" \
  <<<"$(budget touched -Xmx256m --enable-native-access=ALL-UNNAMED)"
like '^released: Netty says 0, the JDK 16 MiB$' "released unpooled memory is still there" \
  <<<"$(budget unpooled -Xmx64m)"
