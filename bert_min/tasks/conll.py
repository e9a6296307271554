"""Files in CoNLL columns: words and their tags."""

from pathlib import Path
from typing import NamedTuple

from bert_min.tasks.entities import check_tag
from bert_min.text.decoded_lines import read_text


class Sentences(NamedTuple):
    """Tagged sentences: words, their tags, the line each begins at, the number of its document."""

    words: list[list[str]]
    tags: list[list[str]]
    where: list[str]
    document: list[int]


def read_conll(path: str | Path, *, labelled: bool = True) -> Sentences:
    """Read a column file: a word and its tag a line, an empty line between sentences.

    The word is the first column, the tag the last; columns are separated by tabs if the line has
    one, else by spaces. Tags are ``O`` or B-, I-, E- or S- and a type. ``-DOCSTART-`` lines begin
    documents; without any the file is one.

    Args:
        path: The file.
        labelled: Whether there is a tag; without, a line may be a word alone, and tags are O.

    Returns:
        The sentences in the order of the file.

    Raises:
        ValueError: If a line has no tag, a tag is malformed, or there is no sentence; the message
            names file, line and rule.
        OSError: If the file cannot be read.
    """
    found = Sentences([], [], [], [])
    words: list[str] = []
    tags: list[str] = []
    begin = columns = document = 0
    for number, line in enumerate((*read_text(path).split("\n"), ""), 1):
        line = line.rstrip("\r")
        if not line.strip():
            if words:
                found.words.append(words)
                found.tags.append(tags)
                found.where.append(f"{path}:{begin}")
                found.document.append(document)
                words, tags = [], []
            continue
        cells = line.split("\t") if "\t" in line else line.split()
        if cells[0] == "-DOCSTART-":
            document += 1
            continue
        if len(cells) < 1 + labelled or not cells[0].strip():
            raise ValueError(
                f"{path}:{number}: a line must hold a word and a tag, or be empty between "
                f"sentences, got {line!r}"
            )
        columns = columns or len(cells)
        if len(cells) != columns:
            raise ValueError(
                f"{path}:{number}: expected {columns} columns as in the lines before, "
                f"got {len(cells)}: {line!r}"
            )
        if labelled:
            check_tag(cells[-1], f"{path}:{number}")
        begin = begin if words else number
        words.append(cells[0])
        tags.append(cells[-1] if labelled else "O")
    if not found.words:
        raise ValueError(f"{path}: the file must hold at least one sentence, got none")
    return found
