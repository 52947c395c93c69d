#!/usr/bin/env bash
# Seen with Linux 6.18 (ext4 of e2fsprogs 1.47, tmpfs). Needs root, to mount, mkfs.ext4 and perl.
#
# Guess: lseek(SEEK_DATA) and lseek(SEEK_HOLE) say which parts of an image are allocated, so a file that fallocate(1) has
# filled has no hole, and reading changes nothing about that.
# Seen: the filled file is one hole, from its beginning to its end, on ext4 and on tmpfs, although st_blocks is its whole
# size. On ext4 a read of one byte makes the page of that byte data, and dropping the page cache
# (posix_fadvise(DONTNEED), as dd oflag=nocache does) makes it a hole again; st_blocks is the same all the time. On tmpfs
# a read changes nothing.
# Why it matters: what a program would allocate, or may give back after a failure, cannot be told from SEEK_HOLE: it is
# too much, and depends on who has read the file. FS_IOC_FIEMAP (filefrag -e) tells it on ext4, and on tmpfs cachestat(2),
# since tmpfs has no FIEMAP.
. "$(dirname "$0")/common"
((EUID == 0)) || cannot "needs root, to mount"
command -v mkfs.ext4 >/dev/null || cannot "needs mkfs.ext4"
command -v perl >/dev/null || cannot "needs perl"

truncate -s 32M "$dir/disk"
mkfs.ext4 -q "$dir/disk"
mkdir "$dir/mntext4" "$dir/mnttmpfs"
mount -o loop "$dir/disk" "$dir/mntext4"
mount -t tmpfs -o size=32M,huge=never none "$dir/mnttmpfs"

# Where the first data are, after a step, and how many bytes are allocated.
cat >"$dir/look.pl" <<'PERL'
open(my $file, '+<', $ARGV[0]) or die "$ARGV[0]: $!";
sub look {
  my $data = sysseek($file, 0, 3); # SEEK_DATA
  printf "%s: data %s, allocated %d\n", $_[0], defined $data ? "at " . ($data + 0) : "nowhere", (stat $file)[12] * 512;
}
look("filled");
sysseek($file, 512 << 10, 0);
sysread($file, my $byte, 1) == 1 or die "cannot read";
look("read");
syscall(221, fileno($file), 0, 0, 4); # posix_fadvise(2) with POSIX_FADV_DONTNEED, on x86-64
look("dropped");
PERL

look() {
  fallocate -l 1M "$dir/mnt$1/image"
  sync "$dir/mnt$1/image"
  perl "$dir/look.pl" "$dir/mnt$1/image"
}

ext4=$(look ext4)
like '^filled: data nowhere, allocated 1048576$' "ext4: what is allocated is a hole" <<<"$ext4"
like '^read: data at [1-9][0-9]*, allocated 1048576$' "ext4: a read makes data of it" <<<"$ext4"
like '^dropped: data nowhere, allocated 1048576$' "ext4: without the page cache it is a hole again" <<<"$ext4"
tmpfs=$(look tmpfs)
like '^filled: data nowhere, allocated 1048576$' "tmpfs: what is allocated is a hole" <<<"$tmpfs"
like '^read: data nowhere, allocated 1048576$' "tmpfs: a read changes nothing" <<<"$tmpfs"
echo "$ext4"
