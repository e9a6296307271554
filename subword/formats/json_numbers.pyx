"""Numbers of a JSON text as the reference reads them: up to one unit in the last place off.

The reference's JSON reader (serde_json) takes up to 20 digits as a 64-bit integer, makes a float of
it, and multiplies or divides by a power of ten. From 16 digits on each of the two steps may round.
A quarter of the scores of XLM-R differ in the last bit from the nearest float, and that decides
between segmentations whose sums are equal.
"""

from libc.stdint cimport uint64_t

cdef enum:
    MAX_POWER = 308
    MAX_EXPONENT = 1 << 30
    NEIGHBOURS = 8    # floats tried on each side of a number of so many digits

cdef double[MAX_POWER + 1] powers

for _power in range(MAX_POWER + 1):
    powers[_power] = float(f"1e{_power}")


def read_number(str text not None):
    """Return the float that the reference reads for a JSON number.

    Args:
        text: The number, as JSON spells it.

    Raises:
        ValueError: It is too large for a float.

    >>> read_number("-0.5"), read_number("7.4715776443481445")
    (-0.5, 7.471577644348144)
    """
    cdef bytes utf8 = text.encode()
    cdef const unsigned char* p = utf8
    cdef double value
    if number_at(&p, &value) and p[0] == 0:
        return value
    raise ValueError(f"the number {text:.50} is out of range")


def spell_number(double value):
    """Return digits from which the reference reads this very float, the shortest if those do.

    The shortest digits of about an eighth of all floats are read as a neighbour; with 17 to 20 of
    them, or with those of a neighbour, 99.8 % of all floats can be read, and whatever was read once
    can be read again. For the others these are the shortest.

    Args:
        value: A finite float.

    >>> spell_number(-0.5), spell_number(-7.4715776443481445)
    ('-0.5', '-7.47157764434814453')
    """
    cdef double positive = -value if value < 0.0 else value
    cdef str shortest = repr(value), text
    if reads_as(shortest, value):
        return shortest
    for count in (17, 18, 19, 20, 16):
        mantissa, _, exponent = f"{positive:.{count - 1}e}".partition("e")
        nearest = int(mantissa.replace(".", ""))
        step = max(1, nearest >> 53)    # from one 64-bit float to about the next
        for away in range(NEIGHBOURS):
            for digits in (nearest + away * step, nearest - away * step):
                text = with_point(str(digits), int(exponent), value < 0.0)
                if reads_as(text, value):
                    return text
    return shortest


cdef str with_point(str digits, int exponent, bint negative):
    """Return digits with the point behind the first one, moved by an exponent."""
    sign = "-" if negative else ""
    if 0 <= exponent < len(digits) - 1:
        return f"{sign}{digits[:exponent + 1]}.{digits[exponent + 1:]}"
    if -5 < exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return f"{sign}{digits[0]}.{digits[1:]}e{exponent}"


cdef bint reads_as(str text, double value):
    """Whether the reference reads a number as this float."""
    cdef bytes utf8 = text.encode()
    cdef const unsigned char* p = utf8
    cdef double found
    return number_at(&p, &found) and found == value


cdef bint number_at(const unsigned char** at, double* value) noexcept nogil:
    """Read a number up to the byte after it.

    Args:
        at: Where it begins; afterwards, where it ends. It ends before a byte that no number holds.
        value: Becomes the number.

    Returns:
        False if it is too large for a float.
    """
    cdef const unsigned char* p = at[0]
    cdef uint64_t digits = 0
    cdef Py_ssize_t exponent = 0, given = 0
    cdef int digit
    cdef bint negative = p[0] == 45, full = False, minus = False    # 45: -
    p += negative
    while 48 <= p[0] <= 57:
        digit = p[0] - 48
        full = full or not can_append(digits, digit)
        if full:
            exponent += 1
        else:
            digits = 10 * digits + digit
        p += 1
    if p[0] == 46:    # the decimal point
        p += 1
        while 48 <= p[0] <= 57:
            digit = p[0] - 48
            full = full or not can_append(digits, digit)
            if not full:
                digits = 10 * digits + digit
                exponent -= 1
            p += 1
    if p[0] == 69 or p[0] == 101:    # E, e
        p += 1
        minus = p[0] == 45
        p += p[0] == 43 or minus
        while 48 <= p[0] <= 57:
            if given < MAX_EXPONENT:
                given = 10 * given + p[0] - 48
            p += 1
        exponent += -given if minus else given
    at[0] = p
    value[0] = scaled(digits, exponent)
    if value[0] - value[0] != 0.0:
        return False
    if negative:
        value[0] = -value[0]
    return True


cdef inline bint can_append(uint64_t digits, int digit) noexcept nogil:
    """Whether 64 bits hold the number with one digit more."""
    cdef uint64_t most = 0xFFFFFFFFFFFFFFFFULL
    return digits < most // 10 or (digits == most // 10 and digit <= <int>(most % 10))


cdef double scaled(uint64_t digits, Py_ssize_t exponent) noexcept nogil:
    """Return digits * 10 ** exponent, rounded where the reference rounds; it may be infinite."""
    cdef double value = <double>digits
    while exponent < -MAX_POWER and value != 0.0:
        value /= powers[MAX_POWER]
        exponent += MAX_POWER
    if value == 0.0:
        return value
    if exponent < 0:
        return value / powers[-exponent]
    return value * powers[exponent] if exponent <= MAX_POWER else powers[MAX_POWER] * powers[1]
