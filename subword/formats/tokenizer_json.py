"""Tokenizer files: read with errors that name the place.

tokenizer.json (Hugging Face, with the older shapes that real files have), vocab.txt (BERT),
vocab.json + merges.txt (GPT-2, RoBERTa) and .tiktoken (OpenAI).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from subword import decoders, processors
from subword._core.component import component_type, get_field
from subword._core.limits import LONGEST_TOKEN
from subword._core.white_space import WHITE_SPACE
from subword.formats import padding_json
from subword.formats.stages_json import normalizer, pre_tokenizer, to_config
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.pre_tokenizers import with_raw_bytes
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import has_all_byte_tokens, has_all_bytes

PathLike = str | os.PathLike[str]
# Beyond this no word can be: a text has less than 2**31 bytes.
MOST_CHARACTERS = 2**62
Merges = list[tuple[str, str]]


def read_text(path: PathLike) -> str:
    """Return a file's text; ValueError with the byte offset if it is not UTF-8."""
    data = Path(path).read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 at byte {error.start}: {error.reason}") from None


def read_json(text: str, name: str) -> Any:
    """Return parsed JSON; ValueError with line and column if broken or nested too deeply."""
    if not isinstance(text, str):
        raise TypeError(f"{name}: JSON must be given as str, got {type(text).__name__}")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name}:{error.lineno}:{error.colno}: broken JSON: {error.msg}") from None
    except RecursionError:
        raise ValueError(f"{name}: JSON nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"{name}: broken JSON: {error}") from None


def dump(config: Mapping[str, Any], pretty: bool) -> str:
    """Return the text of a tokenizer.json."""
    if pretty:
        return json.dumps(config, ensure_ascii=False, indent=2)
    return json.dumps(config, ensure_ascii=False, separators=(",", ":"))


def read_vocab_txt(path: PathLike) -> dict[str, int]:
    """Read a vocabulary of one token a line; the id is the line's number from 0.

    A token that stands twice keeps its last id, as in the original reader.
    """
    lines = read_text(path).split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise ValueError(f"{path}: no token in the file")
    return {line.rstrip(WHITE_SPACE): number for number, line in enumerate(lines)}


def read_vocab_json(path: PathLike) -> dict[str, int]:
    """Read a vocabulary that is a JSON object, token -> id."""
    vocab = read_json(read_text(path), str(path))
    if not isinstance(vocab, dict):
        raise ValueError(f"{path}: a vocabulary must be an object, got {type(vocab).__name__}")
    return vocab


def read_merges(path: PathLike) -> Merges:
    """Read merges.txt: two tokens a line; lines beginning with ``#version`` are skipped."""
    merges: Merges = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        line = line.rstrip("\r")
        if line.startswith("#version") or not line:
            continue
        parts = line.split(" ")
        if len(parts) != 2:
            raise ValueError(
                f"{path}:{number}: expected two tokens, got {len(parts)}: {line!r:.100}"
            )
        merges.append((parts[0], parts[1]))
    return merges


def read_tiktoken(path: PathLike) -> dict[bytes, int]:
    """Read a .tiktoken file: base64 of a token's bytes and its rank, one a line."""
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(Path(path).read_bytes().splitlines(), 1):
        if not line:
            continue
        try:
            encoded, rank = line.split()
            token = base64.b64decode(encoded, validate=True)
            if len(token) > LONGEST_TOKEN:
                raise ValueError(
                    f"{path}:{number}: a token has at most {LONGEST_TOKEN} bytes, got {len(token)}"
                )
            if token in ranks:
                raise ValueError(
                    f"{path}:{number}: the token {token!r} has the rank {ranks[token]} already"
                )
            ranks[token] = int(rank)
        except binascii.Error:
            raise ValueError(
                f"{path}:{number}: expected base64 and a rank, got {line[:60]!r}"
            ) from None
        except ValueError as error:
            if str(error).startswith(f"{path}:"):
                raise
            raise ValueError(
                f"{path}:{number}: expected base64 and a rank, got {line[:60]!r}"
            ) from None
    if not ranks:
        raise ValueError(f"{path}: no token in the file")
    return ranks


def _pair(entry: object, number: int) -> tuple[str, str]:
    if isinstance(entry, str):
        parts: Sequence[object] = entry.split(" ")
    elif isinstance(entry, list):
        parts = entry
    else:
        parts = ()
    if len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"model.merges[{number}]: expected two tokens, got {entry!r:.100}")
    return str(parts[0]), str(parts[1])


