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
from subword.formats.tekken import tekken_parts
from subword.formats.tokenizer_json import tokenizer_json_parts
from subword.formats.vocab_files import read_vocab_json
from subword.models.wordpiece import WordPiece

CONFIG, ADDED = "tokenizer_config.json", "added_tokens.json"
# Names of the Hub: NAME or OWNER/NAME. Anything else is a path.
HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)

# Suffix of a file -> what reads it. A .tiktoken file needs a pattern too, see `tiktoken_parts`.
FILE_READERS: dict[str, Callable[[PathLike], TokenizerParts]] = {
    ".json": tokenizer_json_parts,
    ".txt": wordpiece_parts,
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
    """Return the parts of a tokenizer in a folder, or of one on the Hub.

    Raises:
        FileNotFoundError: The folder is not there, or has none of the files this library reads.
        ImportError: The name is one of the Hub, and huggingface_hub is not installed.
        ValueError: A file is wrong; the message names the place.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = _download(str(name), revision, token)
    parts = _reader_of(folder)(folder)
    if (folder / CONFIG).exists():
        config = read_json(folder / CONFIG)
        if isinstance(parts["model"], WordPiece):
            config.setdefault("tokenizer_class", "BertTokenizer")
        parts["config"] = config
    return parts


def _read_wordpiece(folder: Path) -> TokenizerParts:
    """Read vocab.txt, with BERT's options beside it."""
    config = read_json(folder / CONFIG) if (folder / CONFIG).exists() else {}
    options: dict[str, Any] = {
        "lowercase": bool(config.get("do_lower_case", True)),
        "strip_accents": config.get("strip_accents"),
    }
    if config.get("tokenize_chinese_chars") is False:
        options["handle_chinese_chars"] = False
    return wordpiece_parts(folder / "vocab.txt", **options)


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


# The files that a folder must hold -> what reads them. The first that fits counts.
FOLDER_READERS: dict[tuple[str, ...], Callable[[Path], TokenizerParts]] = {
    ("tokenizer.json",): lambda folder: tokenizer_json_parts(folder / "tokenizer.json"),
    ("tekken.json",): lambda folder: tekken_parts(folder / "tekken.json"),
    ("vocab.txt",): _read_wordpiece,
    ("vocab.json", "merges.txt"): _read_bpe,
}


def _reader_of(folder: Path) -> Callable[[Path], TokenizerParts]:
    for files, reader in FOLDER_READERS.items():
        if all((folder / file).exists() for file in files):
            return reader
    *first, last = [" + ".join(files) for files in FOLDER_READERS]
    raise FileNotFoundError(f"{folder}: no {', '.join(first)} or {last}")


def _added_ids(folder: Path) -> dict[str, int]:
    """Return the added tokens that files beside the vocabulary name, and their ids."""
    found: dict[str, int] = {}
    if (folder / ADDED).exists():
        found |= read_vocab_json(folder / ADDED)
    if (folder / CONFIG).exists():
        config = read_json(folder / CONFIG)
        table = config.get("added_tokens_decoder") if isinstance(config, dict) else None
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
    wanted = [*(file for files in FOLDER_READERS for file in files), CONFIG, ADDED]
    return Path(snapshot_download(name, revision=revision, token=token, allow_patterns=wanted))
