// SPDX-License-Identifier: Apache-2.0
// What the benchmarks do in Java, in C. Reads a command in each line, does it twice, since whoever was just woken up is
// slower at first, and answers with the nanoseconds that the second time took:
//   map PATH SIZE   maps the file, shared, and touches it, once
//   read            adds up all longs
//   write           stores one long everywhere
//   copy            memcpy from the lower half to the upper
//   fill            memset
//   random          a million dependent random reads of 8 bytes; the size is a power of two
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t *memory = MAP_FAILED;
static size_t size;
static volatile int64_t sink;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Not inlined: then nothing is known of the memory, and no loop is left out.
__attribute__((noinline)) static int64_t sum(const int64_t *p, size_t n) {
  int64_t s = 0;
  for (size_t i = 0; i < n; i++) s += p[i];
  return s;
}

__attribute__((noinline)) static void store(int64_t *p, size_t n, int64_t value) {
  for (size_t i = 0; i < n; i++) p[i] = value;
}

__attribute__((noinline)) static uint64_t chase(const char *p, uint64_t mask, uint64_t place) {
  for (int i = 0; i < 1000000; i++) {
    uint64_t next = place * 6364136223846793005 + 1442695040888963407;
    place = next + *(const uint64_t *) (p + (next >> 33 << 3 & mask));
  }
  return place;
}

static const char *map(const char *path) {
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return strerror(errno);
  memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  int failure = errno;
  close(fd);
  if (memory == MAP_FAILED) return strerror(failure);
  sink = sum(memory, size / sizeof *memory);
  return NULL;
}

static const char *work(const char *command) {
  size_t longs = size / sizeof *memory;
  if (memory == MAP_FAILED) return "nothing is mapped";
  if (!strcmp(command, "read")) sink = sum(memory, longs);
  else if (!strcmp(command, "write")) store(memory, longs, sink);
  else if (!strcmp(command, "copy")) memcpy((char *) memory + size / 2, memory, size / 2);
  else if (!strcmp(command, "fill")) memset(memory, 1, size);
  else if (!strcmp(command, "random")) sink = chase((char *) memory, size - 1, sink);
  else return "not a command";
  return NULL;
}

int main(void) {
  char line[512], path[256];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    int64_t start = now();
    const char *failure;
    if (sscanf(line, "map %255s %zu", path, &size) == 2) {
      failure = map(path);
    } else if (!(failure = work(line))) {
      start = now();
      work(line);
    }
    int64_t taken = now() - start;
    if (failure) printf("%s\n", failure);
    else printf("%lld\n", (long long) taken);
  }
  return 0;
}
