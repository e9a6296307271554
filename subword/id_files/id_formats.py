"""The formats of id files, by their suffix, and the types that binary ids are stored in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

PathLike = str | os.PathLike[str]
# Suffix of a file -> its format.
FORMATS = {".bin": "bin", ".npy": "npy", ".parquet": "parquet", ".jsonl": "jsonl", ".txt": "text"}
DTYPES: dict[str, np.dtype[Any]] = {"uint16": np.dtype("<u2"), "uint32": np.dtype("<u4")}


def format_of(path: PathLike) -> str:
    """Return the format that a file's name asks for.

    Raises:
        ValueError: Its suffix is none of .bin, .npy, .parquet, .jsonl and .txt.

    >>> format_of("train.bin")
    'bin'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"{os.fspath(path)}: the suffix must be one of {', '.join(FORMATS)}, got {suffix!r}"
        )
    return FORMATS[suffix]


def id_dtype(highest: int, name: str | None = None) -> np.dtype[Any]:
    """Return the type that ids are stored in: uint16 if the highest fits, else uint32.

    Args:
        highest: The highest id there may be.
        name: "uint16" or "uint32" to have that one.

    Raises:
        ValueError: The name is another, or the type too small.
    """
    if name is None:
        return DTYPES["uint16" if highest < 1 << 16 else "uint32"]
    if name not in DTYPES:
        raise ValueError(f"dtype must be uint16 or uint32, got {name!r}")
    if highest > np.iinfo(DTYPES[name]).max:
        raise ValueError(
            f"dtype {name} holds ids up to {np.iinfo(DTYPES[name]).max}, "
            f"the vocabulary has {highest}"
        )
    return DTYPES[name]
