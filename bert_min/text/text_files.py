"""Files of texts, one text after the other: plain lines, JSON Lines, Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from subword.file_access import standard_input


def read_texts(paths: Sequence[str], field: str = "text") -> Iterator[str]:
    """Yield the texts of files one after the other, without holding more than a block of them.

    Args:
        paths: .jsonl or .parquet files, or text files with one text a line; "-" is the standard
            input, read as lines.
        field: Key of a JSONL object, or column of a Parquet file.

    Yields:
        The texts, empty lines included, so that row i of the vectors is text i.

    Raises:
        OSError: A file cannot be opened.
        ValueError: A line is not a JSON object with a str under field, or the column is missing.
    """
    for path in paths:
        if path.endswith(".parquet"):
            yield from _read_parquet(path, field)
        elif path.endswith((".jsonl", ".ndjson")):
            yield from _read_jsonl(path, field)
        elif path == "-":
            yield from (line.rstrip("\r\n") for line in standard_input())
        else:
            with open(path, encoding="utf-8", newline="\n") as lines:
                yield from (line.rstrip("\r\n") for line in lines)


def _read_jsonl(path: str, field: str) -> Iterator[str]:
    with open(path, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                text = json.loads(line)[field]
            except (ValueError, KeyError, TypeError, IndexError):
                text = None
            if not isinstance(text, str):
                raise ValueError(
                    f"{path}:{number}: expected a JSON object with a str under {field!r}, "
                    f"got {line[:80]!r}"
                )
            yield text


def _read_parquet(path: str, column: str) -> Iterator[str]:
    # an extra, needed for Parquet files alone
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        if column not in file.schema_arrow.names:
            raise ValueError(
                f"{path}: no column {column!r}, the columns are {file.schema_arrow.names}"
            )
        for batch in file.iter_batches(batch_size=4096, columns=[column]):
            for row, text in enumerate(batch.column(0).to_pylist()):
                if not isinstance(text, str):
                    raise ValueError(f"{path}: expected a str in {column!r}, got {text!r} ({row})")
                yield text
