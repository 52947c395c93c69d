#!/usr/bin/env bash
# GUESS, written before looking: the hugetlb.*.max of a new cgroup of version 2 reads "max", as memory.max does; "max" is
# what a program has to know to tell a cgroup without a limit.
#
# Needs root, and a mounted cgroup2 with the hugetlb controller. Makes an empty cgroup, and removes it.
set -euo pipefail

((EUID == 0)) || { echo "run as root: it makes a cgroup" >&2; exit 2; }
mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[[ -n $mount ]] && grep -qw hugetlb "$mount/cgroup.controllers" || {
  echo "needs a mounted cgroup2 with the hugetlb controller" >&2
  exit 2
}
was=$(<"$mount/cgroup.subtree_control")
echo +hugetlb >"$mount/cgroup.subtree_control"
group=$mount/finding-$$
mkdir "$group"
end() {
  rmdir "$group"
  [[ " $was " == *" hugetlb "* ]] || echo -hugetlb >"$mount/cgroup.subtree_control" || true
}
trap end EXIT

file=$group/hugetlb.2MB.max
new=$(<"$file")
echo max >"$file"
told=$(<"$file")
echo 3000000 >"$file" # no multiple of a page
rounded=$(<"$file")

echo "Linux $(uname -r)"
seen="a new one: $new
after echo max: $told
after echo 3000000: $rounded"
echo "$seen"
expected='a new one: 9223372036854771712
after echo max: max
after echo 3000000: 2097152'
[[ $seen == "$expected" ]] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
echo "The guess is wrong: no limit reads as a number just below 2^63, and as max only after max was written."
