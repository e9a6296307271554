"""Word-level: the most frequent words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from subword.corpus.word_counts import WordCounts
from subword.trainers.options import check_integer, check_options


def train_word_level(
    counts: WordCounts,
    vocab_size: int = 30000,
    *,
    min_frequency: int = 0,
    special_tokens: Iterable[str] = (),
    whole_alphabet: bool = False,
    progress: Callable[[int], object] | None = None,
) -> list[str]:
    """Return the most frequent words, those of equal counts by their characters.

    Args:
        counts: `WordCounts`.
        vocab_size: Tokens wanted, special tokens included.
        min_frequency: Least count of a word.
        special_tokens: Strings that take the first ids.
        whole_alphabet: No words give the special tokens; else that is an error.
        progress: Called with the number of tokens at the end.

    Raises:
        TypeError, ValueError: An option is wrong, there are no words, or `vocab_size` is below the
            number of special tokens.

    Example:
        >>> train_word_level(WordCounts({"hug": 10, "pug": 5, "bun": 5}), 3, special_tokens=["?"])
        ['?', 'hug', 'bun']
    """
    specials, _ = check_options(counts, vocab_size, None, None, special_tokens, (), whole_alphabet)
    check_integer("min_frequency", min_frequency, 0, 2**63)
    tokens = dict.fromkeys(specials)
    if len(tokens) > vocab_size and not whole_alphabet:
        raise ValueError(
            f"vocab_size must be at least {len(tokens)}, the number of special tokens, got "
            f"{vocab_size}"
        )
    for word, count in counts.most_common(vocab_size):
        if count < min_frequency or len(tokens) >= vocab_size:
            break
        tokens[word] = None
    if progress is not None:
        progress(len(tokens))
    return list(tokens)
