"""A trie of byte strings: the longest that begins at a place, or, of all places, in linear time."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.hashmap cimport NOTHING, IntMap, intmap_get


cdef class TokenTrie:
    cdef IntMap children                # node << 8 | byte -> child
    cdef int32_t* dense                 # the same, or NULL: [node][class of byte] -> child or -1
    cdef uint8_t[256] classes           # byte -> class; 0: a byte that no string has
    cdef int class_count
    cdef int32_t* patterns              # node -> index of the string that ends there, or -1
    cdef int32_t nodes
    cdef int32_t* fails                 # node -> the longest end of its string that is a node too
    cdef Py_ssize_t longest             # bytes of a string
    cdef int add(self, const uint8_t* data, Py_ssize_t size, int32_t pattern,
                 bint backwards) except -1
    cdef int make_dense(self) except -1
    cdef int make_fails(self) except -1
    cdef int longest_at_each(self, const uint8_t* data, Py_ssize_t first, Py_ssize_t stop,
                             Py_ssize_t size, int32_t* found) noexcept nogil

    cdef inline int32_t child(self, int32_t node, uint8_t byte) noexcept nogil:
        """The child of a node, or -1."""
        if self.dense != NULL:
            return self.dense[node * self.class_count + self.classes[byte]]
        return <int32_t>intmap_get(&self.children, <uint64_t>node << 8 | byte)    # NOTHING() is -1

    cdef inline int32_t longest_at(self, const uint8_t* data, Py_ssize_t at, Py_ssize_t size,
                                   Py_ssize_t* steps) noexcept nogil:
        """The longest string that begins at data[at], of data[0:size), or -1; counts the steps."""
        cdef int32_t node = 0, pattern = -1
        cdef Py_ssize_t i = at
        while i < size:
            node = self.child(node, data[i])
            if node < 0:
                break
            i += 1
            if self.patterns[node] >= 0:
                pattern = self.patterns[node]
        steps[0] += i - at + 1
        return pattern


cdef TokenTrie make_trie(list tokens, bint backwards)
