// What the fuzz program needs from C: libFuzzer's entry, and a meter of the heap.
#ifndef FARTHING_FUZZER_H
#define FARTHING_FUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs inputs through `test_one` until the arguments say that it is enough; from the runtime that -sanitize=fuzzer links.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test_one)(const uint8_t *data, size_t size));

/// Starts to measure: from here on the meter counts what is allocated beyond what is allocated now.
void farthing_heap_start(void);

/// The most bytes that were allocated at once since the start.
size_t farthing_heap_peak(void);

#endif
