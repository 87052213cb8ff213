// Shows the thread sanitizer what Swift's runtime on Linux does unseen (Scripts/sanitize preloads this).
//
// The runtime's libraries are not instrumented, so the sanitizer sees both threads and not what orders them. Without this it
// reports as a race whatever is behind a Mutex that had to wait, comes out of an await, or is written in place because nobody
// else refers to it any more. Each function here does what the runtime does, and tells the sanitizer: "what this thread did
// until now" (release), or "what they did who released this before" (acquire). Neither lets two threads touch one value that
// nothing of the runtime orders: such a race is still found (Tests/Sanitizers/canary.swift).

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// Of the sanitizer; a program without it has neither.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

// Of Swift's libraries; a program that is not Swift's has none.
extern bool _swift_tsan_enabled __attribute__((weak));
extern void (*_swift_tsan_acquire)(void *address) __attribute__((weak));
extern void (*_swift_tsan_release)(void *address) __attribute__((weak));
extern size_t swift_retainCount(void *object) __attribute__((weak));
extern void *swift_task_getCurrent(void) __attribute__((weak));

static void acquire(void *address) {
    if (__tsan_acquire) {
        __tsan_acquire(address);
    }
}

static void release(void *address) {
    if (__tsan_release) {
        __tsan_release(address);
    }
}

#define NEXT(name) dlsym(RTLD_NEXT, name)

// --- References --------------------------------------------------------------------------------------------------------

// Who lets go of an object that others hold is done with it; who holds it last, takes it from them. Objects that live for
// ever, such as the empty array, order nobody.
static void let_go(void *object, uint32_t count) {
    if (*(uint32_t *)((char *)object + 8) == UINT32_MAX) {
        return;
    }
    size_t references = swift_retainCount(object);
    if (references > count) {
        release(object);
    }
    // One more, since another thread may let go between this look and the act.
    if (references <= count + 1) {
        acquire(object);
    }
}

