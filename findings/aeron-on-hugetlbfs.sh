#!/usr/bin/env bash
# Seen with Aeron 1.51.0 (Agrona 2.4.1), Temurin 25.0.3+9, Linux 6.18. Needs root, and 64 free huge pages.
#
# Guess: with its directory on a hugetlbfs and aeron.file.page.size=2097152, which is there for huge pages, Aeron's
# media driver starts and a message goes through.
# Seen: it starts, and clients connect; then every publication is refused: "insufficient usable storage for new log of
# length=2097152 usable=0". The driver asks the JDK's FileStore for room, and that is 0 on a hugetlbfs without size=
# (the usual mount), -2097152 on one with min_size= alone (see hugetlbfs-free-space.sh). On one with size=, or with
# aeron.perform.storage.checks=false, it works.
# Why it matters: huge pages for a program's files are a matter of the mount's options as much as of the pool.
. "$(dirname "$0")/common"
needs_pages 64
mount_huge plain
mount_huge size size=64M
fetch io.aeron:aeron-driver:1.51.0 io.aeron:aeron-client:1.51.0 org.agrona:agrona:2.4.1

cat >"$dir/Message.java" <<'JAVA'
import io.aeron.*;
import io.aeron.driver.*;
import io.aeron.exceptions.RegistrationException;
import org.agrona.concurrent.*;

void main(String[] args) throws Exception {
  String channel = "aeron:ipc?term-length=64k";
  MediaDriver.Context context = new MediaDriver.Context().aeronDirectoryName(args[0] + "/aeron")
      .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED)
      .sharedIdleStrategy(new SleepingMillisIdleStrategy(1));
  try (MediaDriver driver = MediaDriver.launch(context);
      Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(args[0] + "/aeron"))) {
    IO.println("connected");
    try (Subscription subscription = aeron.addSubscription(channel, 7);
        Publication publication = aeron.addPublication(channel, 7)) {
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      message.putLong(0, 42);
      while (publication.offer(message) < 0) {
        Thread.sleep(1);
      }
      while (subscription.poll((buffer, offset, length, header) -> IO.println("received " + buffer.getLong(offset)), 1)
          == 0) {
        Thread.sleep(1);
      }
    } catch (RegistrationException e) {
      IO.println(e.getMessage());
    }
  }
}
JAVA

message() {
  java --add-exports java.base/jdk.internal.misc=ALL-UNNAMED -Daeron.file.page.size=2097152 "${@:2}" \
    -cp "$dir/jars/*" "$dir/Message.java" "$dir/mnt$1" 2>&1 | tr '\n' ' '
}

like '^connected .*insufficient usable storage for new log of length=2097152 usable=0 ' "a usual mount: refused" \
  <<<"$(message plain)"
like '^connected received 42 ' "without the check it works" <<<"$(message plain -Daeron.perform.storage.checks=false)"
like '^connected received 42 ' "on a mount with size= it works" <<<"$(message size)"
