/* Which vector instructions the compiler may use, and which the processor has.
 *
 * The vector code is for x86-64. Every other machine uses the scalar code alone. */
#ifndef SUBWORD_SIMD_H
#define SUBWORD_SIMD_H

enum { SIMD_NONE, SIMD_AVX2, SIMD_AVX512 };

#if defined(__x86_64__) && defined(__GNUC__)
#define SUBWORD_VECTORS 1

/* The best that the processor has. */
static inline int simd_available(void) {
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
               __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("popcnt");
    int avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
                 __builtin_cpu_supports("avx512vbmi2");
    return avx2 && avx512 ? SIMD_AVX512 : avx2 ? SIMD_AVX2 : SIMD_NONE;
}

#else
static inline int simd_available(void) { return SIMD_NONE; }
#endif
#endif
