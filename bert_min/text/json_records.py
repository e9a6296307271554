"""Records of JSON files: an array of objects, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from bert_min.text.decoded_lines import read_lines, read_text, refuse_surrogates

LINE_ENDINGS: Final = (".jsonl", ".ndjson")


class JsonRecord(NamedTuple):
    """An object and its source, such as ``train.jsonl:12``."""

    where: str
    values: dict[str, Any]


def read_json(path: str | Path) -> Any:
    """Read a JSON file whole.

    Raises:
        ValueError: If it is not JSON; the message names file and line.
        OSError: If it cannot be read.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: the file must be JSON: {error}") from error


def read_json_records(path: str | Path, lines: Iterator[str] | None = None) -> Iterator[JsonRecord]:
    """Read the objects of a file.

    The ending .jsonl or .ndjson means one object a line, and blank lines are left out. Any other
    file is an array of objects, an object with such an array under "data", or again lines, which is
    what `datasets` writes into files that end in .json.

    Args:
        path: The file.
        lines: Its lines, if they have been read already.

    Yields:
        Its objects.

    Raises:
        ValueError: If it is not JSON, an element is no object, or a text has a lone surrogate; the
            message names file, line or record, and rule.
        OSError: If it cannot be read.
    """
    if Path(path).suffix.lower() in LINE_ENDINGS:
        yield from _of_lines(path, lines or read_lines(path))
        return
    text = read_text(path) if lines is None else "\n".join(lines)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        first, _, rest = text.lstrip().partition("\n")
        if rest.strip() and _is_object(first):
            yield from _of_lines(path, iter(text.split("\n")))
            return
        raise ValueError(f"{path}:{error.lineno}: the file must be JSON: {error}") from error
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        content = content["data"]
    if not isinstance(content, list):
        raise ValueError(f"{path}: expected an array of objects, got {type(content).__name__}")
    for number, record in enumerate(content, 1):
        yield _checked(record, f"{path}: record {number}")


def _of_lines(path: str | Path, lines: Iterator[str]) -> Iterator[JsonRecord]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: a line must be JSON: {error}") from error
            yield _checked(record, f"{path}:{number}")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False


def _checked(record: Any, where: str) -> JsonRecord:
    if not isinstance(record, dict):
        raise ValueError(f"{where}: expected an object, got {type(record).__name__}")
    for value in record.values():
        if isinstance(value, str):
            refuse_surrogates(value, where)
    return JsonRecord(where, record)
