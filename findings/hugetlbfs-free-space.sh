#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9, Linux 6.18. Needs root, and 16 free huge pages.
#
# Guess: FileStore of the JDK says of a hugetlbfs how much room there is: of one with size=, the rest of that size,
# which falls when a page is touched; of one without size=, with min_size= or not, 0, as the kernel knows no limit.
# Seen: 0 without any option, as guessed. With min_size= alone the kernel's answer is -1 blocks, and the JDK's two
# interfaces differ: FileStore.getTotalSpace() and getUsableSpace() are -2097152 (a negative size, against their
# Javadoc), File.getTotalSpace() is Long.MAX_VALUE. With size=, the room falls as soon as a file is mapped, before
# anything is touched, and stays down when the mapping is closed, until the file is deleted.
# Why it matters: a program that asks for room before it makes a file refuses to work on a hugetlbfs that has plenty, or
# reckons with a negative number (see aeron-on-hugetlbfs.sh).
. "$(dirname "$0")/common"
needs_pages 16
mount_huge plain
mount_huge min min_size=8M
mount_huge size size=16M

cat >"$dir/Room.java" <<'JAVA'
import java.io.File;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.*;

void main(String[] args) throws Exception {
  FileStore store = Files.getFileStore(Path.of(args[0]));
  IO.println("total " + store.getTotalSpace() + " usable " + store.getUsableSpace() + " File "
      + new File(args[0]).getTotalSpace());
  Path file = Path.of(args[0], "file");
  StandardOpenOption[] options = {StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE};
  try (FileChannel channel = FileChannel.open(file, options)) {
    try (Arena arena = Arena.ofConfined()) {
      channel.map(FileChannel.MapMode.READ_WRITE, 0, 4 << 20, arena);
      IO.println("mapped " + store.getUsableSpace());
    }
    IO.println("closed " + store.getUsableSpace());
  }
  Files.delete(file);
  IO.println("deleted " + store.getUsableSpace());
}
JAVA

room() {
  java "$dir/Room.java" "$dir/mnt$1" | tr '\n' ' '
}

like '^total 0 usable 0 File 0 mapped 0 ' "without options: 0" <<<"$(room plain)"
like '^total -2097152 usable -2097152 File 9223372036854775807 ' "min_size=8M: negative, or Long.MAX_VALUE" \
  <<<"$(room min)"
like '^total 16777216 usable 16777216 File 16777216 mapped 12582912 closed 12582912 deleted 16777216 $' \
  "size=16M: a mapping takes room before it is touched, and keeps it" <<<"$(room size)"
