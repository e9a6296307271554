"""Tables with a separator between cells, such as TSV and CSV: their dialect and their records."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

SEPARATORS: Final = {".csv": ",;\t|", ".tsv": "\t,;|"}  # by ending, the most usual first
SAMPLE: Final = 200  # records that decide on the separator
Lines = Callable[[], Iterator[str]]


class Dialect(NamedTuple):
    r"""How the cells of a table are written.

    Attributes:
        separator: Between cells.
        quoted: Whether quotes enclose cells; otherwise they are text like any other.
        escape: What stands before a quote inside of quotes: another quote, or "\\".
        spaced: Whether a space follows every separator.
    """

    separator: str
    quoted: bool
    escape: str = '"'
    spaced: bool = False

    def reader(self, lines: Iterable[str]) -> Any:
        """Parse lines with `csv`, strictly."""
        csv.field_size_limit(2**31 - 1)  # a cell may be a book
        return csv.reader(
            (line + "\n" for line in lines),
            delimiter=self.separator,
            doublequote=self.escape == '"',
            escapechar=None if self.escape == '"' else self.escape,
            skipinitialspace=self.spaced,
            strict=True,
        )


class Record(NamedTuple):
    """The cells of a record, and the line it begins at, from 1."""

    line: int
    cells: list[str]


def find_dialect(lines: Lines, ending: str) -> Dialect:
    """Find out how a table is written, from the whole of it.

    The separator is one that stands in the first line; if several do, the first with which the
    records have as many cells. In a table with commas, quotes enclose cells. Between tabs they
    usually are text ("NSMC, GLUE"), unless the whole table can only be read with them, a quoted
    cell holds doubled quotes, or a column is quoted from top to bottom.

    Args:
        lines: Gives the lines, as often as it is called.
        ending: ".csv", ".tsv", or any other; it decides between separators that are as good.

    Returns:
        The dialect.
    """
    header = next((line for line in lines() if line.strip()), "")
    usual = SEPARATORS.get(ending, SEPARATORS[".tsv"])
    if header.startswith("sep=") and len(header) == 5:  # Excel's own word for it
        return Dialect(header[4], True)
    present = [c for c in usual if len(_cells(header, c)) > 1]
    separator = next((c for c in present if _is_regular(lines(), c)), (present or usual[0])[0])
    spaced = separator != "\t" and header.count(separator) == header.count(separator + " ") > 0
    if separator == "\t":
        return Dialect(separator, _encloses_cells(lines(), separator))
    plain = Dialect(separator, True, spaced=spaced)
    escaped = plain._replace(escape="\\")
    if not _parses(lines(), plain) and any('\\"' in line for line in lines()):
        return escaped
    return plain


def read_records(lines: Iterable[str], dialect: Dialect, name: str) -> Iterator[Record]:
    """Yield the records of a table, the header among them; blank lines are left out.

    Args:
        lines: Of the table.
        dialect: How it is written.
        name: Of the file, for messages.

    Yields:
        Each record.

    Raises:
        ValueError: If quotes are broken; the message names file and line.
    """
    if not dialect.quoted:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield Record(number, line.split(dialect.separator))
        return
    reader = dialect.reader(lines)
    while True:
        begin = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ValueError(
                f"{name}:{begin}: the quotes of this record are broken ({error}): a cell with "
                f"quotes must be in quotes, and those inside of it doubled"
            ) from error
        if cells is None:
            return
        if cells and not (len(cells) == 1 and cells[0].isspace()):
            yield Record(begin, cells)


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(Dialect(separator, True).reader([line]), [])
    except csv.Error:
        return line.split(separator)


def _is_regular(lines: Iterator[str], separator: str) -> bool:
    rows = Dialect(separator, True).reader(filter(str.strip, lines))
    try:
        return len({len(row) for row in itertools.islice(rows, SAMPLE)}) == 1
    except csv.Error:
        return False


def _parses(lines: Iterator[str], dialect: Dialect) -> bool:
    try:
        return len({len(row) for row in dialect.reader(lines) if any(row)}) < 2
    except csv.Error:
        return False


def _encloses_cells(lines: Iterator[str], separator: str) -> bool:
    """Whether quotes enclose the cells of a table in which they could as well be text."""
    taken: list[str] = []

    def taking() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    header: list[str] | None = None
    fits_plain = fits_quoted = True
    spans_lines = doubled = False
    quoted: set[int] = set()  # columns with a cell in quotes, below the header
    bare: set[int] = set()  # columns with a cell without
    try:
        for row in Dialect(separator, True).reader(taking()):
            own, taken[:] = taken.copy(), []
            if not any(row):
                continue
            plain = [line.split(separator) for line in own]
            size = len(header or row)
            fits_quoted &= len(row) == size
            fits_plain &= all(len(cells) == size for cells in plain)
            if len(own) > 1 or len(plain[0]) != len(row):
                spans_lines = True
                continue
            pairs = list(zip(plain[0], row, strict=True))
            doubled |= any(cell != text and '"' in text for cell, text in pairs)
            if header is None:
                header = row
                continue
            for column, (cell, text) in enumerate(pairs):
                if cell:
                    (bare if cell == text else quoted).add(column)
    except csv.Error:
        return False
    if not (fits_quoted and fits_plain):
        return fits_quoted
    return not spans_lines and (doubled or bool(quoted - bare))
