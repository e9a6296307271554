"""Strings, ids and the ends of other values in a JSON text, read without Python objects.

Whatever is broken or unusual is refused: then Python's `json` reads the text, and says what is
wrong. So this knows what a string of tokens and an id look like, and nothing of errors.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from subword._core.simd cimport simd_on
from subword.formats.json_numbers cimport number_at

from subword._core.limits import MAX_ID

cdef extern from "text/utf8.h" nogil:
    int utf8_encode(uint32_t code, uint8_t* p)

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef enum:
    MAX_WHOLE = 15          # digits of a whole number that a float holds

cdef uint32_t highest_id = MAX_ID


cdef inline bint is_blank(uint8_t byte) noexcept nogil:
    return byte == 0x20 or byte == 0x0A or byte == 0x0D or byte == 0x09


cdef class JsonScan:
    """A position in a JSON text of valid UTF-8.

    Args:
        source: The text.

    Raises:
        ValueError: It is not UTF-8.
    """

    def __init__(self, bytes source not None):
        self.source = source
        self.data = source
        self.end = len(source)
        self.unescaped = bytearray()
        if utf8_error(self.data, self.end, simd_on) >= 0:
            raise ValueError("not UTF-8")

    cdef bint take(self, uint8_t byte) noexcept nogil:
        """Skip blanks; then read the byte if it is there, and the blanks after it."""
        while self.at < self.end and is_blank(self.data[self.at]):
            self.at += 1
        if self.at == self.end or self.data[self.at] != byte:
            return False
        self.at += 1
        while self.at < self.end and is_blank(self.data[self.at]):
            self.at += 1
        return True

    cdef bint read_string(self) except -1:
        """Read a string, which becomes `text`, up to the byte after it; False: there is none."""
        cdef Py_ssize_t i = self.at + 1, end = self.end
        cdef const uint8_t* data = self.data
        if self.at >= end or data[self.at] != 0x22:
            return False
        while i < end and data[i] != 0x22 and data[i] != 0x5C and data[i] >= 0x20:
            i += 1
        if i == end or data[i] < 0x20:
            return False
        self.escaped = data[i] == 0x5C
        if self.escaped:
            return self.unescape(self.at + 1)
        self.text = data + self.at + 1
        self.text_size = i - self.at - 1
        self.at = i + 1
        return True

    cdef bint unescape(self, Py_ssize_t start) except -1:
        """Read a string from its first byte, with escapes; False if one is wrong or half a pair."""
        cdef const uint8_t* data = self.data
        cdef Py_ssize_t i = start, n = 0
        cdef uint8_t* out
        cdef int unit, low
        while i < self.end and data[i] != 0x22:    # where it ends
            if data[i] < 0x20:
                return False
            i += 2 if data[i] == 0x5C else 1
        if i >= self.end:
            return False
        if len(self.unescaped) < i - start + 4:
            self.unescaped = bytearray(2 * (i - start) + 64)
        out = <uint8_t*><char*>self.unescaped
        self.at = i + 1
        i = start
        while data[i] != 0x22:
            if data[i] != 0x5C:
                out[n] = data[i]
                n += 1
                i += 1
                continue
            i += 2
            if data[i - 1] == 0x75:    # u
                unit = self.read_unit(data + i)
                i += 4
                if 0xD800 <= unit < 0xDC00 and data[i] == 0x5C and data[i + 1] == 0x75:
                    low = self.read_unit(data + i + 2)
                    if 0xDC00 <= low < 0xE000:
                        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                        i += 6
                if unit < 0 or 0xD800 <= unit < 0xE000:
                    return False
                n += utf8_encode(<uint32_t>unit, out + n)
                continue
            if data[i - 1] == 0x22 or data[i - 1] == 0x5C or data[i - 1] == 0x2F:
                out[n] = data[i - 1]
            elif data[i - 1] == 0x62:    # b
                out[n] = 0x08
            elif data[i - 1] == 0x66:    # f
                out[n] = 0x0C
            elif data[i - 1] == 0x6E:    # n
                out[n] = 0x0A
            elif data[i - 1] == 0x72:    # r
                out[n] = 0x0D
            elif data[i - 1] == 0x74:    # t
                out[n] = 0x09
            else:
                return False
            n += 1
        self.text = out
        self.text_size = n
        return True

    cdef int read_unit(self, const uint8_t* p) noexcept nogil:
        """Return the number of four hexadecimal digits, negative if they are none."""
        cdef int unit = 0, k
        cdef uint8_t digit
        if p + 4 > self.data + self.end:
            return -1
        for k in range(4):
            digit = p[k]
            if 0x30 <= digit <= 0x39:
                digit -= 0x30
            elif 0x41 <= digit <= 0x46:
                digit -= 0x41 - 10
            elif 0x61 <= digit <= 0x66:
                digit -= 0x61 - 10
            else:
                return -1
            unit = unit << 4 | digit
        return unit

    cdef bint read_id(self, uint32_t* id) noexcept nogil:
        """Read a whole number that an id may be, up to the byte after it."""
        cdef uint64_t number = 0
        cdef Py_ssize_t start = self.at
        while self.at < self.end and 0x30 <= self.data[self.at] <= 0x39 and self.at - start < 11:
            number = 10 * number + (self.data[self.at] - 0x30)
            self.at += 1
        if (self.at == start or number > highest_id
                or (self.data[start] == 0x30 and self.at - start > 1)):
            return False
        id[0] = <uint32_t>number
        return True

    cdef bint read_float(self, double* value) noexcept nogil:
        """Read a number, up to the byte after it; one without a point and exponent if it is short,
        and not -0."""
        cdef const uint8_t* data = self.data
        cdef Py_ssize_t i = self.at, digits
        cdef const uint8_t* p = data + i
        cdef bint whole
        i += i < self.end and data[i] == 0x2D
        digits = self.skip_digits(&i)
        if digits == 0 or (digits > 1 and data[i - digits] == 0x30):
            return False
        whole = digits <= MAX_WHOLE and (data[i - digits] != 0x30 or data[self.at] != 0x2D)
        if i < self.end and data[i] == 0x2E:
            i += 1
            whole = True
            if self.skip_digits(&i) == 0:
                return False
        if i < self.end and data[i] | 0x20 == 0x65:    # e
            i += 1
            i += i < self.end and (data[i] == 0x2B or data[i] == 0x2D)
            whole = True
            if self.skip_digits(&i) == 0:
                return False
        # The text goes on behind the number, so no digit is read behind its end.
        if not whole or i == self.end or not number_at(&p, value):
            return False
        self.at = i
        return True

    cdef Py_ssize_t skip_digits(self, Py_ssize_t* i) noexcept nogil:
        """Go on to the byte after some digits, and return how many there are."""
        cdef Py_ssize_t start = i[0]
        while i[0] < self.end and 0x30 <= self.data[i[0]] <= 0x39:
            i[0] += 1
        return i[0] - start

    cdef bint skip_value(self) noexcept nogil:
        """Go on to the byte after a value, which may be broken; False if it does not end."""
        cdef const uint8_t* data = self.data
        cdef Py_ssize_t i = self.at, depth = 0
        while i < self.end:
            if data[i] == 0x22:
                i += 1
                while i < self.end and data[i] != 0x22:
                    i += 2 if data[i] == 0x5C else 1
            elif data[i] == 0x7B or data[i] == 0x5B:    # { [
                depth += 1
            elif data[i] == 0x7D or data[i] == 0x5D:
                depth -= 1
            elif depth == 0 and data[i] == 0x2C:
                break
            if depth < 0:
                break
            i += 1
            if depth == 0 and i < self.end and data[i - 1] in (0x22, 0x7D, 0x5D):
                break
        self.at = min(i, self.end)
        return i < self.end
