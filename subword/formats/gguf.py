"""The vocabulary of a .gguf file, the format of llama.cpp, as a tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from subword import decoders, pre_tokenizers
from subword._regex.patterns import Regex
from subword._regex.split_patterns import PATTERNS
from subword.formats.gguf_metadata import read_metadata
from subword.formats.json_files import PathLike, errors_name
from subword.formats.parts import TokenizerParts
from subword.formats.presets import wordpiece_parts
from subword.formats.sentencepiece_folders import llama_parts
from subword.formats.sentencepiece_model import Kind, model_of_pieces
from subword.models import BPE
from subword.processors.template import TemplateProcessing
from subword.vocab.added_tokens import AddedToken

PREFIX = "tokenizer.ggml."
MARK = "\u2581"
# What `tokenizer.ggml.pre` names -> the name of the split pattern that the published tokenizer.json
# of these models has, and whether a word that is a token is that token whatever the merges say.
SPLITS = {
    **{"gpt-2": ("gpt2", False), "phi-2": ("gpt2", False), "olmo": ("gpt2", False)},
    **{"llama-bpe": ("llama3", True), "llama3": ("llama3", True), "llama-v3": ("llama3", True)},
    **{"qwen2": ("qwen2", False), "deepseek-r1-qwen": ("qwen2", False)},
    **{"gpt-4o": ("o200k_base", True), "tekken": ("tekken", True)},
}


def gguf_parts(path: PathLike) -> TokenizerParts:
    """Return the parts of the tokenizer in a .gguf file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is broken, or its tokenizer is of a kind that is not supported.
    """
    found = read_metadata(path, lambda key: key.startswith(PREFIX))
    data = {key.removeprefix(PREFIX): value for key, value in found.items()}
    with errors_name(path):
        kind = _get(data, "model", str)
        if kind not in READERS:
            raise ValueError(f"{PREFIX}model must be one of {', '.join(READERS)}, got {kind!r:.60}")
        return READERS[kind](data)


def _get(data: Mapping[str, Any], key: str, kind: type, default: Any = None) -> Any:
    """Return a value, checked; without a default it must be there."""
    value = data.get(key, default)
    if value is None:
        raise ValueError(f"the key {PREFIX}{key} is missing")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{PREFIX}{key} must be {kind.__name__}, got {value!r:.60}")
    return value


def _list(data: Mapping[str, Any], key: str, kind: type, size: int | None = None) -> list[Any]:
    values: list[Any] = _get(data, key, list)
    if size is not None and len(values) != size:
        raise ValueError(f"{PREFIX}{key} must have {size} items, one a token, got {len(values)}")
    for i, value in enumerate(values):
        if type(value) is not kind:
            raise ValueError(f"{PREFIX}{key}[{i}] must be {kind.__name__}, got {value!r:.60}")
    return values


def _tokens(data: Mapping[str, Any]) -> list[str]:
    tokens = _list(data, "tokens", str)
    seen: dict[str, int] = {}
    for i, token in enumerate(tokens):
        if seen.setdefault(token, i) != i:
            raise ValueError(f"{PREFIX}tokens[{i}]: {token!r:.40} is token {seen[token]} already")
    return tokens


def _kinds(data: Mapping[str, Any], count: int) -> list[int]:
    if "token_type" not in data:
        return [Kind.NORMAL] * count
    kinds = _list(data, "token_type", int, count)
    for i, kind in enumerate(kinds):
        if kind not in list(Kind):
            raise ValueError(f"{PREFIX}token_type[{i}] must be one of 1 to 6, got {kind}")
    return kinds


def _special(data: Mapping[str, Any], tokens: list[str], role: str) -> str | None:
    """Return the token of a role, None if the file names none."""
    key = f"{role}_token_id"
    if key not in data:
        return None
    index: int = _get(data, key, int)
    if not 0 <= index < len(tokens):
        raise ValueError(f"{PREFIX}{key} must be below {len(tokens)}, got {index}")
    return tokens[index]


def _llama(data: Mapping[str, Any]) -> TokenizerParts:
    """Read a SentencePiece BPE: Llama-2 and its kind."""
    tokens = _tokens(data)
    scores, kinds = _list(data, "scores", float, len(tokens)), _kinds(data, len(tokens))
    model = model_of_pieces(tokens, scores, bytes(kinds))
    config: dict[str, Any] = {
        "add_bos_token": _get(data, "add_bos_token", bool, True),
        "add_eos_token": _get(data, "add_eos_token", bool, False),
        "add_prefix_space": _get(data, "add_space_prefix", bool, True),
    }
    if _get(data, "remove_extra_whitespaces", bool, False):
        raise ValueError(f"{PREFIX}remove_extra_whitespaces is not supported")
    for role, name in (("bos", "bos"), ("eos", "eos"), ("unknown", "unk"), ("padding", "pad")):
        if (token := _special(data, tokens, role)) is not None:
            config[f"{name}_token"] = token
    return {**llama_parts(model, config), "config": {"pad_token": config.get("pad_token")}}


def _gpt2(data: Mapping[str, Any]) -> TokenizerParts:
    """Read a byte-level BPE."""
    tokens = _tokens(data)
    kinds = _kinds(data, len(tokens))
    name = _get(data, "pre", str)
    if name not in SPLITS:
        raise ValueError(
            f"{PREFIX}pre: how {name!r:.60} splits texts is not known, only how "
            f"{', '.join(SPLITS)} do"
        )
    pattern, ignores_merges = SPLITS[name]
    merges = []
    for i, merge in enumerate(_list(data, "merges", str)):
        parts = merge.split(" ")
        if len(parts) != 2:
            raise ValueError(f"{PREFIX}merges[{i}] must be two tokens, got {merge!r:.60}")
        merges.append((parts[0], parts[1]))
    vocab = {token: i for i, token in enumerate(tokens)}
    split = pre_tokenizers.Split(Regex(PATTERNS[pattern]), "isolated")
    bos, eos = (_special(data, tokens, role) for role in ("bos", "eos"))
    first = [bos] if bos is not None and _get(data, "add_bos_token", bool, False) else []
    last = [eos] if eos is not None and _get(data, "add_eos_token", bool, False) else []
    single = " ".join([f"{t}:0" for t in first] + ["$A:0"] + [f"{t}:0" for t in last])
    pair = " ".join([single] + [f"{t}:1" for t in first] + ["$B:1"] + [f"{t}:1" for t in last])
    around = dict.fromkeys([*first, *last])
    return {
        "model": BPE(vocab, merges, byte_level=True, ignore_merges=ignores_merges),
        "pre_tokenizer": pre_tokenizers.Sequence(
            [split, pre_tokenizers.ByteLevel(False, True, False)]
        ),
        "post_processor": TemplateProcessing(single, pair, [(t, vocab[t]) for t in around]),
        "decoder": decoders.ByteLevel(),
        "added_tokens": [
            AddedToken(token, special=kind == Kind.CONTROL, normalized=False)
            for token, kind in zip(tokens, kinds, strict=True)
            if kind in (Kind.CONTROL, Kind.USER_DEFINED)
        ],
        "config": {"pad_token": _special(data, tokens, "padding")},
    }


def _bert(data: Mapping[str, Any]) -> TokenizerParts:
    """Read a WordPiece vocabulary: the beginning of a word is marked, as in SentencePiece."""
    tokens = _tokens(data)
    kinds = _kinds(data, len(tokens))
    vocab: dict[str, int] = {}
    for i, token in enumerate(tokens):
        plain = token
        if token.startswith(MARK):
            plain = token[1:]
        elif kinds[i] == Kind.NORMAL and not (token[:1] == "[" and token[-1:] == "]"):
            plain = "##" + token
        if vocab.setdefault(plain, i) != i:
            raise ValueError(f"{PREFIX}tokens[{i}]: {plain!r:.40} is token {vocab[plain]} already")
    defaults = {"unknown": "[UNK]", "cls": "[CLS]", "seperator": "[SEP]", "padding": "[PAD]"}
    names = {}
    for role, default in defaults.items():
        given = _special(data, tokens, role)
        names[role] = default if given is None else given.removeprefix(MARK)
    return wordpiece_parts(
        vocab,
        unk_token=names["unknown"],
        cls_token=names["cls"],
        sep_token=names["seperator"],
        pad_token=names["padding"],
    )


READERS = {"gpt2": _gpt2, "llama": _llama, "bert": _bert}
