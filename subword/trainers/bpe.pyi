from collections.abc import Callable, Iterable

from subword.corpus.word_counts import WordCounts

def train_bpe(
    counts: WordCounts,
    vocab_size: int = 30000,
    *,
    min_frequency: int = 0,
    special_tokens: Iterable[str] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] = (),
    continuing_subword_prefix: str | None = None,
    end_of_word_suffix: str | None = None,
    max_token_length: int | None = None,
    byte_level: bool = False,
    whole_alphabet: bool = False,
    progress: Callable[[int], object] | None = None,
    consume: bool = False,
) -> tuple[list[str], list[tuple[str, str]]]: ...
