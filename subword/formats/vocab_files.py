"""Files of a bare vocabulary: vocab.txt, vocab.json, merges.txt and .tiktoken."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from subword._core.limits import MAX_TOKEN_CHARS
from subword._core.white_space import WHITE_SPACE
from subword.formats.json_files import PathLike, read_json, read_text

Merges = list[tuple[str, str]]


def read_vocab_txt(path: PathLike) -> dict[str, int]:
    """Read a vocabulary of one token a line (BERT); the id is the line's number from 0.

    For duplicate tokens the last id wins, as in the original reader.
    """
    lines = read_text(path).split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise ValueError(f"{path}: no token in the file")
    return {line.rstrip(WHITE_SPACE): number for number, line in enumerate(lines)}


def read_vocab_json(path: PathLike) -> dict[str, int]:
    """Read a vocabulary that is a JSON object, token -> id (GPT-2, RoBERTa)."""
    vocab = read_json(path)
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
        tokens = line.split(" ")
        if len(tokens) != 2:
            raise ValueError(
                f"{path}:{number}: expected two tokens, got {len(tokens)}: {line!r:.100}"
            )
        merges.append((tokens[0], tokens[1]))
    return merges


def read_tiktoken(path: PathLike) -> dict[bytes, int]:
    """Read a .tiktoken file (OpenAI); see `parse_tiktoken`."""
    return parse_tiktoken(Path(path).read_bytes(), str(path))


def parse_tiktoken(data: bytes, name: str) -> dict[bytes, int]:
    """Read a vocabulary of one token a line: base64 of its bytes, and its rank.

    Args:
        data: The bytes of the file.
        name: What errors call it.

    Raises:
        ValueError: A line is something else, or a token occurs twice; the message names the line.
    """
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(data.splitlines(), 1):
        if not line:
            continue
        try:
            encoded, text = line.split()
            token, rank = base64.b64decode(encoded, validate=True), int(text)
        except (binascii.Error, ValueError):
            raise ValueError(
                f"{name}:{number}: expected base64 and a rank, got {line[:60]!r}"
            ) from None
        if len(token) > MAX_TOKEN_CHARS:
            raise ValueError(
                f"{name}:{number}: a token has at most {MAX_TOKEN_CHARS} bytes, got {len(token)}"
            )
        if token in ranks:
            raise ValueError(
                f"{name}:{number}: the token {token!r} has the rank {ranks[token]} already"
            )
        ranks[token] = rank
    if not ranks:
        raise ValueError(f"{name}: no token in the file")
    return ranks
