// A meter of the heap: the allocation functions of the whole program, passed on to the C library's and counted.
//
// libFuzzer looks at the resident memory once a second, which misses what is given back at once.

#include "fuzzer.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static atomic_llong live;
static atomic_llong peak;

static void *count(void *memory) {
    if (memory) {
        long long size = (long long)malloc_usable_size(memory);
        long long now = atomic_fetch_add_explicit(&live, size, memory_order_relaxed) + size;
        long long most = atomic_load_explicit(&peak, memory_order_relaxed);
        while (now > most && !atomic_compare_exchange_weak_explicit(
                                 &peak, &most, now, memory_order_relaxed, memory_order_relaxed)) {
        }
    }
    return memory;
}

static void uncount(void *memory) {
    if (memory) {
        atomic_fetch_sub_explicit(&live, (long long)malloc_usable_size(memory), memory_order_relaxed);
    }
}

void farthing_heap_start(void) {
    atomic_store_explicit(&live, 0, memory_order_relaxed);
    atomic_store_explicit(&peak, 0, memory_order_relaxed);
}

size_t farthing_heap_peak(void) {
    return (size_t)atomic_load_explicit(&peak, memory_order_relaxed);
}

void *malloc(size_t size) { return count(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return count(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
    uncount(memory);
    void *moved = __libc_realloc(memory, size);
    // Without room the old block stays as it was.
    if (!moved && size) {
        count(memory);
    }
    return count(moved);
}

void free(void *memory) {
    uncount(memory);
    __libc_free(memory);
}

void *memalign(size_t alignment, size_t size) { return count(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (!made) {
        return ENOMEM;
    }
    *memory = made;
    return 0;
}