// A string of a few bytes is no object, though it goes by the same functions; its sign says so.
#define RELEASE(name, more, arguments, count)                                                                                 \
    void name(void *object more) {                                                                                            \
        static void (*next)(void *object more);                                                                               \
        if (!next) {                                                                                                          \
            next = (void (*)(void *object more))NEXT(#name);                                                                  \
        }                                                                                                                     \
        if (__tsan_release && (intptr_t)object > 0) {                                                                         \
            let_go(PLAIN(object), count);                                                                                     \
        }                                                                                                                     \
        next arguments;                                                                                                       \
    }
#define AND ,
// Without the spare bits of what may be a bridge object.
#define PLAIN(reference) ((void *)((uintptr_t)(reference) & 0x00FFFFFFFFFFFFF8))

RELEASE(swift_release, , (object), 1)
RELEASE(swift_release_n, AND uint32_t many, (object, many), many)
RELEASE(swift_bridgeObjectRelease, , (object), 1)
RELEASE(swift_bridgeObjectRelease_n, AND int many, (object, many), (uint32_t)many)

// Whoever is alone with an object may write to it.
#define UNIQUE(name)                                                                                                          \
    bool name(void *reference) {                                                                                              \
        static bool (*next)(void *);                                                                                          \
        if (!next) {                                                                                                          \
            next = (bool (*)(void *))NEXT(#name);                                                                             \
        }                                                                                                                     \
        bool is_unique = next(reference);                                                                                     \
        if (is_unique && reference) {                                                                                         \
            acquire(PLAIN(reference));                                                                                        \
        }                                                                                                                     \
        return is_unique;                                                                                                     \
    }

UNIQUE(swift_isUniquelyReferenced)
UNIQUE(swift_isUniquelyReferenced_native)
UNIQUE(swift_isUniquelyReferenced_nonNull)
UNIQUE(swift_isUniquelyReferenced_nonNull_bridgeObject)
UNIQUE(swift_isUniquelyReferenced_nonNull_native)
UNIQUE(swift_isUniquelyReferencedNonObjC)
UNIQUE(swift_isUniquelyReferencedNonObjC_nonNull)
UNIQUE(swift_isUniquelyReferencedNonObjC_nonNull_bridgeObject)

__attribute__((constructor)) static void begin(void) {
    if (!__tsan_acquire) {
        return;
    }
    // Tasks: libswift_Concurrency would tell the sanitizer by itself, but is told of it only where the linker prefers
    // libswiftCore's __tsan_on_initialize to the sanitizer's own empty one, and on Linux it doesn't.
    if (&_swift_tsan_enabled) {
        _swift_tsan_acquire = __tsan_acquire;
        _swift_tsan_release = __tsan_release;
        _swift_tsan_enabled = true;
    }
}

// --- Continuations -------------------------------------------------------------------------------------------------------

// The task that awaits one may find it resumed already, and then goes on without being scheduled anew.
#define RESUME(name, more, arguments)                                                                                         \
    __attribute__((swiftcall)) void name(void *task more) {                                                                   \
        static __attribute__((swiftcall)) void (*next)(void *task more);                                                      \
        if (!next) {                                                                                                          \
            next = (__attribute__((swiftcall)) void (*)(void *task more))NEXT(#name);                                         \
        }                                                                                                                     \
        release(task);                                                                                                        \
        next arguments;                                                                                                       \
    }

RESUME(swift_continuation_resume, , (task))
RESUME(swift_continuation_throwingResume, , (task))
RESUME(swift_continuation_throwingResumeWithError, AND void *error, (task, error))

// The head of a continuation's context, as the ABI has it: whoever awaits goes on at `resume`, suspended or not. `go_on` takes
// its place meanwhile, and what stood there is kept in a table.
struct context {
    void *parent;
    __attribute__((swiftasynccall)) void (*resume)(__attribute__((swift_async_context)) struct context *self);
};

struct waiting {
    struct context *context;
    __attribute__((swiftasynccall)) void (*resume)(__attribute__((swift_async_context)) struct context *self);
    struct waiting *next;
};

enum { rows = 1024 };
static struct waiting *table[rows];
static atomic_flag locks[rows];

static size_t row_of(struct context *context) { return ((uintptr_t)context >> 4) % rows; }

static void lock_row(size_t row) {
    while (atomic_flag_test_and_set_explicit(&locks[row], memory_order_acquire)) {
    }
}

static void unlock_row(size_t row) { atomic_flag_clear_explicit(&locks[row], memory_order_release); }

static struct waiting *take(struct context *context) {
    size_t row = row_of(context);
    lock_row(row);
    struct waiting **place = &table[row];
    while ((*place)->context != context) {
        place = &(*place)->next;
    }
    struct waiting *found = *place;
    *place = found->next;
    unlock_row(row);
    return found;
}

__attribute__((swiftasynccall)) static void go_on(__attribute__((swift_async_context)) struct context *context) {
    struct waiting *waiting = take(context);
    context->resume = waiting->resume;
    free(waiting);
    acquire(swift_task_getCurrent());
    __attribute__((musttail)) return context->resume(context);
}

typedef __attribute__((swiftasynccall)) void (*await_function)(struct context *context);

__attribute__((swiftasynccall)) void swift_continuation_await(struct context *context) {
    static await_function next;
    if (!next) {
        next = (await_function)NEXT("swift_continuation_await");
    }
    if (__tsan_acquire) {
        struct waiting *waiting = malloc(sizeof *waiting);
        size_t row = row_of(context);
        lock_row(row);
        *waiting = (struct waiting){context, context->resume, table[row]};
        table[row] = waiting;
        unlock_row(row);
        context->resume = go_on;
    }
    __attribute__((musttail)) return next(context);
}

// --- Mutexes ---------------------------------------------------------------------------------------------------------------

// One that has to wait is handed over by the kernel, in libswiftSynchronization. Its short way is an atomic exchange in the
// caller's own code, which the sanitizer sees.
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void (*lock_function)(uint32_t thread, SELF);
typedef __attribute__((swiftcall)) void (*unlock_function)(SELF);

__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
__attribute__((swiftcall)) void unlock_slow(SELF) __asm__(UNLOCK);

__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF) {
    ((lock_function)NEXT(LOCK))(thread, self);
    acquire(self);
}

__attribute__((swiftcall)) void unlock_slow(SELF) {
    release(self);
    ((unlock_function)NEXT(UNLOCK))(self);
}
