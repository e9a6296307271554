"""Whole pipelines around a bare vocabulary, as the published models have them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from subword import decoders, normalizers, pre_tokenizers, processors
from subword._regex.patterns import Regex
from subword._regex.split_patterns import TIKTOKEN_SPELLINGS
from subword.formats import tokenizer_json
from subword.formats.tokenizer_json import PathLike
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.pre_tokenizers import PATTERNS
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import has_all_bytes

Parts = dict[str, Any]

# Special tokens of OpenAI's encodings, by the name of the encoding.
_END = {"<|endoftext|>": 50256}
TIKTOKEN_SPECIALS = {
    "gpt2": _END,
    "r50k_base": _END,
    "p50k_base": _END,
    "cl100k_base": {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
    "o200k_base": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
}
TIKTOKEN_PATTERNS = {**PATTERNS, "r50k_base": PATTERNS["gpt2"], "p50k_base": PATTERNS["gpt2"]}


@contextmanager
def named(source: object) -> Iterator[None]:
    """Put the name of a file, if `source` is one, before the message of an error."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if not isinstance(source, str | os.PathLike):
            raise
        raise (TypeError if isinstance(error, TypeError) else ValueError)(
            f"{os.fspath(source)}: {error}"
        ) from None


def wordpiece_parts(
    vocab: PathLike | Mapping[str, int],
    lowercase: bool = True,
    *,
    strip_accents: bool | None = None,
    handle_chinese_chars: bool = True,
    clean_text: bool = True,
    unk_token: str = "[UNK]",
    cls_token: str = "[CLS]",
    sep_token: str = "[SEP]",
    pad_token: str = "[PAD]",
    mask_token: str = "[MASK]",
    continuing_subword_prefix: str = "##",
    max_input_chars_per_word: int = 100,
) -> Parts:
    """Return the parts of a BERT tokenizer (Devlin et al. 2019)."""
    tokens = dict(vocab) if isinstance(vocab, Mapping) else tokenizer_json.read_vocab_txt(vocab)
    with named(vocab):
        model = WordPiece(
            tokens,
            unk_token=unk_token,
            continuing_subword_prefix=continuing_subword_prefix,
            max_input_chars_per_word=max_input_chars_per_word,
        )
    wrapped = None
    if cls_token in tokens and sep_token in tokens:
        wrapped = processors.TemplateProcessing(
            single=f"{cls_token} $A {sep_token}",
            pair=f"{cls_token} $A {sep_token} $B:1 {sep_token}:1",
            special_tokens=[(cls_token, tokens[cls_token]), (sep_token, tokens[sep_token])],
        )
    specials = (pad_token, unk_token, cls_token, sep_token, mask_token)
    return {
        "model": model,
        "normalizer": normalizers.BertNormalizer(
            clean_text=clean_text,
            handle_chinese_chars=handle_chinese_chars,
            strip_accents=strip_accents,
            lowercase=lowercase,
        ),
        "pre_tokenizer": pre_tokenizers.BertPreTokenizer(),
        "post_processor": wrapped,
        "decoder": decoders.WordPiece(continuing_subword_prefix),
        "added_tokens": [AddedToken(token, special=True) for token in specials if token in tokens],
    }


def bpe_parts(
    vocab: PathLike | Mapping[str, int],
    merges: PathLike | Iterable[tuple[str, str]],
    byte_level: bool = True,
    *,
    add_prefix_space: bool = False,
    trim_offsets: bool = True,
    special_tokens: Iterable[str | AddedToken] = (),
    **options: Any,
) -> Parts:
    """Return the parts of a GPT-2 tokenizer, or of a character-level one."""
    tokens = dict(vocab) if isinstance(vocab, Mapping) else tokenizer_json.read_vocab_json(vocab)
    pairs = tokenizer_json.read_merges(merges) if isinstance(merges, str | Path) else list(merges)  # type: ignore[arg-type]
    reads_bytes = byte_level and has_all_bytes(tokens)
    with named(merges if isinstance(vocab, Mapping) else vocab):
        model = BPE(tokens, pairs, byte_level=reads_bytes, **options)
    if not byte_level:
        return {
            "model": model,
            "pre_tokenizer": pre_tokenizers.Whitespace(),
            "decoder": decoders.BPEDecoder(model.end_of_word_suffix)
            if model.end_of_word_suffix
            else None,
            "added_tokens": list(special_tokens),
        }
    return {
        "model": model,
        "pre_tokenizer": pre_tokenizers.ByteLevel(add_prefix_space, trim_offsets),
        "post_processor": processors.ByteLevel(trim_offsets=trim_offsets),
        "decoder": decoders.ByteLevel(),
        "added_tokens": list(special_tokens),
    }


def tiktoken_parts(
    path: PathLike, pattern: str, special_tokens: Mapping[str, int] | None = None
) -> Parts:
    """Return the parts of an encoding of OpenAI's."""
    specials = TIKTOKEN_SPECIALS.get(pattern, {}) if special_tokens is None else special_tokens
    for token, index in specials.items():
        if type(index) is not int or not 0 <= index < 2**32:
            raise ValueError(
                f"special token {token!r} must have an id of 0 to 2**32 - 1, got {index!r}"
            )
    name = TIKTOKEN_SPELLINGS.get(pattern, pattern)
    split = pre_tokenizers.Split(Regex(TIKTOKEN_PATTERNS.get(name, name)), "isolated")
    ranks = tokenizer_json.read_tiktoken(path)
    with named(path):
        model = BPE.from_ranks(ranks)
    return {
        "model": model,
        "pre_tokenizer": pre_tokenizers.Sequence(
            [split, pre_tokenizers.ByteLevel(False, True, False)]
        ),
        "decoder": decoders.ByteLevel(),
        "added_tokens": [AddedToken(token, special=True) for token in specials],
        "added_ids": dict(specials),
    }
