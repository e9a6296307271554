"""Masked tokens: which tokens of a batch BERT has to predict, and what replaces them.

`Masker` works on flat arrays of token ids (no padding, no text) and takes a
`numpy.random.Generator`, so a masked batch is a function of the batch and a seed.

Source: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", section 3.1;
whole-word masking as in the release notes of the original code.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.special_tokens import SPECIAL_TOKENS, special_id
from subword import Tokenizer

Int = NDArray[np.int64]


class Masked(NamedTuple):
    """A masked batch: `input_ids` (T,) to feed, `positions` (M,) to predict, `labels` (M,)."""

    input_ids: Int
    positions: Int
    labels: Int


class Masker:
    """Choose tokens to predict and hide them: 80 % [MASK], 10 % a random token, 10 % unchanged.

    Never more than `rate` of the ordinary tokens of a sequence are chosen, so a sequence of fewer
    than 1 / rate tokens has none. Special tokens are neither chosen nor used as random tokens.

    Args:
        vocab_size: Number of ids the model knows.
        mask_id: Id of [MASK].
        special_ids: Ids of every special token, [MASK] included or not.
        rate: Share of a sequence's ordinary tokens that may be chosen, in (0, 1].
        mask_share: Share of the chosen tokens replaced by [MASK].
        random_share: Share of the chosen tokens replaced by a random ordinary token.
        continues_word: (vocab_size,) true where the id continues the word before it (``##ing``).
            With it whole words are chosen; without it single tokens are.

    Raises:
        ValueError: If a share or an id is out of range.

    Example:
        >>> masker = Masker(100, mask_id=4, special_ids=[0, 1, 2, 3])
        >>> ids = np.array([2, *range(50, 70), 3])
        >>> out = masker(ids, np.array([22]), np.random.default_rng(0))
        >>> len(out.positions), bool((ids[out.positions] == out.labels).all())
        (3, True)
    """

    def __init__(
        self,
        vocab_size: int,
        mask_id: int,
        special_ids: Iterable[int],
        *,
        rate: float = 0.15,
        mask_share: float = 0.8,
        random_share: float = 0.1,
        continues_word: NDArray[np.bool_] | None = None,
    ) -> None:
        if not 0 < rate <= 1:
            raise ValueError(f"rate must be above 0 and at most 1, got {rate}")
        if min(mask_share, random_share) < 0 or mask_share + random_share > 1:
            raise ValueError(
                "mask_share and random_share must be at least 0 and sum to at most 1, "
                f"got {mask_share} and {random_share}"
            )
        special = sorted({*special_ids, mask_id})
        if special[0] < 0 or special[-1] >= vocab_size:
            raise ValueError(f"special ids must lie in 0..{vocab_size - 1}, got {special}")
        if continues_word is not None and continues_word.shape != (vocab_size,):
            raise ValueError(
                f"continues_word must have shape ({vocab_size},), got {continues_word.shape}"
            )
        self.rate = rate
        self.mask_id = mask_id
        self.mask_share = mask_share
        self.random_share = random_share
        self._ordinary = np.ones(vocab_size, np.bool_)
        self._ordinary[special] = False
        self._ordinary_ids = np.flatnonzero(self._ordinary)
        if not len(self._ordinary_ids):
            raise ValueError(f"all {vocab_size} ids are special: there is nothing to predict")
        self._continues_word = continues_word

    def choose(self, input_ids: Int, lengths: Int, rng: np.random.Generator) -> Int:
        """Choose the positions to predict.

        The words of a sequence come in random order; each is taken if it still fits in the
        sequence's budget, floor(rate * ordinary tokens).

        Args:
            input_ids: (T,) ids of all sequences, one after the other.
            lengths: (B,) number of tokens of each sequence; they sum to T.
            rng: Source of randomness.

        Returns:
            (M,) positions in `input_ids`, rising.

        Raises:
            ValueError: If the lengths do not sum to T or an id is not in the vocabulary.
        """
        if int(lengths.sum()) != len(input_ids):
            raise ValueError(
                f"lengths must sum to the number of ids {len(input_ids)}, got {int(lengths.sum())}"
            )
        if len(input_ids) and not 0 <= input_ids.min() <= input_ids.max() < len(self._ordinary):
            raise ValueError(
                f"ids must lie in 0..{len(self._ordinary) - 1}, "
                f"got {input_ids.min()}..{input_ids.max()}"
            )
        tokens = np.flatnonzero(self._ordinary[input_ids])  # positions that may be chosen
        if not len(tokens):
            return tokens
        sequence = np.repeat(np.arange(len(lengths)), lengths)[tokens]
        starts = np.ones(len(tokens), np.bool_)
        if self._continues_word is not None:
            starts = ~self._continues_word[input_ids[tokens]]
            # A word ends at a special token and at the end of its sequence, whatever follows.
            starts[0] = True
            starts[1:] |= (np.diff(tokens) > 1) | (np.diff(sequence) > 0)
        word = np.cumsum(starts) - 1  # (tokens,) word of each token
        word_size = np.bincount(word)
        word_sequence = sequence[starts]
        ordinary = np.bincount(sequence, minlength=len(lengths))  # (B,)
        budget = np.floor(self.rate * ordinary + 1e-9).astype(np.int64)
        order = np.lexsort((rng.random(len(word_size)), word_sequence))
        chosen = np.zeros(len(word_size), np.bool_)
        if len(word_size) == len(tokens):  # single tokens: the first `budget` of each sequence
            rank = np.arange(len(tokens)) - np.repeat(np.cumsum(ordinary) - ordinary, ordinary)
            chosen[order[rank < budget[sequence]]] = True
        else:
            chosen[_take_words(order, word_size, word_sequence, budget)] = True
        positions: Int = tokens[chosen[word]]
        return positions

    def __call__(self, input_ids: Int, lengths: Int, rng: np.random.Generator) -> Masked:
        """Choose positions and hide them.

        Args:
            input_ids: (T,) ids of all sequences, one after the other; left unchanged.
            lengths: (B,) number of tokens of each sequence.
            rng: Source of randomness.

        Returns:
            The masked ids, the chosen positions and the true ids at them.

        Raises:
            ValueError: As `choose`.
        """
        input_ids = np.asarray(input_ids, np.int64)
        positions = self.choose(input_ids, np.asarray(lengths, np.int64), rng)
        labels = input_ids[positions]
        draw = rng.random(len(positions))
        random_ids = self._ordinary_ids[rng.integers(len(self._ordinary_ids), size=len(positions))]
        hidden = np.where(draw < self.mask_share, self.mask_id, labels)
        swapped = (draw >= self.mask_share) & (draw < self.mask_share + self.random_share)
        masked = input_ids.copy()
        masked[positions] = np.where(swapped, random_ids, hidden)
        return Masked(masked, positions, labels)


def _take_words(order: Int, size: Int, sequence: Int, budget: Int) -> list[int]:
    """Go through the words in `order`; take each that its sequence's budget still allows."""
    left = budget.tolist()
    taken = []
    for word, tokens, of in zip(
        order.tolist(), size[order].tolist(), sequence[order].tolist(), strict=True
    ):
        if tokens <= left[of]:
            left[of] -= tokens
            taken.append(word)
    return taken


def make_masker(tokenizer: Tokenizer, *, rate: float = 0.15, whole_words: bool = False) -> Masker:
    """Make a masker for a vocabulary.

    Args:
        tokenizer: Knows the special tokens, and by ``##`` which tokens continue a word.
        rate: Share of the tokens to predict, at most.
        whole_words: Choose whole words.

    Raises:
        ValueError: If a special token is missing, or whole words are asked of a vocabulary whose
            tokens do not say which of them continue a word.
    """
    continues = None
    if whole_words:
        continues = np.zeros(tokenizer.vocab_size, np.bool_)
        continues[[i for token, i in tokenizer.get_vocab().items() if token.startswith("##")]] = (
            True
        )
        if not continues.any():
            raise ValueError("whole_words needs a WordPiece vocabulary, with tokens such as ##ing")
    return Masker(
        tokenizer.vocab_size,
        special_id(tokenizer, "[MASK]"),
        [special_id(tokenizer, token) for token in SPECIAL_TOKENS],
        rate=rate,
        continues_word=continues,
    )
