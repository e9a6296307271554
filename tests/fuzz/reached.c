/* Tells a fuzzer what the extension modules reach. gcc calls __sanitizer_cov_trace_pc() on every edge
 * (-fsanitize-coverage=trace-pc); libFuzzer, as atheris carries it, reads 8-bit counters. This counts one as the other:
 * preload it, and hand the table to libFuzzer (run.py). */
#include <stdint.h>

#define COUNTERS 65536

uint8_t subword_counters[COUNTERS];

void __sanitizer_cov_trace_pc(void) {
    uint64_t pc = (uint64_t)(uintptr_t)__builtin_return_address(0);
    uint8_t *counter = &subword_counters[pc * 0x9E3779B97F4A7C15ull >> 48];
    *counter += *counter < 255;
}
