"""UTF-8 and JSON files, read with errors that name the place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from subword.formats.json_numbers import read_number, spell_number

PathLike = str | os.PathLike[str]
# The strings of a JSON text, which may hold what looks like a number, and its floats.
_STRING_OR_FLOAT = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+(?:e[-+]?[0-9]+)?|e[-+]?[0-9]+)'
)


def read_text(path: PathLike) -> str:
    """Return the text of a file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not UTF-8; the message names the byte.
    """
    return decode_utf8(Path(path).read_bytes(), path)


def decode_utf8(data: bytes, name: PathLike) -> str:
    """Return the text of bytes that errors call `name`; a ValueError names the wrong byte."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: not UTF-8 at byte {error.start}: {error.reason}") from None


def read_json(path: PathLike) -> Any:
    """Return the value of a JSON file; errors as for `read_text` and `parse_json`."""
    return parse_json(read_text(path), str(path))


def parse_json(text: str, name: str) -> Any:
    """Return the value of a JSON text.

    Args:
        text: The text.
        name: What errors call it.

    Raises:
        TypeError: The text is not a str.
        ValueError: It is broken (the message names line and column), or nested too deeply.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name}: JSON must be given as str, got {type(text).__name__}")
    try:
        return json.loads(text, parse_float=read_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name}:{error.lineno}:{error.colno}: broken JSON: {error.msg}") from None
    except RecursionError:
        raise ValueError(f"{name}: JSON nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"{name}: broken JSON: {error}") from None


def dump_json(value: Mapping[str, Any], pretty: bool, *, exact: bool = False) -> str:
    """Return the JSON text of an object.

    Args:
        value: The object.
        pretty: Indent it; else there is no white space.
        exact: Spell floats so that the reference, whose reader rounds, reads these very floats.
    """
    if pretty:
        text = json.dumps(value, ensure_ascii=False, indent=2)
    else:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _STRING_OR_FLOAT.sub(_spelled, text) if exact else text


def _spelled(found: re.Match[str]) -> str:
    text = found[0]
    return text if text[0] == '"' else spell_number(float(text))


def check_no_surrogates(name: str, texts: Iterable[str]) -> None:
    """Raise ValueError for a lone surrogate, which JSON can spell and UTF-8 cannot."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        wrong = next(text for text in texts if any("\ud800" <= c <= "\udfff" for c in text))
        raise ValueError(f"{name}: {wrong!r} holds a lone surrogate") from None


@contextmanager
def errors_name(source: object) -> Iterator[None]:
    """Put the name of a file, if `source` is one, before the message of an error."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if not isinstance(source, str | os.PathLike):
            raise
        raise (TypeError if isinstance(error, TypeError) else ValueError)(
            f"{os.fspath(source)}: {error}"
        ) from None
