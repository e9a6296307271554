"""The decoder of models trained with CTC: repeated tokens collapse, blanks vanish."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from subword._core.component import REQUIRED
from subword.decoders.base import Decoder
from subword.decoders.incremental import CollapseRepeats, IncrementalDecoder
from subword.decoders.wordpiece import cleanup


class CTC(Decoder):
    """Collapse repeated tokens and drop the blanks, as models trained with CTC need it.

    Args:
        pad_token: The blank.
        word_delimiter_token: What stands for a space.
        cleanup: Remove spaces before punctuation, and read the delimiter as a space.

    Example:
        >>> CTC().decode(["h", "h", "<pad>", "i", "|", "|", "y", "o", "<pad>", "o"])
        'hi yoo'
    """

    type_name = "CTC"
    fields: ClassVar = {
        "pad_token": (str, REQUIRED),
        "word_delimiter_token": (str, REQUIRED),
        "cleanup": (bool, REQUIRED),
    }

    def __init__(
        self, pad_token: str = "<pad>", word_delimiter_token: str = "|", cleanup: bool = True
    ) -> None:
        self.pad_token, self.word_delimiter_token = pad_token, word_delimiter_token
        self.cleanup = cleanup

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        texts = (self._decode_token(token) for token, _ in groupby(tokens))
        return [text for text in texts if text]

    def _decode_token(self, token: str) -> str:
        token = token.replace(self.pad_token, "")
        return cleanup(token).replace(self.word_delimiter_token, " ") if self.cleanup else token

    def incremental_decoder(self) -> IncrementalDecoder:
        return CollapseRepeats(self._decode_token)
