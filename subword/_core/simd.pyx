"""Which vector instructions are used: those of the processor, or fewer for tests."""

cdef extern from "cpu/simd.h" nogil:
    int simd_available()

SIMD = ("scalar", "avx2", "avx512")
simd_on = simd_available()


def use_simd(level=None):
    """Choose the vector instructions; return the choice: "scalar", "avx2" or "avx512".

    All give the same results, and the best are used by default: this is for tests and measurements.
    If the processor lacks those of `level`, the best below it are used. None changes nothing.
    """
    global simd_on
    if level not in (None, *SIMD):
        raise ValueError(f"level must be one of {', '.join(SIMD)}, got {level!r}")
    if level is not None:
        simd_on = min(SIMD.index(level), simd_available())
    return SIMD[simd_on]
