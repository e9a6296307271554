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
from subword.trainers.unigram import train_unigram
from subword.trainers.word_level import train_word_level
from subword.trainers.wordpiece import train_wordpiece
from subword.vocab.byte_alphabet import CHARS


@dataclass(frozen=True)
class AlgorithmTrainer:
    """One algorithm.

    Args:
        train: Learns a vocabulary, and returns the parts of a tokenizer around it.
        own_options: Options of `train_from_counts` that not all algorithms take.
        unk_token: The unknown token unless another is asked for.
        verb: What it does to the vocabulary, for the bar of progress.
    """

    train: Callable[[WordCounts, TrainingOptions], TokenizerParts]
    own_options: frozenset[str]
    unk_token: str | None = None
    verb: str = "merging"


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


def learn_unigram(counts: WordCounts, options: TrainingOptions) -> list[tuple[str, float]]:
    """Return the pieces and scores by id that `train_unigram` learns."""
    frequency = options.min_frequency
    return train_unigram(
        counts,
        options.vocab_size,
        min_frequency=2 if frequency is None else frequency,
        special_tokens=options.special_tokens,
        limit_alphabet=options.limit_alphabet,
        initial_alphabet=tuple(options.initial_alphabet or ()),
        shrinking_factor=options.shrinking_factor,
        n_sub_iterations=options.n_sub_iterations,
        max_piece_length=options.max_piece_length,
        seed_size=options.seed_size,
        threads=options.threads,
        progress=options.progress,
        consume=options.consume,
    )


def learn_word_level(counts: WordCounts, options: TrainingOptions) -> dict[str, int]:
    """Return the vocabulary, token -> id, that `train_word_level` learns."""
    tokens = train_word_level(
        counts,
        options.vocab_size,
        min_frequency=options.min_frequency or 0,
        special_tokens=options.special_tokens,
        progress=options.progress,
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


def _unigram(counts: WordCounts, options: TrainingOptions) -> TokenizerParts:
    return presets.unigram_parts(learn_unigram(counts, options), options.unk_token)


def _word_level(counts: WordCounts, options: TrainingOptions) -> TokenizerParts:
    vocab = learn_word_level(counts, options)
    return presets.word_level_parts(vocab, str(options.unk_token))


_OF_ALL_CHARACTERS = frozenset({"limit_alphabet", "initial_alphabet"})
_OF_MERGES = _OF_ALL_CHARACTERS | {"continuing_subword_prefix"}
_OF_BPE = _OF_MERGES | {"end_of_word_suffix", "max_token_length"}
_OF_UNIGRAM = _OF_ALL_CHARACTERS | {
    *("shrinking_factor", "n_sub_iterations", "max_piece_length", "seed_size"),
}
ALGORITHM_TRAINERS: dict[Algorithm, AlgorithmTrainer] = {
    "bpe": AlgorithmTrainer(_bpe, _OF_BPE),
    "byte_level_bpe": AlgorithmTrainer(_byte_level_bpe, _OF_BPE),
    "wordpiece": AlgorithmTrainer(_wordpiece, _OF_MERGES | {"score"}, unk_token="[UNK]"),
    "unigram": AlgorithmTrainer(_unigram, _OF_UNIGRAM, unk_token="<unk>", verb="pruning"),
    "word_level": AlgorithmTrainer(_word_level, frozenset(), unk_token="[UNK]", verb="choosing"),
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
