"""The options of counting a source, as every function takes them that counts or trains."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """How a source is read and counted.

    Args:
        field: Read JSON lines, and take this field.
        column: Read Parquet or Arrow, and take this column.
        threads: How many threads may count; None for every core of this process.
        progress: Show a bar, if tqdm is installed and stderr is a terminal.
        checkpoint: A file for the counts so far, written every minute, on Ctrl-C and at the end.
            When it exists, counting goes on where it stopped; an iterable or a pipe must then give
            the same texts once more.
    """

    field: str | None = None
    column: str | None = None
    threads: int | None = None
    progress: bool = True
    checkpoint: str | os.PathLike[str] | None = None
