"""Where tokenizers come from: files, folders, the Hub, bare vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from subword.corpus.sources import Source
from subword.corpus.word_counts import WordCounts
from subword.formats import presets
from subword.formats.json_files import PathLike
from subword.formats.pretrained import pretrained_parts
from subword.formats.tekken import tekken_parts
from subword.formats.tokenizer_json import parts_from_text, tokenizer_json_parts
from subword.trainers.retrain import retrained_parts

Pair = tuple[str, str]


class Loaders:
    """The constructors of `Tokenizer` that read or learn something."""

    def __init__(self, **parts: Any) -> None:
        raise TypeError("Loaders is a part of Tokenizer, not a class of its own")

    @classmethod
    def from_str(cls, text: str) -> Self:
        """Build a tokenizer from the text of a tokenizer.json."""
        return cls(**parts_from_text(text))

    @classmethod
    def from_file(cls, path: PathLike) -> Self:
        """Load a tokenizer.json.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not a tokenizer this library supports; the message names the place.
        """
        return cls(**tokenizer_json_parts(path))

    @classmethod
    def from_pretrained(
        cls, name: PathLike, revision: str = "main", token: str | None = None
    ) -> Self:
        """Load from a folder, else from the Hugging Face Hub if huggingface_hub is there."""
        return cls(**pretrained_parts(name, revision, token))

    @classmethod
    def from_wordpiece(
        cls, vocab: PathLike | Mapping[str, int], *, lowercase: bool = True, **options: Any
    ) -> Self:
        """Put BERT's pipeline around a WordPiece vocabulary.

        Args:
            vocab: vocab.txt, or token -> id.
            lowercase: Lower-case and strip accents, as the uncased models do.
            options: strip_accents, handle_chinese_chars, clean_text; unk_token, cls_token,
                sep_token, pad_token, mask_token; continuing_subword_prefix,
                max_input_chars_per_word.
        """
        return cls(**presets.wordpiece_parts(vocab, lowercase, **options))

    @classmethod
    def from_bpe(
        cls,
        vocab: PathLike | Mapping[str, int],
        merges: PathLike | Iterable[Pair],
        *,
        byte_level: bool = True,
        **options: Any,
    ) -> Self:
        """Put GPT-2's pipeline, or a character-level one, around vocab.json and merges.txt.

        Args:
            vocab: vocab.json, or token -> id.
            merges: merges.txt, or pairs of tokens.
            byte_level: The vocabulary is written in the byte alphabet.
            options: add_prefix_space, trim_offsets, special_tokens, and the options of
                `subword.models.BPE`.
        """
        return cls(**presets.bpe_parts(vocab, merges, byte_level, **options))

    @classmethod
    def from_tekken(cls, path: PathLike) -> Self:
        """Load a tekken.json, the format of Mistral's own tools."""
        return cls(**tekken_parts(path))

    @classmethod
    def from_tiktoken(
        cls, path: PathLike, pattern: str, special_tokens: Mapping[str, int] | None = None
    ) -> Self:
        """Load a .tiktoken vocabulary.

        Args:
            path: The file.
            pattern: A known name ("r50k_base", "cl100k_base", "o200k_base", ...) or the split
                pattern itself.
            special_tokens: Token -> id; they are found in the text. None takes those the name is
                known with.
        """
        return cls(**presets.tiktoken_parts(path, pattern, special_tokens))

    def train_new(
        self, source: Source | Mapping[str, int] | WordCounts, vocab_size: int, **options: Any
    ) -> Self:
        """Train a tokenizer with the pipeline of this one and a vocabulary of its own.

        Normalizer, pre-tokenizer, decoder and the options of the model stay as they are. Special
        tokens take the first ids, in the order they have here, and the post-processor and the
        padding their new ids; added tokens that are not special follow behind the vocabulary. A
        model that falls back to bytes keeps its 256 byte tokens. In the source, special tokens are
        text like any other, as for `train_new_from_iterator` of transformers; BPE models come out
        as theirs do.

        Args:
            source: As for `subword.train`. Counts must be of words as this pipeline cuts them.
            vocab_size: Tokens wanted, special tokens and alphabet included.
            options: `new_special_tokens` to add to those that are there; `min_frequency`,
                `limit_alphabet`, for BPE `max_token_length` and for WordPiece `score`, as in
                `subword.train`; `field`, `column`, `threads`, `progress` and `checkpoint` too.

        Raises:
            OSError, ValueError, TypeError: As for `subword.train`; or the post-processor needs a
                token that is not among the special ones.

        Example:
            >>> import subword
            >>> old = subword.train(["low lower"], "byte_level_bpe", 260, progress=False)
            >>> new = old.train_new(["a new text"] * 3, 259, progress=False)
            >>> new.encode("a new text").tokens
            ['a', 'Ġnew', 'Ġ', 't', 'e', 'x', 't']
        """
        return type(self)(**retrained_parts(self, source, vocab_size, **options))
