/* Preloaded into a node, makes one call on the files of its home fail.

     FAULT_HOME   the home; its data/ and its votes.a, votes.b are looked at
     FAULT_CALL   which calls count: a call and the file's name in the home without its digits, such as
                  "write data/chain/.log"; all of them if it is left out
     FAULT_AT     which of them fails, from 1; 0: none
     FAULT_ERRNO  with what
     FAULT_LOG    a file that gets a line for each call: "call", "fault" (the one that failed) or "after", then as above,
                  then the path

   A failing write leaves half of its bytes. LevelDB's own diary, LOG, does not count: nothing depends on it. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { descriptors = 4096, length = 512 };
static char names[descriptors][length]; /* Of the files in the home that are open, by descriptor. */
static atomic_long turns;
static atomic_int has_failed;
static int diary = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *in_home(const char *path)
{
    const char *home = getenv("FAULT_HOME");
    if (!home || !path || strncmp(path, home, strlen(home)) != 0) return NULL;
    const char *rest = path + strlen(home);
    while (*rest == '/') rest++;
    if (strncmp(rest, "data", 4) != 0 && strncmp(rest, "votes.", 6) != 0) return NULL;
    const char *last = strrchr(rest, '/');
    if (last && strncmp(last, "/LOG", 4) == 0) return NULL;
    return rest;
}

/* Notes a call; answers whether it is the one to fail, with errno set. */
static int fails(const char *call, const char *name)
{
    char kind[length], line[3 * length];
    size_t end = (size_t)snprintf(kind, sizeof kind, "%s ", call);
    for (const char *c = name; *c && end < sizeof kind - 1; c++)
        if (*c < '0' || *c > '9') kind[end++] = *c;
    kind[end] = 0;
    const char *wanted = getenv("FAULT_CALL"), *at = getenv("FAULT_AT"), *code = getenv("FAULT_ERRNO");
    int counts = !wanted || strcmp(wanted, kind) == 0;
    int now = counts && at && atol(at) > 0 && atomic_fetch_add(&turns, 1) + 1 == atol(at);
    const char *word = now ? "fault" : atomic_load(&has_failed) ? "after" : "call";
    if (now) atomic_store(&has_failed, 1);
    if (diary < 0 && getenv("FAULT_LOG"))
        diary = REAL(open)(getenv("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int count = snprintf(line, sizeof line, "%s\t%s\t%s\n", word, kind, name);
    if (diary >= 0 && REAL(write)(diary, line, (size_t)count) < 0) abort();
    if (now) errno = code ? atoi(code) : EIO;
    return now;
}

static const char *name_of(int fd) { return fd >= 0 && fd < descriptors && names[fd][0] ? names[fd] : NULL; }

static int opened(int fd, const char *name)
{
    if (fd >= 0 && fd < descriptors) snprintf(names[fd], length, "%s", name ? name : "");
    return fd;
}

#define OPEN(open)                                                                                                     \
    int open(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0;                                              \
        va_end(rest);                                                                                                  \
        const char *name = in_home(path);                                                                              \
        if (name && fails("open", name)) return -1;                                                                    \
        return opened(REAL(open)(path, flags, mode), name);                                                            \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    if (fd >= 0 && fd < descriptors) names[fd][0] = 0;
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    const char *name = name_of(fd);
    if (name && fails("write", name)) {
        int code = errno;
        if (REAL(write)(fd, bytes, count / 2) < 0) abort();
        errno = code;
        return -1;
    }
    return REAL(write)(fd, bytes, count);
}

#define PWRITE(pwrite, offset_type)                                                                                    \
    ssize_t pwrite(int fd, const void *bytes, size_t count, offset_type offset)                                        \
    {                                                                                                                  \
        const char *name = name_of(fd);                                                                                \
        if (name && fails("write", name)) {                                                                            \
            int code = errno;                                                                                          \
            if (REAL(pwrite)(fd, bytes, count / 2, offset) < 0) abort();                                               \
            errno = code;                                                                                              \
            return -1;                                                                                                 \
        }                                                                                                              \
        return REAL(pwrite)(fd, bytes, count, offset);                                                                 \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define BY_DESCRIPTOR(call)                                                                                            \
    int call(int fd)                                                                                                   \
    {                                                                                                                  \
        const char *name = name_of(fd);                                                                                \
        if (name && fails("sync", name)) return -1;                                                                    \
        return REAL(call)(fd);                                                                                         \
    }
BY_DESCRIPTOR(fsync)
BY_DESCRIPTOR(fdatasync)

#define TRUNCATE(call, offset_type)                                                                                    \
    int call(int fd, offset_type count)                                                                                \
    {                                                                                                                  \
        const char *name = name_of(fd);                                                                                \
        if (name && fails("truncate", name)) return -1;                                                                \
        return REAL(call)(fd, count);                                                                                  \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int rename(const char *path, const char *target)
{
    const char *name = in_home(target);
    if (name && fails("rename", name)) return -1;
    return REAL(rename)(path, target);
}
