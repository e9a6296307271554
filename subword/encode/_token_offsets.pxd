"""Tokens with their places: from bytes of a word to bytes of its document, and to what the cache
keeps of them."""

from libc.stdint cimport int32_t, uint32_t

from subword._core.pipeline cimport Text
from subword.encode.worker cimport Output, Worker

cdef int emit_packed(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, Output* out) except -1 nogil
cdef int emit_tokens(Worker worker, const Text* text, int32_t start, bint chunks,
                     Output* out) except -1 nogil
cdef int emit_values(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, bint chunks, Output* out) except -1 nogil
cdef uint32_t tokens_to_values(Worker worker, bint full, bint is_short,
                               bint chunks) except? 0xFFFFFFFF nogil
