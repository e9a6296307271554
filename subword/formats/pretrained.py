"""Tokenizers by path, or on the Hub: which files are there, and which reader they need.

A new format is a line of `FILE_READERS` and one of `FOLDER_READERS`.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from subword._core.limits import MAX_ID
from subword.formats.gguf import gguf_parts
from subword.formats.json_files import PathLike, read_json
from subword.formats.parts import TokenizerParts
from subword.formats.presets import (
    END_OF_TEXT,
    START_OF_TEXT,
    clip_parts,
    gpt2_parts,
    roberta_parts,
    whisper_parts,
    wordpiece_parts,
)
from subword.formats.sentencepiece import sentencepiece_parts
from subword.formats.sentencepiece_folders import converted_parts
from subword.formats.tekken import tekken_parts
from subword.formats.tokenizer_json import tokenizer_json_parts
from subword.formats.vocab_files import read_vocab_json
from subword.models.wordpiece import WordPiece
from subword.normalizers import BertNormalizer
from subword.vocab.added_tokens import AddedToken

CONFIG, MODEL_CONFIG = "tokenizer_config.json", "config.json"
ADDED, SPECIAL = "added_tokens.json", "special_tokens_map.json"
# Names of the Hub: NAME or OWNER/NAME. Anything else is a path.
HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)

# Classes of transformers that make BERT's normalizer from tokenizer_config.json, whatever
# tokenizer.json says; and the types of models whose tokenizers have such a class.
BERT_CLASSES = ("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer")
BERT_TYPES = ("bert", "distilbert", "electra", "mobilebert")

# Suffix of a file -> what reads it. A .tiktoken file needs a pattern too, see `tiktoken_parts`.
FILE_READERS: dict[str, Callable[[PathLike], TokenizerParts]] = {
    ".json": tokenizer_json_parts,
    ".txt": wordpiece_parts,
    ".model": sentencepiece_parts,
    ".gguf": gguf_parts,
}


def file_parts(path: PathLike) -> TokenizerParts:
    """Return the parts of a tokenizer in one file.

    Args:
        path: The file; its suffix says what it is, any other than those known is a tokenizer.json.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not such a tokenizer; the message names the place.
    """
    return FILE_READERS.get(Path(path).suffix, tokenizer_json_parts)(path)


def pretrained_parts(
    name: PathLike, revision: str = "main", token: str | None = None
) -> TokenizerParts:
    """Return the parts of a tokenizer in a folder or file, or of one on the Hub.

    Raises:
        FileNotFoundError: The folder is not there, or has none of the files this library reads.
        ImportError: The name is one of the Hub, and huggingface_hub is not installed.
        ValueError: A file is wrong; the message names the place.
    """
    folder = Path(name)
    if folder.is_file():
        return file_parts(folder)
    if not folder.is_dir():
        folder = _download(str(name), revision, token)
    parts = _reader_of(folder)(folder)
    if (folder / CONFIG).exists():
        config = _read_object(folder / CONFIG)
        if isinstance(parts["model"], WordPiece):
            config.setdefault("tokenizer_class", "BertTokenizer")
        parts["config"] = {**parts.get("config", {}), **config}
    return parts


def _read_object(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file, empty if the file is not there."""
    if not path.exists():
        return {}
    found = read_json(path)
    if not isinstance(found, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(found).__name__}")
    return found


def _read_wordpiece(folder: Path) -> TokenizerParts:
    """Read vocab.txt, with BERT's options, special and added tokens beside it."""
    options = {**_bert_options(folder), **_special_tokens(folder)}
    parts = wordpiece_parts(folder / "vocab.txt", **options)
    known = parts["model"].vocab
    ids = {token: index for token, index in _added_ids(folder).items() if token not in known}
    table = _read_object(folder / CONFIG).get("added_tokens_decoder") or {}
    flags = {token["content"]: token for token in table.values() if isinstance(token, dict)}
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    added = (
        AddedToken(token, **{n: v for n, v in flags.get(token, {}).items() if n in names})
        for token in ids
    )
    parts["added_tokens"] = [*parts["added_tokens"], *added]
    parts["added_ids"] = ids
    return parts


def _special_tokens(folder: Path) -> dict[str, str]:
    """Return the special tokens of BERT that files beside the vocabulary name otherwise.

    As in transformers, special_tokens_map.json counts unless tokenizer_config.json is of the newer
    kind, which lists all added tokens.
    """
    config = _read_object(folder / CONFIG)
    if "added_tokens_decoder" not in config:
        config |= _read_object(folder / SPECIAL)
    found = {}
    for name in ("unk_token", "cls_token", "sep_token", "pad_token", "mask_token"):
        token = config.get(name)
        content = token.get("content") if isinstance(token, dict) else token
        if isinstance(content, str):
            found[name] = content
    return found


def _read_tokenizer_json(folder: Path) -> TokenizerParts:
    """Read tokenizer.json; for a tokenizer of BERT, tokenizer_config.json decides what it changes.

    So does transformers. An option that tokenizer_config.json lacks has its default there, so that
    it also overrules tokenizer.json.
    """
    parts = tokenizer_json_parts(folder / "tokenizer.json")
    if (folder / CONFIG).exists() and isinstance(parts["model"], WordPiece) and _is_bert(folder):
        parts["normalizer"] = BertNormalizer(**_bert_options(folder))
    return parts


