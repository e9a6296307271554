from libc.stdint cimport int32_t, uint8_t

from subword._pipeline cimport Model, Normalizer, PreTokenizer
from subword._worker cimport Worker

cdef int tokenize_chunk(Normalizer normalizer, PreTokenizer pre_tokenizer, Model model,
                        Worker worker, const uint8_t* word, int32_t size) except -1 nogil
