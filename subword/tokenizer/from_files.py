"""Tokenizers from files: a tokenizer.json, a folder, the Hub, a bare vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, TypeVar

from subword.formats.json_files import PathLike
from subword.formats.tokenizer_json import parts_from_text, tokenizer_json_parts

Pair = tuple[str, str]
Made = TypeVar("Made")


def _build(make: Callable[..., Made], parts: Mapping[str, Any]) -> Made:
    return make(**parts)


class FromFiles:
    """The constructors that read files: a base class of `Tokenizer`.

    The constructor of the subclass takes the parts that the modules of `subword.formats` return.
    Readers of other files than tokenizer.json are imported when they are needed.
    """

    @classmethod
    def from_str(cls, text: str) -> Self:
        """Build a tokenizer from the text of a tokenizer.json."""
        return _build(cls, parts_from_text(text))

    @classmethod
    def from_file(cls, path: PathLike) -> Self:
        """Load a tokenizer.json.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not a tokenizer this library supports; the message names the place.
        """
        return _build(cls, tokenizer_json_parts(path))

    @classmethod
    def from_pretrained(
        cls, name: PathLike, revision: str = "main", token: str | None = None
    ) -> Self:
        """Load from a folder, else from the Hugging Face Hub if huggingface_hub is there."""
        from subword.formats.pretrained import pretrained_parts

        return _build(cls, pretrained_parts(name, revision, token))

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
        from subword.formats import presets

        return _build(cls, presets.wordpiece_parts(vocab, lowercase, **options))

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
        from subword.formats import presets

        return _build(cls, presets.bpe_parts(vocab, merges, byte_level, **options))

    @classmethod
    def from_gguf(cls, path: PathLike) -> Self:
        """Load the vocabulary of a .gguf file, of the kinds gpt2, llama and bert.

        Only the metadata at the beginning of the file is read.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is broken, or its tokenizer is of another kind or splits texts in a way
                that is not known; the message names the key.
        """
        from subword.formats.gguf import gguf_parts

        return _build(cls, gguf_parts(path))

    @classmethod
    def from_sentencepiece(cls, path: PathLike) -> Self:
        """Load a SentencePiece .model file, of any of its four types.

        Ids, pieces and decoded texts are those of `sentencepiece`, and no token is put around a
        text. `from_pretrained` makes of a folder that holds such a file what `transformers` makes
        of it.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is broken; the message names the piece or the byte.
        """
        from subword.formats.sentencepiece import sentencepiece_parts

        return _build(cls, sentencepiece_parts(path))

    @classmethod
    def from_tekken(cls, path: PathLike) -> Self:
        """Load a tekken.json, the format of Mistral's own tools."""
        from subword.formats.tekken import tekken_parts

        return _build(cls, tekken_parts(path))

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
        from subword.formats import presets

        return _build(cls, presets.tiktoken_parts(path, pattern, special_tokens))
