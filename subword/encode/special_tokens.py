"""Which special tokens a text may spell.

Whoever puts a user's text between special tokens must not let the text hold special tokens of its
own: these are what tells a model who speaks. A text may be limited to some special tokens, or to
none (`limited`); or its parts may be trusted one by one (`StandIns`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from subword._core.checks import check_list
from subword._core.unicode import ranges
from subword.models.without_tokens import without_tokens
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import Vocabulary

# What a call says of the special tokens in its texts: "all", "none", or those that count.
Special = str | Iterable[str]
Encoder = TypeVar("Encoder")
# How many encoders of limited texts are kept.
MAX_KEPT = 8
# Where stand-ins come from: no text has reason to hold these, and whoever wants to hurt cannot know
# which of them are taken.
STAND_INS = range(0xF0000, 0x10FFFE)
SET_ASIDE = re.compile("[\U000f0000-\U0010fffd]")


def allowed_tokens(special: Special, vocabulary: Vocabulary) -> frozenset[str] | None:
    """Return the special tokens that count, None for all.

    Args:
        special: What a call says: "all", "none", or the tokens.
        vocabulary: Of the tokenizer.

    Raises:
        TypeError: It is neither a str nor str.
        ValueError: It is another str, or one of the tokens is not special.

    Example:
        >>> allowed_tokens("none", Vocabulary({}, ["<end>"], str))
        frozenset()
    """
    if isinstance(special, str):
        if special not in ("all", "none"):
            raise ValueError(
                f'special must be "all", "none" or a set of special tokens, got {special!r}'
            )
        return None if special == "all" else frozenset()
    allowed = frozenset(check_list("special", special, "str"))
    for token in allowed:
        if not isinstance(token, str):
            raise TypeError(f"special must hold str, got {type(token).__name__}")
        if token not in vocabulary.special:
            raise ValueError(f"special: {token!r} is no special token of this tokenizer")
    return None if allowed == vocabulary.special else allowed


def limited(
    vocabulary: Vocabulary, model: Any, allowed: frozenset[str], strict: bool
) -> tuple[Vocabulary, Any]:
    """Return the vocabulary and the model for texts in which only some special tokens count.

    Args:
        vocabulary: Of the tokenizer.
        model: Of the tokenizer.
        allowed: The special tokens that count.
        strict: The model does not give the others either, if their letters happen to make them. The
            original lets it, where `encode_special_tokens` is set.
    """
    barred = {i for i, token in vocabulary.added.items() if _is_barred(token, vocabulary, allowed)}
    other = vocabulary.looking_for(vocabulary.added, barred)
    return other, without_tokens(model, barred) if strict else model


def _is_barred(token: AddedToken, vocabulary: Vocabulary, allowed: frozenset[str]) -> bool:
    return token.content in vocabulary.special and token.content not in allowed


def join_segments(segments: Iterable[Any]) -> tuple[str, list[tuple[str, bool]]]:
    """Return the text of segments, and the segments with those side by side joined that are alike.

    Args:
        segments: (text, trusted) pairs.

    Raises:
        TypeError: A segment is no pair of a str and a bool.

    Example:
        >>> join_segments([("a", True), ("b", True), ("", False), ("c", False)])
        ('abc', [('ab', True), ('c', False)])
    """
    joined: list[tuple[str, bool]] = []
    for number, segment in enumerate(check_list("segments", segments, "(text, trusted) pairs")):
        if (
            not isinstance(segment, (tuple, list))
            or len(segment) != 2
            or not isinstance(segment[0], str)
            or not isinstance(segment[1], bool)
        ):
            raise TypeError(
                f"segment {number} must be a text and whether it is trusted (a bool), got "
                f"{segment!r:.80}"
            )
        text, trusted = segment
        if joined and joined[-1][1] == trusted:
            joined[-1] = joined[-1][0] + text, trusted
        elif text:
            joined.append((text, trusted))
    return "".join(text for text, _ in joined), joined


class SpecialReaders(Generic[Encoder]):
    """Encoders of texts in which not every special token counts; made when first needed, and kept.

    Args:
        vocabulary: Of the tokenizer.
        model: Of the tokenizer.
        make: Makes an encoder of another vocabulary and model.
    """

    def __init__(
        self, vocabulary: Vocabulary, model: Any, make: Callable[[Vocabulary, Any], Encoder]
    ) -> None:
        self._vocabulary = vocabulary
        self._model = model
        self._make = make
        self._limited: dict[tuple[frozenset[str], bool], Encoder] = {}
        self._marked: tuple[StandIns, Encoder] | None = None

    def limited(self, special: Special, strict: bool) -> Encoder | None:
        """Return the encoder of texts in which some special tokens count; None if all do.

        Args:
            special: See `allowed_tokens`.
            strict: See `limited`.
        """
        allowed = allowed_tokens(special, self._vocabulary)
        if allowed is None:
            return None
        encoder = self._limited.get((allowed, strict))
        if encoder is None:
            encoder = self._make(*limited(self._vocabulary, self._model, allowed, strict))
            if len(self._limited) >= MAX_KEPT:
                self._limited.pop(next(iter(self._limited)), None)
            self._limited[allowed, strict] = encoder
        return encoder

    def for_segments(self, segments: Iterable[Any]) -> tuple[Encoder | None, str]:
        """Return the encoder for segments, None for the tokenizer's own, and what to give it.

        Args:
            segments: (text, trusted) pairs.
        """
        text, joined = join_segments(segments)
        if all(trusted for _, trusted in joined) or not self._vocabulary.special:
            return None, text
        if not any(trusted for _, trusted in joined):
            return self.limited("none", True), text
        if self._marked is None or self._marked[0].occur_in(text):
            stand_ins = StandIns(self._vocabulary, text)
            _, model = limited(self._vocabulary, self._model, frozenset(), True)
            encoder: Any = self._make(stand_ins.vocabulary, model)
            encoder.added_texts = MeantTexts(encoder.added_texts, stand_ins)
            self._marked = stand_ins, encoder
        stand_ins, encoder = self._marked
        return encoder, stand_ins.place(joined)


class StandIns:
    """Stand-ins for the special tokens, which a text cannot spell.

    In a text whose parts are not all trusted, the special tokens of the trusted parts are replaced
    by stand-ins of the same length, and an encoder looks for these instead: so the text stays one,
    no other spelling counts, and offsets need no change.

    Args:
        vocabulary: Of the tokenizer.
        avoid: A text, whose characters stand for nothing.

    Attributes:
        vocabulary: Looks for the stand-ins instead of the special tokens.
    """

    def __init__(self, vocabulary: Vocabulary, avoid: str) -> None:
        special = {
            i: token for i, token in vocabulary.added.items() if token.content in vocabulary.special
        }
        taken = {ord(char) for char in avoid if ord(char) in STAND_INS}
        free = [code for code in STAND_INS if code not in taken] if taken else STAND_INS
        if len(free) < len(special):
            raise ValueError(
                f"{len(special)} special tokens need characters to stand in for them, and of those "
                f"set aside the text leaves {len(free)}"
            )
        chars = map(chr, random.SystemRandom().sample(free, len(special)))
        found = dict(vocabulary.added)
        self._tokens: dict[str, AddedToken] = {}
        self._char_of: dict[str, str] = {}
        for (index, token), char in zip(special.items(), chars, strict=True):
            self._tokens[char] = token
            self._char_of[token.content] = char
            flags = (token.single_word, token.lstrip, token.rstrip)
            found[index] = AddedToken(char * len(token.content), *flags, False, True)
        self.vocabulary = vocabulary.looking_for(found)
        spellings = _spellings(vocabulary, self._char_of)
        self._first = re.compile(f"[{re.escape(''.join({token[0] for token in spellings}))}]")
        self._sizes = sorted(set(map(len, spellings)), reverse=True)
        self._spellings = spellings

    def occur_in(self, text: str) -> bool:
        """Return whether a text holds one of the characters already."""
        return any(char in self._tokens for char in SET_ASIDE.findall(text))

    def place(self, segments: Sequence[tuple[str, bool]]) -> str:
        """Return the text of segments with stand-ins for the special tokens of the trusted ones.

        Args:
            segments: The texts, and whether each is trusted. No trusted one follows another.
        """
        text = "".join(part for part, _ in segments)
        parts, start = [], 0
        for part, trusted in segments:
            end = start + len(part)
            parts.append(self._placed(text, start, end) if trusted else part)
            start = end
        return "".join(parts)

    def _placed(self, text: str, start: int, end: int) -> str:
        """Return text[start:end] with stand-ins."""
        parts, last = [], start
        for first, stop, content in self._found(text, start, end):
            char = self._char_of.get(content)
            if char is None or (self._tokens[char].single_word and _is_in_word(text, first, stop)):
                continue
            parts += [text[last:first], char * len(content)]
            last = stop
        return "".join([*parts, text[last:end]])

    def _found(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Yield the tokens in text[start:end]: where it begins first, and there the longest."""
        while match := self._first.search(text, start, end):
            first = match.start()
            start = first + 1
            for size in self._sizes:
                content = text[first : first + size]
                if content in self._spellings and first + size <= end:
                    start = first + size
                    yield first, start, content
                    break

    def remove(self, text: str) -> str:
        """Return the text of a token with the special token that was meant."""
        chars = set(SET_ASIDE.findall(text)) & self._tokens.keys()
        for char in chars:
            content = self._tokens[char].content
            text = text.replace(char * len(content), content)
        return text


