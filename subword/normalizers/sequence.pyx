"""Normalizers, one after the other."""

cimport cython
from libc.string cimport memset

from subword._core.pipeline cimport Normalizer, Text, text_clear, text_free
from subword.normalizers.base cimport TextNormalizer


@cython.final
cdef class Sequence(TextNormalizer):
    """Normalizers, one after the other.

    Args:
        normalizers: In their order; there may be none.

    Raises:
        TypeError: One of them is not a normalizer.

    >>> Sequence([]).normalize_str("é")
    'é'
    """

    def __cinit__(self, normalizers=()):
        self.normalizers = tuple(normalizers)
        for step in self.normalizers:
            if not isinstance(step, Normalizer):
                raise TypeError(f"a Sequence is made of normalizers, got {type(step).__name__}")
        if self.normalizers:
            self.first = self.normalizers[0]
            if len(self.normalizers) > 1:
                self.rest = Sequence(self.normalizers[1:])

    cdef tuple arguments(self):
        return (self.normalizers,)

    def flat(self):
        """Return the normalizers in order, those of nested sequences in their place."""
        return [step for part in self.normalizers for step in part.flat()]

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Text spare, last
        cdef int which
        if self.first is None:
            return 0
        memset(&spare, 0, sizeof(Text))
        target.aligned = spare.aligned = source.aligned
        try:
            which = self.run(source, target, &spare)
            if which == 2:
                last = spare
                spare = target[0]
                target[0] = last
            return which != 0
        finally:
            text_free(&spare)

    cdef int run(self, const Text* source, Text* one, Text* other) except -1 nogil:
        """Apply the steps in turn; return which buffer holds the result, 0 for the source."""
        cdef int which
        text_clear(one)
        if not self.first.apply(source, one):
            return 0 if self.rest is None else self.rest.run(source, one, other)
        if self.rest is None:
            return 1
        which = self.rest.run(one, other, one)
        return 2 if which == 1 else 1
