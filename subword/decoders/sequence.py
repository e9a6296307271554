"""Decoders, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as SequenceOf
from typing import Any, Self

from subword._core.checks import check_steps
from subword._core.component import get_field
from subword.decoders.base import Decoder, from_dict
from subword.decoders.byte_level import ByteLevel
from subword.decoders.fuse import Fuse
from subword.decoders.incremental import Chain, IncrementalDecoder, StripStart
from subword.decoders.strip import Strip


class Sequence(Decoder):
    """Decoders, one after the other.

    Args:
        decoders: In their order; each gets the texts that the one before returned.

    Raises:
        TypeError: One of them is no decoder.
    """

    type_name = "Sequence"

    def __init__(self, decoders: Iterable[Decoder]) -> None:
        self.decoders: tuple[Decoder, ...] = check_steps(Decoder, decoders)

    def decode_chain(self, tokens: SequenceOf[str]) -> list[str]:
        texts = list(tokens)
        for decoder in self.decoders:
            texts = decoder.decode_chain(texts)
        return texts

    def incremental_decoder(self) -> IncrementalDecoder | None:
        stages: list[IncrementalDecoder] = []
        is_joined = False  # the decoders that follow see one token, the whole text so far
        for decoder in self.flat():
            stage = decoder.incremental_decoder()
            if is_joined and isinstance(decoder, Strip) and decoder.stop == 0:
                stage = StripStart(decoder.content, decoder.start)
            elif stage is None or (is_joined and not isinstance(decoder, Fuse)):
                return None
            is_joined = is_joined or isinstance(decoder, (Fuse, ByteLevel))
            stages.append(stage)
        return Chain(stages)

    def flat(self) -> Iterator[Decoder]:
        """Yield the decoders, those of nested sequences in their place."""
        for decoder in self.decoders:
            if isinstance(decoder, Sequence):
                yield from decoder.flat()
            else:
                yield decoder

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "decoders": [decoder.to_dict() for decoder in self.decoders],
        }

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(from_dict(item) for item in get_field(config, "decoders", list))
