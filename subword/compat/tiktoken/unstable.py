"""What may become of the end of a text when more is written: tokens that are not settled yet.

The tokens of the last word may change with the next character. `unstable` returns those before it,
and every way in which tokens may begin that stand for the rest and perhaps for more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

BLANKS = frozenset(b" \n\t")


def merge_bytes(word: bytes, ranks: Mapping[bytes, int]) -> list[int]:
    """Return the ids of any bytes, by merges alone: they need not be UTF-8, nor one word.

    Args:
        word: The bytes.
        ranks: The rank of each token, which is its id.

    Example:
        >>> merge_bytes(b"ab!", {b"a": 0, b"b": 1, b"!": 2, b"ab": 3})
        [3, 2]
    """
    if word in ranks:
        return [ranks[word]]
    parts = [bytes([byte]) for byte in word]
    while True:
        joins = ((ranks[a + b], i) for i, (a, b) in enumerate(pairwise(parts)) if a + b in ranks)
        best = min(joins, default=None)
        if best is None:
            return [ranks[part] for part in parts]
        at = best[1]
        parts[at : at + 2] = [parts[at] + parts[at + 1]]


def unsettled_count(ids: Sequence[int], last: int, bytes_of: Mapping[int, bytes]) -> int:
    r"""Return how many of the last tokens more text may change.

    Args:
        ids: The tokens of a text.
        last: Those of its last word, 0 after a special token.
        bytes_of: The bytes of each token.

    Returns:
        `last`; and where that is white space, the white space before it too, since patterns such as
        `\s*[\r\n]+` take it together if a line ends after it.
    """
    while 0 < last < len(ids) and all(
        BLANKS.issuperset(bytes_of[ids[len(ids) - at]]) for at in (last, last + 1)
    ):
        last += 1
    return last


def completions(
    rest: bytes,
    ranks: Mapping[bytes, int],
    known: Sequence[bytes],
    encode: Callable[[list[str]], list[list[int]]],
) -> set[tuple[int, ...]]:
    """Return how the tokens of texts that begin with some bytes may begin.

    Args:
        rest: The bytes, not empty.
        ranks: The rank of each token, which is its id.
        known: The tokens, sorted.
        encode: Returns the ids of texts in which nothing is special.

    Returns:
        Each way: tokens that stand for `rest`, the last one perhaps for more.
    """
    found: set[tuple[int, ...]] = {(ranks[token],) for token in _starting_with(rest, known)}
    texts: list[str] = []
    rows: list[list[int]] = []
    for at in range(1, len(rest)):  # a token that begins there and may reach over the end
        for token in _starting_with(rest[at:], known):
            whole = rest[:at] + token
            try:
                texts.append(whole.decode())
            except UnicodeDecodeError:
                rows.append(merge_bytes(whole, ranks))
    bytes_of = {index: token for token, index in ranks.items()} if texts or rows else {}
    for row in [*rows, *encode(texts)]:
        size, count = 0, 0
        while size < len(rest) and count < len(row):
            size += len(bytes_of[row[count]])
            count += 1
        found.add(tuple(row[:count]))
    # A pattern may leave the last of several blanks to the word after them.
    start = _last_character(rest)
    if start > 0 and rest[start:].decode("utf-8", "replace").isspace():
        found.add((*merge_bytes(rest[:start], ranks), *merge_bytes(rest[start:], ranks)))
    return found


def _starting_with(start: bytes, known: Sequence[bytes]) -> Iterator[bytes]:
    at = bisect_left(known, start)
    while at < len(known) and known[at].startswith(start):
        yield known[at]
        at += 1


def _last_character(text: bytes) -> int:
    """Return where the last character of some UTF-8 begins."""
    start = len(text) - 1
    while start > 0 and 0x80 <= text[start] < 0xC0:
        start -= 1
    return start
