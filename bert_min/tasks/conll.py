"""Files in CoNLL columns: words and their tags."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bert_min.tasks.sentences import Sentences
from bert_min.tasks.tag_schemes import normalize_rows
from bert_min.text.decoded_lines import read_lines
from bert_min.text.delimited import Lines

_COMMENT = re.compile(r"##? \S|#(?:begin|end) document")


class _Line(NamedTuple):
    """A line that is not blank: its number, and its columns without white space around the tag."""

    number: int
    cells: list[str]


def read_conll(path: str | Path, *, labelled: bool = True, lines: Lines | None = None) -> Sentences:
    """Read a column file: a word and its tag a line, an empty line between sentences.

    The word is the first column, the tag the last; columns are separated by tabs if the line has
    one, else by spaces. ``-DOCSTART-`` lines begin documents; without any the file is one. What
    published corpora do otherwise is read too, and noted in `Sentences.notes`:

    - Tags in other schemes become IOB2 or IOBES; see `bert_min.tasks.tag_schemes`. An I- that
      begins an entity, as in IOB1, becomes B-.
    - Lines of comment (``# ...``, ``## ...``), a first column that counts the words.
    - Blank tokens, as in KLUE-NER, whose tokens are characters: parts of the text, but no words.
    - A sentence a line, its words, a tab, and as many tags (Naver's corpus).

    Args:
        path: The file.
        labelled: Whether there is a tag; without, a line may be a word alone, and tags are O.
        lines: The lines of the file, if they have been read already.

    Returns:
        The sentences in the order of the file.

    Raises:
        ValueError: If a line has no tag, a tag is malformed, or there is no sentence; the message
            names file, line and rule.
        OSError: If the file cannot be read.
    """
    blocks, comments = _blocks(read_lines(path) if lines is None else lines(), labelled)
    notes = [f"{comments:,} lines of comment left out"] if comments else []
    if _is_a_sentence_a_line(blocks):
        blocks = [_spread(line) for block in blocks for line in block]
        notes.append("read as a sentence a line, with a tag for each word")
    else:
        _check_columns(path, blocks, labelled)
    word = 0
    if _counts_words(blocks, 2 + labelled):
        word = 1
        notes.append("the first column counts the words and is left out")
    found = Sentences([], [], [], [], texts=[])
    blank = document = 0
    for block in blocks:
        if block[0].cells[0] == "-DOCSTART-":
            document += 1
            continue
        tokens = [line.cells[word] for line in block]
        tags = [line.cells[-1] if labelled else "O" for line in block]
        kept = [i for i, token in enumerate(tokens) if token.strip()]
        if not kept:
            continue
        blank += len(tokens) - len(kept)
        found.add([tokens[i] for i in kept], [tags[i] for i in kept], document=document,
                  where=f"{path}:{block[0].number}", text=_text(tokens))  # fmt: skip
    if not found.words:
        raise ValueError(f"{path}: the file must hold at least one sentence, got none")
    if blank:
        notes.append(f"{blank:,} blank tokens left out")
    if labelled:
        notes += normalize_rows(found.tags, _places(path, blocks))
    return found._replace(notes=tuple(notes))


def has_columns(lines: Lines) -> bool:
    """Whether a file without tags is one of columns all the same, rather than lines of text.

    Its lines are a word each, or have tabs and as many columns each, or end in tags.
    """
    blocks, _ = _blocks(lines(), False)
    found = [line.cells for block in blocks for line in block if line.cells[0] != "-DOCSTART-"]
    has_tabs = any("\t" in line for line in lines())
    if has_tabs or all(len(cells) == 1 for cells in found):
        return len({len(cells) for cells in found}) <= 1
    return all(is_tag(cells[-1]) for cells in found)


def _blocks(lines: Iterable[str], labelled: bool) -> tuple[list[list[_Line]], int]:
    """The lines between blank ones, -DOCSTART- lines alone; and how many comments there were."""
    blocks: list[list[_Line]] = []
    comments = columns = 0
    is_new = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            is_new = True
            continue
        cells = line.split("\t") if "\t" in line else line.split()
        cells[-1] = cells[-1].strip()
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        fits = len(cells) == columns if columns or not labelled else True
        if _COMMENT.match(line) and not (fits and (not labelled or is_tag(cells[-1]))):
            comments += 1
            continue
        is_document = cells[0] == "-DOCSTART-"
        if is_new or is_document:
            blocks.append([])
        blocks[-1].append(_Line(number, cells))
        is_new = is_document
        columns = columns or (0 if is_document else len(cells))
    return blocks, comments


def _check_columns(path: str | Path, blocks: list[list[_Line]], labelled: bool) -> None:
    columns = 0
    for number, cells in (line for block in blocks for line in block):
        if cells[0] == "-DOCSTART-":
            continue
        if len(cells) < 1 + labelled:
            raise ValueError(
                f"{path}:{number}: a line must hold a word and a tag, or be empty between "
                f"sentences, got {' '.join(cells)!r}"
            )
        columns = columns or len(cells)
        if len(cells) != columns:
            raise ValueError(
                f"{path}:{number}: expected {columns} columns as in the lines before, "
                f"got {len(cells)}: {' '.join(cells)!r}"
            )


def is_tag(cell: str) -> bool:
    """Whether something is a tag in any of the schemes."""
    return cell == "O" or re.fullmatch(r"[BIESLUMW][-_].+|.+[-_][BIESLUMW]", cell) is not None


def _is_a_sentence_a_line(blocks: list[list[_Line]]) -> bool:
    sizes = set()
    for _, cells in (line for block in blocks for line in block):
        words, tags = cells[0].split(), cells[-1].split()
        if len(cells) != 2 or len(words) != len(tags) or not all(map(is_tag, tags)):
            return False
        sizes.add(len(words))
    return len(sizes - {1}) > 0


def _spread(line: _Line) -> list[_Line]:
    pairs = zip(line.cells[0].split(), line.cells[1].split(), strict=True)
    return [_Line(line.number, list(pair)) for pair in pairs]


def _counts_words(blocks: list[list[_Line]], columns: int) -> bool:
    """Whether the first of at least so many columns is 1, 2, 3 ... (or 0, 1, 2 ...) throughout."""
    sentences = [block for block in blocks if block[0].cells[0] != "-DOCSTART-"]
    if not sentences or len(sentences[0][0].cells) < columns:
        return False
    begin = sentences[0][0].cells[0]
    return begin in ("0", "1") and all(
        line.cells[0] == str(int(begin) + i) for block in sentences for i, line in enumerate(block)
    )


def _text(tokens: Sequence[str]) -> str:
    """What the tokens were cut out of: blank ones stand for the spaces between all the others."""
    return ("" if any(not token.strip() for token in tokens) else " ").join(tokens)


def _places(path: str | Path, blocks: Iterable[list[_Line]]) -> dict[str, str]:
    lines: Iterator[_Line] = (line for block in blocks for line in reversed(block))
    return {line.cells[-1]: f"{path}:{line.number}" for line in reversed(list(lines))}
