"""Decoders, as `tokenizers.decoders` names them."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from collections.abc import Sequence as SequenceOf
from typing import Any

from subword import decoders
from subword._regex.patterns import Regex
from subword.compat.tokenizers.base_stage import (
    HasPattern,
    HasSteps,
    IsCustom,
    Stage,
    check_bool,
    check_sequence,
    check_stages,
)
from subword.decoders import decode_stream


class Decoder(Stage):
    """What every decoder does."""

    def build(self, config: dict[str, Any]) -> Any:
        """Build the decoder of subword."""
        return decoders.from_dict(config)

    @staticmethod
    def custom(decoder: Any) -> Decoder:
        """Make a decoder of an object that is written in Python.

        Args:
            decoder: Has a method `decode_chain` that returns the texts of a list of tokens.
        """
        return _Custom(written=decoder)

    def decode(self, tokens: SequenceOf[str]) -> str:
        """Return the text of tokens."""
        given = check_sequence("tokens", tokens)
        if not all(isinstance(token, str) for token in given):
            raise TypeError("tokens must be a list of str")
        text: str = self.core.decode(given)
        return text


class _WithoutFields(Decoder):
    def __init__(self) -> None:
        super().__init__()


class _Custom(IsCustom, Decoder):
    @property
    def core(self) -> Any:
        return _CustomCore(self.written)


class _CustomCore(decoders.Decoder):
    """The decoder of subword that asks an object written in Python."""

    written: Any

    def __init__(self, written: Any) -> None:
        object.__setattr__(self, "written", written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _CustomCore) and other.written is self.written

    def __hash__(self) -> int:
        return id(self.written)

    def decode_chain(self, tokens: SequenceOf[str]) -> list[str]:
        return list(self.written.decode_chain(list(tokens)))

    def to_dict(self) -> dict[str, Any]:
        raise ValueError("Custom Decoder cannot be serialized")


class ByteFallback(_WithoutFields):
    """See `subword.decoders.ByteFallback`."""


class Fuse(_WithoutFields):
    """See `subword.decoders.Fuse`."""


class ByteLevel(Decoder):
    """See `subword.decoders.ByteLevel`."""

    def __init__(self) -> None:
        super().__init__(add_prefix_space=True, trim_offsets=True, use_regex=True)


class WordPiece(Decoder):
    """See `subword.decoders.WordPiece`."""

    def __init__(self, prefix: str = "##", cleanup: bool = True) -> None:
        super().__init__(prefix=prefix, cleanup=cleanup)


class BPEDecoder(Decoder):
    """See `subword.decoders.BPEDecoder`."""

    def __init__(self, suffix: str = "</w>") -> None:
        super().__init__(suffix=suffix)


class Metaspace(Decoder):
    """See `subword.decoders.Metaspace`."""

    def __init__(
        self, replacement: str = "▁", prepend_scheme: str = "always", split: bool = True
    ) -> None:
        super().__init__(replacement=replacement, prepend_scheme=prepend_scheme, split=split)

    def check(self) -> None:
        """Check the fields; a file may leave `split` out, code may not."""
        check_bool("split", self.split)
        super().check()


class Strip(Decoder):
    """See `subword.decoders.Strip`."""

    def __init__(self, content: str = " ", left: int = 0, right: int = 0) -> None:
        super().__init__(content=content, start=left, stop=right)


class CTC(Decoder):
    """See `subword.decoders.CTC`."""

    def __init__(
        self, pad_token: str = "<pad>", word_delimiter_token: str = "|", cleanup: bool = True
    ) -> None:
        super().__init__(
            pad_token=pad_token, word_delimiter_token=word_delimiter_token, cleanup=cleanup
        )


class Replace(HasPattern, Decoder):
    """See `subword.decoders.Replace`."""

    def __init__(self, pattern: str | Regex, content: str) -> None:
        super().__init__(pattern=pattern, content=content)


class Sequence(HasSteps, Decoder):
    """Decoders, one after the other."""

    steps = "decoders"

    def __init__(self, decoders: Iterable[Decoder]) -> None:
        super().__init__(decoders=check_stages(Decoder, decoders))

    @property
    def core(self) -> Any:
        """The decoder of subword."""
        if self.is_custom:
            return decoders.Sequence([step.core for step in self._fields["decoders"]])
        return super().core


class DecodeStream:
    """Decode ids as they come; see `subword.decoders.decode_stream.DecodeStream`.

    Args:
        ids: Ids that come before the stream.
        skip_special_tokens: Leave special tokens out.
    """

    def __init__(
        self, ids: SequenceOf[int] | None = None, skip_special_tokens: bool = False
    ) -> None:
        if ids is not None:
            if isinstance(ids, str) or not isinstance(ids, SequenceOf):
                raise TypeError(f"ids must be a list of int, got {type(ids).__name__}")
            ids = list(map(operator.index, ids))
        self._stream = decode_stream.DecodeStream(ids, skip_special_tokens)

    def step(self, tokenizer: Any, id: int | SequenceOf[int]) -> str | None:
        """Take the next id, or several; return the text they add, None when there is none yet."""
        return self._stream.step(tokenizer.core, id)
