#!/usr/bin/env bash
# GUESS, written before looking: hugetlbfs takes size= when it is mounted, as tmpfs does, so that a larger size= at a
# remount raises the limit, as it does on tmpfs; or else the remount fails.
#
# What a program that runs out of a mount's size= is told to do depends on it. Needs root, and no reserved huge page.
set -euo pipefail

((EUID == 0)) || { echo "run as root: it mounts" >&2; exit 2; }
folder=$(mktemp -d)
trap 'umount "$folder" 2>/dev/null || true; rmdir "$folder"' EXIT

# limit: the size of what is mounted there, in MiB.
limit() {
  echo $(($(stat -f -c '%b * %S' "$folder") >> 20))
}

# remounted TYPE OPTIONS: mounts TYPE with 8 MiB, remounts it with 16 MiB, and says what came of it.
remounted() {
  mount -t "$1" -o "${2}size=8M" none "$folder"
  local before status=0
  before=$(limit)
  mount -o remount,size=16M "$folder" || status=$?
  echo "$1: $before MiB, remount exits with $status, $(limit) MiB afterwards"
  umount "$folder"
}

echo "Linux $(uname -r), $(mount --version)"
seen=$(remounted tmpfs ''; remounted hugetlbfs pagesize=2M,)
echo "$seen"

expected='tmpfs: 8 MiB, remount exits with 0, 16 MiB afterwards
hugetlbfs: 8 MiB, remount exits with 0, 8 MiB afterwards'
[[ $seen == "$expected" ]] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
echo "The guess is wrong: a remount of hugetlbfs reports success and changes nothing."
