"""Tokens with offsets: from bytes of a word to bytes of its document, and to the values that the
word cache keeps."""

from libc.stdint cimport int32_t, uint32_t

from subword._core.pipeline cimport Text, Token
from subword.encode.worker cimport Output, Worker

cdef int emit_packed(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, Output* out) except -1 nogil
cdef int emit_tokens(Worker worker, const Text* text, int32_t start, bint caches_chunks,
                     Output* out) except -1 nogil
cdef int emit_values(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, bint caches_chunks, Output* out) except -1 nogil
cdef uint32_t tokens_to_values(Worker worker, const Token* tokens, Py_ssize_t count,
                               bint with_offsets, bint is_short,
                               bint caches_chunks) except? 0xFFFFFFFF nogil
