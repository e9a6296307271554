"""Which vector instructions are used: those of the processor, or fewer for tests."""

cdef extern from "scan/scan.h" nogil:
    int simd_available()

SIMD = ("scalar", "avx2", "avx512")
simd_on = simd_available()


def use_simd(level=None):
    """Choose the scanners; return which are used: "scalar", "avx2" or "avx512".

    They give the same words, and the best are used by default: this is for tests and measurements.
    A processor without those of `level` uses the best it has below; None changes nothing.
    """
    global simd_on
    if level not in (None, *SIMD):
        raise ValueError(f"level must be one of {', '.join(SIMD)}, got {level!r}")
    if level is not None:
        simd_on = min(SIMD.index(level), simd_available())
    return SIMD[simd_on]
