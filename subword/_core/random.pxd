"""Streams of random numbers, one for each text of a call."""

from libc.stdint cimport uint64_t

cdef extern from "cpu/random.h" nogil:
    # The state of the stream of one text, by its number in a call with a seed.
    uint64_t random_stream(uint64_t seed, uint64_t number)
    # A number in [0, 1); the stream goes one step on.
    double random_unit(uint64_t* state)
