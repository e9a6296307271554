/* Random numbers for sampling: splitmix64 (Steele, Lea, Flood 2014), a stream for each text. */
#ifndef SUBWORD_RANDOM_H
#define SUBWORD_RANDOM_H

#include <stdint.h>

static inline uint64_t random_mixed(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Return the state of the stream of one text, by its number in a call with a seed. */
static inline uint64_t random_stream(uint64_t seed, uint64_t number)
{
    return random_mixed(random_mixed(seed + UINT64_C(0x9e3779b97f4a7c15))
                        + (number + 1) * UINT64_C(0xd1342543de82ef95));
}

/* Return a number in [0, 1), and take the stream one step on. */
static inline double random_unit(uint64_t* state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return (double)(random_mixed(*state) >> 11) * 0x1p-53;
}

#endif
