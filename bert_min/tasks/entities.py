"""Entities read off tags, and their scores as the CoNLL scorer and seqeval count them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.lists import check_several

Int = NDArray[np.int64]


class Entity(NamedTuple):
    """Words start to stop (excluded) of a sentence, and what they name."""

    type: str
    start: int
    stop: int


def check_tag(tag: str, where: str) -> None:
    """Refuse what is no tag.

    Raises:
        ValueError: Unless the tag is ``O`` or one of B, I, E, S, a hyphen and a type.
    """
    if tag != "O" and not (len(tag) > 2 and tag[0] in "BIES" and tag[1] == "-"):
        raise ValueError(f"{where}: a tag must be O, or B-, I-, E- or S- and a type, got {tag!r}")


def entities(tags: Sequence[str]) -> list[Entity]:
    """Read the entities off the tags of a sentence.

    An entity continues only from a B- or I- to an I- or E- of the same type; any other tag except
    ``O`` begins one. So a lone ``I-PER`` is an entity, as in the CoNLL scorer and in the default of
    seqeval.

    Args:
        tags: The tags of one sentence.

    Returns:
        Its entities, in order.

    Example:
        >>> entities(["B-PER", "I-PER", "O", "I-LOC", "B-LOC"])
        [Entity(type='PER', start=0, stop=2), Entity(type='LOC', start=3, stop=4), \
Entity(type='LOC', start=4, stop=5)]
    """
    check_several("tags", tags)
    found: list[Entity] = []
    open_type = ""  # type of an entity that may continue, else empty
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
        predicted: The predicted tags of each sentence.
        expected: The true tags of each sentence.

    Returns:
        ``precision``, ``recall``, ``f1``, ``accuracy`` (of the tags) and ``f1_TYPE`` for each
        type, between 0 and 1; a quotient with nothing below it is 0.

    Raises:
        ValueError: If the numbers of sentences or of tags differ.

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
