"""The matches of a regex, found in characters, counted in bytes of UTF-8."""


cdef struct ByteSpan:
    # The last match: its bytes [start, end), and the character that it ends before. Zero at first.
    Py_ssize_t start
    Py_ssize_t end
    Py_ssize_t end_char


cdef inline int next_byte_span(str text, Py_ssize_t first, Py_ssize_t last,
                               ByteSpan* match) except -1:
    """Move on to the match of the characters [first, last), which lies after the one before."""
    match.start = match.end + len(text[match.end_char:first].encode())
    match.end = match.start + len(text[first:last].encode())
    match.end_char = last
    return 0
