"""Files of vocabularies, as `tiktoken.load` names what reads and writes them."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from subword._core.atomic_file import atomic_file
from subword.formats.vocab_files import parse_tiktoken
from subword.vocab.byte_alphabet import CHARS, bytes_of

# Special tokens that a GPT-2 vocabulary may hold; they have no rank.
_NOT_RANKED = (b"<|endoftext|>", b"<|startoftext|>")


def read_file(blobpath: str) -> bytes:
    """Return the bytes of a file; those of a URL if tiktoken is installed, which downloads it.

    Raises:
        OSError: The file cannot be read, or is a URL and tiktoken is not installed.
    """
    if "://" not in blobpath:
        return Path(blobpath).read_bytes()
    data: bytes = _original(blobpath).read_file(blobpath)
    return data


def check_hash(data: bytes, expected_hash: str) -> bool:
    """Whether bytes have a SHA-256, given in hexadecimal."""
    return hashlib.sha256(data).hexdigest() == expected_hash


def read_file_cached(blobpath: str, expected_hash: str | None = None) -> bytes:
    """Return the bytes of a file, or of a URL from the cache.

    Args:
        blobpath: The path or the URL. What is not in the cache is left to an installed tiktoken.
        expected_hash: Its SHA-256, if that is to be checked.

    Raises:
        OSError: As for `read_file`.
        ValueError: The hash of the file is another.
    """
    if "://" in blobpath:
        path = cached_file(blobpath)
        if path is not None:
            data = path.read_bytes()
            if expected_hash is None or check_hash(data, expected_hash):
                return data
        downloaded: bytes = _original(blobpath).read_file_cached(blobpath, expected_hash)
        return downloaded
    data = read_file(blobpath)
    if expected_hash is not None and not check_hash(data, expected_hash):
        found = hashlib.sha256(data).hexdigest()
        raise ValueError(f"{blobpath}: the SHA-256 must be {expected_hash}, got {found}")
    return data


def load_tiktoken_bpe(tiktoken_bpe_file: str, expected_hash: str | None = None) -> dict[bytes, int]:
    """Return the bytes of each token of a .tiktoken file and its rank; see `read_file_cached`.

    Raises:
        ValueError: It is no such file; the message names the line.
    """
    return parse_tiktoken(read_file_cached(tiktoken_bpe_file, expected_hash), tiktoken_bpe_file)


def dump_tiktoken_bpe(bpe_ranks: dict[bytes, int], tiktoken_bpe_file: str) -> None:
    """Write a .tiktoken file; it is whole or not there.

    Raises:
        OSError: It cannot be written.
    """
    with atomic_file(tiktoken_bpe_file) as file:
        for token, rank in sorted(bpe_ranks.items(), key=lambda item: item[1]):
            file.write(b"%b %d\n" % (base64.b64encode(token), rank))


def data_gym_to_mergeable_bpe_ranks(
    vocab_bpe_file: str,
    encoder_json_file: str,
    vocab_bpe_hash: str | None = None,
    encoder_json_hash: str | None = None,
    clobber_one_byte_tokens: bool = False,
) -> dict[bytes, int]:
    """Return the ranks of GPT-2's vocabulary from the two files that OpenAI published.

    Args:
        vocab_bpe_file: The merges, after a line with the version.
        encoder_json_file: Token -> id, in the byte alphabet; the ids must be the ranks.
        vocab_bpe_hash: SHA-256 of the first file, if it is to be checked.
        encoder_json_hash: SHA-256 of the second.
        clobber_one_byte_tokens: Take the ids of the single bytes from the second file.

    Raises:
        OSError: A file cannot be read.
        ValueError: The files are not UTF-8 and JSON, or contradict each other.
    """
    merges = read_file_cached(vocab_bpe_file, vocab_bpe_hash).decode().split("\n")[1:-1]
    ranks = {bytes_of(char): rank for rank, char in enumerate(sorted(CHARS, key=ord))}
    for merge in merges:
        ranks[bytes_of("".join(merge.split()))] = len(ranks)
    known: dict[str, int] = json.loads(read_file_cached(encoder_json_file, encoder_json_hash))
    ids = {bytes_of(token): index for token, index in known.items()}
    for token in _NOT_RANKED:
        ids.pop(token, None)
    if clobber_one_byte_tokens:
        ranks |= {token: index for token, index in ids.items() if len(token) == 1}
    if ranks != ids:
        wrong = next(token for token in {**ranks, **ids} if ranks.get(token) != ids.get(token))
        raise ValueError(
            f"{encoder_json_file}: the token {wrong!r} must have the rank {ranks.get(wrong)} that "
            f"{vocab_bpe_file} gives it, got {ids.get(wrong)}"
        )
    return ranks


def cache_folder() -> Path:
    """Return the folder of downloaded vocabularies, as tiktoken chooses it."""
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if os.environ.get(variable):
            return Path(os.environ[variable])
    return Path(tempfile.gettempdir()) / "data-gym-cache"


def cached_file(url: str) -> Path | None:
    """Return the file that holds what a URL names, None if there is none.

    It has the last part of the URL as its name, or the one that tiktoken gives it.
    """
    for name in (url.rpartition("/")[2], hashlib.sha1(url.encode()).hexdigest()):
        path = cache_folder() / name
        if path.is_file():
            return path
    return None


def _original(url: str) -> Any:
    try:
        return importlib.import_module("tiktoken.load")
    except ImportError:
        raise FileNotFoundError(
            f"{url} is not in {cache_folder()}, and tiktoken, which would download it, is not "
            "installed"
        ) from None
