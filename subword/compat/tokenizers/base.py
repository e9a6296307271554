"""What the prepared tokenizers of `implementations` share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from subword.compat.tokenizers import normalizers, pre_tokenizers, trainers
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.models import BPE, Model, Pair
from subword.compat.tokenizers.tokenizer import Tokenizer

Vocab = Mapping[str, int] | str | None
Merges = Iterable[Pair] | str | None
Tokens = Sequence[str | AddedToken]


class BaseTokenizer(Tokenizer):
    """What those tokenizers add to a `Tokenizer`.

    Args:
        model: As for `Tokenizer`.
        parameters: Shown by `repr`.
    """

    def __init__(self, model: Model, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(model)
        self._parameters = dict(parameters or {})

    def normalize(self, sequence: str) -> str:
        """Return the text as the normalizer leaves it."""
        return sequence if self.normalizer is None else str(self.normalizer.normalize_str(sequence))

    def save_model(self, directory: str, prefix: str | None = None) -> list[str]:
        """Write the files of the model; see `Model.save`."""
        return list(self.model.save(directory, prefix))

    def _know(self, *tokens: str | AddedToken) -> None:
        """Make special tokens of those that the vocabulary has."""
        self.add_special_tokens([str(t) for t in tokens if self.token_to_id(str(t)) is not None])

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self._parameters.items())
        return f"Tokenizer(vocabulary_size={self.get_vocab_size()}, {shown})"


def stages(
    unicode_normalizer: str | None, *more: normalizers.Normalizer | None
) -> normalizers.Normalizer | None:
    """Return the normalizers that are wanted as one, None if there are none."""
    form = (
        normalizers.unicode_normalizer_from_str(unicode_normalizer) if unicode_normalizer else None
    )
    steps = [step for step in (form, *more) if step is not None]
    return normalizers.Sequence(steps) if len(steps) > 1 else (steps[0] if steps else None)


def byte_trainer(
    vocab_size: int, min_frequency: int, show_progress: bool, special_tokens: Tokens
) -> trainers.BpeTrainer:
    """Return the trainer of such a model."""
    return trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        show_progress=show_progress,
        special_tokens=special_tokens,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )


def bpe(vocab: Vocab, merges: Merges, *, unk_token: str | AddedToken, **options: Any) -> BPE:
    """Return a model, one to be trained if there is no vocabulary."""
    given = (None, None) if vocab is None or merges is None else (vocab, merges)
    return BPE(*given, unk_token=str(unk_token), **options)


def bpe_trainer(
    vocab_size: int,
    min_frequency: int,
    special_tokens: Tokens,
    limit_alphabet: int,
    initial_alphabet: Sequence[str],
    suffix: str | None,
    show_progress: bool,
) -> trainers.BpeTrainer:
    """Return the trainer of such a model."""
    return trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=special_tokens,
        limit_alphabet=limit_alphabet,
        initial_alphabet=initial_alphabet,
        end_of_word_suffix=suffix,
        show_progress=show_progress,
    )
