#!/usr/bin/env bash
# Guess, before looking: the limit on the size of a file (ulimit -f, RLIMIT_FSIZE) is about files that have a name on a
# file system. Memory of memfd_create(2) has none, so a JVM starts under a small limit with any collector.
#
# Seen: ftruncate(2) of a memfd is EFBIG over the limit, in small pages and in huge pages; a shared anonymous mapping
# of the same size is not limited. A heap of ZGC is a memfd, so the JVM does not start; with G1 it does. Nothing in
# the message names the limit.
#
# Why it matters: memory for jdax is a memfd, too, and a service manager that limits the size of files (LimitFSIZE)
# limits it.
. "$(dirname "$0")/common"
command -v python3 >/dev/null || cannot "needs python3"

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
zgc_exit=0 g1_exit=0
zgc=$(java -XX:+UseZGC -Xmx64m -version 2>&1) || zgc_exit=$?
java -XX:+UseG1GC -Xmx64m -version >/dev/null 2>&1 || g1_exit=$?
seen="$memory
ZGC: exit $zgc_exit: $(grep -m 1 -i 'file' <<<"$zgc")
G1: exit $g1_exit"
echo "$seen"
like '^memfd EFBIG$' "a memfd is limited" <<<"$seen"
like '^huge memfd EFBIG$' "in huge pages, too" <<<"$seen"
like '^shared anonymous ok$' "a shared mapping without a file is not" <<<"$seen"
like '^ZGC: exit 1: .*File too large' "ZGC does not start" <<<"$seen"
like '^G1: exit 0$' "G1 does" <<<"$seen"