def _is_bert(folder: Path) -> bool:
    """Whether transformers would take a class of BERT for the tokenizer of a folder."""
    named = _read_object(folder / CONFIG).get("tokenizer_class")
    if named is not None:
        return str(named).removesuffix("Fast") in BERT_CLASSES
    return _read_object(folder / MODEL_CONFIG).get("model_type") in BERT_TYPES


def _bert_options(folder: Path) -> dict[str, Any]:
    """Return the options of BERT's normalizer that tokenizer_config.json states, or defaults.

    Raises:
        ValueError: One is neither true nor false.
    """
    config = _read_object(folder / CONFIG)
    options = {
        "lowercase": config.get("do_lower_case", True),
        "strip_accents": config.get("strip_accents"),
        "handle_chinese_chars": config.get("tokenize_chinese_chars", True),
    }
    names = ("do_lower_case", "strip_accents", "tokenize_chinese_chars")
    for name, value in zip(names, options.values(), strict=True):
        if not isinstance(value, bool) and not (name == "strip_accents" and value is None):
            raise ValueError(f"{folder / CONFIG}: {name} must be true or false, got {value!r}")
    return options


def _read_bpe(folder: Path) -> TokenizerParts:
    """Read vocab.json and merges.txt; the special tokens tell the model."""
    vocab, merges = read_vocab_json(folder / "vocab.json"), folder / "merges.txt"
    added = _added_ids(folder)
    if START_OF_TEXT in vocab and END_OF_TEXT in vocab and "!</w>" in vocab:
        return clip_parts(vocab, merges)
    if "<|startoftranscript|>" in added:
        return whisper_parts(vocab, merges, added)
    if "<s>" in vocab and "</s>" in vocab:
        return roberta_parts(vocab, merges)
    return gpt2_parts(vocab, merges)


def _read_sentencepiece(path: Path) -> TokenizerParts:
    """Read a .model file, with what files beside it say of its kind and its special tokens."""
    config = _read_object(path.parent / CONFIG)
    if "added_tokens_decoder" not in config:
        config = {**_read_object(path.parent / SPECIAL), **config}
    model_type = _read_object(path.parent / MODEL_CONFIG).get("model_type")
    return converted_parts(path, config, model_type)


# The files that a folder must hold -> what reads them. The first that fits counts.
FOLDER_READERS: dict[tuple[str, ...], Callable[[Path], TokenizerParts]] = {
    ("tokenizer.json",): _read_tokenizer_json,
    ("tekken.json",): lambda folder: tekken_parts(folder / "tekken.json"),
    ("vocab.txt",): _read_wordpiece,
    ("vocab.json", "merges.txt"): _read_bpe,
    ("spiece.model",): lambda folder: _read_sentencepiece(folder / "spiece.model"),
    ("sentencepiece.bpe.model",): lambda folder: _read_sentencepiece(
        folder / "sentencepiece.bpe.model"
    ),
    ("tokenizer.model",): lambda folder: _read_sentencepiece(folder / "tokenizer.model"),
}


def _reader_of(folder: Path) -> Callable[[Path], TokenizerParts]:
    for files, reader in FOLDER_READERS.items():
        if all((folder / file).exists() for file in files):
            return reader
    if found := sorted(folder.glob("*.gguf")):
        return lambda _: gguf_parts(found[0])
    *first, last = [" + ".join(files) for files in FOLDER_READERS]
    raise FileNotFoundError(f"{folder}: no {', '.join([*first, last])} or .gguf file")


def _added_ids(folder: Path) -> dict[str, int]:
    """Return the added tokens that files beside the vocabulary name, and their ids."""
    found: dict[str, int] = {}
    if (folder / ADDED).exists():
        found |= read_vocab_json(folder / ADDED)
    table = _read_object(folder / CONFIG).get("added_tokens_decoder")
    for index, token in table.items() if isinstance(table, dict) else ():
        if isinstance(token, dict) and isinstance(token.get("content"), str):
            found[token["content"]] = int(index) if str(index).isdecimal() else -1
    for token, index in found.items():
        if type(index) is not int or not 0 <= index <= MAX_ID:
            raise ValueError(f"{folder}: the added token {token!r} has no id but {index!r}")
    return found


def _download(name: str, revision: str, token: str | None) -> Path:
    if HUB_NAME.fullmatch(name) is None:
        raise FileNotFoundError(errno.ENOENT, "no such folder", name)
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ImportError(
            f"{name!r} is not a folder; loading from the Hub needs huggingface_hub "
            "(pip install subword[hub])"
        ) from None
    wanted = [
        *(file for files in FOLDER_READERS for file in files),
        CONFIG,
        ADDED,
        SPECIAL,
        MODEL_CONFIG,
    ]
    return Path(snapshot_download(name, revision=revision, token=token, allow_patterns=wanted))
