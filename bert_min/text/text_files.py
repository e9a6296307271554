"""Files of texts, one text after the other: plain lines, tables, Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bert_min.text.decoded_lines import read_lines
from bert_min.text.json_records import LINE_ENDINGS, read_json_records
from bert_min.text.lists import check_several
from bert_min.text.tables import TEXT_COLUMNS, is_table, iterate_table, pick_column

KNOWN: Final = ("text", *(name for name in TEXT_COLUMNS if name != "text"))


def read_texts(paths: Sequence[str], field: str | None = None) -> Iterator[str]:
    """Yield the texts of files one after the other, without holding more than a block of them.

    Args:
        paths: Tables (.csv, .tsv, .jsonl, .json, .parquet), or text files with one text a line; "-"
            is the standard input, read as lines.
        field: Key of a JSON object, or column of another table; None looks for "text" and other
            usual names.

    Yields:
        The texts, empty lines of a text file included, so that row i of the vectors is text i.

    Raises:
        OSError: A file cannot be opened.
        ValueError: A line is not UTF-8, a JSON object has no str under the field, the column is
            missing, or a field is named and no file has fields.
    """
    check_several("paths", paths)
    if field is not None and paths and not any(map(has_fields, paths)):
        raise ValueError(
            f"{paths[0]}: read as lines, each a text, so that there is no field {field!r}: a table "
            "ends in .csv, .tsv, .json, .jsonl or .parquet"
        )
    for path in paths:
        ending = Path(path).suffix.lower()
        if ending == ".parquet":
            yield from _read_parquet(path, field)
        elif ending == ".json" or ending in LINE_ENDINGS:
            yield from _read_json(path, field)
        elif is_table(path):
            yield from _read_delimited(path, field)
        else:
            yield from read_lines(path)


def has_fields(path: str | Path) -> bool:
    """Whether the ending of a file says that its texts lie in a field or column."""
    return is_table(path) or Path(path).suffix.lower() == ".parquet"


def _read_json(path: str, field: str | None) -> Iterator[str]:
    name = field
    for where, record in read_json_records(path):
        if name is None:
            name = next((known for known in KNOWN if known in record), "text")
        text = record.get(name)
        if not isinstance(text, str):
            raise ValueError(
                f"{where}: expected a JSON object with a str under {name!r}, got "
                f"{str(record)[:80]}{'' if field else '; name another with --field'}"
            )
        yield text


def _read_delimited(path: str, field: str | None) -> Iterator[str]:
    name: str | None = None
    for row in iterate_table(path):
        if name is None:
            name = pick_column(path, list(row.values), field, KNOWN, "text", "--field")
        yield row.values[name]


def _read_parquet(path: str, field: str | None) -> Iterator[str]:
    # an extra, needed for Parquet files alone
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        columns = file.schema_arrow.names
        column = pick_column(path, columns, field, KNOWN, "text", "--field")
        for batch in file.iter_batches(batch_size=4096, columns=[column]):
            for row, text in enumerate(batch.column(0).to_pylist()):
                if not isinstance(text, str):
                    raise ValueError(f"{path}: expected a str in {column!r}, got {text!r} ({row})")
                yield text
