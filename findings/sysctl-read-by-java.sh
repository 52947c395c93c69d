#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9 and Linux 6.18.
#
# Guess: Files.readString, Files.readAllBytes and Files.readAllLines read the same text of a file, those of /proc too.
# Seen: of /proc/sys/vm/max_map_count, Files.readString and Files.readAllBytes give the first digit alone;
# Files.readAllLines and FileInputStream.readAllBytes give the number. Of /proc/meminfo and of files in /sys all give all.
# Why it matters: a program takes 65530 for 6, and no error says so. The file says that its size is 0, so readAllBytes
# begins with a read of one byte; and a number of /proc/sys is at its end after the first read(2), however short that is
# (proc_dointvec returns nothing where the offset is not 0).
. "$(dirname "$0")/common"

cat >"$dir/Sysctl.java" <<'JAVA'
import java.io.FileInputStream;
import java.nio.file.*;

void main(String[] args) throws Exception {
  Path file = Path.of(args[0]);
  IO.println("readString " + Files.readString(file).length());
  IO.println("readAllBytes " + Files.readAllBytes(file).length);
  IO.println("readAllLines " + (Files.readAllLines(file).getFirst().length() + 1));
  try (FileInputStream in = new FileInputStream(args[0])) {
    IO.println("FileInputStream " + in.readAllBytes().length);
  }
}
JAVA

number=/proc/sys/vm/max_map_count
length=$(wc -c <"$number")
seen=$(java "$dir/Sysctl.java" "$number")
echo "$number has $length characters"
echo "$seen"
like '^readString 1$' "Files.readString gives the first digit" <<<"$seen"
like '^readAllBytes 1$' "Files.readAllBytes gives the first digit" <<<"$seen"
like "^readAllLines $length\$" "Files.readAllLines gives the number" <<<"$seen"
like "^FileInputStream $length\$" "FileInputStream gives the number" <<<"$seen"
