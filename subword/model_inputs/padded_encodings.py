"""Rows of texts to encodings: encode, truncate, put special tokens around, pad."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from subword.processors.base import PostProcessor, post_process
from subword.results.encoding import Encoding
from subword.results.padding import Padding, pad_batch
from subword.results.truncation import Truncation

# A text, or a text and the second one of a pair. A text is a str or a list of words.
Row = tuple[Any] | tuple[Any, Any]

# Made once: a frozen dataclass takes a microsecond and more to make.
KEEP_ALL = Truncation(None)


class EncodesTexts(Protocol):
    """What encodes the texts of rows: a `TextEncoder`."""

    @property
    def post_processor(self) -> PostProcessor | None:
        """Puts special tokens around rows."""

    def encode_texts(self, texts: Iterable[str], threads: int | None) -> list[Encoding]:
        """Return the encodings of texts, without special tokens around them."""

    def encode_words(self, words: Sequence[str]) -> Encoding:
        """Return the encoding of one text, given as a list of its words."""


def rows_of(texts: Sequence[Any], is_pretokenized: bool) -> list[Row]:
    """Return the row of each text, or (text, pair) tuple.

    Args:
        texts: The texts.
        is_pretokenized: Each is given as a sequence of words.

    Raises:
        TypeError: A tuple that must be a pair is none.
    """
    rows: list[Any] = []
    for i, text in enumerate(texts):
        if not isinstance(text, tuple) or (is_pretokenized and not _are_pairs(text)):
            rows.append((text,))
        elif len(text) == 2:
            rows.append(text)
        else:
            raise TypeError(f"text {i}: a pair must be (text, pair), got a tuple of {len(text)}")
    return rows


def _are_pairs(text: tuple[Any, ...]) -> bool:
    return len(text) == 2 and not any(isinstance(part, str) for part in text)


def padded_encodings(
    text_encoder: EncodesTexts,
    rows: Sequence[Row],
    *,
    is_split_into_words: bool = False,
    add_special_tokens: bool = True,
    truncation: Truncation | None = None,
    padding: Padding | None = None,
    threads: int | None = None,
) -> list[Encoding]:
    """Encode rows of one text or two into one `Encoding` each.

    Args:
        text_encoder: Encodes, and has the post-processor.
        rows: The texts.
        is_split_into_words: Each text is a list of words.
        add_special_tokens: Put the post-processor's special tokens around each row.
        truncation: How to truncate; None keeps all.
        padding: How to pad; None leaves each row as long as it is.
        threads: How many threads may work; None for every core of this process.

    Returns:
        The encodings, one a row.

    Raises:
        TypeError: A text is not a str, or not a list of str when it should be.
        ValueError: A text holds a lone surrogate, or the rows cannot be truncated in this way.
    """
    texts = [text for row in rows for text in row]
    parts: Iterable[Encoding] = (
        [text_encoder.encode_words(words) for words in texts]
        if is_split_into_words
        else text_encoder.encode_texts(texts, threads)
    )
    parts = iter(parts)
    limits = truncation or KEEP_ALL
    encodings = [
        post_process(
            text_encoder.post_processor,
            next(parts),
            next(parts) if len(row) == 2 else None,
            add_special_tokens=add_special_tokens,
            max_length=limits.max_length,
            stride=limits.stride,
            strategy=limits.strategy,
            direction=limits.direction,
            overflow=limits.overflow,
        )
        for row in rows
    ]
    return encodings if padding is None else pad_batch(encodings, padding)
