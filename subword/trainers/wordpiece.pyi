from collections.abc import Callable, Iterable
from typing import Literal

from subword.corpus.word_counts import WordCounts

def train_wordpiece(
    counts: WordCounts,
    vocab_size: int = 30000,
    *,
    score: Literal["likelihood", "frequency", "gain"] = "likelihood",
    min_frequency: int | None = None,
    special_tokens: Iterable[str] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] = (),
    continuing_subword_prefix: str = "##",
    progress: Callable[[int], object] | None = None,
    consume: bool = False,
) -> tuple[list[str], list[tuple[str, str]]]: ...
