"""The best ways to encode a text, with special tokens around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from subword.encode.text_encoder import TextEncoder
from subword.model_inputs.padded_encodings import padded_encodings
from subword.processors.base import PostProcessor
from subword.results.encoding import Encoding


class _Encoded:
    """Texts that are encoded already."""

    def __init__(self, encodings: list[Encoding], post_processor: PostProcessor | None) -> None:
        self.encodings = encodings
        self.post_processor = post_processor

    def encode_texts(self, texts: Iterable[str], threads: int | None) -> list[Encoding]:
        """Return what was given."""
        return self.encodings

    def encode_words(self, words: Sequence[str]) -> Encoding:
        """Not asked for."""
        raise NotImplementedError


def best_encodings(
    text_encoder: TextEncoder, text: str, count: int, add_special_tokens: bool
) -> list[tuple[Encoding, float]]:
    """Return the best encodings of a text with their scores; see `IdEncoder.encode_nbest`."""
    found = text_encoder.encode_nbest(text, count)
    encoded = _Encoded([encoding for encoding, _ in found], text_encoder.post_processor)
    rows = padded_encodings(encoded, [(text,)] * len(found), add_special_tokens=add_special_tokens)
    return [(row, score) for row, (_, score) in zip(rows, found, strict=True)]
