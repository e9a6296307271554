"""The tokenizer: holds the stages and offers them as one object. No loop over characters is here.

A tokenizer is immutable: padding, truncation and the like are arguments of a call, so one object
serves any number of threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

from subword._core.atomic_file import write_text
from subword._core.pipeline import PreTokenizer
from subword.decoders import Decoder
from subword.decoders.text_decoder import TextDecoder
from subword.encode.text_encoder import TextEncoder, list_of_texts
from subword.formats.json_files import PathLike, dump_json
from subword.formats.padding_json import padding_arguments, truncation_arguments
from subword.formats.tokenizer_json import to_config
from subword.id_files.encode_job import WrittenFile, encode_files
from subword.model_inputs.call_options import plans
from subword.model_inputs.fast_calls import QuickCalls
from subword.model_inputs.model_defaults import CallSettings, default_config
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.normalizers.unicode import TextNormalizer
from subword.processors.base import PostProcessor, post_process
from subword.results.encoding import Encoding
from subword.results.padding import pad_batch
from subword.results.ragged import Ragged
from subword.tokenizer.growing import Growing
from subword.tokenizer.loading import Loaders
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import Vocabulary

Model = BPE | WordPiece

# What copies are made of, beside the model and the added tokens.
STATE = (
    *("normalizer", "pre_tokenizer", "post_processor", "decoder"),
    *("truncation", "padding", "config", "cache_bytes"),
)


class Tokenizer(Loaders, QuickCalls, Growing):
    """Text to ids and back.

    Args:
        model: `subword.models.BPE` or `subword.models.WordPiece`.
        normalizer: Changes the text first; None leaves it.
        pre_tokenizer: Cuts it into words; None keeps it whole.
        post_processor: Puts special tokens around it.
        decoder: Turns tokens back into text; None joins them with spaces.
        added_tokens: Tokens that are found in the text before anything else; a str is a special
            token.
        added_ids: Ids of added tokens that must not be chosen freely.
        truncation, padding: As in tokenizer.json; they hold for `encode` and `encode_batch`.
        config: What a tokenizer_config.json says of the model behind: pad_token, model_max_length,
            model_input_names, padding_side, truncation_side. It holds for calls,
            ``tokenizer(...)``.
        cache_bytes: What the word caches of one thread may take.

    Example:
        >>> import subword
        >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
        >>> tok.decode(tok.encode("lower").ids)
        'lower'
    """

    def __init__(
        self,
        model: Model,
        *,
        normalizer: TextNormalizer | None = None,
        pre_tokenizer: PreTokenizer | None = None,
        post_processor: PostProcessor | None = None,
        decoder: Decoder | None = None,
        added_tokens: Iterable[AddedToken | str] = (),
        added_ids: Mapping[str, int] | None = None,
        truncation: Mapping[str, Any] | None = None,
        padding: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        cache_bytes: int = 64 << 20,
    ) -> None:
        self.model = model
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.post_processor = post_processor
        self.decoder = decoder
        self.truncation = truncation
        self.padding = padding
        self.cache_bytes = cache_bytes
        self._added_ids = dict(added_ids or {})
        normalize = normalizer.normalize_str if normalizer is not None else str
        self._vocabulary = Vocabulary(model.vocab, added_tokens, normalize, self._added_ids)
        self.text_encoder = TextEncoder(
            model, normalizer, pre_tokenizer, post_processor, self._vocabulary, cache_bytes
        )
        self._text_decoder = TextDecoder(self._vocabulary, decoder)
        self.config = dict(default_config(model, self.token_to_id) if config is None else config)
        self.call_settings = CallSettings.from_config(self.config, self.token_to_id)
        texts = self.text_encoder
        self._prepare(texts.encoder, texts.single_affixes, texts.refusal, plans(self.call_settings))
        self.try_encode_lists = texts.try_encode_lists

    def encode(
        self,
        text: str | Sequence[str],
        pair: str | Sequence[str] | None = None,
        *,
        is_pretokenized: bool = False,
        add_special_tokens: bool = True,
    ) -> Encoding:
        """Encode one text, or a pair, with everything an `Encoding` shows.

        Args:
            text: The text; with `is_pretokenized`, its words.
            pair: The second text of a pair.
            is_pretokenized: The texts are given as lists of words.
            add_special_tokens: Run the post-processor's special tokens.

        Raises:
            TypeError: A text is not a str (or a list of str).
            ValueError: A text holds a lone surrogate.
        """
        single = isinstance(text, str) and pair is None
        for one in () if is_pretokenized or single else (text, pair):
            if one is not None and not isinstance(one, str):
                raise TypeError(f"a text must be a str, got {type(one).__name__}")
        given = [(text, pair)] if pair is not None else [text]
        return self.encode_batch(
            given, is_pretokenized=is_pretokenized, add_special_tokens=add_special_tokens
        )[0]

    def encode_batch(
        self,
        texts: Iterable[Any],
        *,
        is_pretokenized: bool = False,
        add_special_tokens: bool = True,
        threads: int | None = None,
    ) -> list[Encoding]:
        """Encode texts, or (text, pair) tuples, into one `Encoding` each."""
        texts = list_of_texts(texts)
        is_pair = [
            isinstance(text, tuple) and (not is_pretokenized or _are_pairs(text)) for text in texts
        ]
        flat: list[Any] = []
        for i, text in enumerate(texts):
            if is_pair[i] and len(text) != 2:
                raise TypeError(
                    f"text {i}: a pair must be (text, pair), got a tuple of {len(text)}"
                )
            flat.extend(text) if is_pair[i] else flat.append(text)
        parts = iter(
            [self.encode_words(words) for words in flat]
            if is_pretokenized
            else self.encode_unprocessed(flat, threads)
        )
        truncation = truncation_arguments(self.truncation) if self.truncation else {}
        encodings = [
            post_process(
                self.post_processor,
                next(parts),
                next(parts) if paired else None,
                add_special_tokens=add_special_tokens,
                **truncation,
            )
            for paired in is_pair
        ]
        return (
            pad_batch(encodings, **padding_arguments(self.padding)) if self.padding else encodings
        )

    def encode_unprocessed(
        self, texts: Sequence[str], threads: int | None = None
    ) -> list[Encoding]:
        """Encode texts without the post-processor: no special tokens, no truncation, no padding."""
        return self.text_encoder.encode_texts(texts, threads)

    def encode_words(self, words: Sequence[str]) -> Encoding:
        """Encode a list of words: offsets count in each word, word_ids in the list."""
        return self.text_encoder.encode_words(words)

    def encode_ragged(
        self,
        texts: Iterable[str],
        *,
        add_special_tokens: bool = True,
        return_offsets: bool = False,
        max_length: int | None = None,
        threads: int | None = None,
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

        Returns:
            A `Ragged`. The truncation and padding of a tokenizer.json do not hold here.
        """
        return self.text_encoder.encode_ragged(
            texts, add_special_tokens, return_offsets, max_length, threads
        )

    def encode_lists(
        self, texts: Iterable[str], *, add_special_tokens: bool = True, threads: int | None = None
    ) -> list[list[int]]:
        """Encode texts into one list of int each."""
        return self.text_encoder.encode_lists(texts, add_special_tokens, threads)

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
            end_token: A token to put behind each document, so that the ends can be told in a flat
                file.
            max_length: Keep at most this many ids of each document, special tokens included.
            return_offsets: Also return the characters each id stands for.
            output: Write the ids to this file as they come, in bounded memory: raw little-endian
                numbers (.bin), the same with numpy's header (.npy), a row of ids per document
                (.parquet, .jsonl, .txt). The file is whole or not there.
            dtype: How .bin, .npy and .parquet store an id: "uint16" or "uint32"; None takes the
                smaller one that holds the whole vocabulary.
            progress: Show a bar while writing, if tqdm is installed and stderr is a terminal.

        Returns:
            A `Ragged` with a row per document; with `output`, what was written (`WrittenFile`).

        Raises:
            OSError: A file cannot be read or written.
            ValueError: A file is not UTF-8 (the message names file and byte), or an option is
                wrong.
        """
        return encode_files(
            self.text_encoder,
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

    # Ids to text.

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = True) -> str:
        """Return the text of ids. Ids that no token has are left out."""
        return self._text_decoder.decode(ids, skip_special_tokens)

    def decode_batch(
        self, rows: Iterable[Sequence[int]] | Ragged, skip_special_tokens: bool = True
    ) -> list[str]:
        """Return the text of each row of ids."""
        return self._text_decoder.decode_batch(rows, skip_special_tokens)

    # The vocabulary.

    def token_to_id(self, token: str) -> int | None:
        """Return the id of a token, None if it is none."""
        return self._vocabulary.token_to_id(token)

    def id_to_token(self, index: int) -> str | None:
        """Return the token of an id, None if there is none."""
        return self._vocabulary.id_to_token(index)

    def get_vocab(self, with_added_tokens: bool = True) -> dict[str, int]:
        """Return token -> id."""
        return self._vocabulary.as_dict(with_added_tokens)

    @property
    def vocab_size(self) -> int:
        """How many tokens there are, added ones included."""
        return len(self._vocabulary)

    @property
    def added_tokens(self) -> dict[int, AddedToken]:
        """The added tokens by id."""
        return dict(self._vocabulary.added)

    # Caches, files, copies.

    def cache_info(self) -> dict[str, int]:
        """Return what the word caches of all threads hold: workers, words, bytes, misses, wipes."""
        return self.text_encoder.cache_info()

    def cache_clear(self) -> None:
        """Give the memory of the word caches back."""
        self.text_encoder.cache_clear()

    def to_str(self, pretty: bool = False) -> str:
        """Return the tokenizer.json of this tokenizer."""
        return dump_json(to_config(self), pretty)

    def save(self, path: PathLike, pretty: bool = True) -> None:
        """Write a tokenizer.json that `tokenizers` loads; the file is whole or not there."""
        write_text(path, self.to_str(pretty))

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: getattr(self, name) for name in STATE}
        state |= {
            "added_tokens": list(self._vocabulary.added.values()),
            "added_ids": self._vocabulary.added_ids,
        }
        return _rebuild, (type(self), self.model, state)

    def __repr__(self) -> str:
        return f"Tokenizer({self.model!r}, {self.vocab_size} tokens)"


def _rebuild(cls: type[Tokenizer], model: Model, options: dict[str, Any]) -> Tokenizer:
    return cls(model, **options)


def _are_pairs(text: tuple[Any, ...]) -> bool:
    return len(text) == 2 and not any(isinstance(part, str) for part in text)
