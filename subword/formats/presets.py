"""The pipelines of published models around a bare vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from subword import decoders, normalizers, pre_tokenizers, processors
from subword._core.checks import check_id
from subword._regex.patterns import Regex
from subword._regex.split_patterns import CLIP, TIKTOKEN_SPELLINGS
from subword.formats.json_files import PathLike, errors_name
from subword.formats.openai_encodings import TIKTOKEN_PATTERNS, openai_special_tokens
from subword.formats.parts import TokenizerParts
from subword.formats.vocab_files import (
    read_merges,
    read_tiktoken,
    read_vocab_json,
    read_vocab_txt,
)
from subword.models.bpe import BPE
from subword.models.unigram import Unigram
from subword.models.word_level import WordLevel
from subword.models.wordpiece import WordPiece
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import as_added_tokens

START_OF_TEXT, END_OF_TEXT = "<|startoftext|>", "<|endoftext|>"


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
) -> TokenizerParts:
    """Return the parts of a BERT tokenizer (Devlin et al. 2019)."""
    tokens = dict(vocab) if isinstance(vocab, Mapping) else read_vocab_txt(vocab)
    with errors_name(vocab):
        model = WordPiece(
            tokens,
            unk_token=unk_token,
            continuing_subword_prefix=continuing_subword_prefix,
            max_input_chars_per_word=max_input_chars_per_word,
        )
    template = None
    if cls_token in tokens and sep_token in tokens:
        template = processors.TemplateProcessing(
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
        "post_processor": template,
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
) -> TokenizerParts:
    """Return the parts of a GPT-2 tokenizer, or of a character-level one."""
    tokens = dict(vocab) if isinstance(vocab, Mapping) else read_vocab_json(vocab)
    pairs = read_merges(merges) if isinstance(merges, str | Path) else list(merges)  # type: ignore[arg-type]
    added = as_added_tokens("special_tokens", special_tokens)
    with errors_name(merges if isinstance(vocab, Mapping) else vocab):
        model = BPE(tokens, pairs, byte_level=byte_level, **options)
    if not byte_level:
        suffix = model.end_of_word_suffix
        return {
            "model": model,
            "pre_tokenizer": pre_tokenizers.Whitespace(),
            "decoder": decoders.BPEDecoder(suffix) if suffix else None,
            "added_tokens": added,
        }
    return {
        "model": model,
        "pre_tokenizer": pre_tokenizers.ByteLevel(add_prefix_space, trim_offsets),
        "post_processor": processors.ByteLevel(trim_offsets=trim_offsets),
        "decoder": decoders.ByteLevel(),
        "added_tokens": added,
    }


def unigram_parts(
    pieces: Iterable[tuple[str, float]], unk_token: str | None = "<unk>"
) -> TokenizerParts:
    """Return the parts of a Unigram tokenizer whose words begin with a mark for the blank."""
    vocab = list(pieces)
    tokens = [piece for piece, _ in vocab]
    return {
        "model": Unigram(vocab, None if unk_token is None else tokens.index(unk_token)),
        "pre_tokenizer": pre_tokenizers.Metaspace(),
        "decoder": decoders.Metaspace(),
    }


def word_level_parts(vocab: Mapping[str, int], unk_token: str) -> TokenizerParts:
    """Return the parts of a tokenizer of whole words."""
    return {"model": WordLevel(vocab, unk_token), "pre_tokenizer": pre_tokenizers.Whitespace()}


def gpt2_parts(vocab: Mapping[str, int], merges: PathLike) -> TokenizerParts:
    """Return the parts of GPT-2 (Radford et al. 2019), with its special token if it is there."""
    end = AddedToken(END_OF_TEXT, normalized=True, special=True)
    return bpe_parts(vocab, merges, special_tokens=[end] if END_OF_TEXT in vocab else [])


def roberta_parts(vocab: Mapping[str, int], merges: PathLike) -> TokenizerParts:
    """Return the parts of RoBERTa (Liu et al. 2019): GPT-2's around <s> and </s>."""
    known = [token for token in ("<s>", "<pad>", "</s>", "<unk>") if token in vocab]
    specials = [AddedToken(token, special=True) for token in known]
    if "<mask>" in vocab:
        specials.append(AddedToken("<mask>", lstrip=True, special=True))
    parts = bpe_parts(vocab, merges, special_tokens=specials)
    parts["post_processor"] = processors.RobertaProcessing(
        ("</s>", vocab["</s>"]), ("<s>", vocab["<s>"]), add_prefix_space=False
    )
    return parts


