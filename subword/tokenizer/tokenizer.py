"""The tokenizer: it holds the stages and offers them as one object.

Nothing changes it: padding, truncation and the like are arguments of a call, so one object serves
any number of threads. The work is done in other rooms: a `TextEncoder` encodes, a `TextDecoder`
decodes, a `Vocabulary` knows the tokens. One base class reads files (`from_files`), one makes
tokenizers like this one (`relatives`), one offers what needs nothing but the `TextEncoder`
(`id_encoder`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from subword._core.atomic_file import write_text
from subword._core.pipeline import PreTokenizer
from subword.decoders import Decoder
from subword.decoders.text_decoder import TextDecoder
from subword.encode.sampling import Sampling
from subword.encode.special_tokens import Special
from subword.encode.split_points import split_characters
from subword.encode.text_encoder import TextEncoder, list_of_texts
from subword.formats.json_files import PathLike, dump_json
from subword.formats.padding_json import (
    padding_arguments,
    padding_from_config,
    truncation_arguments,
    truncation_from_config,
)
from subword.formats.sentencepiece_model import SentencePieceModel, model_of, write_model
from subword.formats.tokenizer_json import to_config
from subword.model_inputs.call_options import option_cache
from subword.model_inputs.model_defaults import ModelDefaults, default_config
from subword.model_inputs.padded_encodings import padded_encodings, rows_of
from subword.models import BPE, Unigram, WordLevel, WordPiece
from subword.normalizers.base import TextNormalizer
from subword.processors.base import PostProcessor
from subword.results.encoding import Encoding
from subword.results.padding import Padding
from subword.results.ragged import Ragged
from subword.results.truncation import Truncation
from subword.tokenizer.from_files import FromFiles
from subword.tokenizer.growing import GrowingText
from subword.tokenizer.relatives import Relatives
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import Vocabulary

Model = BPE | Unigram | WordLevel | WordPiece

# What copies are made of, beside the model and the added tokens.
STATE = (
    *("normalizer", "pre_tokenizer", "post_processor", "decoder"),
    *("truncation", "padding", "config", "cache_bytes", "sentencepiece"),
)


class Tokenizer(FromFiles, Relatives):
    """Text to ids and back.

    Args:
        model: One of `subword.models`.
        normalizer: Changes the text first; None leaves it.
        pre_tokenizer: Splits it into words; None keeps it whole.
        post_processor: Puts special tokens around it.
        decoder: Turns tokens back into text; None joins them with spaces.
        added_tokens: Tokens that are found in the text before anything else; a str is a special
            token.
        added_ids: Ids of added tokens that must not be chosen freely.
        truncation, padding: As in tokenizer.json; they hold for `encode` and `encode_batch`.
        config: What a tokenizer_config.json says of the model that reads the ids: pad_token,
            model_max_length, model_input_names, padding_side, truncation_side. It holds for calls,
            ``tokenizer(...)``.
        cache_bytes: Bytes that the word caches of one thread may take.
        sentencepiece: The .model file whose ids and pieces this tokenizer gives, if there is one.

    Raises:
        TypeError: A part is none of this package.

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
        sentencepiece: SentencePieceModel | None = None,
    ) -> None:
        for name, part, kind in (
            ("model", model, Model),
            ("normalizer", normalizer, TextNormalizer | None),
            ("pre_tokenizer", pre_tokenizer, PreTokenizer | None),
            ("post_processor", post_processor, PostProcessor | None),
            ("decoder", decoder, Decoder | None),
        ):
            if not isinstance(part, kind):
                raise TypeError(f"{name} must be one of this package, got {type(part).__name__}")
        self.model = model
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.post_processor = post_processor
        self.decoder = decoder
        self.truncation = truncation_from_config(truncation)
        self.padding = padding_from_config(padding)
        self.cache_bytes = cache_bytes
        self.sentencepiece = sentencepiece
        normalize = normalizer.normalize_token if normalizer is not None else str
        known = model.vocab if isinstance(model, WordLevel) else model.tokens
        self.vocabulary = Vocabulary(
            *(known, added_tokens, normalize, dict(added_ids or {})),
            repeated=getattr(model, "repeated", None),
        )
        self.text_decoder = TextDecoder(self.vocabulary, decoder)
        token_to_id = self.vocabulary.token_to_id
        self.config = dict(default_config(model, token_to_id) if config is None else config)
        self.model_defaults = ModelDefaults.from_config(self.config, token_to_id)
        self._resolve_options = option_cache(self.model_defaults)
        super().__init__(
            TextEncoder(
                model, normalizer, pre_tokenizer, post_processor, self.vocabulary, cache_bytes
            ),
            self._resolve_options,
        )

    # Text to encodings.

    def encode(
        self,
        text: str | Sequence[str],
        pair: str | Sequence[str] | None = None,
        *,
        is_pretokenized: bool = False,
        add_special_tokens: bool = True,
        special: Special = "all",
        sampling: Sampling | None = None,
    ) -> Encoding:
        """Encode one text, or a pair, with everything an `Encoding` shows.

        Args:
            text: The text; with `is_pretokenized`, its words.
            pair: The second text of a pair.
            is_pretokenized: The texts are given as lists of words.
            add_special_tokens: Run the post-processor's special tokens.
            special: The special tokens that the texts may spell: "all", "none" (their spelling is
                text like any other), or a set of them.
            sampling: How tokens are drawn at random; None for what the model says.

        Raises:
            TypeError: A text is not a str (or a list of str).
            ValueError: A text holds a lone surrogate, or `special` names no special token.
        """
        single = isinstance(text, str) and pair is None
        for one in () if is_pretokenized or single else (text, pair):
            if one is not None and not isinstance(one, str):
                raise TypeError(f"a text must be a str, got {type(one).__name__}")
        given = [(text, pair)] if pair is not None else [text]
        return self.encode_batch(
            given,
            is_pretokenized=is_pretokenized,
            add_special_tokens=add_special_tokens,
            special=special,
            sampling=sampling,
        )[0]

    def encode_batch(
        self,
        texts: Iterable[Any],
        *,
        is_pretokenized: bool = False,
        add_special_tokens: bool = True,
        threads: int | None = None,
        special: Special = "all",
        sampling: Sampling | None = None,
    ) -> list[Encoding]:
        """Encode texts, or (text, pair) tuples, into one `Encoding` each; see `encode`."""
        return padded_encodings(
            self.text_encoder.reading(special).sampling(sampling),
            rows_of(list_of_texts(texts), is_pretokenized),
            is_split_into_words=is_pretokenized,
            add_special_tokens=add_special_tokens,
            **self.lengths(),
            threads=threads,
        )

    def lengths(self) -> dict[str, Any]:
        """Return what `padded_encodings` is told of the truncation and padding."""
        return {
            "truncation": Truncation(**truncation_arguments(self.truncation))
            if self.truncation
            else None,
            "padding": Padding(**padding_arguments(self.padding)) if self.padding else None,
        }

    def encode_segments(
        self, segments: Iterable[tuple[str, bool]], *, add_special_tokens: bool = True
    ) -> Encoding:
        """Encode a text that is put together of parts, of which some are not to be trusted.

        A special token counts where a trusted part spells it, or several that follow each other;
        what an untrusted part spells is text like any other. Everything else is as if the text were
        one: offsets count in the joined text, words and merges go on from part to part, and white
        space that a token takes along may be of an untrusted part.

        Args:
            segments: (text, trusted) pairs, in order.
            add_special_tokens: Run the post-processor's special tokens.

        Raises:
            TypeError: A segment is no pair of a str and a bool.
            ValueError: A text holds a lone surrogate.

        Example:
            >>> import subword
            >>> end = {"special_tokens": ["<end>"], "progress": False}
            >>> tok = subword.train(["low lower"] * 9, "bpe", vocab_size=20, **end)
            >>> tok.encode_segments([("low<end>", False), ("<end>", True)]).tokens.count("<end>")
            1
        """
        text_encoder, text = self.text_encoder.reading_segments(segments)
        return padded_encodings(
            text_encoder, [(text,)], add_special_tokens=add_special_tokens, **self.lengths()
        )[0]

    def append(
        self,
        state: GrowingText | None,
        text: str,
        *,
        add_special_tokens: bool = True,
        special: Special = "all",
    ) -> GrowingText:
        """Append to a text that grows, such as one that is being written, and encode what changes.

        The ids are those of the whole text. With a published split pattern, or with BERT's words,
        the work is that of encoding what was appended and the word before; with any other it is
        that of encoding the whole text.

        Args:
            state: What the call before returned; None begins a text. It is changed.
            text: What is appended.
            add_special_tokens: Put the post-processor's ids around the text; decided by the first
                call.
            special: The special tokens that the text may spell, as for `encode`; the same for every
                part.

        Returns:
            The state: `text`, `ids`, and `settled`, the number of ids that will stay.

        Raises:
            TypeError: The text is not a str.
            ValueError: The text holds a lone surrogate (then it was not appended), or the state is
                another tokenizer's.

        Example:
            >>> import subword
            >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
            >>> state = tok.append(None, "low lo")
            >>> state = tok.append(state, "west")
            >>> state.text, tok.decode(state.ids), state.settled
            ('low lowest', 'low lowest', 1)
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, got {type(text).__name__}")
        text_encoder = self.text_encoder.reading(special)
        if state is None:
            safe_chars = split_characters(
                self.normalizer, self.pre_tokenizer, self.model, self.vocabulary
            )
            state = GrowingText(text_encoder, safe_chars, add_special_tokens)
        elif state.text_encoder is not text_encoder:
            raise ValueError(
                "the state must be one that this tokenizer made, for the same special tokens"
            )
        state.grow(text)
        return state

    # Ids to text.

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = True) -> str:
        """Return the text of ids. Ids that no token has are left out."""
        return self.text_decoder.decode(ids, skip_special_tokens)

    def decode_batch(
        self, rows: Iterable[Sequence[int]] | Ragged, skip_special_tokens: bool = True
    ) -> list[str]:
        """Return the text of each row of ids."""
        return self.text_decoder.decode_batch(rows, skip_special_tokens)

    # The vocabulary.

    def token_to_id(self, token: str) -> int | None:
        """Return the id of a token, None if there is no such token."""
        return self.vocabulary.token_to_id(token)

    def id_to_token(self, index: int) -> str | None:
        """Return the token of an id, None if there is none."""
        return self.vocabulary.id_to_token(index)

    def get_vocab(self, with_added_tokens: bool = True) -> dict[str, int]:
        """Return token -> id."""
        return self.vocabulary.as_dict(with_added_tokens)

    @property
    def vocab_size(self) -> int:
        """How many tokens there are, added ones included."""
        return len(self.vocabulary)

    @property
    def added_tokens(self) -> dict[int, AddedToken]:
        """The added tokens by id."""
        return dict(self.vocabulary.added)

    # Files, copies and other tokenizers like this one.

    def to_str(self, pretty: bool = False) -> str:
        """Return the tokenizer.json of this tokenizer."""
        return dump_json(to_config(self), pretty, exact=isinstance(self.model, Unigram))

    def save(self, path: PathLike, pretty: bool = True) -> None:
        """Write a tokenizer.json that `tokenizers` loads; the file is whole or not there.

        A name that ends in ".model" makes it a SentencePiece model, with the ids that
        `sentencepiece` gives: only for a tokenizer that `from_sentencepiece` made of one.

        Args:
            path: The file.
            pretty: Indent the JSON.

        Raises:
            OSError: The file cannot be written.
            ValueError: The format cannot express this tokenizer; the message says what.
        """
        if Path(path).suffix == ".model":
            write_model(path, model_of(self.sentencepiece))
        else:
            write_text(path, self.to_str(pretty))

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: getattr(self, name) for name in STATE}
        state |= {
            "added_tokens": [token for _, token in self.vocabulary.listed()],
            "added_ids": self.vocabulary.added_ids,
        }
        return _rebuild, (type(self), self.model, state)

    def __repr__(self) -> str:
        return f"Tokenizer({self.model!r}, {self.vocab_size} tokens)"


def _rebuild(cls: type[Tokenizer], model: Model, options: dict[str, Any]) -> Tokenizer:
    return cls(model, **options)
