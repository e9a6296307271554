"""Subword regularisation: what is drawn at random when a text is encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from subword._core.random import checked_seed
from subword.models import BPE, Unigram
from subword.models.bpe_options import check_dropout
from subword.models.unigram_options import checked_sampling


@dataclass(frozen=True)
class Sampling:
    """How the tokens of a text are drawn at random, for one call.

    A text is then not always cut in the same way, so that a model that learns from it sees its
    words in several spellings. What is drawn for a text depends on the seed and the text's number
    in the call: not on threads, and not on the other texts.

    Args:
        alpha: For Unigram (Kudo 2018): each way to cut a word is drawn with a probability in
            proportion to that of its pieces to the power of `alpha`. 0.1 and 0.2 are usual; 0.0
            makes all ways as likely.
        nbest_size: For Unigram: draw from so many of the best ways of each word only; None, 0 and
            -1: from all of them.
        dropout: For BPE (Provilkov et al. 2020): each merge is left out with this probability. 0.1
            is usual.
        seed: The same seed gives the same tokens; None for others in each call.
        first: The number of the first text: one that is encoded in parts gives, with the same seed,
            what it gives as a whole.

    Raises:
        TypeError, ValueError: An argument is no such number, or `alpha` and `dropout` are both
            given.

    Example:
        >>> import subword
        >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
        >>> drawn = subword.Sampling(dropout=0.5, seed=1)
        >>> tok.encode("lowest", sampling=drawn).ids == tok.encode("lowest", sampling=drawn).ids
        True
    """

    alpha: float | None = None
    nbest_size: int | None = None
    dropout: float | None = None
    seed: int | None = None
    first: int = 0

    def __post_init__(self) -> None:
        checked_sampling(self.alpha, self.nbest_size)
        if isinstance(self.dropout, bool) or not isinstance(self.dropout, int | float | None):
            raise TypeError(f"dropout must be a number or None, got {self.dropout!r:.80}")
        check_dropout(self.dropout)
        if self.dropout is not None and (self.alpha is not None or self.nbest_size is not None):
            raise ValueError(
                "dropout is for BPE, alpha and nbest_size are for Unigram: give one or the other, "
                f"got dropout={self.dropout}, alpha={self.alpha}, nbest_size={self.nbest_size}"
            )
        if self.seed is not None:
            checked_seed(self.seed)
        if not isinstance(self.first, int) or isinstance(self.first, bool):
            raise TypeError(f"first must be an int, got {self.first!r:.80}")
        if not 0 <= self.first < 1 << 63:
            raise ValueError(f"first must be at least 0 and less than 2**63, got {self.first}")

    @property
    def strength(self) -> tuple[Any, ...]:
        """What makes the model another one."""
        return self.alpha, self.nbest_size, self.dropout

    def model_like(self, model: Any) -> Any:
        """Return a model like another that draws as these arguments say.

        What is not given is as the model has it.

        Raises:
            ValueError: The arguments are for another kind of model.
        """
        kind = type(model).__name__
        if self.dropout is not None:
            if not isinstance(model, BPE):
                raise ValueError(f"dropout={self.dropout} needs a BPE model, this one is {kind}")
            return model.with_dropout(self.dropout)
        if self.alpha is None and self.nbest_size is None:
            return model
        if not isinstance(model, Unigram):
            raise ValueError(
                f"alpha={self.alpha}, nbest_size={self.nbest_size} need a Unigram model, this one "
                f"is {kind}"
            )
        alpha = model.alpha if self.alpha is None else self.alpha
        if alpha is None:
            raise ValueError(f"nbest_size={self.nbest_size} needs alpha, which is None")
        nbest_size = model.nbest_size if self.nbest_size is None else self.nbest_size
        return model.with_sampling(alpha, nbest_size)


@dataclass
class Stream:
    """The seed of a call, and the number of the next text in it."""

    seed: int
    next: int

    def take(self, count: int) -> int:
        """Return the number of the first of the next texts, and go on behind them."""
        first = self.next
        self.next += count
        return first
