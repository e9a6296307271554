"""The models, normalizers and trainers of which the prepared tokenizers are built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from subword.compat.tokenizers import normalizers, trainers
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.models import BPE
from subword.compat.tokenizers.models.bpe import Pair

Vocab = Mapping[str, int] | str | None
Merges = Iterable[Pair] | str | None
Tokens = list[str | AddedToken]
# Defaults: lists, as the trainers ask for; nobody changes them.
NO_TOKENS: Tokens = []
UNK_TOKENS: Tokens = ["<unk>"]


def make_normalizer(
    unicode_normalizer: str | None, *more: normalizers.Normalizer | None
) -> normalizers.Normalizer | None:
    """Return one normalizer for a Unicode form and others, None if none is wanted."""
    form = (
        normalizers.unicode_normalizer_from_str(unicode_normalizer) if unicode_normalizer else None
    )
    steps = [step for step in (form, *more) if step is not None]
    return normalizers.Sequence(steps) if len(steps) > 1 else (steps[0] if steps else None)


def make_bpe(vocab: Vocab, merges: Merges, *, unk_token: str | AddedToken, **options: Any) -> BPE:
    """Return a model, one to be trained if there is no vocabulary."""
    given = (None, None) if vocab is None or merges is None else (vocab, merges)
    return BPE(*given, unk_token=str(unk_token), **options)


def make_bpe_trainer(
    vocab_size: int,
    min_frequency: int,
    special_tokens: Tokens,
    limit_alphabet: int,
    initial_alphabet: Sequence[str],
    suffix: str | None,
    show_progress: bool,
) -> trainers.BpeTrainer:
    """Return the trainer of such a model; `suffix` marks the ends of words."""
    return trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=special_tokens,
        limit_alphabet=limit_alphabet,
        initial_alphabet=initial_alphabet,
        end_of_word_suffix=suffix,
        show_progress=show_progress,
    )
