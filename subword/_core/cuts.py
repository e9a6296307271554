"""Between which characters a text may be cut before its stages run, without changing a token.

A cut lies between two characters of the original text. Each stage says, with `limit_cuts`, which
cuts it keeps: those where its result for the whole text is its results for the two parts, one after
the other. It never says so because of tries, but because of what it does with the characters on
both sides. The argument needs no more than these two, so no character before a cut is white space,
and each is still there, and still no white space, when a stage has done its work.

Characters behind a cut are ASCII. Those before it are ASCII, or `OTHER`: any other character whose
bits in the Unicode tables are none of those that the stages hide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from subword._core import unicode

ASCII = [chr(code) for code in range(128)]
OTHER = 128  # the row of every character that is not ASCII
MAX_BARRED = 8  # characters other than ASCII that a cut may not follow
BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "
METASPACE = "▁"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

Pairs = npt.NDArray[np.bool_]  # (129, 128): the character before the cut, the one behind it


def is_symbol(char: str) -> bool:
    """Whether a character is a symbol or punctuation mark."""
    if char == METASPACE:  # which many tokenizers have: no table needs to be made
        return True
    ranges = unicode.ranges("S") + unicode.ranges("P")
    return any(first <= ord(char) <= last for first, last in ranges)


class Cuts:
    """The cuts that the stages so far keep, and what has become of the characters beside them.

    Attributes:
        kept: A cut there parts the text.
        ended: A word ends there in any case: stages that split each word by itself see no cut.
        before: What each ASCII character before a cut may have become; for OTHER, what else than
            another character that is not ASCII.
        behind: What each character behind a cut may have become, its first character.
        barred: Characters other than ASCII that no cut follows.
        bert_bits, form_bits: The bits of `_core.unicode` that bar a character from OTHER.
        charmap: The `Precompiled` that sees the text first, None if another step does: it says
            behind which characters other than ASCII there are no cuts.
        untouched: Whether no step has seen the text yet.
        first_step: Whether no pre-tokenizer has seen the text yet.
        first_differs: The part that begins a text is treated in another way than the others.
        shifts: Of each ASCII character, and last of any other: what it becomes may be removed at
            the beginning of a text, and that shifts the offsets of the whole text.
        made: Characters that are not ASCII, and that others of them may have become.
    """

    def __init__(self, bert_bits: int) -> None:
        """Keep every cut behind a character that is no white space."""
        self.kept: Pairs = np.ones((129, 128), np.bool_)
        self.ended: Pairs = np.zeros((129, 128), np.bool_)
        self.before = [frozenset({char}) for char in ASCII] + [frozenset()]
        self.behind = [frozenset({char}) for char in ASCII]
        self.barred: set[str] = set()
        self.bert_bits = bert_bits
        self.form_bits = 0
        self.charmap: Any = None
        self.untouched = True
        self.first_step = True
        self.first_differs = False
        self.shifts = np.zeros(129, np.bool_)
        self.made: set[str] = set()
        self.bar_before(BLANKS)

    def forms_before(self) -> Pairs:
        """Return (129, 129): which ASCII characters, and last whether others, a row may be now."""
        found = np.zeros((129, 129), np.bool_)
        found[OTHER, OTHER] = True
        for row, forms in enumerate(self.before):
            for char in forms:
                found[row, min(ord(char), OTHER)] = True
        return found

    def keep(self, pairs: Pairs) -> None:
        """Keep only these cuts, and those where a word ends already."""
        self.kept &= pairs | self.ended

    def keep_ended(self) -> None:
        """Keep only cuts where a word ends already: for a stage that promises nothing else."""
        self.kept &= self.ended

    def end(self, pairs: Pairs) -> None:
        """Say that a word ends at these cuts, if they are kept."""
        self.ended |= self.kept & pairs

    def before_rows(self, every: bool, test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Return the ASCII rows of which all (or some) forms pass a test; OTHER counts as none."""
        fits = all if every else any
        rows = [fits(map(test, forms)) for forms in self.before[:OTHER]]
        return np.array([*rows, False if every else any(map(test, self.before[OTHER]))])

    def behind_columns(self, every: bool, test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Return the columns of which all (or some) forms pass a test."""
        fits = all if every else any
        return np.array([fits(map(test, forms)) for forms in self.behind])

    def bar_before(self, characters: Iterable[str]) -> None:
        """Keep no cut behind a character that is or has become one of these."""
        chars = set(characters)
        keeps = ~self.before_rows(False, chars.__contains__)
        wide = {char for char in chars if not char.isascii()}
        # A letter, mark or number may have been made of another character.
        if (
            wide & self.made
            or not all(map(is_symbol, wide))
            or len(self.barred | wide) > MAX_BARRED
        ):
            keeps[OTHER] = False
        else:
            self.barred |= wide
        self.keep(np.broadcast_to(keeps[:, None], (129, 128)))

    def bar_behind(self, characters: Iterable[str]) -> None:
        """Keep no cut before a character that is or has become one of these."""
        chars = set(characters)
        self.keep(np.broadcast_to(~self.behind_columns(False, chars.__contains__), (129, 128)))

    def keep_to_behind(self, characters: set[str]) -> None:
        """Keep only the cuts before characters that are, or have become, one of these."""
        columns = self.behind_columns(True, characters.__contains__)
        self.keep(np.broadcast_to(columns, (129, 128)))

    def end_behind(self, characters: set[str]) -> None:
        """Say that a word ends before these characters."""
        columns = self.behind_columns(True, characters.__contains__)
        self.end(np.broadcast_to(columns, (129, 128)))

    def bar_others(self) -> None:
        """Keep no cut behind a character that is not ASCII, or may have become such a one."""
        keeps = self.before_rows(True, str.isascii)
        self.keep(np.broadcast_to(keeps[:, None], (129, 128)))

    def hide(self, bert_bits: int = 0, form_bits: int = 0) -> None:
        """Take the characters with one of these bits out of OTHER."""
        if self.made:  # whose bits are not known
            self.bar_others()
        self.bert_bits |= bert_bits
        self.form_bits |= form_bits

    def change(self, become: Callable[[str], str]) -> None:
        """Say what a stage makes of each character on both sides."""
        self.before = [frozenset(map(become, forms)) for forms in self.before]
        self.behind = [frozenset(map(become, forms)) for forms in self.behind]

    def become_before(self, become: Callable[[str], str]) -> None:
        """Say what a stage makes of each ASCII character before a cut."""
        self.before[:OTHER] = [frozenset(map(become, forms)) for forms in self.before[:OTHER]]

    def become_behind(self, become: Callable[[str], set[str]]) -> None:
        """Say what a stage may make of each character behind a cut."""
        self.behind = [frozenset().union(*map(become, forms)) for forms in self.behind]

    def strip_marks(self) -> None:
        """Say that other characters may have lost their marks, and be ASCII now."""
        self.before[OTHER] |= frozenset(LETTERS + "<=>")

    def split_class(self, holds: Callable[[str], bool], behavior: str) -> None:
        """Limit the cuts to what a pre-tokenizer keeps that splits at each character of a class.

        It decides by one character at a time, so it keeps every cut; its words end at some.

        Args:
            holds: Whether a character, ASCII or not, is in the class.
            behavior: What becomes of the characters, one of `BEHAVIORS`.
        """
        inside = self.before_rows(True, holds)[:, None]
        follows = self.behind_columns(True, holds)[None, :]
        if behavior in ("isolated", "removed"):
            self.end(inside | follows)
        elif behavior == "merged_with_previous":
            self.end(np.broadcast_to(inside, (129, 128)))
        elif behavior == "merged_with_next":
            self.end(np.broadcast_to(follows, (129, 128)))
        else:
            outside = ~self.before_rows(False, holds)[:, None]
            outside[OTHER] = False
            apart = ~self.behind_columns(False, holds)[None, :]
            self.end((inside & apart) | (outside & follows))