def _spellings(vocabulary: Vocabulary, special: Iterable[str]) -> set[str]:
    """Return the special tokens, and the added tokens that may hide one."""
    special = set(special)
    beginnings = {token[:size] for token in special for size in range(1, len(token) + 1)}
    sizes = sorted(set(map(len, special)))
    wanted = set(special)
    for token in vocabulary.added.values():
        content = token.content
        starts = range(len(content))
        if not token.normalized and (
            any(content[i:] in beginnings for i in starts)
            or any(content[i : i + size] in special for i in starts for size in sizes)
        ):
            wanted.add(content)
    return wanted


def _is_in_word(text: str, start: int, end: int) -> bool:
    """Return whether a word goes on before or after text[start:end]."""
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return _word_character().search(around) is not None


@cache
def _word_character() -> re.Pattern[str]:
    """Return what finds a character that the original takes for a part of a word."""
    spans = (f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in ranges("scan_word"))
    return re.compile(f"[{''.join(spans)}]")


class MeantTexts:
    """Does what `AddedTexts` does, and shows special tokens in place of what stands for them."""

    def __init__(self, added_texts: Any, stand_ins: StandIns) -> None:
        self._added_texts = added_texts
        self._stand_ins = stand_ins

    def rows(self, ids: Any, splits: Any) -> set[int]:
        """Return the texts of a batch that `find` may find something in; see `AddedTexts.rows`."""
        rows: set[int] = self._added_texts.rows(ids, splits)
        return rows

    def find(self, text: str, ids: Any, words: Any, stream: int = 0) -> dict[int, str]:
        """Return, by position, the texts of the tokens that are not those of their ids."""
        found = self._added_texts.find(text, ids, words, stream)
        return {i: self._stand_ins.remove(shown) for i, shown in found.items()}
