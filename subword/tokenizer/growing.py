"""Texts that grow: only the end that later text can change is encoded again.

The end begins where the text may be split (see `subword.encode.split_points`) and one word ends
and another begins. Where a tokenizer or a text has no such position, the whole is encoded again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, overload

import numpy as np

from subword._core.arrays import ArrayU32
from subword._core.threads import thread_count
from subword.encode.parallel import texts_to_arrays
from subword.encode.split_points import may_split_between, split_characters
from subword.encode.text_encoder import TextEncoder, list_of_texts
from subword.vocab.vocabulary import Vocabulary


class GrowingText:
    """A text that grows, and its ids. Made and changed by `Tokenizer.append`.

    Attributes:
        settled: How many ids, from the first, will stay whatever is appended.
    """

    def __init__(self, encoder: TextEncoder, safe_chars: frozenset[str], specials: bool) -> None:
        self._encoder = encoder
        self._safe_chars = safe_chars
        self._prefix, self._suffix = encoder.affixes(specials)
        self._kept = array("I", self._prefix)
        self._rest: ArrayU32 = np.empty(0, np.uint32)
        self._pieces: list[str] = []
        self._tail = ""
        self.encoded_characters = 0  # how many characters were encoded so far, repeats included

    @property
    def settled(self) -> int:
        """How many ids, from the first, will stay whatever is appended."""
        return len(self._kept)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self._pieces)

    @property
    def ids(self) -> ArrayU32:
        """uint32 (n,): the ids of the whole text, a new array."""
        suffix = np.array(self._suffix, np.uint32)
        return np.concatenate([np.array(self._kept, np.uint32), self._rest, suffix])

    def __len__(self) -> int:
        return len(self._kept) + len(self._rest) + len(self._suffix)

    def __repr__(self) -> str:
        return f"GrowingText({sum(map(len, self._pieces))} characters, {len(self)} ids)"

    def grow(self, text: str) -> None:
        """Append to the text and encode what may have changed."""
        tail = self._tail + text
        ids, _, offsets, words = texts_to_arrays(
            self._encoder.encoder, [tail], True, 1, with_word_ids=True
        )
        self._pieces.append(text)
        self.encoded_characters += len(tail)
        cut, count = self._last_cut(tail, offsets, words)
        self._kept.frombytes(ids[:count].tobytes())
        self._rest, self._tail = ids[count:].copy(), tail[cut:]

    def _last_cut(self, tail: str, offsets: Any, words: Any) -> tuple[int, int]:
        """Return the last place where the text may be cut, and how many ids lie before it."""
        starts, ends = offsets[:, 0], np.maximum.accumulate(offsets[:, 1])
        for cut in range(len(tail) - 1, 0, -1) if self._safe_chars else ():
            if not may_split_between(tail[cut - 1], tail[cut], self._safe_chars):
                continue
            count = int(np.searchsorted(ends, cut, "right"))
            behind = int(starts[count:].min(initial=len(tail)))
            same = 0 < count < len(words) and words[count - 1] == words[count]
            if behind >= cut and not same:
                return cut, count
        return 0, 0


class Growing:
    """The part of `Tokenizer` that counts tokens, and encodes texts that grow."""

    normalizer: Any
    pre_tokenizer: Any
    model: Any
    text_encoder: TextEncoder
    _vocabulary: Vocabulary

    @overload
    def count_tokens(  # type: ignore[overload-overlap]  # a str is an iterable of str as well
        self, texts: str, *, add_special_tokens: bool = True, threads: int | None = None
    ) -> int: ...

    @overload
    def count_tokens(
        self, texts: Iterable[str], *, add_special_tokens: bool = True, threads: int | None = None
    ) -> list[int]: ...

    def count_tokens(
        self,
        texts: str | Iterable[str],
        *,
        add_special_tokens: bool = True,
        threads: int | None = None,
    ) -> int | list[int]:
        """Return how many tokens a text has, or each of many texts.

        Args:
            texts: A text, or texts.
            add_special_tokens: Count the post-processor's special tokens too.
            threads: How many threads may work; None for every core of this process.

        Example:
            >>> import subword
            >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
            >>> tok.count_tokens("low low"), tok.count_tokens(["lower", ""])
            (2, [1, 0])
        """
        if isinstance(texts, str):
            whole: Any = self  # `QuickCalls` is a part of it too
            return len(whole.encode_ids(texts, add_special_tokens=add_special_tokens))
        added = sum(map(len, self.text_encoder.affixes(add_special_tokens)))
        _, splits, _, _ = texts_to_arrays(
            self.text_encoder.encoder, list_of_texts(texts), False, thread_count(threads)
        )
        counts: list[int] = (np.diff(splits) + added).tolist()
        return counts

    def append(
        self, state: GrowingText | None, text: str, *, add_special_tokens: bool = True
    ) -> GrowingText:
        """Append to a text that grows, such as one that is being written, and encode what changes.

        The ids are those of the whole text. With a published split pattern, or with BERT's words,
        the work is that of encoding what was appended and the word before; with any other it is
        that of encoding the whole text.

        Args:
            state: What the call before returned; None begins a text. It is changed.
            text: What is appended.
            add_special_tokens: Put the post-processor's ids around the text; decided by the first
                call.

        Returns:
            The state: `text`, `ids`, and `settled`, the number of ids that will stay.

        Raises:
            TypeError: The text is not a str.
            ValueError: The text holds a lone surrogate (then it was not appended), or the state is
                another tokenizer's.

        Example:
            >>> import subword
            >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
            >>> state = tok.append(None, "low lo")
            >>> state = tok.append(state, "west")
            >>> state.text, tok.decode(state.ids), state.settled
            ('low lowest', 'low lowest', 1)
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, got {type(text).__name__}")
        if state is None:
            safe_chars = split_characters(
                self.normalizer, self.pre_tokenizer, self.model, self._vocabulary
            )
            state = GrowingText(self.text_encoder, safe_chars, add_special_tokens)
        elif state._encoder is not self.text_encoder:
            raise ValueError("the state must be one that this tokenizer made")
        state.grow(text)
        return state
