#!/usr/bin/env bash
# Seen with Temurin 25.0.3+9, Linux 6.18. Needs root, and 48 free huge pages.
#
# Guess: a JVM with an AOT cache and -XX:AllocateHeapAt on a hugetlbfs starts. In the default -XX:AOTMode=auto a cache
# that cannot be used is ignored with a warning at most; a heap of explicit huge pages (-XX:+UseLargePages) uses it.
# Seen: G1 does not start: "AOT cache has aot-linked classes but the archived heap objects cannot be loaded. Try
# increasing your heap size", "Unable to use AOT cache", exit code 1, in AOTMode=auto, too. A larger heap does not help,
# nor a cache that was made with the same -XX:AllocateHeapAt. The log (-Xlog:aot) has the cause: G1 maps the objects
# over a part of its heap, and cannot, as that is of pages of 2 MiB. It works with the heap in a directory of small
# pages, with -XX:+UseLargePages, and with the serial collector, which reads the objects. Without an AOT cache G1
# starts, and does without the archived module graph in silence.
# Why it matters: the error names the heap's size, and neither huge pages nor AllocateHeapAt.
. "$(dirname "$0")/common"
needs_pages 48
mount_huge plain

cat >"$dir/Hello.java" <<'JAVA'
public class Hello {
  public static void main(String[] args) {
    System.out.println("hello");
  }
}
JAVA
"$jdk/bin/javac" -d "$dir" "$dir/Hello.java"
"$jdk/bin/jar" --create --file "$dir/hello.jar" -C "$dir" Hello.class
java -XX:+UseG1GC -Xmx64m -XX:AOTCacheOutput="$dir/usual.aot" -cp "$dir/hello.jar" Hello >/dev/null 2>&1
java -XX:+UseG1GC -Xmx64m -XX:AllocateHeapAt="$dir/mntplain" -XX:AOTCacheOutput="$dir/same.aot" \
  -cp "$dir/hello.jar" Hello >/dev/null 2>&1

# hello OPTION...: what a JVM says, in one line, with its exit code.
hello() {
  local code=0
  java "$@" -cp "$dir/hello.jar" Hello >"$dir/said" 2>&1 || code=$?
  echo "$(tr '\n' ' ' <"$dir/said")exit $code"
}

refused='archived heap objects cannot be loaded\. Try increasing your heap size.*Unable to use AOT cache\. exit 1$'
usual="-XX:AOTCache=$dir/usual.aot"
huge="-XX:AllocateHeapAt=$dir/mntplain"
like "$refused" "a heap on hugetlbfs: no start" <<<"$(hello -XX:+UseG1GC -Xmx64m "$usual" "$huge")"
like "$refused" "a larger heap does not help" <<<"$(hello -XX:+UseG1GC -Xmx80m "$usual" "$huge")"
like "$refused" "a cache made the same way does not help" \
  <<<"$(hello -XX:+UseG1GC -Xmx64m "-XX:AOTCache=$dir/same.aot" "$huge")"
like '^hello exit 0$' "the heap in small pages: starts" \
  <<<"$(hello -XX:+UseG1GC -Xmx64m "$usual" "-XX:AllocateHeapAt=$dir")"
like '^hello exit 0$' "-XX:+UseLargePages: starts" \
  <<<"$(hello -XX:+UseG1GC -Xmx64m "$usual" -XX:+UseLargePages -XX:ReservedCodeCacheSize=16m)"
like '^hello exit 0$' "the serial collector: starts" <<<"$(hello -XX:+UseSerialGC -Xmx64m "$usual" "$huge")"
like '^hello exit 0$' "without an AOT cache: starts" <<<"$(hello -XX:+UseG1GC -Xmx64m "$huge")"
