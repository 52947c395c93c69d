#!/usr/bin/env bash
# Seen with glibc 2.36 (Debian 12), Temurin 25.0.3+9, Linux 6.18, 2 CPUs. Run it while nothing else takes huge pages;
# it needs 256 free ones, and takes about 61.
#
# Guess: under GLIBC_TUNABLES=glibc.malloc.hugetlb=2 a small JVM takes about 25 huge pages of 2 MiB: one or two for each
# malloc arena of its threads, and some for large blocks.
# Seen: 61, of which 17 were touched. Each arena but the main one maps a heap of 8 MiB as PROT_NONE and opens 2 MiB of
# it; the kernel takes all 8 MiB from the pool when it is mapped, as the mapping is not MAP_NORESERVE. They stay taken
# when the thread ends. glibc makes up to 8 arenas per CPU: on 64 CPUs, 4 GiB of the pool for threads that allocate 8
# bytes each. With MALLOC_ARENA_MAX=1 the same JVM takes 2 pages.
# Why it matters: the pages that are missing were reserved for a device of huge pages or a large heap, and
# free_hugepages does not show it: they are in resv_hugepages.
. "$(dirname "$0")/common"
needs_pages 256
(($(nproc) > 1)) || cannot "needs two CPUs: there are 8 arenas for each"

cat >"$dir/Pages.java" <<'JAVA'
import java.nio.file.*;

void main() throws Exception {
  long pool = Long.parseLong(System.getProperty("taken"));
  long mapped = 0, closed = 0, touched = 0, size = 0;
  boolean open = false;
  for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
    if (line.matches("^[0-9a-f]+-[0-9a-f]+ .*")) {
      open = !line.contains(" ---p ");
    } else if (line.startsWith("Size:")) {
      size = number(line) / 2048;
    } else if (line.startsWith("KernelPageSize:") && number(line) == 2048) {
      mapped += size;
      closed += open ? 0 : size;
    } else if (line.startsWith("Private_Hugetlb:")) {
      touched += number(line) / 2048;
    }
  }
  IO.println("mapped " + mapped + " taken " + (taken() - pool) + " touched " + touched + " closed " + closed);
}

long number(String text) {
  return Long.parseLong(text.replaceAll("\\D", ""));
}

long taken() throws Exception {
  return pages("nr") - pages("free") + pages("resv");
}

long pages(String what) throws Exception {
  return number(Files.readString(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/" + what + "_hugepages")));
}
JAVA
"$jdk/bin/javac" -d "$dir" "$dir/Pages.java"

# pages NAME=VALUE...: what a JVM takes with these variables.
pages() {
  local pool=/sys/kernel/mm/hugepages/hugepages-2048kB taken
  taken=$(($(<$pool/nr_hugepages) - $(<$pool/free_hugepages) + $(<$pool/resv_hugepages)))
  (
    export "$@"
    java -Xms64m -Xmx64m "-Dtaken=$taken" -cp "$dir" Pages
  )
}

getconf GNU_LIBC_VERSION
seen=$(pages GLIBC_TUNABLES=glibc.malloc.hugetlb=2)
echo "$seen"
read -r _ mapped _ taken _ touched _ closed <<<"$seen"
like '^1$' "more than 40 pages are mapped, less than half of them touched" <<<"$((mapped > 40 && touched * 2 < mapped))"
like '^1$' "most of them are PROT_NONE" <<<"$((closed * 2 > mapped))"
like '^1$' "the pool lacks those, too (within 8 pages, as others may use it)" <<<"$((taken > mapped - 8))"
like '^mapped [12] ' "with one arena there are 1 or 2" \
  <<<"$(pages GLIBC_TUNABLES=glibc.malloc.hugetlb=2 MALLOC_ARENA_MAX=1)"
like '^mapped 0 ' "without the tunable there is none" <<<"$(pages GLIBC_TUNABLES=)"