def clip_parts(vocab: Mapping[str, int], merges: PathLike) -> TokenizerParts:
    """Return the parts of CLIP (Radford et al. 2021), as transformers 5 writes them."""
    parts = bpe_parts(vocab, merges, end_of_word_suffix="</w>", unk_token=END_OF_TEXT)
    split = pre_tokenizers.Split(Regex(CLIP), "removed", invert=True)
    cleaning = (normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase())
    return {
        **parts,
        "normalizer": normalizers.Sequence(cleaning),
        "pre_tokenizer": pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False)]),
        "decoder": decoders.ByteLevel(),
        "post_processor": processors.RobertaProcessing(
            (END_OF_TEXT, vocab[END_OF_TEXT]),
            (START_OF_TEXT, vocab[START_OF_TEXT]),
            trim_offsets=False,
            add_prefix_space=False,
        ),
        "added_tokens": [AddedToken(token, special=True) for token in (END_OF_TEXT, START_OF_TEXT)],
    }


def whisper_parts(
    vocab: Mapping[str, int], merges: PathLike, added: Mapping[str, int]
) -> TokenizerParts:
    """Return the parts of Whisper (Radford et al. 2022); `added` are its many added tokens."""
    ordered = sorted(added, key=added.__getitem__)
    # Timestamps such as <|1.08|> are tokens, but none that decoding leaves out.
    specials = [AddedToken(token, normalized=False, special="." not in token) for token in ordered]
    parts = bpe_parts(vocab, merges, special_tokens=specials)
    prefix = [t for t in ("<|startoftranscript|>", "<|notimestamps|>") if t in added]
    ids = {**vocab, **added}
    if END_OF_TEXT in ids:
        shown = " ".join(f"{token}:0" for token in prefix)
        parts["post_processor"] = processors.TemplateProcessing(
            single=f"{shown} $A:0 {END_OF_TEXT}:0",
            pair=f"{shown} $A:0 $B:1 {END_OF_TEXT}:1",
            special_tokens=[(token, ids[token]) for token in (END_OF_TEXT, *prefix)],
        )
    parts["added_ids"] = {token: index for token, index in added.items() if token not in vocab}
    return parts


def tiktoken_parts(
    path: PathLike, pattern: str, special_tokens: Mapping[str, int] | None = None
) -> TokenizerParts:
    """Return the parts of an encoding of OpenAI's."""
    specials = openai_special_tokens(pattern) if special_tokens is None else special_tokens
    if not isinstance(specials, Mapping):
        raise TypeError(
            f"special_tokens must be a mapping of token to id, got {type(specials).__name__}"
        )
    for token, index in specials.items():
        check_id(f"special token {token!r}", index)
    name = TIKTOKEN_SPELLINGS.get(pattern, pattern)
    split = pre_tokenizers.Split(Regex(TIKTOKEN_PATTERNS.get(name, name)), "isolated")
    ranks = read_tiktoken(path)
    with errors_name(path):
        model = BPE.from_ranks(ranks)
    byte_level = pre_tokenizers.ByteLevel(False, True, False)
    return {
        "model": model,
        "pre_tokenizer": pre_tokenizers.Sequence([split, byte_level]),
        "decoder": decoders.ByteLevel(),
        "added_tokens": [AddedToken(token, special=True) for token in specials],
        "added_ids": dict(specials),
    }
