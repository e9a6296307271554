"""Texts to ids: the methods of a tokenizer that need nothing but a `TextEncoder`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from subword._core.threads import thread_count
from subword.encode.parallel import texts_to_arrays
from subword.encode.sampling import Sampling
from subword.encode.special_tokens import Special
from subword.encode.text_encoder import TextEncoder, list_of_texts
from subword.formats.json_files import PathLike
from subword.model_inputs.best_encodings import best_encodings
from subword.model_inputs.call_options import CallOptions
from subword.model_inputs.fast_calls import FastCalls
from subword.results.encoding import Encoding
from subword.results.ragged import Ragged

if TYPE_CHECKING:
    from subword.encode.pipeline_view import StageView
    from subword.id_files.encode_job import WrittenFile


class IdEncoder(FastCalls):
    """Encodes texts into arrays and lists of ids: a base class of `Tokenizer`.

    Args:
        text_encoder: Encodes.
        resolve_options: Resolves the options of a call: `call_options.option_cache(defaults)`.
    """

    def __init__(
        self, text_encoder: TextEncoder, resolve_options: Callable[..., CallOptions]
    ) -> None:
        super().__init__(text_encoder, resolve_options)
        self.text_encoder = text_encoder

    def pipeline(self) -> list[StageView]:
        """Return how the stages between a text and its ids run: by which scanner, for which texts.

        The result is for people to read; its words may change. What automata have come to is that
        of the texts so far.

        Example:
            >>> import subword
            >>> tok = subword.train(["low lower"] * 9, "byte_level_bpe", 260, progress=False)
            >>> [(view.stage, view.runs) for view in tok.pipeline()][:2]
            [('pre-tokenizer', 'scanner gpt2'), ('cache', '')]
        """
        from subword.encode.pipeline_view import view_pipeline

        return view_pipeline(self.text_encoder)

    def encode_unprocessed(
        self,
        texts: Sequence[str],
        threads: int | None = None,
        *,
        special: Special = "all",
        sampling: Sampling | None = None,
    ) -> list[Encoding]:
        """Encode texts without the post-processor: no special tokens, no truncation, no padding."""
        return self.text_encoder.reading(special).sampling(sampling).encode_texts(texts, threads)

    def encode_words(
        self, words: Sequence[str], *, special: Special = "all", sampling: Sampling | None = None
    ) -> Encoding:
        """Encode a list of words: offsets count in each word, word_ids in the list."""
        return self.text_encoder.reading(special).sampling(sampling).encode_words(words)

    def encode_nbest(
        self,
        text: str,
        count: int,
        *,
        add_special_tokens: bool = True,
        special: Special = "all",
    ) -> list[tuple[Encoding, float]]:
        """Return the best ways to cut a text into the pieces of a Unigram model, the best first.

        Args:
            text: The text.
            count: How many, at least 1; there may be fewer.
            add_special_tokens: Run the post-processor's special tokens.
            special: The special tokens that the text may spell: "all", "none" or a set of them.

        Returns:
            Each with its score, the sum of the scores of its pieces. Truncation and padding of a
            tokenizer.json do not hold here.

        Raises:
            ValueError: The model is no Unigram, or the count is less than 1.

        Example:
            >>> import subword
            >>> texts = ["hug pug hugs bugs"] * 9
            >>> tok = subword.train(texts, "unigram", vocab_size=12, progress=False)
            >>> scores = [score for _, score in tok.encode_nbest("hugs", 3)]
            >>> scores == sorted(scores, reverse=True)
            True
        """
        encoder = self.text_encoder.reading(special)
        return best_encodings(encoder, text, count, add_special_tokens)

    def encode_ragged(
        self,
        texts: Iterable[str],
        *,
        add_special_tokens: bool = True,
        return_offsets: bool = False,
        max_length: int | None = None,
        threads: int | None = None,
        special: Special = "all",
        sampling: Sampling | None = None,
    ) -> Ragged:
        """Encode texts into flat arrays: no Python object per token, and none per text.

        Args:
            texts: The texts.
            add_special_tokens: Put the post-processor's ids around each.
            return_offsets: Also return the characters each id stands for.
            max_length: Keep at most this many ids of each text, special tokens included; the rest
                is not computed, and a lone surrogate there may go unnoticed.
            threads: How many threads may work; None for every core of this process. The result is
                the same.
            special: The special tokens that the texts may spell: "all", "none" or a set of them.
            sampling: How tokens are drawn at random; None for what the model says.

        Returns:
            A `Ragged`. The truncation and padding of a tokenizer.json do not hold here.
        """
        return (
            self.text_encoder.reading(special)
            .sampling(sampling)
            .encode_ragged(texts, add_special_tokens, return_offsets, max_length, threads)
        )

    def encode_lists(
        self,
        texts: Iterable[str],
        *,
        add_special_tokens: bool = True,
        threads: int | None = None,
        special: Special = "all",
        sampling: Sampling | None = None,
    ) -> list[list[int]]:
        """Encode texts into one list of int each."""
        text_encoder = self.text_encoder.reading(special).sampling(sampling)
        return text_encoder.encode_lists(texts, add_special_tokens, threads)

    @overload
    def count_tokens(  # type: ignore[overload-overlap]  # a str is an iterable of str as well
        self,
        texts: str,
        *,
        add_special_tokens: bool = True,
        threads: int | None = None,
        special: Special = "all",
    ) -> int: ...

    @overload
    def count_tokens(
        self,
        texts: Iterable[str],
        *,
        add_special_tokens: bool = True,
        threads: int | None = None,
        special: Special = "all",
    ) -> list[int]: ...

    def count_tokens(
        self,
        texts: str | Iterable[str],
        *,
        add_special_tokens: bool = True,
        threads: int | None = None,
        special: Special = "all",
    ) -> int | list[int]:
        """Return how many tokens a text has, or each of many texts.

        Args:
            texts: A text, or texts.
            add_special_tokens: Count the post-processor's special tokens too.
            threads: How many threads may work; None for every core of this process.
            special: The special tokens that the texts may spell: "all", "none" or a set of them.

        Example:
            >>> import subword
            >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
            >>> tok.count_tokens("low low"), tok.count_tokens(["lower", ""])
            (2, [1, 0])
        """
        if isinstance(texts, str):
            ids = self.encode_ids(texts, add_special_tokens=add_special_tokens, special=special)
            return len(ids)
        text_encoder = self.text_encoder.reading(special)
        added = sum(map(len, text_encoder.affixes(add_special_tokens)))
        _, splits, _, _ = texts_to_arrays(
            text_encoder.encoder, list_of_texts(texts), False, thread_count(threads)
        )
        counts: list[int] = (np.diff(splits) + added).tolist()
        return counts

    @overload
    def encode_files(
        self, paths: PathLike | Iterable[PathLike], *, output: None = None, **options: Any
    ) -> Ragged: ...

    @overload
    def encode_files(
        self, paths: PathLike | Iterable[PathLike], *, output: PathLike, **options: Any
    ) -> WrittenFile: ...

    def encode_files(  # type: ignore[misc]  # the overloads leave the other options to this one
        self,
        paths: PathLike | Iterable[PathLike],
        *,
        separator: str | None = None,
        threads: int | None = None,
        add_special_tokens: bool = True,
        end_token: str | None = None,
        max_length: int | None = None,
        return_offsets: bool = False,
        output: PathLike | None = None,
        dtype: str | None = None,
        progress: bool = True,
        special: Special = "all",
    ) -> Ragged | WrittenFile:
        """Encode text files, mapped into memory: no Python object per token, and none per document.

        Args:
            paths: A path, or several. They hold UTF-8.
            separator: What stands between the documents of a file, e.g. "<|endoftext|>" or a
                newline; one at the end of a file begins no document. None: each file is one
                document.
            threads: How many threads may work; None for every core of this process. The result is
                the same.
            add_special_tokens: Put the post-processor's ids around each document.
            end_token: A token to put after each document, so that the ends can be found in a flat
                file.
            max_length: Keep at most this many ids of each document, special tokens included.
            return_offsets: Also return the characters each id stands for.
            output: Write the ids to this file while encoding, in bounded memory: raw little-endian
                numbers (.bin), the same with numpy's header (.npy), a row of ids per document
                (.parquet, .jsonl, .txt). The file is whole or not there.
            dtype: How .bin, .npy and .parquet store an id: "uint16" or "uint32"; None takes the
                smaller one that holds the whole vocabulary.
            progress: Show a bar while writing, if tqdm is installed and stderr is a terminal.
            special: The special tokens that the files may spell: "all", "none" or a set of them.

        Returns:
            A `Ragged` with a row per document; with `output`, what was written (`WrittenFile`).

        Raises:
            OSError: A file cannot be read or written.
            ValueError: A file is not UTF-8 (the message names file and byte), or an option is
                wrong.
        """
        from subword.id_files.encode_job import encode_files

        return encode_files(
            self.text_encoder.reading(special),
            paths,
            output,
            separator=separator,
            threads=threads,
            add_special_tokens=add_special_tokens,
            end_token=end_token,
            max_length=max_length,
            return_offsets=return_offsets,
            dtype=dtype,
            progress=progress,
        )

    def cache_info(self) -> dict[str, int]:
        """Return what the word caches of all threads hold; see `TextEncoder.cache_info`."""
        return self.text_encoder.cache_info()

    def cache_clear(self) -> None:
        """Free the memory of the word caches."""
        self.text_encoder.cache_clear()
