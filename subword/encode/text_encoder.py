"""Text to ids for one tokenizer: between `Tokenizer` and the arrays of the encode loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cache, cached_property
from typing import Any

import numpy as np

from subword._core.arrays import ArrayI32
from subword._core.checks import check_list
from subword._core.limits import MAX_TABLE_IDS
from subword._core.pipeline import PreTokenizer
from subword._core.random import checked_seed, stream_of
from subword.encode._result_memory import free_spare
from subword.encode.added_texts import AddedTexts
from subword.encode.chunk_rules import find_chunk_rules
from subword.encode.convert import to_lists, trim_rows
from subword.encode.encoder import Encoder
from subword.encode.long_texts import long_texts_to_arrays
from subword.encode.nbest import nbest_encodings
from subword.encode.parallel import buffers_to_arrays, texts_to_arrays
from subword.encode.sampling import Sampling, Stream
from subword.encode.special_tokens import Special, SpecialReaders
from subword.encode.split_points import can_split
from subword.encode.unknown_texts import UnknownTexts
from subword.models import BPE, Unigram, WordLevel, WordPiece
from subword.normalizers import SentencePiece
from subword.normalizers.base import TextNormalizer
from subword.pre_tokenizers import with_raw_bytes
from subword.processors.base import PostProcessor, SpecialAffixes
from subword.processors.trim_offsets import (
    count_end_spaces,
    leading_trailing_spaces,
    trim_offsets,
)
from subword.results.encoding import Encoding
from subword.results.ragged import Ragged
from subword.results.truncation import tokens_left
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import Vocabulary

# Encoders that are kept for further calls of the same strength of sampling.
MAX_SAMPLERS = 8


def list_of_texts(texts: Iterable[Any]) -> list[Any]:
    """Return the texts as a list; TypeError if it is one text."""
    return texts if type(texts) is list else check_list("texts", texts)


def documents_of(buffers: Iterable[Any], separator: bytes | None) -> list[str]:
    """Return the documents in buffers of UTF-8: the twin of `Documents.of_buffers`."""
    documents: list[str] = []
    for buffer in buffers:
        parts = [bytes(buffer)] if separator is None else bytes(buffer).split(separator)
        if separator is not None and not parts[-1]:
            parts.pop()
        documents += [part.decode() for part in parts]
    return documents


def normalized_tokens(vocabulary: Vocabulary) -> list[tuple[AddedToken, str]]:
    """Return the added tokens that are looked for in normalized text, with what is looked for."""
    return [(vocabulary.added[i], text) for i, text in vocabulary.normalized_texts.items()]


class TextEncoder:
    """The encode side of a tokenizer; the arguments are those of `Tokenizer`."""

    def __init__(
        self,
        model: BPE | Unigram | WordLevel | WordPiece,
        normalizer: TextNormalizer | None,
        pre_tokenizer: PreTokenizer | None,
        post_processor: PostProcessor | None,
        vocabulary: Vocabulary,
        cache_bytes: int,
    ) -> None:
        stages = (normalizer, pre_tokenizer, post_processor)
        self._make: Any = lambda other, changed: TextEncoder(changed, *stages, other, cache_bytes)
        self._readers: SpecialReaders[TextEncoder] = SpecialReaders(vocabulary, model, self._make)
        self.model, self._stages = model, (normalizer, pre_tokenizer)
        self._samplers: dict[tuple[Any, ...], TextEncoder] = {}
        self._stream: Stream | None = None
        if getattr(model, "byte_level", False):
            pre_tokenizer = with_raw_bytes(pre_tokenizer) if pre_tokenizer is not None else None
            if pre_tokenizer is None:
                raise ValueError(
                    "a byte-level model needs a pre-tokenizer that ends with ByteLevel"
                )
        samples = bool(getattr(model, "samples", False))
        splits_long_texts = not samples and can_split(
            model, normalizer, pre_tokenizer, list(vocabulary.added.values())
        )
        self.encoder = Encoder(
            normalizer,
            pre_tokenizer,
            model,
            vocabulary.before_normalizer,
            vocabulary.after_normalizer,
            caches_words=not samples,
            splits_long_texts=splits_long_texts,
            cache_limit=cache_bytes,
            chunk_rules=None
            if samples
            else lambda: find_chunk_rules(
                normalizer, pre_tokenizer, model, normalized_tokens(vocabulary)
            ),
        )
        self._to_arrays: Callable[..., tuple[Any, ...]] = (
            long_texts_to_arrays if splits_long_texts else texts_to_arrays
        )
        self.post_processor = post_processor
        self.single_affixes: SpecialAffixes | None = ((), ())
        if post_processor is not None:
            self.single_affixes = post_processor.single_affixes()
        self.cannot_add_error = (
            f"{post_processor!r} does more than put ids around a text: use encode_batch"
        )
        self.vocabulary = vocabulary
        self.added_texts = (
            UnknownTexts(vocabulary, normalizer, pre_tokenizer, model, _unk_id(model))
            if isinstance(model, Unigram) or isinstance(normalizer, SentencePiece)
            else AddedTexts(vocabulary, normalizer, pre_tokenizer)
        )
        self._ints: list[int] = []

    def reading(self, special: Special, strict: bool = True) -> TextEncoder:
        """Return the encoder of texts in which only some special tokens count.

        Args:
            special: "all", "none" or the tokens; see `special_tokens.allowed_tokens`.
            strict: See `special_tokens.limited`.

        Returns:
            This encoder if all count.
        """
        return self if special == "all" else self._readers.limited(special, strict) or self

    def reading_segments(self, segments: Iterable[Any]) -> tuple[TextEncoder, str]:
        """Return an encoder, and what to give it for the joined text of segments.

        Args:
            segments: (text, trusted) pairs: only in trusted texts do special tokens count.
        """
        encoder, text = self._readers.for_segments(segments)
        return encoder or self, text

    def sampling(self, sampling: Sampling | None) -> TextEncoder:
        """Return the encoder for one call whose tokens are drawn at random.

        Args:
            sampling: How they are drawn; None returns this encoder.

        Raises:
            TypeError: It is no `Sampling`.
            ValueError: It is for another kind of model.
        """
        if sampling is None:
            return self
        if not isinstance(sampling, Sampling):
            raise TypeError(f"sampling must be a Sampling or None, got {sampling!r:.80}")
        found = self._samplers.get(sampling.strength)
        if found is None:
            model = sampling.model_like(self.model)
            found = self if model is self.model else self._make(self.vocabulary, model)
            if len(self._samplers) >= MAX_SAMPLERS:
                self._samplers.pop(next(iter(self._samplers)), None)
            self._samplers[sampling.strength] = found
        encoder = copy(found)
        encoder._stream = Stream(checked_seed(sampling.seed), sampling.first)
        return encoder

    def _arrays(self, texts: list[Any], *args: Any, **options: Any) -> tuple[Any, ...]:
        """Encode texts; the arguments are those of `texts_to_arrays`."""
        if self._stream is None:
            return self._to_arrays(self.encoder, texts, *args, **options)
        options |= {"seed": self._stream.seed, "first": self._stream.take(len(texts))}
        return texts_to_arrays(self.encoder, texts, *args, **options)

    def encode_texts(self, texts: Iterable[str], threads: int | None) -> list[Encoding]:
        """Encode texts into encodings, without the post-processor."""
        if self.encoder.samples and self._stream is None:
            return self.sampling(Sampling()).encode_texts(texts, threads)
        texts = list_of_texts(texts)
        ids, splits, offsets, words = self._arrays(texts, True, threads, with_word_ids=True)
        streams = self._streams(len(texts))
        bounds = splits.tolist()
        spell, find = self.vocabulary.id_to_token, self.added_texts.find
        rows = self.added_texts.rows(ids, splits)
        return [
            Encoding(
                ids[start:end],
                offsets[start:end],
                words[start:end],
                spell,
                find(text, ids[start:end], words[start:end], streams[row]) if row in rows else None,
            )
            for row, (text, start, end) in enumerate(zip(texts, bounds, bounds[1:], strict=False))
        ]

    def encode_words(self, words: Sequence[str]) -> Encoding:
        """Encode one text, given as a list of its words, without the post-processor."""
        if self.encoder.samples and self._stream is None:
            return self.sampling(Sampling()).encode_words(words)
        words = check_list("a pre-tokenized text", words)
        seed = None if self._stream is None else stream_of(self._stream.seed, self._stream.take(1))
        ids, splits, offsets, parts = texts_to_arrays(
            self.encoder, words, True, 1, with_word_ids=True, seed=seed
        )
        index = np.repeat(np.arange(len(words), dtype=np.int32), np.diff(splits))
        texts: dict[int, str] = {}
        for row in self.added_texts.rows(ids, splits):
            start, end = int(splits[row]), int(splits[row + 1])
            stream = 0 if seed is None else stream_of(seed, row)
            found = self.added_texts.find(words[row], ids[start:end], parts[start:end], stream)
            texts.update((start + i, text) for i, text in found.items())
        return Encoding(ids, offsets, index, self.vocabulary.id_to_token, texts or None)

    def encode_nbest(self, text: str, count: int) -> list[tuple[Encoding, float]]:
        """Return the best encodings of a text with their scores, without the post-processor."""
        return nbest_encodings(self.vocabulary, *self._stages, self.model, text, count)

    def encode_ragged(
        self,
        texts: Iterable[str],
        add_special_tokens: bool,
        return_offsets: bool,
        max_length: int | None,
        threads: int | None,
    ) -> Ragged:
        """Encode texts into flat arrays; see `Tokenizer.encode_ragged`."""
        if self.encoder.samples and self._stream is None:
            return self.sampling(Sampling()).encode_ragged(
                texts, add_special_tokens, return_offsets, max_length, threads
            )
        prefix, suffix = self.affixes(add_special_tokens)
        max_ids = tokens_left(max_length, len(prefix) + len(suffix))
        texts = list_of_texts(texts)
        arrays = self._arrays(texts, return_offsets, threads, max_ids, prefix, suffix)
        return self._ragged(arrays, len(prefix), lambda: texts)

    def encode_buffers(
        self,
        buffers: list[Any],
        separator: bytes | None,
        prefix: tuple[int, ...],
        suffix: tuple[int, ...],
        return_offsets: bool,
        max_length: int | None,
        threads: int | None,
    ) -> Ragged:
        """Encode the documents in buffers of UTF-8; see `buffers_to_arrays`."""
        max_ids = tokens_left(max_length, len(prefix) + len(suffix))
        return self._ragged(
            buffers_to_arrays(
                self.encoder, buffers, separator, return_offsets, threads, max_ids, prefix, suffix
            ),
            len(prefix),
            cache(lambda: documents_of(buffers, separator)),
        )

    def _ragged(
        self, arrays: tuple[Any, ...], prefix_size: int, documents: Callable[[], Sequence[str]]
    ) -> Ragged:
        """Trim the offsets if the post-processor does; `documents` gives the texts if needed."""
        ids, splits, offsets, _ = arrays
        trim = self.post_processor.offset_trim() if self.post_processor is not None else None
        if offsets is not None and trim is not None:
            self._trim(ids, splits, prefix_size, offsets, trim, documents)
        return Ragged(ids, splits, offsets)

    def affixes(self, add_special_tokens: bool) -> SpecialAffixes:
        """Return the ids before and after a single text."""
        if not add_special_tokens:
            return (), ()
        if self.single_affixes is None:
            raise ValueError(self.cannot_add_error)
        return self.single_affixes

    def _trim(
        self,
        ids: Any,
        splits: Any,
        prefix_size: int,
        offsets: ArrayI32,
        add_prefix_space: bool,
        documents: Callable[[], Sequence[str]],
    ) -> None:
        """Leave the spaces at both ends of each token out of its offsets; see `trim_offsets`.

        Args:
            ids: All ids.
            splits: Where each text begins.
            prefix_size: How many of its ids are special tokens before it.
            offsets: Their characters. Changed.
            add_prefix_space: Whether the pre-tokenizer adds a space.
            documents: Gives the texts.
        """
        rows = self.added_texts.rows(ids, splits)
        if not rows and self.vocabulary.id_count <= MAX_TABLE_IDS:
            counts = self._spaces_of_ids
            trim_rows(offsets.ravel(), ids, splits, prefix_size, counts.ravel(), add_prefix_space)
            return
        spaces = self._spaces_of(ids)
        for row in rows:
            text = documents()[row]
            whole, _, _, words = texts_to_arrays(
                *(self.encoder, [text], True, 1),
                with_word_ids=True,
                seed=None if self._stream is None else self._stream.seed,
                first=0 if self._stream is None else self._stream.next - len(splits) + 1 + row,
            )
            first = int(splits[row]) + prefix_size
            for i, found in self.added_texts.find(text, whole, words).items():
                if first + i < splits[row + 1]:  # it may have been cut to a number of ids
                    spaces[:, first + i] = count_end_spaces(found)
        firsts = splits[:-1] + prefix_size
        trim_offsets(offsets, spaces, firsts[firsts < splits[1:]], add_prefix_space)

    def _streams(self, count: int) -> list[int]:
        """Return the states in which the streams of the last texts begin; 0 if none are drawn."""
        stream = self._stream
        if stream is None:
            return [0] * count
        return [stream_of(stream.seed, stream.next - count + row) for row in range(count)]

    def _spaces_of(self, ids: Any) -> ArrayI32:
        """Return (2, n) int32: how many spaces each token begins and ends with."""
        highest = max(self.vocabulary.id_count, int(ids.max(initial=0)) + 1)
        if highest > min(self.vocabulary.id_count, MAX_TABLE_IDS):
            return leading_trailing_spaces(ids, self.vocabulary.id_to_token)
        spaces: ArrayI32 = self._spaces_of_ids[ids].T
        return spaces

    @cached_property
    def _spaces_of_ids(self) -> ArrayI32:
        """(ids, 2) int32: how many spaces each token begins and ends with."""
        every_id = np.arange(self.vocabulary.id_count, dtype=np.uint32)
        counts = leading_trailing_spaces(every_id, self.vocabulary.id_to_token)
        return np.ascontiguousarray(counts.T)

    def encode_lists(
        self,
        texts: Iterable[str],
        add_special_tokens: bool,
        threads: int | None,
        max_length: int | None = None,
    ) -> list[list[int]]:
        """Encode texts into one list of int each."""
        ragged = self.encode_ragged(texts, add_special_tokens, False, max_length, threads)
        if not self._ints:
            self._ints = list(range(len(self.vocabulary)))
        lists: list[list[int]] = to_lists(ragged.ids, ragged.row_splits, self._ints)
        return lists

    def try_encode_lists(
        self, texts: list[str], add_special_tokens: bool, max_length: int | None
    ) -> list[list[int]] | None:
        """Encode texts into lists of ids, if the post-processor only puts ids around a text.

        Args:
            texts: The texts.
            add_special_tokens: Put the post-processor's ids around each.
            max_length: Keep at most this many ids of each.

        Returns:
            The rows; or None if a text is not a str, or the post-processor does more than put ids
            around a text.
        """
        if self.single_affixes is None:
            return None
        if not all(isinstance(text, str) for text in texts):
            return None
        return self.encode_lists(texts, add_special_tokens, None, max_length)

    def cache_info(self) -> dict[str, int]:
        """Return what the word caches hold.

        Returns:
            Counts: `workers` that rest, `words` and `bytes` in their caches, `misses` and `wipes`
            so far, and the `steps` from slot to slot that finding every short word once takes.
        """
        return self.encoder.cache_info()

    def cache_clear(self) -> None:
        """Give the memory of the word caches back."""
        self.encoder.cache_clear()
        free_spare()


def _unk_id(model: BPE | Unigram | WordLevel | WordPiece) -> int | None:
    """Return the id of the unknown token, None if there is none."""
    if isinstance(model, Unigram):
        return model.unk_id
    tokens = model.vocab if isinstance(model, WordLevel) else model.tokens
    return tokens.get(model.unk_token or "")
