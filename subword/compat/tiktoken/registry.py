"""Encodings by name, as `tiktoken.registry` keeps them."""

from __future__ import annotations

import copyreg
import importlib
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from subword.compat.tiktoken.core import Encoding
from subword.compat.tiktoken.load import cache_folder, cached_file
from subword.formats.openai_encodings import (
    TIKTOKEN_PATTERNS,
    VOCABULARIES,
    openai_special_tokens,
)
from subword.formats.vocab_files import read_tiktoken

URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_lock = threading.RLock()


def _ranks(name: str) -> dict[bytes, int]:
    """Return a vocabulary of OpenAI's, from the cache or from an installed tiktoken."""
    path = cached_file(URL.format(name))
    if path is not None:
        return read_tiktoken(path)
    try:
        original = importlib.import_module("tiktoken")
    except ImportError:
        raise FileNotFoundError(
            f"{name}.tiktoken is not in {cache_folder()}: put it there or name its folder in "
            "TIKTOKEN_CACHE_DIR"
        ) from None
    ranks: dict[bytes, int] = original.get_encoding(name)._mergeable_ranks
    return ranks


def _openai(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "pat_str": TIKTOKEN_PATTERNS[name],
        "mergeable_ranks": _ranks(VOCABULARIES[name]),
        "special_tokens": openai_special_tokens(name),
    }


# Encodings that were asked for by name.
ENCODINGS: dict[str, Encoding] = {}
# Name -> what returns the arguments of `Encoding`; others may be put in.
ENCODING_CONSTRUCTORS: dict[str, Callable[[], dict[str, Any]]] = {
    name: partial(_openai, name) for name in VOCABULARIES
}


def get_encoding(encoding_name: str) -> Encoding:
    """Return an encoding by its name; the same object each time.

    Raises:
        ValueError: There is no such encoding.
        FileNotFoundError: Its vocabulary is nowhere, and tiktoken is not installed.
    """
    if encoding_name not in ENCODING_CONSTRUCTORS:
        names = ", ".join(ENCODING_CONSTRUCTORS)
        raise ValueError(f"the encoding must be one of {names}, got {encoding_name!r}")
    with _lock:
        if encoding_name not in ENCODINGS:
            ENCODINGS[encoding_name] = Encoding(**ENCODING_CONSTRUCTORS[encoding_name]())
        return ENCODINGS[encoding_name]


def list_encoding_names() -> list[str]:
    """Return the names that `get_encoding` knows."""
    return list(ENCODING_CONSTRUCTORS)


def _reduce(encoding: Encoding) -> tuple[Any, ...]:
    """Pickle an encoding that has a name by its name, others with what they are made of."""
    if encoding is ENCODINGS.get(encoding.name):
        return get_encoding, (encoding.name,)
    return encoding.__reduce__()


copyreg.pickle(Encoding, _reduce)
