"""BPE without a pre-tokenizer, as SentencePiece trains it: the whole text is one word.

Each space becomes a metaspace, and a metaspace may be put before the text. The original text is
split where the model never merges (see models/safe_splits.pyx). Only a chunk that is not in the
word cache is normalized and given to the model, as the encode loop does with the chunks of BERT. A
chunk that gets a metaspace before it starts with a byte that no text holds, so it has a cache entry
of its own.

With ignore_merges a whole text that is a token is that token. Only texts no longer than the longest
token can be one: these are one chunk, which starts with a byte of its own too, and what a longer
text is cut into is merged whether it is a token or not.

As for BERT, worker.chunk_word_ids[k] is the word of token k, counted from worker.word. Here
worker.word is the word that the *next* metaspace or text begins: a chunk inside a word has -1.
"""

from libc.stdint cimport int32_t, uint8_t
from libc.string cimport memcmp, memcpy

from subword._core.pipeline cimport Text, text_clear, text_reserve
from subword.encode.worker cimport Worker
from subword.models.bpe cimport BPE
from subword.models.safe_splits cimport find_safe_splits
from subword.vocab.token_table cimport TokenTable, token_size

from subword import normalizers, pre_tokenizers
from subword._core.pipeline import flatten

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t first_chunk)


cdef class UnsplitText:
    """How one tokenizer writes spaces, and where its texts may be split.

    Made by `make_unsplit_text`.
    """

    cdef bint begins_with_metaspace(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Whether data[0:size), not empty, begins with a space or a metaspace."""
        return data[0] == 0x20 or (
            size >= self.metaspace_size and memcmp(data, self.metaspace, self.metaspace_size) == 0)

    cdef bint begin_text(self, Worker worker, const Text* text, Py_ssize_t* pos,
                         Text* first_chunk, int32_t* span) except -1 nogil:
        """Begin a text: count its word and, if it gets a metaspace before it or may be a token as a
        whole, make its first chunk.

        Returns:
            Whether there is a first chunk: then `span` of `first_chunk` is PREFIXED or the like and
            the chunk, and pos[0] is where the next one starts.
        """
        cdef bint has_metaspace = self.begins_with_metaspace(text.data, text.size)
        cdef Text* scratch = &worker.pre_tokenized    # the text may lie in worker.normalized
        cdef PrependScheme scheme = self.prepend_scheme
        cdef bint prefixed = scheme == PREPEND_ALWAYS or (not has_metaspace and (
            scheme == PREPEND_IF_MISSING
            or (scheme == PREPEND_FIRST and text.source_offset == 0)))
        cdef bint whole = text.size <= self.longest_token
        worker.word += not (self.split_words and (has_metaspace or prefixed))
        if whole:
            pos[0] = text.size
        elif prefixed:
            self.safe_splits.find_chunks(text.data, text.size, pos, span, 1)
        else:
            return 0
        text_reserve(scratch, pos[0] + 1)
        scratch.data[0] = PREFIXED if not whole else WHOLE_PREFIXED if prefixed else WHOLE
        memcpy(scratch.data + 1, text.data, pos[0])
        first_chunk[0] = scratch[0]
        first_chunk.source_start = first_chunk.source_end = NULL
        if text.source_start != NULL:
            first_chunk.source_start = text.source_start - 1
            first_chunk.source_end = text.source_end - 1
        first_chunk.source_offset = text.source_offset - 1
        first_chunk.size = span[1] = <int32_t>pos[0] + 1
        span[0] = 0
        return 1

    cdef int tokenize(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
        """Put the tokens of a chunk into worker.tokens, their words into worker.chunk_word_ids."""
        cdef Text* text = &worker.chunk
        cdef Py_ssize_t k
        cdef bint has_metaspace = chunk[0] == PREFIXED or self.begins_with_metaspace(chunk, size)
        text_clear(text)
        text.aligned = True
        self.write_metaspaces(worker, chunk, size)
        if self.longest_token < 0 or chunk[0] == WHOLE or chunk[0] == WHOLE_PREFIXED:
            self.model.tokenize(text.data, text.size, &worker.tokens)
        else:
            self.model.merge(text.data, text.size, &worker.tokens)
        worker.reserve_chunk_word_ids()
        for k in range(worker.tokens.size):
            worker.tokens.data[k].start = text.source_start[worker.tokens.data[k].start]
            worker.tokens.data[k].end = text.source_end[worker.tokens.data[k].end - 1]
            worker.chunk_word_ids[k] = (self.split_words and has_metaspace) - 1
        worker.chunk_word_ids[worker.tokens.size] = self.split_words and has_metaspace
        return 0

    cdef int write_metaspaces(self, Worker worker, const uint8_t* chunk,
                              int32_t size) except -1 nogil:
        """Write a chunk to worker.chunk with metaspaces for spaces, each byte with its offsets in
        the chunk."""
        cdef Text* text = &worker.chunk
        cdef int32_t i, k, start, end
        cdef Py_ssize_t n = 0
        text_reserve(text, <Py_ssize_t>size * self.metaspace_size)
        for i in range(chunk[0] == WHOLE, size):
            if chunk[i] != 0x20 and chunk[i] < WHOLE_PREFIXED:
                text.data[n] = chunk[i]
                text.source_start[n] = i
                text.source_end[n] = i + 1
                n += 1
                continue
            start = i
            end = i + 1
            if chunk[i] >= WHOLE_PREFIXED:    # stands for the first character
                start = end
                end += utf8_length(chunk[1])
            for k in range(self.metaspace_size):
                text.data[n] = self.metaspace[k]
                text.source_start[n] = start
                text.source_end[n] = end
                n += 1
        text.size = n
        return 0


cdef UnsplitText make_unsplit_text(object normalizer, object pre_tokenizer, object model,
                                   bint normalized):
    """Recognise the stages around a BPE model that only replace spaces; None if they do more.

    Args:
        normalizer, pre_tokenizer: May be None.
        model: Any model.
        normalized: The texts come from the normalizer, so it has already put its metaspace
            before them.
    """
    cdef UnsplitText unsplit
    cdef list steps = flatten(normalizer)
    metaspace, scheme, split_words = " ", PREPEND_NEVER, False
    if not isinstance(model, BPE):
        return None
    if isinstance(pre_tokenizer, pre_tokenizers.Metaspace) and not steps:
        metaspace, split_words = pre_tokenizer.replacement, pre_tokenizer.split_words
        scheme = {"always": PREPEND_IF_MISSING, "first": PREPEND_FIRST,
                  "never": PREPEND_NEVER}[pre_tokenizer.prepend_scheme]
    else:
        replaces = [step for step in steps if replaces_spaces(step)]
        if len(replaces) > 1 or len(steps) - len(replaces) > 1:
            return None
        metaspace = replaces[0].content if replaces else " "
        for step in steps:
            if step not in replaces:
                if not isinstance(step, normalizers.Prepend) or step.prepend != metaspace:
                    return None
                scheme = PREPEND_NEVER if normalized else PREPEND_ALWAYS
        if pre_tokenizer is not None and (metaspace == " " or not splits_at_spaces(pre_tokenizer)):
            return None
    unsplit = UnsplitText.__new__(UnsplitText)
    unsplit.model = model
    unsplit.safe_splits = find_safe_splits(model, ord(metaspace), split_words)
    unsplit.prepend_scheme = scheme
    unsplit.split_words = split_words
    unsplit.metaspace_bytes = metaspace.encode()
    unsplit.metaspace = unsplit.metaspace_bytes
    unsplit.metaspace_size = <int>len(unsplit.metaspace_bytes)
    unsplit.longest_token = (
        longest_token(model) if model.ignore_merges and not split_words else -1)
    return unsplit if unsplit.safe_splits is not None else None


cdef Py_ssize_t longest_token(BPE model):
    """Return the bytes of the longest token of a model."""
    cdef TokenTable tokens = model.tokens
    cdef Py_ssize_t i, longest = 0
    for i in range(tokens.size):
        longest = max(longest, <Py_ssize_t>token_size(tokens, i))
    return longest


def replaces_spaces(step):
    """Whether a normalizer replaces every space by one other character."""
    return (isinstance(step, normalizers.Replace) and step.pattern == " "
            and len(step.content) == 1 and step.content != " ")


def splits_at_spaces(pre_tokenizer):
    """Whether a pre-tokenizer does nothing where no space is left (Gemma's does that)."""
    return (isinstance(pre_tokenizer, pre_tokenizers.Split) and pre_tokenizer.literal == " "
            and not pre_tokenizer.invert)


def unspaced_cores(contents, metaspace):
    """Return the longest part without a space or metaspace of each added token, "" for none.

    A normalizer that only replaces spaces, and puts a metaspace first, leaves these parts as they
    are: a text that holds none of them holds none of the tokens once it is normalized.

    Args:
        contents: Tokens in their normalized form, in UTF-8.
        metaspace: What a space becomes, in UTF-8.
    """
    return [max(content.replace(metaspace, b" ").split(b" "), key=len).decode()
            for content in contents]
