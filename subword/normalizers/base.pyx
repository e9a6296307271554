"""The base of the concrete normalizers: what Python sees of them."""

from libc.stdint cimport uint8_t
from libc.string cimport memset

from subword._core.pipeline cimport Normalizer, Text, text_free


cdef extern from "Python.h":
    str PyUnicode_DecodeUTF8(const char* data, Py_ssize_t size, const char* errors)


cdef class TextNormalizer(Normalizer):
    """Base of the concrete normalizers: what Python sees of them.

    A normalizer never changes after its construction, so any number of threads may share it.
    """

    cdef tuple arguments(self):
        """Return the arguments of the constructor that makes an equal normalizer."""
        return ()

    def normalize_str(self, str text not None):
        """Return the normalized text.

        Args:
            text: Any string without lone surrogates.

        Returns:
            The normalized text.

        Raises:
            UnicodeEncodeError: The text holds a lone surrogate.

        >>> from subword.normalizers import NFC
        >>> NFC().normalize_str("e\\u0301cole")
        'école'
        """
        return normalized(self, text, False)[0]

    def normalize_with_offsets(self, str text not None):
        """Return the normalized text and the span of each of its characters.

        Args:
            text: Any string without lone surrogates.

        Returns:
            The normalized text, and for each of its characters the (start, end) of the characters
            of `text` that it comes from. An inserted character may have its neighbour's span.

        Raises:
            UnicodeEncodeError: The text holds a lone surrogate.

        >>> from subword.normalizers import NFD
        >>> NFD().normalize_with_offsets("né")
        ('ne\\u0301', [(0, 1), (1, 2), (1, 2)])
        """
        return normalized(self, text, True)

    def normalize_token(self, str token not None):
        """Return the form in which an added token is looked for in normalized text.

        Args:
            token: The text of the token.
        """
        return self.normalize_str(token)

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self.arguments() == (<TextNormalizer>other).arguments()

    def __hash__(self):
        return hash((type(self), self.arguments()))

    def __reduce__(self):
        return type(self), self.arguments()

    def __repr__(self):
        return f"{type(self).__name__}({', '.join([repr(value) for value in self.arguments()])})"


cdef tuple normalized(Normalizer normalizer, str text, bint aligned):
    """Return the normalized text and, when `aligned`, the character spans of its characters."""
    cdef bytes data = text.encode()
    cdef Text source, target
    cdef bint changed
    cdef Py_ssize_t i
    memset(&source, 0, sizeof(Text))
    memset(&target, 0, sizeof(Text))
    source.data = <uint8_t*><char*>data
    source.size = len(data)
    source.aligned = target.aligned = aligned
    try:
        with nogil:
            changed = normalizer.apply(&source, &target)
        if not changed:
            return text, [(i, i + 1) for i in range(len(text))] if aligned else []
        result = PyUnicode_DecodeUTF8(<char*>target.data, target.size, NULL)
        if not aligned:
            return result, []
        chars = []  # byte of the source -> number of characters that begin before it
        for i in range(source.size + 1):
            chars.append(chars[i - 1] + ((source.data[i - 1] & 0xC0) != 0x80) if i else 0)
        spans = []
        for i in range(target.size):
            if (target.data[i] & 0xC0) != 0x80:
                spans.append((chars[target.source_start[i]], chars[target.source_end[i]]))
        return result, spans
    finally:
        text_free(&target)
