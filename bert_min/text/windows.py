"""Long texts as overlapping windows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bert_min.text.flat_rows import FlatRows
from bert_min.text.tokenize import encode_texts
from subword import Tokenizer


def sliding_windows(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    max_length: int,
    overlap: int,
    threads: int | None = None,
) -> tuple[FlatRows, NDArray[np.int64]]:
    """Tokenize texts and cut the long ones into overlapping windows.

    Args:
        tokenizer: Turns texts into ids; must put one token before a text and one after it.
        texts: N texts.
        max_length: Most tokens of a window, special tokens included.
        overlap: Tokens a window shares with the one before it.
        threads: Threads of the tokenizer; None means every core.

    Returns:
        One row a window, and for each window the index of its text.

    Raises:
        ValueError: Max_length is too small for the overlap and one new token, or the tokenizer
            does not add exactly two special tokens.
    """
    around = encode_texts(tokenizer, [""]).ids
    if len(around) != 2:
        raise ValueError(
            f"windows need a tokenizer that adds 2 special tokens to a text, got {len(around)}"
        )
    size = max_length - 2  # tokens of the text in a window
    if not 0 <= overlap < size:
        raise ValueError(
            f"overlap must be at least 0 and less than max_length - 2 = {size}, got {overlap}"
        )
    whole = encode_texts(tokenizer, texts, add_special_tokens=False, threads=threads)
    parts, text_index, splits = [], [], [0]
    for text, (start, end) in enumerate(zip(whole.splits, whole.splits[1:], strict=False)):
        first = start
        while True:
            last = min(first + size, end)
            parts += [around[:1], whole.ids[first:last], around[1:]]
            splits.append(splits[-1] + last - first + 2)
            text_index.append(text)
            if last == end:
                break
            first = last - overlap
    ids = np.concatenate(parts) if parts else whole.ids
    return FlatRows(ids, np.array(splits, np.int64)), np.array(text_index, np.int64)
