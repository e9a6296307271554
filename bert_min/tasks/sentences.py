"""Sentences as tagged words, and where the words stand in their text."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.words import Span


class Sentences(NamedTuple):
    """Tagged sentences, as columns.

    Attributes:
        words: The words of each.
        tags: As many tags of each.
        where: The line each begins at.
        document: The number of its document.
        texts: The text each was cut out of; None for its words with a space between.
        notes: What in their file was read in another way than it is written.
        ids: What their file calls each; None if it does not say.
    """

    words: list[list[str]]
    tags: list[list[str]]
    where: list[str]
    document: list[int]
    texts: list[str] | None = None
    notes: tuple[str, ...] = ()
    ids: list[str] | None = None

    def add(
        self, words: list[str], tags: list[str], *, where: str, document: int, text: str
    ) -> None:
        """Append a sentence."""
        self.words.append(words)
        self.tags.append(tags)
        self.where.append(where)
        self.document.append(document)
        if self.texts is not None:
            self.texts.append(text)

    def take(self, rows: NDArray[np.int64]) -> "Sentences":
        """Some of the sentences."""
        picked = rows.tolist()
        return Sentences(
            [self.words[row] for row in picked],
            [self.tags[row] for row in picked],
            [self.where[row] for row in picked],
            [self.document[row] for row in picked],
            None if self.texts is None else [self.texts[row] for row in picked],
            self.notes,
            None if self.ids is None else [self.ids[row] for row in picked],
        )

    def text(self, number: int) -> str:
        """The text of a sentence."""
        return " ".join(self.words[number]) if self.texts is None else self.texts[number]

    def spans(self, number: int) -> list[Span]:
        """Where the words of a sentence stand in its text."""
        text, found, at = self.text(number), [], 0
        for word in self.words[number]:
            start = text.index(word, at)
            at = start + len(word)
            found.append(Span(start, at))
        return found
