"""Files that hold the counts of a part of a corpus, and how far that part goes."""

from __future__ import annotations

import json
import os

from subword._core.atomic_file import atomic_file
from subword._core.pipeline import Normalizer, PreTokenizer
from subword.corpus.sources import PathLike, Position
from subword.corpus.word_counts import WordCounts
from subword.formats.stages_json import stage_to_config

# The file: this line, a line of JSON (mark, position, done), and what WordCounts.to_bytes gives.
MAGIC = b"subword checkpoint 1\n"


def mark(
    paths: list[str] | None,
    field: str | None,
    column: str | None,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    byte_level: bool,
) -> str:
    """Describe what is counted and how: counts go on only from those with the same mark.

    Files are told by name and size; of an iterable nothing is known.
    """
    files = None if paths is None else [[path, os.path.getsize(path)] for path in paths]
    parts = {
        "files": files,
        "field": field,
        "column": column,
        "normalizer": None if normalizer is None else stage_to_config(normalizer),
        "pre_tokenizer": None if pre_tokenizer is None else stage_to_config(pre_tokenizer),
        "byte_level": byte_level,
    }
    return json.dumps(parts, ensure_ascii=False)


def save(path: PathLike, mark: str, counts: WordCounts, position: Position, done: bool) -> None:
    """Write a checkpoint; the file is the new one or still the one before.

    Raises:
        OSError: It cannot be written.
    """
    head = json.dumps({"mark": mark, "position": position, "done": done})
    with atomic_file(path, sync=True) as file:
        file.write(MAGIC + head.encode() + b"\n")
        file.write(counts.to_bytes())


def load(path: PathLike, mark: str) -> tuple[WordCounts, Position, bool] | None:
    """Read a checkpoint.

    Returns:
        The counts, the position behind what was counted, and whether that was everything; None if
        there is no such file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no checkpoint, damaged, or has another mark; the message says what
            differs.
    """
    name = os.fspath(path)
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError(f"{name}: not a checkpoint (it does not begin with {MAGIC!r})")
        try:
            head = json.loads(file.readline())
            found, (number, end), done = head["mark"], head["position"], head["done"]
            theirs, ours = json.loads(found), json.loads(mark)
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{name}: damaged: its second line is not that of a checkpoint"
            ) from None
        if found != mark:
            different = [key for key in ours if theirs.get(key) != ours[key]]
            raise ValueError(
                f"{name}: this checkpoint was made with other {' and '.join(different)}; remove it"
                " to begin anew"
            )
        return WordCounts.from_bytes(file.read(), name), (number, end), bool(done)
