from collections.abc import Callable, Iterable

from subword.corpus.word_counts import WordCounts

ROOM: float

def train_unigram(
    counts: WordCounts,
    vocab_size: int = 8000,
    *,
    min_frequency: int = 2,
    special_tokens: Iterable[str] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] = (),
    shrinking_factor: float = 0.75,
    n_sub_iterations: int = 2,
    max_piece_length: int = 16,
    seed_size: int = 1_000_000,
    whole_alphabet: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
    consume: bool = False,
) -> list[tuple[str, float]]: ...
