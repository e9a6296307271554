"""Texts that grow: only the end that later text can change is encoded again.

The end begins where the text may be split (see `subword.encode.split_points`) and one word ends
and another begins. Where a tokenizer or a text has no such position, the whole is encoded again.
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from subword._core.arrays import ArrayU32
from subword.encode.parallel import texts_to_arrays
from subword.encode.split_points import may_split_between
from subword.encode.text_encoder import TextEncoder


class GrowingText:
    """A text that grows, and its ids. Made and changed by `Tokenizer.append`.

    Args:
        text_encoder: Encodes.
        safe_chars: The characters before which the text may be split: `split_characters`.
        add_special_tokens: Put the post-processor's ids around the text.
    """

    def __init__(
        self, text_encoder: TextEncoder, safe_chars: frozenset[str], add_special_tokens: bool
    ) -> None:
        self.text_encoder = text_encoder
        self._safe_chars = safe_chars
        self._prefix, self._suffix = text_encoder.affixes(add_special_tokens)
        self._stable = array("I", self._prefix)  # ids that stay
        self._tail = ""  # the text after those
        self._tail_ids: ArrayU32 = np.empty(0, np.uint32)
        self._appended: list[str] = []
        self.encoded_characters = 0  # how many characters were encoded so far, repeats included

    @property
    def settled(self) -> int:
        """How many ids, from the first, will stay whatever is appended."""
        return len(self._stable)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self._appended)

    @property
    def ids(self) -> ArrayU32:
        """uint32 (n,): the ids of the whole text, a new array."""
        suffix = np.array(self._suffix, np.uint32)
        return np.concatenate([np.array(self._stable, np.uint32), self._tail_ids, suffix])

    def __len__(self) -> int:
        return len(self._stable) + len(self._tail_ids) + len(self._suffix)

    def __repr__(self) -> str:
        return f"GrowingText({sum(map(len, self._appended))} characters, {len(self)} ids)"

    def grow(self, text: str) -> None:
        """Append to the text and encode what may have changed."""
        tail = self._tail + text
        ids, _, offsets, words = texts_to_arrays(
            self.text_encoder.encoder, [tail], True, 1, with_word_ids=True
        )
        self._appended.append(text)
        self.encoded_characters += len(tail)
        split, count = self._last_split(tail, offsets, words)
        self._stable.frombytes(ids[:count].tobytes())
        self._tail_ids, self._tail = ids[count:].copy(), tail[split:]

    def _last_split(self, tail: str, offsets: Any, words: Any) -> tuple[int, int]:
        """Return the last position where the text may be split, and how many ids are before it."""
        starts, ends = offsets[:, 0], np.maximum.accumulate(offsets[:, 1])
        for split in range(len(tail) - 1, 0, -1) if self._safe_chars else ():
            if not may_split_between(tail[split - 1], tail[split], self._safe_chars):
                continue
            count = int(np.searchsorted(ends, split, "right"))
            next_start = int(starts[count:].min(initial=len(tail)))
            is_within_word = 0 < count < len(words) and words[count - 1] == words[count]
            if next_start >= split and not is_within_word:
                return split, count
        return 0, 0