def _vocab(config: Mapping[str, Any]) -> dict[str, int]:
    vocab = config.get("vocab")
    if not isinstance(vocab, dict):
        raise ValueError(f"model.vocab must be an object, got {type(vocab).__name__}")
    check_text("model.vocab", vocab)
    return vocab


def check_text(name: str, texts: Iterable[str]) -> None:
    """Raise ValueError for a lone surrogate, which JSON can spell and UTF-8 cannot."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        wrong = next(text for text in texts if any("\ud800" <= c <= "\udfff" for c in text))
        raise ValueError(f"{name}: {wrong!r} holds a lone surrogate") from None


def _optional_str(config: Mapping[str, Any], key: str) -> str | None:
    return None if config.get(key) is None else get_field(config, key, str)


def model_from_config(config: Mapping[str, Any], byte_level: bool) -> BPE | WordPiece:
    """Build the model of a tokenizer.json; one without a type is told by its fields."""
    kind = config.get("type")
    if kind is None:
        kind = (
            "BPE"
            if "merges" in config
            else "WordPiece"
            if "max_input_chars_per_word" in config
            else "WordLevel"
            if isinstance(config.get("vocab"), dict)
            else "Unigram"
        )
    if component_type("model", {"type": kind}, ("BPE", "WordPiece")) == "BPE":
        return _bpe(config, byte_level)
    limit = get_field(config, "max_input_chars_per_word", int)
    if not 0 <= limit <= MOST_CHARACTERS:
        raise ValueError(f"max_input_chars_per_word must be in [0, {MOST_CHARACTERS}], got {limit}")
    return WordPiece(
        _vocab(config),
        unk_token=get_field(config, "unk_token", str),
        continuing_subword_prefix=get_field(config, "continuing_subword_prefix", str),
        max_input_chars_per_word=limit,
    )


def _bpe(config: Mapping[str, Any], byte_level: bool) -> BPE:
    vocab = _vocab(config)
    merges = [
        # A list may hold anything: the model looks at it.
        tuple(entry) if type(entry) is list and len(entry) == 2 else _pair(entry, number)
        for number, entry in enumerate(get_field(config, "merges", list))
        if not (isinstance(entry, str) and entry.startswith("#version"))
    ]
    dropout = config.get("dropout")
    if dropout is not None and (isinstance(dropout, bool) or not isinstance(dropout, int | float)):
        raise ValueError(f"model.dropout must be a number or null, got {dropout!r}")
    flags: dict[str, Any] = {
        flag: get_field(config, flag, bool, False)
        for flag in ("fuse_unk", "byte_fallback", "ignore_merges")
    }
    unk_token = _optional_str(config, "unk_token")
    if (
        unk_token is not None
        and unk_token not in vocab
        and not (byte_level or has_all_byte_tokens(config))
    ):
        raise ValueError(f"model.unk_token {unk_token!r} is not in the vocabulary")
    return BPE(
        vocab,
        merges,
        dropout=dropout,
        unk_token=unk_token,
        continuing_subword_prefix=_optional_str(config, "continuing_subword_prefix"),
        end_of_word_suffix=_optional_str(config, "end_of_word_suffix"),
        byte_level=byte_level,
        **flags,
    )


def reads_bytes(pre_tokenizer_: Any, config: Mapping[str, Any]) -> bool:
    """Whether a model may read bytes: ByteLevel, then a plain BPE that knows them all."""
    plain = not (
        config.get("continuing_subword_prefix")
        or config.get("end_of_word_suffix")
        or config.get("byte_fallback")
    )
    is_bpe = config.get("type") == "BPE" or (config.get("type") is None and "merges" in config)
    if not plain or not is_bpe or pre_tokenizer_ is None or with_raw_bytes(pre_tokenizer_) is None:
        return False
    return has_all_bytes(config["vocab"]) if isinstance(config.get("vocab"), dict) else False


def added_token(config: Mapping[str, Any]) -> AddedToken:
    """Build an added token from its JSON object."""
    if not isinstance(config, Mapping):
        raise ValueError(f"added_tokens: a token must be an object, got {config!r}")
    check_text("added_tokens", [get_field(config, "content", str)])
    flags = ("single_word", "lstrip", "rstrip", "normalized", "special")
    return AddedToken(
        get_field(config, "content", str),
        **{flag: get_field(config, flag, bool, False) for flag in flags},
    )


def parts_from_config(config: object, name: str = "tokenizer.json") -> dict[str, Any]:
    """Turn a parsed tokenizer.json into the arguments of `Tokenizer`.

    Raises:
        ValueError: Something is missing, wrong or not supported; the message names it.
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("model"), Mapping):
        raise ValueError(f"{name}: a tokenizer must be an object with a model")
    if config.get("version", "1.0") != "1.0":
        raise ValueError(f"{name}: version must be '1.0', got {config['version']!r}")
    try:
        parts: dict[str, Any] = {
            "normalizer": None
            if config.get("normalizer") is None
            else normalizer(config["normalizer"]),
            "pre_tokenizer": None
            if config.get("pre_tokenizer") is None
            else pre_tokenizer(config["pre_tokenizer"]),
            "post_processor": _optional(processors.from_dict, config.get("post_processor")),
            "decoder": _optional(decoders.from_dict, config.get("decoder")),
            "added_tokens": [added_token(token) for token in _added_list(config)],
            "truncation": padding_json.truncation(config.get("truncation")),
            "padding": padding_json.padding(config.get("padding")),
        }
        parts["model"] = model_from_config(
            config["model"], reads_bytes(parts["pre_tokenizer"], config["model"])
        )
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    except RecursionError:
        raise ValueError(f"{name}: components nested too deeply") from None
    return parts


