"""Tables of examples: TSV with a header, JSON Lines, or a JSON array of objects."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One record and its source, such as ``train.tsv:12``."""

    where: str
    values: dict[str, str]


def read_text(path: str | Path) -> str:
    """Read a UTF-8 file whole.

    Raises:
        ValueError: If it is not UTF-8; the message names the file and the byte.
        OSError: If it cannot be read.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: the file must be UTF-8: {error}") from error


def read_table(path: str | Path) -> list[Row]:
    """Read the records of a file; its suffix tells the format.

    ``.jsonl`` and ``.ndjson`` hold one JSON object a line, ``.json`` an array of objects, anything
    else is TSV: the first line names the columns, quotes mean nothing, every line has as many
    columns. Numbers and booleans of JSON become text.

    Args:
        path: The file.

    Returns:
        The records in the order of the file.

    Raises:
        ValueError: If a line breaks the format or there is no record; the message names file, line
            and rule.
        OSError: If the file cannot be read.
    """
    text = read_text(path)
    suffix = Path(path).suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        rows = list(_json_lines(path, text))
    elif suffix == ".json":
        rows = list(_json_array(path, text))
    else:
        rows = list(_tab_separated(path, text))
    if not rows:
        raise ValueError(f"{path}: the file must hold at least one example, got none")
    return rows


def pick_column(
    path: str | Path, columns: Sequence[str], wanted: str | None, known: Sequence[str], role: str
) -> str:
    """Find the column that plays a role.

    Args:
        path: The file, for the message.
        columns: The columns it has.
        wanted: The column asked for by name, or None.
        known: Usual names, the best first.
        role: What the column holds, for the message.

    Returns:
        The name of the column.

    Raises:
        ValueError: If it is not there.
    """
    names = known if wanted is None else [wanted]
    for name in names:
        if name in columns:
            return name
    raise ValueError(
        f"{path}: no column for the {role}: expected {' or '.join(names)}, got "
        f"{', '.join(columns)}; name it with --{role.replace(' ', '-')}-column"
    )


def _tab_separated(path: str | Path, text: str) -> Iterator[Row]:
    lines = text.split("\n")  # not splitlines: a text may hold U+2028 and the like
    header = lines[0].rstrip("\r").split("\t")
    for number, line in enumerate(lines[1:], 2):
        line = line.rstrip("\r")
        if not line and number == len(lines):
            return
        values = line.split("\t")
        if len(values) != len(header):
            raise ValueError(
                f"{path}:{number}: expected {len(header)} columns as in line 1, got {len(values)}"
            )
        yield Row(f"{path}:{number}", dict(zip(header, values, strict=True)))


def _json_lines(path: str | Path, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: a line must be JSON: {error}") from error
            yield _row(f"{path}:{number}", record)


def _json_array(path: str | Path, text: str) -> Iterator[Row]:
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: the file must be JSON: {error}") from error
    if not isinstance(records, list):
        raise ValueError(f"{path}: expected an array of objects, got {type(records).__name__}")
    for number, record in enumerate(records, 1):
        yield _row(f"{path}: record {number}", record)


def _row(where: str, record: object) -> Row:
    if not isinstance(record, dict):
        raise ValueError(f"{where}: expected an object, got {type(record).__name__}")
    plain = {k: v for k, v in record.items() if isinstance(v, str | int | float)}
    return Row(where, {k: v if isinstance(v, str) else json.dumps(v) for k, v in plain.items()})
