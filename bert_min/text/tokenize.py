"""Text to tensors: the one place where the model meets the tokenizer.

`subword` returns flat numpy arrays, and torch reads them where they are: nothing is copied but the
rows a batch needs. Letters in shapes: N texts, B texts of a batch, T tokens of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bert_min.model.bert import BertModel
from subword import Tokenizer

TOKENIZER_FILES: Final = ("tokenizer.json", "vocab.txt", "vocab.json")


class TokenRows(NamedTuple):
    """The token ids of many texts, one text after the other.

    Attributes:
        ids: Flat int32 ids.
        splits: (N + 1,) int64; text i owns ids[splits[i]:splits[i + 1]].
    """

    ids: NDArray[np.int32]
    splits: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(N,) tokens of each text."""
        return np.diff(self.splits)

    def take(self, rows: NDArray[np.int64]) -> tuple[Tensor, list[int]]:
        """Pack some of the texts.

        Args:
            rows: (B,) which texts, in the order wanted.

        Returns:
            (T,) ids, and the B lengths: what `forward_packed` takes.
        """
        lengths = self.lengths[rows]
        ends = lengths.cumsum()
        places = np.arange(ends[-1]) + np.repeat(self.splits[rows] - ends + lengths, lengths)
        return torch.from_numpy(self.ids[places]), lengths.tolist()


def encode_texts(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    max_length: int | None = None,
    *,
    add_special_tokens: bool = True,
    threads: int | None = None,
) -> TokenRows:
    """Tokenize texts, each cut to max_length tokens.

    Args:
        tokenizer: Turns texts into ids.
        texts: N texts.
        max_length: Most tokens of a text, special tokens included; None leaves texts whole.
        add_special_tokens: Put [CLS] before and [SEP] after each text.
        threads: Threads of the tokenizer; None means every core.

    Returns:
        The ids of all texts.

    Raises:
        ValueError: A text has no token at all.
    """
    ragged = tokenizer.encode_ragged(
        texts, add_special_tokens=add_special_tokens, max_length=max_length, threads=threads
    )
    rows = TokenRows(ragged.ids.view(np.int32), ragged.row_splits)  # no id reaches 2^31
    empty = np.flatnonzero(rows.lengths == 0)
    if add_special_tokens and len(empty):
        raise ValueError(f"every text must have at least one token, got none in text {empty[0]}")
    return rows


def count_longer(
    tokenizer: Tokenizer, texts: Sequence[str], rows: TokenRows, max_length: int
) -> int:
    """Count the texts that were cut to max_length tokens.

    Only a text that now has exactly max_length tokens can have been cut; those few are tokenized
    again with room for one token more.
    """
    full = np.flatnonzero(rows.lengths == max_length)
    if not len(full):
        return 0
    again = encode_texts(tokenizer, [texts[i] for i in full.tolist()], max_length + 1)
    return int((again.lengths > max_length).sum())


def cut_windows(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    max_length: int,
    overlap: int,
    threads: int | None = None,
) -> tuple[TokenRows, NDArray[np.int64]]:
    """Tokenize texts and cut the long ones into overlapping windows.

    Args:
        tokenizer: Turns texts into ids; must put one token before a text and one after it.
        texts: N texts.
        max_length: Most tokens of a window, special tokens included.
        overlap: Tokens a window shares with the one before it.
        threads: Threads of the tokenizer; None means every core.

    Returns:
        The windows, and for each window the index of its text.

    Raises:
        ValueError: max_length leaves no room for overlap and one new token, or the tokenizer adds
            other than two special tokens.
    """
    around = encode_texts(tokenizer, [""]).ids
    if len(around) != 2:
        raise ValueError(
            f"windows need a tokenizer that adds 2 special tokens to a text, got {len(around)}"
        )
    room = max_length - 2
    if not 0 <= overlap < room:
        raise ValueError(
            f"overlap must be at least 0 and less than max_length - 2 = {room}, got {overlap}"
        )
    whole = encode_texts(tokenizer, texts, add_special_tokens=False, threads=threads)
    pieces, owners, sizes = [], [], [0]
    for text, (start, end) in enumerate(zip(whole.splits, whole.splits[1:], strict=False)):
        first = start
        while True:
            last = min(first + room, end)
            pieces += [around[:1], whole.ids[first:last], around[1:]]
            sizes.append(last - first + 2)
            owners.append(text)
            if last == end:
                break
            first = last - overlap
    ids = np.concatenate(pieces) if pieces else whole.ids
    return TokenRows(ids, np.cumsum(sizes, dtype=np.int64)), np.array(owners, dtype=np.int64)


def length_batches(lengths: NDArray[np.int64], batch_tokens: int) -> Iterator[NDArray[np.int64]]:
    """Group texts of like length into batches of at most batch_tokens tokens.

    Args:
        lengths: (N,) tokens of each text.
        batch_tokens: Token budget of a batch; a longer text gets a batch of its own.

    Yields:
        The texts of each batch, the longest first, so that memory runs out at once or never.

    Example:
        >>> [batch.tolist() for batch in length_batches(np.array([2, 9, 3, 2]), 5)]
        [[1], [2, 0], [3]]
    """
    order = np.argsort(-lengths, kind="stable")
    ends = lengths[order].cumsum()
    first = 0
    while first < len(order):
        before = ends[first - 1] if first else 0
        last = int(np.searchsorted(ends, before + batch_tokens, side="right"))
        last = max(last, first + 1)
        yield order[first:last]
        first = last


def load_tokenizer(folder: str | Path) -> Tokenizer | None:
    """Load the tokenizer of a model folder; None if it holds no tokenizer files."""
    if not any((Path(folder) / name).is_file() for name in TOKENIZER_FILES):
        return None
    return Tokenizer.from_pretrained(folder)


def load_pretrained(folder: str | Path) -> tuple[BertModel, Tokenizer | None]:
    """Load an encoder and its tokenizer.

    Args:
        folder: Holds config.json, the weights, and tokenizer.json or a vocabulary.

    Returns:
        The model in evaluation mode, and the tokenizer, None if the folder has none.

    Raises:
        OSError: A file is missing.
        ValueError: The architecture is not implemented or the weights do not fit.
    """
    return BertModel.from_pretrained(folder), load_tokenizer(folder)
