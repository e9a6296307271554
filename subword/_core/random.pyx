"""Streams of random numbers, one for each text of a call: what is drawn for a text depends on the
seed and its number alone, not on threads or on how the texts are divided among them."""

import os

from libc.stdint cimport uint64_t


def new_seed():
    """Return a seed that nobody has used: 64 bits of the system's entropy."""
    return int.from_bytes(os.urandom(8), "little")


def checked_seed(seed):
    """Return a seed as a number of 64 bits; a new one for None.

    Raises:
        TypeError: It is no int.
        ValueError: It is negative, or has more than 64 bits.
    """
    if seed is None:
        return new_seed()
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise TypeError(f"seed must be an int or None, got {seed!r:.80}")
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed must be at least 0 and less than 2**64, got {seed}")
    return seed


def stream_of(uint64_t seed, uint64_t number):
    """Return the state in which the stream of one text begins.

    Args:
        seed: Of the call.
        number: Of the text in the call.
    """
    return random_stream(seed, number)
