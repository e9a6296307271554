"""WordPiece's decoder, and the clean-up of spaces that it shares with CTC's."""

from __future__ import annotations

from typing import ClassVar

from subword._core.component import REQUIRED
from subword.decoders.base import PerTokenDecoder

# What `cleanup` undoes of the way old tokenizers spaced English, in this order.
_CLEANUPS = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" do not", " don't"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def cleanup(text: str) -> str:
    """Remove the spaces before punctuation and English contractions."""
    for spaced, plain in _CLEANUPS:
        text = text.replace(spaced, plain)
    return text


class WordPiece(PerTokenDecoder):
    """Put a space before each token but those that continue a word, and drop the `##` of these.

    Args:
        prefix: What marks a token that continues a word.
        cleanup: Remove the space before punctuation again, token by token (so a rule that spans
            two tokens never applies).

    Example:
        >>> WordPiece().decode(["un", "##do", "it", "!"])
        'undo it!'
    """

    type_name = "WordPiece"
    fields: ClassVar = {"prefix": (str, REQUIRED), "cleanup": (bool, REQUIRED)}

    def __init__(self, prefix: str = "##", cleanup: bool = True) -> None:
        self.prefix, self.cleanup = prefix, cleanup

    def decode_token(self, is_first: bool, token: str) -> str:
        if not is_first:
            continues = token.startswith(self.prefix)
            token = token[len(self.prefix) :] if continues else " " + token
        return cleanup(token) if self.cleanup else token
