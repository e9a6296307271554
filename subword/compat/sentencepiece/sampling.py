"""What `SentencePieceProcessor` draws at random, and its lists of the best segmentations."""

from __future__ import annotations

import math
import random
from typing import Any

from subword.encode.sampling import Sampling
from subword.formats.sentencepiece_model import Algorithm, SentencePieceModel
from subword.tokenizer import Tokenizer

MAX_NBEST = 512
# Gives each call its seed.
_seeds = random.Random()


def SetRandomGeneratorSeed(seed: int) -> None:
    """Let the calls that follow draw what they drew after this seed before."""
    _seeds.seed(seed)


set_random_generator_seed = SetRandomGeneratorSeed


def sampling_of(model: SentencePieceModel, nbest_size: int | None, alpha: float | None) -> Sampling:
    """Return how one call draws at random.

    Raises:
        ValueError: An argument is missing, or `nbest_size` leaves nothing to draw from.
        RuntimeError: An argument is out of range, or the model has no sampling.
    """
    if nbest_size in (None, 0, 1) or alpha is None or nbest_size is None:
        raise ValueError(
            'When enable_sampling is True, We must specify "nbest_size > 1" or "nbest_size = -1", '
            'and "alpha". "nbest_size" is enabled only on unigram mode ignored in BPE-dropout. '
            'when "nbest_size = -1" , this method samples from all candidates on the lattice '
            "instead of nbest segmentations."
        )
    if not math.isfinite(alpha) or alpha < 0.0:
        raise RuntimeError(f"INTERNAL: alpha must be at least 0 and finite, got {alpha}")
    _check_count(nbest_size)
    seed = _seeds.getrandbits(64)
    if model.algorithm == Algorithm.UNIGRAM:
        return Sampling(alpha=alpha, nbest_size=max(nbest_size, -1), seed=seed)
    if model.algorithm == Algorithm.BPE:
        return Sampling(dropout=min(alpha, 1.0), seed=seed)
    raise RuntimeError("INTERNAL: SampleEncode is not available for the current model.")


def best_segmentations(
    tokenizer: Tokenizer, model: SentencePieceModel, text: str, count: int
) -> list[tuple[list[int], list[str]]]:
    """Return the ids of the best segmentations of a text, and the text that each id stands for.

    Raises:
        RuntimeError: The count is too large, or the model has no scores.
    """
    _check_count(count)
    if model.algorithm != Algorithm.UNIGRAM:
        raise RuntimeError("INTERNAL: NBestEncode is not available for the current model.")
    normalizer: Any = tokenizer.normalizer
    normalized = text if normalizer is None else normalizer.normalize_str(text)
    data = normalized.encode()
    unigram: Any = tokenizer.model
    if count == 1:
        ways = [unigram.tokenize_word(normalized)]
    else:
        ways = [tokens for tokens, _ in unigram.nbest(normalized, count)]
    return [
        ([token[0] for token in way], [data[start:end].decode() for _, start, end in way])
        for way in ways
    ]


def _check_count(count: int) -> None:
    if count > MAX_NBEST:
        raise RuntimeError(f"INTERNAL: nbest_size must be nbest_size <= {MAX_NBEST}")


class SampledProcessor:
    """The methods that name what is returned in their own name."""

    Encode: Any
    NBestEncode: Any

    def SampleEncodeAsPieces(
        self, input: Any, nbest_size: int | None = None, alpha: float | None = None, **options: Any
    ) -> Any:
        """Return pieces of a text, or of each of a list, drawn at random."""
        return self._sampled(str, input, nbest_size, alpha, options)

    def SampleEncodeAsIds(
        self, input: Any, nbest_size: int | None = None, alpha: float | None = None, **options: Any
    ) -> Any:
        """Return ids of a text, or of each of a list, drawn at random."""
        return self._sampled(int, input, nbest_size, alpha, options)

    def SampleEncodeAsNumpy(
        self, input: Any, nbest_size: int | None = None, alpha: float | None = None, **options: Any
    ) -> Any:
        """Return arrays of ids of a text, or of each of a list, drawn at random."""
        return self._sampled("numpy", input, nbest_size, alpha, options)

    def _sampled(
        self, kind: Any, input: Any, nbest_size: Any, alpha: Any, options: dict[str, Any]
    ) -> Any:
        return self.Encode(
            input=input,
            nbest_size=nbest_size,
            alpha=alpha,
            return_type=kind,
            enable_sampling=True,
            **options,
        )

    def NBestEncodeAsPieces(self, input: Any, nbest_size: int | None = None, **options: Any) -> Any:
        """Return the pieces of the best segmentations of a text, or of each of a list."""
        return self.NBestEncode(input=input, nbest_size=nbest_size, return_type=str, **options)

    def NBestEncodeAsIds(self, input: Any, nbest_size: int | None = None, **options: Any) -> Any:
        """Return the ids of the best segmentations of a text, or of each of a list."""
        return self.NBestEncode(input=input, nbest_size=nbest_size, return_type=int, **options)

    def NBestEncodeAsNumpy(self, input: Any, nbest_size: int | None = None, **options: Any) -> Any:
        """Return the same as arrays."""
        return self.NBestEncode(input=input, nbest_size=nbest_size, return_type="numpy", **options)

    sample_encode_as_pieces, sample_encode_as_ids = SampleEncodeAsPieces, SampleEncodeAsIds
    sample_encode_as_numpy, nbest_encode_as_numpy = SampleEncodeAsNumpy, NBestEncodeAsNumpy
    nbest_encode_as_pieces, nbest_encode_as_ids = NBestEncodeAsPieces, NBestEncodeAsIds
