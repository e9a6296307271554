"""Tables of examples in files: CSV, TSV, JSON and JSON Lines, read in one way by every command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from bert_min.text.decoded_lines import read_lines
from bert_min.text.delimited import Lines, find_dialect, read_records
from bert_min.text.json_records import LINE_ENDINGS, read_json_records

# Endings of files that are tables; what ends otherwise may be lines of text as well.
TABLE_ENDINGS: Final = (".csv", ".tsv", ".json", *LINE_ENDINGS)
# Usual names of a column with texts, the best first.
TEXT_COLUMNS: Final = ("sentence", "text", "document", "review", "content")


class Row(NamedTuple):
    """One record of a table.

    Attributes:
        where: Its source, such as ``train.tsv:12``.
        values: Column -> what stands there.
        quotes_are_text: Whether quotes were left where they stand, because in this table they are
            text like any other.
    """

    where: str
    values: dict[str, str]
    quotes_are_text: bool = False


def is_table(path: str | Path) -> bool:
    """Whether the ending of a file says that it is a table."""
    return Path(path).suffix.lower() in TABLE_ENDINGS


def lines_again(path: str | Path) -> Lines:
    """Give the lines of a file as often as they are wanted; those of a pipe are kept."""
    if Path(path).is_file():
        return lambda: read_lines(path)
    kept = list(read_lines(path))
    return lambda: iter(kept)


def column_names(lines: Lines, ending: str = "") -> list[str]:
    """The columns that the first line of a table with separators names, or seems to name."""
    dialect = find_dialect(lines, ending)
    first = next(read_records(lines(), dialect, ""), None)
    return [unquoted(cell.strip()) for cell in first.cells] if first else []


def has_text_column(columns: Sequence[str]) -> bool:
    """Whether columns seem to be those of a table with texts: several, one with a usual name."""
    return len(columns) > 1 and any(name in TEXT_COLUMNS for name in columns)


def is_json(lines: Lines) -> bool:
    """Whether the first lines begin a JSON array of objects, or the first is an object of JSON."""
    solid = (line.strip() for line in lines() if line.strip())
    first = next(solid, "")
    if not first.startswith("{"):
        begin = first[1:].lstrip() or next(solid, "")
        return first.startswith("[") and begin.startswith("{")
    try:
        return isinstance(json.loads(first), dict)
    except json.JSONDecodeError:
        return False


def read_table(path: str | Path, lines: Lines | None = None) -> list[Row]:
    """Read the records of a file; see `iterate_table`.

    Raises:
        ValueError: If there is no record either.
    """
    rows = list(iterate_table(path, lines))
    if not rows:
        raise ValueError(f"{path}: the file must hold at least one example, got none")
    return rows


def iterate_table(path: str | Path, lines: Lines | None = None) -> Iterator[Row]:
    """Yield the records of a file one after the other.

    ``.jsonl`` and ``.ndjson`` hold one JSON object a line, ``.json`` an array of objects; see
    `read_json_records`. Numbers and booleans of JSON become text, an object within an object gives
    columns such as ``labels.score``, and lists and null are left out. A file with another ending
    is read as JSON too if it looks like it. Anything else is a table with a separator, whose first
    line names the columns; see `find_dialect` for what the separator is and whether quotes enclose
    cells. There, blank lines are left out, as by `csv` and pandas.

    Args:
        path: The file; "-" is the standard input.
        lines: Its lines, if they have been read already.

    Yields:
        The records in the order of the file.

    Raises:
        ValueError: If a line breaks the format; the message names file, line and rule.
        OSError: If the file cannot be read.
    """
    ending = Path(path).suffix.lower()
    lines = lines or lines_again(path)
    is_named_json = ending == ".json" or ending in LINE_ENDINGS
    if is_named_json or (ending not in TABLE_ENDINGS and is_json(lines)):
        for where, record in read_json_records(path, lines()):
            yield Row(where, dict(_plain_values(record)))
        return
    dialect = find_dialect(lines, ending)
    header: list[str] = []
    for number, cells in read_records(lines(), dialect, str(path)):
        if not header and dialect.separator.join(cells) == f"sep={dialect.separator}":
            continue  # not a record, but what Excel writes before the header
        if not header:
            header = [unquoted(cell.strip()) for cell in cells]
            named = [name for name in header if name]
            if len(set(named)) < len(named):
                twice = next(name for name in named if named.count(name) > 1)
                raise ValueError(f"{path}:{number}: the column {twice!r} is there twice")
            continue
        if len(cells) != len(header):
            raise ValueError(
                f"{path}:{number}: expected {len(header)} columns as in line 1, got {len(cells)}"
            )
        yield Row(f"{path}:{number}", dict(zip(header, cells, strict=True)), not dialect.quoted)


def unquoted(name: str) -> str:
    """Take the quotes off a name that is in quotes, as cells that hold names may be.

    Example:
        >>> unquoted('"label"'), unquoted('5"')
        ('label', '5"')
    """
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name


def pick_column(
    path: str | Path,
    columns: Sequence[str],
    wanted: str | None,
    known: Sequence[str],
    role: str,
    option: str | None = None,
) -> str:
    """Find the column that plays a role.

    Args:
        path: The file, for the message.
        columns: The columns it has.
        wanted: The column asked for by name, or None.
        known: Usual names, the best first.
        role: What the column holds, for the message.
        option: How to name the column, for the message; None for ``--ROLE-column``.

    Returns:
        The name of the column.

    Raises:
        ValueError: If it is not there.
    """
    option = option or f"--{role.replace(' ', '-')}-column"
    names = known if wanted is None else [wanted]
    for name in names:
        if name in columns:
            return name
    raise ValueError(
        f"{path}: no column for the {role}: expected {' or '.join(names)}, got "
        f"{', '.join(columns)}; name it with {option}"
    )


def _plain_values(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, str):
            yield prefix + name, value
        elif isinstance(value, int | float):
            yield prefix + name, json.dumps(value)
        elif isinstance(value, dict):
            yield from _plain_values(value, f"{prefix}{name}.")
