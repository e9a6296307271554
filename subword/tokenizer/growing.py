"""Texts that grow: encoded again from the last place that nothing to come can change.

Such a place lies before a space or a mark of punctuation behind a letter, where one word ends and
another begins. The published patterns look no further back and no further ahead than that, no
normal form joins characters across it, and the words on either side have nothing to do with each
other. Where that does not hold (any other pattern, text without words), the whole is encoded again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from subword import normalizers, pre_tokenizers
from subword._core.arrays import ArrayU32
from subword._core.threads import thread_count
from subword._regex.split_patterns import DEEPSEEK, PATTERNS
from subword.encode.parallel import encode_texts
from subword.encode.text_encoder import TextEncoder, list_of_texts
from subword.vocab.vocabulary import Vocabulary

if TYPE_CHECKING:
    from subword._core.pipeline import Normalizer, PreTokenizer

# Before these a text may be cut; before a mark only behind a letter.
SPACE = " "
MARKS = frozenset(",.;:!?()。、，；：！？（）")
# Normalizers that change characters one by one, or by normal forms.
LOCAL = (
    *(normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Nmt),
    *(normalizers.Lowercase, normalizers.StripAccents, normalizers.BertNormalizer),
)
# Pre-tokenizers that decide by the characters at hand.
PLAIN = (
    *(pre_tokenizers.BertPreTokenizer, pre_tokenizers.Whitespace, pre_tokenizers.Digits),
    *(pre_tokenizers.WhitespaceSplit, pre_tokenizers.Punctuation),
)


def _is_local(normalizer: Normalizer | None) -> bool:
    if isinstance(normalizer, normalizers.Sequence):
        return all(map(_is_local, normalizer.normalizers))
    return normalizer is None or isinstance(normalizer, LOCAL)


def _steps(pre_tokenizer: PreTokenizer | None) -> list[Any]:
    if isinstance(pre_tokenizer, pre_tokenizers.Sequence):
        return [step for part in pre_tokenizer.steps for step in _steps(part)]
    return [pre_tokenizer]


def _is_plain(step: Any) -> bool:
    if isinstance(step, pre_tokenizers.Split):
        keeps = step.behavior == "isolated" and not step.invert
        return keeps and (step.regex in PATTERNS.values() or step.regex in DEEPSEEK)
    if isinstance(step, pre_tokenizers.Punctuation):
        return step.behavior == "isolated"
    return isinstance(step, (*PLAIN, pre_tokenizers.ByteLevel))


def cut_marks(
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    model: Any,
    vocabulary: Vocabulary,
) -> frozenset[str]:
    """Return the characters before which a text may be cut.

    Args:
        normalizer: Of the tokenizer.
        pre_tokenizer: Of the tokenizer.
        model: Of the tokenizer.
        vocabulary: Of the tokenizer: its added tokens must not reach over a cut.

    Returns:
        Characters; none where only the whole text will do.
    """
    steps = _steps(pre_tokenizer)
    known = _is_local(normalizer) and all(map(_is_plain, steps))
    if not known or getattr(model, "dropout", None):
        return frozenset()
    # A space that is put before a piece must be there already.
    prefixed = any(getattr(step, "add_prefix_space", False) for step in steps)
    marks = frozenset({SPACE}) if prefixed else MARKS | {SPACE}
    for index, token in vocabulary.added.items():
        for content in (token.content, vocabulary.normalized_texts.get(index, "")):
            # One that stands alone looks at the character before it.
            marks = marks.difference(content if token.single_word else content[1:])
    return marks


class GrowingText:
    """A text that grows, and its ids. Made and changed by `Tokenizer.append`.

    Attributes:
        settled: How many ids, from the first, will stay whatever is appended.
    """

    def __init__(self, encoder: TextEncoder, marks: frozenset[str], specials: bool) -> None:
        self._encoder = encoder
        self._marks = marks
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
        ids, _, offsets, words = encode_texts(self._encoder.encoder, [tail], True, 1, words=True)
        self._pieces.append(text)
        self.encoded_characters += len(tail)
        cut, count = self._last_cut(tail, offsets, words)
        self._kept.frombytes(ids[:count].tobytes())
        self._rest, self._tail = ids[count:].copy(), tail[cut:]

    def _last_cut(self, tail: str, offsets: Any, words: Any) -> tuple[int, int]:
        """Return the last place where the text may be cut, and how many ids lie before it."""
        starts, ends = offsets[:, 0], np.maximum.accumulate(offsets[:, 1])
        for cut in range(len(tail) - 1, 0, -1) if self._marks else ():
            mark, before = tail[cut], tail[cut - 1]
            if mark not in self._marks or not (
                before.isalpha() or (mark == SPACE and not before.isspace())
            ):
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
        _, splits, _, _ = encode_texts(
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
            marks = cut_marks(self.normalizer, self.pre_tokenizer, self.model, self._vocabulary)
            state = GrowingText(self.text_encoder, marks, add_special_tokens)
        elif state._encoder is not self.text_encoder:
            raise ValueError("the state must be one that this tokenizer made")
        state.grow(text)
        return state
