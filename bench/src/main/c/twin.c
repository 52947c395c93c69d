// SPDX-License-Identifier: Apache-2.0
// What the benchmarks do in Java, in C. Reads a command in each line, does it twice, since whoever was just woken up is
// slower at first, and answers with the nanoseconds that the second time took:
//   map PATH SIZE   maps the file, shared, and touches it, once
//   read            adds up all longs
//   write           stores one long everywhere
//   copy            memcpy from the lower half to the upper
//   fill            memset
//   random          a million dependent random reads of 8 bytes; the size is a power of two
// and, OPS times, each time in the next place:
//   persist OPS BYTES THREADS   stores a long to each line, and libpmem's pmem_persist; each of the threads OPS times
//   memcpy OPS BYTES            libpmem's pmem_memcpy_persist
//   flush OPS LINES             stores a long to each line, writes each back, and waits once
// Two commands are answered with the nanoseconds of each of the operations:
//   each persist OPS BYTES, each memcpy OPS BYTES
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

// libpmem, as its headers declare it, which need not be there.
static void (*pmem_persist)(const void *, size_t);
static void *(*pmem_memcpy_persist)(void *, const void *, size_t);

static const char *libpmem(void) {
  if (pmem_persist) return NULL;
  void *library = dlopen("libpmem.so.1", RTLD_NOW);
  if (!library) return dlerror();
  pmem_memcpy_persist = (void *(*)(void *, const void *, size_t)) dlsym(library, "pmem_memcpy_persist");
  pmem_persist = (void (*)(const void *, size_t)) dlsym(library, "pmem_persist");
  return pmem_persist && pmem_memcpy_persist ? NULL : "libpmem.so.1 has not the functions that are asked for";
}

enum { LINE = 64, WINDOW = 4 << 20 };

// Operations go from place to place, within what the larger caches hold, as far as their length allows.
static char *place(size_t operation, size_t step) {
  size_t window = 4 * step > WINDOW ? 4 * step : WINDOW;
  return (char *) memory + (operation * step & (window - 1));
}

static size_t step(size_t bytes) {
  size_t power = LINE;
  while (power < bytes) power *= 2;
  return power;
}

__attribute__((noinline)) static void dirty(char *p, size_t bytes, int64_t value) {
  for (size_t at = 0; at < bytes; at += LINE) *(int64_t *) (p + at) = value;
}

__attribute__((noinline)) static void write_back(const char *p, size_t bytes) {
  for (const char *end = p + bytes; p < end; p += LINE) {
#if defined(__CLWB__)
    _mm_clwb((void *) p);
#elif defined(__CLFLUSHOPT__)
    _mm_clflushopt((void *) p);
#else
    _mm_clflush(p);
#endif
  }
}

static size_t operations, bytes, source_size;
static char *source;
static pthread_barrier_t ready;

static void persist_one(size_t i) {
  char *p = place(i, step(bytes));
  dirty(p, bytes, i);
  pmem_persist(p, bytes);
}

static void memcpy_one(size_t i) {
  pmem_memcpy_persist(place(i, step(bytes)), source, bytes);
}

static void flush_one(size_t i) {
  char *p = place(i, step(bytes));
  dirty(p, bytes, i);
  write_back(p, bytes);
  _mm_sfence();
}

// The threads begin far from each other.
static void *persist_all(void *thread) {
  size_t first = (size_t) thread * (WINDOW / 2 / step(bytes));
  pthread_barrier_wait(&ready);
  for (size_t i = 0; i < operations; i++) persist_one(first + i);
  return NULL;
}

static void persist_in_threads(size_t threads) {
  pthread_t others[threads];
  pthread_barrier_init(&ready, NULL, threads);
  for (size_t i = 1; i < threads; i++) pthread_create(&others[i], NULL, persist_all, (void *) i);
  persist_all(NULL);
  for (size_t i = 1; i < threads; i++) pthread_join(others[i], NULL);
  pthread_barrier_destroy(&ready);
}

static void all(void one(size_t)) {
  for (size_t i = 0; i < operations; i++) one(i);
}

static const char *prepare(size_t threads) {
  if (memory == MAP_FAILED) return "nothing is mapped";
  if (step(bytes) * 4 > size || WINDOW > size || threads < 1 || threads > 8) return "not that much is mapped";
  if (bytes != source_size) {
    free(source);
    // Where a source begins in a page makes a difference of a tenth.
    if (posix_memalign((void **) &source, 4096, bytes)) return "there is no memory to copy from";
    memset(source, 7, bytes);
    source_size = bytes;
  }
  return libpmem();
}

// Told afterwards: an operation takes less time if there is a pause before it.
static void each(void one(size_t)) {
  int64_t *taken = malloc(operations * sizeof *taken);
  memset(taken, 0, operations * sizeof *taken);
  for (size_t i = 0; i < operations; i++) one(i);
  for (size_t i = 0; i < operations; i++) {
    int64_t start = now();
    one(i);
    taken[i] = now() - start;
  }
  for (size_t i = 0; i < operations; i++) printf("%lld ", (long long) taken[i]);
  printf("\n");
  free(taken);
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
  size_t threads = 1;
  const char *failure;
  if (memory == MAP_FAILED) return "nothing is mapped";
  if (sscanf(command, "%*s %zu %zu %zu", &operations, &bytes, &threads) >= 2) {
    if (command[0] == 'f') bytes *= LINE;
    if ((failure = prepare(threads))) return failure;
    if (!strncmp(command, "persist ", 8)) persist_in_threads(threads);
    else if (!strncmp(command, "memcpy ", 7)) all(memcpy_one);
    else if (!strncmp(command, "flush ", 6)) all(flush_one);
    else return "not a command";
  } else if (!strcmp(command, "read")) sink = sum(memory, longs);
  else if (!strcmp(command, "write")) store(memory, longs, sink);
  else if (!strcmp(command, "copy")) memcpy((char *) memory + size / 2, memory, size / 2);
  else if (!strcmp(command, "fill")) memset(memory, 1, size);
  else if (!strcmp(command, "random")) sink = chase((char *) memory, size - 1, sink);
  else return "not a command";
  return NULL;
}

int main(void) {
  char line[512], path[256], what[16];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    int64_t start = now();
    const char *failure;
    if (sscanf(line, "map %255s %zu", path, &size) == 2) {
      failure = map(path);
    } else if (sscanf(line, "each %15s %zu %zu", what, &operations, &bytes) == 3) {
      if (!(failure = prepare(1))) {
        each(what[0] == 'p' ? persist_one : memcpy_one);
        fflush(stdout);
        continue;
      }
    } else if (!(failure = work(line))) {
      start = now();
      work(line);
    }
    int64_t taken = now() - start;
    if (failure) printf("%s\n", failure);
    else printf("%lld\n", (long long) taken);
    fflush(stdout);
  }
  return 0;
}
