"""Each algorithm of `train`: from counted words to the parts of a tokenizer.

A new algorithm is one entry of `ALGORITHM_TRAINERS`, and one in corpus/stages.py that says which
words are counted for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from subword import decoders
from subword.corpus.stages import Algorithm
from subword.corpus.word_counts import WordCounts
from subword.formats import presets
from subword.formats.parts import TokenizerParts
from subword.trainers.bpe import train_bpe
from subword.trainers.options import TrainingOptions
from subword.trainers.wordpiece import train_wordpiece
from subword.vocab.byte_alphabet import CHARS


@dataclass(frozen=True)
class AlgorithmTrainer:
    """One algorithm.

    Args:
        train: Learns a vocabulary, and returns the parts of a tokenizer around it.
        own_options: Options of `train_from_counts` that not all algorithms take.
        unk_token: The unknown token unless another is asked for.
    """

    train: Callable[[WordCounts, TrainingOptions], TokenizerParts]
    own_options: frozenset[str]
    unk_token: str | None = None


def learn_bpe(
    counts: WordCounts, options: TrainingOptions, *, byte_level: bool
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return the vocabulary, token -> id, and the merges that `train_bpe` learns."""
    alphabet = options.initial_alphabet
    if alphabet is None and len(counts):
        alphabet = CHARS if byte_level else ()
    tokens, merges = train_bpe(
        counts,
        options.vocab_size,
        min_frequency=options.min_frequency or 0,
        special_tokens=options.special_tokens,
        limit_alphabet=options.limit_alphabet,
        initial_alphabet=tuple(alphabet or ()),
        continuing_subword_prefix=options.continuing_subword_prefix,
        end_of_word_suffix=options.end_of_word_suffix,
        max_token_length=options.max_token_length,
        byte_level=byte_level,
        progress=options.progress,
        consume=options.consume,
    )
    return {token: i for i, token in enumerate(tokens)}, merges


def learn_wordpiece(counts: WordCounts, options: TrainingOptions) -> dict[str, int]:
    """Return the vocabulary, token -> id, that `train_wordpiece` learns."""
    tokens, _ = train_wordpiece(
        counts,
        options.vocab_size,
        score=options.score,
        min_frequency=options.min_frequency,
        special_tokens=options.special_tokens,
        limit_alphabet=options.limit_alphabet,
        initial_alphabet=tuple(options.initial_alphabet or ()),
        continuing_subword_prefix=options.continuing_subword_prefix or "",
        progress=options.progress,
        consume=options.consume,
    )
    return {token: i for i, token in enumerate(tokens)}


def _bpe(counts: WordCounts, options: TrainingOptions) -> TokenizerParts:
    parts = _bpe_parts(counts, options, byte_level=False)
    if options.continuing_subword_prefix:
        parts["decoder"] = decoders.WordPiece(options.continuing_subword_prefix)
    return parts


def _byte_level_bpe(counts: WordCounts, options: TrainingOptions) -> TokenizerParts:
    return _bpe_parts(counts, options, byte_level=True)


def _bpe_parts(counts: WordCounts, options: TrainingOptions, *, byte_level: bool) -> TokenizerParts:
    vocab, merges = learn_bpe(counts, options, byte_level=byte_level)
    return presets.bpe_parts(
        vocab,
        merges,
        byte_level,
        unk_token=options.unk_token,
        continuing_subword_prefix=options.continuing_subword_prefix,
        end_of_word_suffix=options.end_of_word_suffix,
    )


def _wordpiece(counts: WordCounts, options: TrainingOptions) -> TokenizerParts:
    if options.continuing_subword_prefix is None:
        options = replace(options, continuing_subword_prefix="##")
    return presets.wordpiece_parts(
        learn_wordpiece(counts, options),
        options.lowercase,
        unk_token=str(options.unk_token),
        continuing_subword_prefix=str(options.continuing_subword_prefix),
    )


_OF_BPE = frozenset({"end_of_word_suffix", "max_token_length"})
ALGORITHM_TRAINERS: dict[Algorithm, AlgorithmTrainer] = {
    "bpe": AlgorithmTrainer(_bpe, _OF_BPE),
    "byte_level_bpe": AlgorithmTrainer(_byte_level_bpe, _OF_BPE),
    "wordpiece": AlgorithmTrainer(_wordpiece, frozenset({"score"}), unk_token="[UNK]"),
}


def check_algorithm_options(algorithm: Algorithm, given: set[str]) -> None:
    """Refuse options that only other algorithms take.

    Args:
        algorithm: Whose options they must be.
        given: The names of the options that are not left at their defaults.

    Raises:
        ValueError: One is for other algorithms.
    """
    for name in sorted(given - ALGORITHM_TRAINERS[algorithm].own_options):
        takers = [other for other, it in ALGORITHM_TRAINERS.items() if name in it.own_options]
        if takers:
            raise ValueError(f"{name} is for {' and '.join(takers)}, not for {algorithm}")
