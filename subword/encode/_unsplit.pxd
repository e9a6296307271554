"""BPE without a pre-tokenizer: the whole text is one word, encoded in chunks."""

from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport Text
from subword.encode.worker cimport Worker
from subword.models.bpe cimport BPE
from subword.models.safe_splits cimport SafeSplits


cdef enum PrependScheme:
    # When a metaspace is put before a text.
    PREPEND_NEVER
    PREPEND_ALWAYS
    PREPEND_IF_MISSING    # unless the text begins with a space or a metaspace
    PREPEND_FIRST         # the same, but only before the text that begins the document


cdef enum:
    # The first byte of a chunk that gets a metaspace before it, of one that is a whole text, and of
    # one that is both; no text holds these bytes.
    PREFIXED = 0xFF
    WHOLE = 0xFE
    WHOLE_PREFIXED = 0xFD


cdef class UnsplitText:
    cdef BPE model
    cdef SafeSplits safe_splits
    cdef PrependScheme prepend_scheme
    cdef bint split_words                # every metaspace begins a word
    # Bytes of the longest text that may be a token as a whole; -1 if that makes no difference.
    cdef Py_ssize_t longest_token
    cdef bytes metaspace_bytes           # owns the memory of the next
    cdef const uint8_t* metaspace        # what a space becomes, in UTF-8
    cdef int metaspace_size
    cdef bint begins_with_metaspace(self, const uint8_t* data, Py_ssize_t size) noexcept nogil
    cdef bint begin_text(self, Worker worker, const Text* text, Py_ssize_t* pos,
                         Text* first_chunk, int32_t* span) except -1 nogil
    cdef int tokenize(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil
    cdef int write_metaspaces(self, Worker worker, const uint8_t* chunk,
                              int32_t size) except -1 nogil


cdef UnsplitText make_unsplit_text(object normalizer, object pre_tokenizer, object model,
                                   bint normalized)
