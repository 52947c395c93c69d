#!/usr/bin/env bash
# Guess, before looking: the limit on the size of a file (ulimit -f, RLIMIT_FSIZE) is about files that have a name on a
# file system. Memory of memfd_create(2) has none, so a JVM starts under a small limit with any collector.
#
# Seen: ftruncate(2) of a memfd is EFBIG over the limit, in small pages and in huge pages; a shared anonymous mapping
# of the same size is not limited. A heap of ZGC is a memfd, so the JVM does not start; with G1 it does. Nothing in
# the message names the limit.
#
# Exits with 0 as long as that is so, and with 77 where there is no JDK or Python to look with.
set -uo pipefail

java=${JAVA_HOME:+$JAVA_HOME/bin/java}
[[ -x ${java:-} ]] || java=$(ls -d /usr/lib/jvm/*25*/bin/java 2>/dev/null | head -n 1)
[[ -x ${java:-} ]] || java=$(command -v java) || { echo "no java"; exit 77; }
command -v python3 >/dev/null || { echo "no python3"; exit 77; }

echo "Linux $(uname -r), $("$java" -version 2>&1 | tail -n 1), $(python3 --version)"
ulimit -f 1024 # KiB

memory=$(python3 - <<'PYTHON'
import errno, mmap, os

MIB = 1 << 20
for name, flags, size in ("memfd", 0, 2 * MIB), ("huge memfd", 4, 2 * MIB):  # MFD_HUGETLB, pages of the usual size
    try:
        os.ftruncate(os.memfd_create("finding", flags), size)
        print(name, "ok")
    except OSError as error:
        print(name, errno.errorcode[error.errno])
mmap.mmap(-1, 2 * MIB)[0] = 1
print("shared anonymous ok")
PYTHON
)
echo "$memory"
zgc=$("$java" -XX:+UseZGC -Xmx64m -version 2>&1)
zgc_exit=$?
echo "ZGC: exit $zgc_exit: $(grep -m 1 -i 'file' <<<"$zgc")"
"$java" -XX:+UseG1GC -Xmx64m -version >/dev/null 2>&1
g1_exit=$?
echo "G1: exit $g1_exit"

[[ $memory == $'memfd EFBIG\nhuge memfd EFBIG\nshared anonymous ok' && $zgc_exit == 1 && $zgc == *"File too large"* &&
  $g1_exit == 0 ]]
