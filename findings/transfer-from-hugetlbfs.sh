#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9, Linux 6.18. Needs root, and 4 free huge pages.
#
# Guess: FileChannel.transferTo and transferFrom copy from a file on hugetlbfs at any position: where sendfile and a
# mapping do not work, the JDK falls back to read and write, and read works there at any position.
# Seen: not from a position that is no multiple of 2 MiB, for 16 KiB and more: "IOException: Invalid argument" from
# map0, with a file or a socket as target. The JDK maps the source at the position rounded to 4 KiB, and takes the
# failure for final. It does read and write when the transfer is of 16383 bytes or less, or when the target is a channel
# that is not the JDK's own: then the same position works.
# Another kind of such transfer ends the whole JVM, with exit code 1 and a stack trace. It is not in this script.
# Why it matters: a file of huge pages is read through a mapping of whole pages, with FileChannel.read, or Files.copy.
. "$(dirname "$0")/common"
needs_pages 4
mount_huge plain

cat >"$dir/Transfer.java" <<'JAVA'
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.*;
import java.nio.file.*;
import static java.nio.file.StandardOpenOption.*;

void main(String[] args) throws Exception {
  Path file = Path.of(args[0]);
  try (FileChannel source = FileChannel.open(file, CREATE_NEW, READ, WRITE);
      FileChannel target = FileChannel.open(Path.of(args[1]), CREATE_NEW, READ, WRITE)) {
    MappedByteBuffer bytes = source.map(FileChannel.MapMode.READ_WRITE, 0, 4 << 20);
    bytes.putLong(4096, 42);
    IO.println("whole: " + result(() -> source.transferTo(0, 4 << 20, target)));
    IO.println("16384 to a file: " + result(() -> source.transferTo(4096, 16384, target)));
    IO.println("16383 to a file: " + result(() -> source.transferTo(4096, 16383, target)));
    source.position(4096);
    IO.println("16384 from the file: " + result(() -> target.transferFrom(source, 0, 16384)));
    IO.println("read of 16384: " + result(() -> source.read(ByteBuffer.allocate(16384), 4096)));
    WritableByteChannel other = Channels.newChannel(OutputStream.nullOutputStream());
    IO.println("16384 to another channel: " + result(() -> source.transferTo(4096, 16384, other)));
  }
}

interface Copy {
  long run() throws IOException;
}

String result(Copy copy) {
  try {
    return copy.run() + " bytes";
  } catch (IOException e) {
    return e + " at " + e.getStackTrace()[0].getMethodName();
  }
}
JAVA

seen=$(java "$dir/Transfer.java" "$dir/mntplain/file" "$dir/target")
echo "$seen"
like '^whole: 4194304 bytes$' "whole pages are copied" <<<"$seen"
failed='java.io.IOException: Invalid argument at map0$'
like "^16384 to a file: $failed" "transferTo of 16 KiB from 4096 fails" <<<"$seen"
like '^16383 to a file: 16383 bytes$' "one byte less works" <<<"$seen"
like "^16384 from the file: $failed" "transferFrom fails, too" <<<"$seen"
like '^read of 16384: 16384 bytes$' "read works there" <<<"$seen"
like '^16384 to another channel: 16384 bytes$' "transferTo a channel that is not the JDK's own works" <<<"$seen"