def _added_list(config: Mapping[str, Any]) -> list[Any]:
    return (
        []
        if config.get("added_tokens") is None
        else get_field({"type": "tokenizer", **config}, "added_tokens", list)
    )


def _optional(build: Any, config: object) -> Any:
    return None if config is None else build(config)


def model_config(model: BPE | WordPiece) -> dict[str, Any]:
    """Return the JSON object of a model."""
    vocab = dict(sorted(model.vocab.items(), key=lambda item: item[1]))
    if isinstance(model, BPE):
        return {
            "type": "BPE",
            **model.options(),
            "vocab": vocab,
            "merges": [list(pair) for pair in model.merges],
        }
    return {"type": "WordPiece", **model.options(), "vocab": vocab}


def config_of(tokenizer: Any) -> dict[str, Any]:
    """Return the tokenizer.json of a tokenizer, as an object."""
    added = [
        {
            "id": index,
            "content": token.content,
            "single_word": token.single_word,
            "lstrip": token.lstrip,
            "rstrip": token.rstrip,
            "normalized": token.normalized,
            "special": token.special,
        }
        for index, token in sorted(tokenizer.added_tokens.items())
    ]
    stages = (tokenizer.normalizer, tokenizer.pre_tokenizer)
    return {
        "version": "1.0",
        "truncation": tokenizer.truncation,
        "padding": tokenizer.padding,
        "added_tokens": added,
        "normalizer": None if stages[0] is None else to_config(stages[0]),
        "pre_tokenizer": None if stages[1] is None else to_config(stages[1]),
        "post_processor": None
        if tokenizer.post_processor is None
        else tokenizer.post_processor.to_dict(),
        "decoder": None if tokenizer.decoder is None else tokenizer.decoder.to_dict(),
        "model": model_config(tokenizer.model),
    }
