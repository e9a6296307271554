"""Chunks of BERT's texts to tokens."""

from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport PreTokenizer
from subword.encode.worker cimport Worker
from subword.models.wordpiece cimport WordPiece
from subword.normalizers.bert cimport BertNormalizer

cdef int tokenize_bert_chunk(BertNormalizer normalizer, PreTokenizer pre_tokenizer,
                             WordPiece model, Worker worker, const uint8_t* chunk,
                             int32_t size) except -1 nogil
