"""Texts to rows of token ids."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bert_min.text.flat_rows import FlatRows
from subword import Tokenizer


def encode_texts(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    max_length: int | None = None,
    *,
    add_special_tokens: bool = True,
    threads: int | None = None,
) -> FlatRows:
    """Tokenize texts, each cut to max_length tokens.

    Args:
        tokenizer: Turns texts into ids.
        texts: N texts.
        max_length: Most tokens of a text, special tokens included; None leaves texts whole.
        add_special_tokens: Put [CLS] before and [SEP] after each text.
        threads: Threads of the tokenizer; None means every core.

    Returns:
        One row a text; its ids are not copied from the tokenizer's result.

    Raises:
        ValueError: With special tokens, a text has no token at all.
    """
    ragged = tokenizer.encode_ragged(
        texts, add_special_tokens=add_special_tokens, max_length=max_length, threads=threads
    )
    rows = FlatRows(ragged.ids.view(np.int32), ragged.row_splits)  # no id reaches 2^31
    empty = np.flatnonzero(rows.lengths == 0)
    if add_special_tokens and len(empty):
        raise ValueError(f"every text must have at least one token, got none in text {empty[0]}")
    return rows


def encode_words(tokenizer: Tokenizer, words: Sequence[str]) -> FlatRows:
    """Tokenize the words of sentences one by one, without special tokens.

    A byte-level vocabulary writes the space before a word as part of its first token, so there a
    word gets one, as with ``add_prefix_space`` in transformers.

    Args:
        tokenizer: Turns texts into ids.
        words: N words.

    Returns:
        One row a word.
    """
    probe = encode_texts(tokenizer, ["a", " a"], add_special_tokens=False)
    plain, spaced = np.split(probe.ids, probe.splits[1:-1])
    if not np.array_equal(plain, spaced):
        words = [f" {word}" for word in words]
    return encode_texts(tokenizer, words, add_special_tokens=False)


def encode_with_offsets(
    tokenizer: Tokenizer, texts: Sequence[str]
) -> tuple[FlatRows, NDArray[np.int64]]:
    """Tokenize texts without special tokens, and say which characters each token stands for.

    Args:
        tokenizer: Turns texts into ids.
        texts: N texts.

    Returns:
        One row a text, and (T, 2) the first character of each token in its text and the one after
        its last.
    """
    ragged = tokenizer.encode_ragged(texts, add_special_tokens=False, return_offsets=True)
    offsets = np.zeros((0, 2), np.int64) if ragged.offsets is None else ragged.offsets
    return FlatRows(ragged.ids.view(np.int32), ragged.row_splits), offsets.astype(np.int64)


def truncated_texts(
    tokenizer: Tokenizer, texts: Sequence[str], rows: FlatRows, max_length: int
) -> NDArray[np.int64]:
    """Find the texts that `encode_texts` cut to max_length tokens.

    Only a text that now has exactly max_length tokens can have been cut; those few are tokenized
    again with one token more allowed.
    """
    full = np.flatnonzero(rows.lengths == max_length)
    if not len(full):
        return full
    again = encode_texts(tokenizer, [texts[i] for i in full.tolist()], max_length + 1)
    return full[again.lengths > max_length]


def warn_of_cut(
    cut: NDArray[np.int64], count: int, what: str, limit: int, where: Sequence[str] = ()
) -> None:
    """Say in a line how many texts were cut, if any were.

    Args:
        cut: Their numbers.
        count: Of all.
        what: They are, such as "texts".
        limit: Most tokens.
        where: The source of each, to name that of the first; empty if there is none.
    """
    if len(cut):
        first = f" (the first: {where[int(cut[0])]})" if where else ""
        warnings.warn(
            f"{len(cut):,} of {count:,} {what} were cut to {limit} tokens{first}", stacklevel=3
        )
