"""Named entity recognition: CoNLL columns, labels on first subwords, entity F1."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.examples import Examples, Flat, SpecialIds, assemble
from bert_min.tasks.files import read_text

Int = NDArray[np.int64]

IGNORED = -100  # the label that no loss counts: special tokens, and all but the first subword


class Sentences(NamedTuple):
    """Tagged sentences: words, their tags, and the line each sentence begins at."""

    words: list[list[str]]
    tags: list[list[str]]
    where: list[str]


class Entity(NamedTuple):
    """Words start to stop (excluded) of a sentence, and what they name."""

    type: str
    start: int
    stop: int


def read_conll(path: str | Path) -> Sentences:
    """Read a column file: a word and its tag a line, an empty line between sentences.

    The word is the first column, the tag the last; columns are separated by tabs if the line has
    one, else by spaces. Tags are ``O`` or B-, I-, E- or S- and a type. ``-DOCSTART-`` lines are
    left out.

    Args:
        path: the file.

    Returns:
        The sentences in the order of the file.

    Raises:
        ValueError: if a line has no tag, a tag is none, or there is no sentence; the message names
            file, line and rule.
        OSError: if the file cannot be read.
    """
    found = Sentences([], [], [])
    words: list[str] = []
    tags: list[str] = []
    begin = columns = 0
    for number, line in enumerate((*read_text(path).split("\n"), ""), 1):
        line = line.rstrip("\r")
        if not line.strip():
            if words:
                found.words.append(words)
                found.tags.append(tags)
                found.where.append(f"{path}:{begin}")
                words, tags = [], []
            continue
        cells = line.split("\t") if "\t" in line else line.split()
        if cells[0] == "-DOCSTART-":
            continue
        if len(cells) < 2 or not cells[0].strip():
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
        check_tag(cells[-1], f"{path}:{number}")
        begin = begin if words else number
        words.append(cells[0])
        tags.append(cells[-1])
    if not found.words:
        raise ValueError(f"{path}: the file must hold at least one sentence, got none")
    return found


def check_tag(tag: str, where: str) -> None:
    """Refuse what is no tag.

    Raises:
        ValueError: unless the tag is ``O`` or one of B, I, E, S, a hyphen and a type.
    """
    if tag != "O" and not (len(tag) > 2 and tag[0] in "BIES" and tag[1] == "-"):
        raise ValueError(f"{where}: a tag must be O, or B-, I-, E- or S- and a type, got {tag!r}")


def entities(tags: Sequence[str]) -> list[Entity]:
    """Read the entities off the tags of a sentence.

    An entity goes on only from a B- or I- to an I- or E- of the same type; any other tag but ``O``
    begins one. So a lone ``I-PER`` is an entity, as in the CoNLL scorer and in seqeval's default.

    Args:
        tags: the tags of one sentence.

    Returns:
        Its entities, in order.

    Example:
        >>> entities(["B-PER", "I-PER", "O", "I-LOC", "B-LOC"])
        [Entity(type='PER', start=0, stop=2), Entity(type='LOC', start=3, stop=4), \
Entity(type='LOC', start=4, stop=5)]
    """
    found: list[Entity] = []
    open_type = ""  # type of an entity that may go on, else empty
    for i, tag in enumerate(tags):
        prefix, kind = tag[0], tag[2:]
        if prefix in "IE" and kind == open_type:
            found[-1] = found[-1]._replace(stop=i + 1)
        elif prefix != "O":
            found.append(Entity(kind, i, i + 1))
        open_type = kind if prefix in "BI" else ""
    return found


def entity_metrics(
    predicted: Iterable[Sequence[str]], expected: Iterable[Sequence[str]]
) -> dict[str, float]:
    """Precision, recall and F1 of whole entities, over all types and for each.

    Args:
        predicted: the predicted tags of each sentence.
        expected: the true tags of each sentence.

    Returns:
        ``precision``, ``recall``, ``f1``, ``accuracy`` (of the tags) and ``f1_TYPE`` for each
        type, between 0 and 1; a quotient with nothing below it is 0.

    Raises:
        ValueError: if the numbers of sentences or of tags differ.

    Example:
        >>> found = entity_metrics([["B-PER", "O", "B-LOC"]], [["B-PER", "O", "O"]])
        >>> found["precision"], found["recall"]
        (0.5, 1.0)
    """
    counts: dict[str, Int] = {}  # type -> right, predicted, expected
    equal = total = 0
    for number, (ours, true) in enumerate(zip(predicted, expected, strict=True)):
        if len(ours) != len(true):
            raise ValueError(
                f"sentence {number}: {len(ours)} predicted tags for {len(true)} expected ones"
            )
        equal += sum(a == b for a, b in zip(ours, true, strict=True))
        total += len(true)
        guesses, answers = set(entities(ours)), set(entities(true))
        for column, group in enumerate((guesses & answers, guesses, answers)):
            for entity in group:
                counts.setdefault(entity.type, np.zeros(3, np.int64))[column] += 1
    precision, recall, f1 = _scores(sum(counts.values(), np.zeros(3, np.int64)))
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "accuracy": equal / max(total, 1),
        **{f"f1_{kind}": _scores(counts[kind])[2] for kind in sorted(counts)},
    }


def _scores(counts: Int) -> tuple[float, float, float]:
    right, predicted, expected = counts.tolist()
    return (
        right / max(predicted, 1),
        right / max(expected, 1),
        2 * right / max(predicted + expected, 1),
    )


class WordExamples(NamedTuple):
    """Sentences as model inputs.

    A sentence too long for the model is cut between words into several inputs, so every word is
    seen once.

    Attributes:
        inputs: the inputs.
        word: (T,) for each token of `inputs.ids` the number of the word (counted through all
            sentences) that begins there, else -1.
        words: number of words in all sentences.
    """

    inputs: Examples
    word: Int
    words: int


def align_words(
    sentences: Sequence[Sequence[str]], flat: Flat, special: SpecialIds, max_length: int
) -> WordExamples:
    """Lay out the subwords of tagged words as model inputs.

    Args:
        sentences: the words of each sentence.
        flat: the subwords of every word of all sentences, one row a word.
        special: ids of [CLS] and [SEP].
        max_length: most tokens of an input, special tokens included. A word with more subwords
            than fit loses the last ones.

    Returns:
        The inputs and where the words begin in them; a word without subwords begins nowhere.

    Raises:
        ValueError: if `max_length` leaves no room, or the numbers of words differ.
    """
    words = sum(map(len, sentences))
    if words != len(flat.lengths):
        raise ValueError(f"expected subwords of {words} words, got those of {len(flat.lengths)}")
    room = max(max_length - 2, 0)
    sizes = np.minimum(flat.lengths, room).tolist()
    kept: list[int] = []  # for each input its words, as bounds in the numbering of all words
    at = 0
    for sentence in sentences:
        used = room + 1  # a sentence begins an input
        for word in range(at, at + len(sentence)):
            if used + sizes[word] > room:
                kept.append(word)
                used = 0
            used += sizes[word]
        at += len(sentence)
    bounds = np.array([*kept, words], np.int64)
    if (flat.lengths > room).any():  # cut the rare monsters before the rows are joined
        pieces = [flat.ids[s : s + n] for s, n in zip(flat.splits[:-1], sizes, strict=True)]
        splits = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        flat = Flat(np.concatenate(pieces), splits)
    inputs = assemble(special, max_length, Flat(flat.ids, flat.splits[bounds]))
    inputs = inputs._replace(truncated=int((np.diff(flat.splits) == 0).sum()))
    begins = np.full(len(inputs.ids), -1, np.int64)
    seen = np.flatnonzero(np.diff(flat.splits) > 0)
    owner = np.searchsorted(bounds, seen, side="right") - 1
    begins[inputs.splits[owner] + 1 + flat.splits[seen] - flat.splits[bounds[owner]]] = seen
    return WordExamples(inputs, begins, words)
