/* Random numbers for BPE dropout: splitmix64 (Steele, Lea, Flood 2014), a stream for each thread. */
#ifndef SUBWORD_RANDOM_H
#define SUBWORD_RANDOM_H

#include <stdint.h>
#include <time.h>

#if defined(_MSC_VER)
#define SUBWORD_THREAD __declspec(thread)
#else
#define SUBWORD_THREAD _Thread_local
#endif

/* Return a number in [0, 1). A thread begins a new stream when it is new, or `seed` is: threads come
   and go, at the same addresses too, so the time is mixed in. */
static inline double random_unit(uint64_t seed)
{
    static SUBWORD_THREAD uint64_t state, seen;
    uint64_t z;
    if (seen != seed) {
        struct timespec now;
        timespec_get(&now, TIME_UTC);
        seen = seed;
        state = seed ^ (uint64_t)(uintptr_t)&state * UINT64_C(0xff51afd7ed558ccd)
                ^ ((uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec) * UINT64_C(0xc4ceb9fe1a85ec53);
    }
    z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

#endif
