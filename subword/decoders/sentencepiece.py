"""The decoder of SentencePiece models, which decodes as `sentencepiece` does."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import Any

from subword._core.checks import check_list
from subword._regex.patterns import Regex
from subword.decoders.base import Decoder
from subword.decoders.byte_fallback import ByteFallback
from subword.decoders.fuse import Fuse
from subword.decoders.incremental import REPLACEMENT_CHAR
from subword.decoders.replace import Replace
from subword.decoders.sequence import Sequence as DecoderSequence
from subword.decoders.strip import Strip
from subword.normalizers.base import TextNormalizer
from subword.vocab.byte_alphabet import BYTE_TOKENS

MARK = "\u2581"


class SentencePiece(Decoder):
    """Join pieces, with spaces for marks.

    Control pieces have no text. Bytes that are no character give one U+FFFD each.

    Args:
        control: The control pieces.
        unk_piece: The unknown piece, if there is one.
        unk_surface: Its text.
        add_dummy_prefix: The mark that begins the text stands for no space.
        remove_extra_whitespaces: No marks at the beginning of the text do.
        byte_fallback: Pieces like `<0x61>` are bytes.
        denormalizer: What the text is normalized with, if anything.

    Example:
        >>> SentencePiece(["<s>"]).decode(["<s>", "▁a", "▁b"])
        'a b'
    """

    def __init__(
        self,
        control: Iterable[str] = (),
        unk_piece: str | None = "<unk>",
        unk_surface: str = " \u2047 ",
        *,
        add_dummy_prefix: bool = True,
        remove_extra_whitespaces: bool = True,
        byte_fallback: bool = False,
        denormalizer: TextNormalizer | None = None,
    ) -> None:
        self.control = frozenset(check_list("control", control))
        self.unk_piece = unk_piece
        self.unk_surface = unk_surface
        self.add_dummy_prefix = add_dummy_prefix
        self.remove_extra_whitespaces = remove_extra_whitespaces
        self.byte_fallback = byte_fallback
        self.denormalizer = denormalizer
        self._bytes = dict(zip(BYTE_TOKENS, range(256), strict=True)) if byte_fallback else {}

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        return self.decode_pieces(tokens)

    def decode_pieces(
        self, tokens: Sequence[str], known: Container[str] | None = None
    ) -> list[str]:
        """Return the texts of pieces.

        Args:
            tokens: The pieces.
            known: The pieces that there are; any other is its own text, with its marks. None: all
                are known.
        """
        found: list[str] = []
        run = bytearray()
        strips = self.add_dummy_prefix or self.remove_extra_whitespaces
        begun = False  # there is text, or the mark before it has been left out
        for token in tokens:
            byte = self._bytes.get(token)
            if byte is not None:
                run.append(byte)
                continue
            if run:
                found += _characters(run)
                run.clear()
                begun = True
            if token in self.control:
                continue
            text = token.replace(MARK, " ")
            left_out = strips and not begun and token.startswith(MARK)
            if token == self.unk_piece:
                text = self.unk_surface
            elif known is not None and token not in known:
                text = token
            elif left_out:
                text = text[1:]
            found.append(text)
            begun = begun or bool(text) or (left_out and not self.remove_extra_whitespaces)
        found += _characters(run)
        if self.denormalizer is not None:
            return [self.denormalizer.normalize_str("".join(found))]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return what comes nearest in tokenizer.json: a sequence of its own decoders.

        It strips a space off the beginning whatever it comes from, and gives a U+FFFD for each byte
        of a run of bytes that is no text.

        Raises:
            ValueError: The model has a denormalizer.
        """
        if self.denormalizer is not None:
            raise ValueError("a tokenizer.json cannot express the denormalizer of a .model file")
        steps: list[Decoder] = []
        if self.unk_piece is not None:
            steps.append(_whole(self.unk_piece, self.unk_surface))
        steps += [_whole(piece, "") for piece in sorted(self.control)]
        steps.append(Replace(MARK, " "))
        steps += [ByteFallback()] if self.byte_fallback else []
        steps.append(Fuse())
        if self.add_dummy_prefix or self.remove_extra_whitespaces:
            steps.append(Strip(" ", 1, 0))
        return DecoderSequence(steps).to_dict()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SentencePiece) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.control, self.unk_piece, self.unk_surface))

    def __repr__(self) -> str:
        return f"SentencePiece({len(self.control)} control pieces)"


def _whole(token: str, text: str) -> Replace:
    return Replace(Regex(rf"\A{re.escape(token)}\z"), text)


def _characters(run: bytearray) -> list[str]:
    """Return the characters of bytes; a byte that belongs to none is one U+FFFD."""
    text = bytes(run).decode("utf-8", "surrogateescape")
    return ["".join(REPLACEMENT_CHAR if "\udc80" <= c <= "\udcff" else c for c in text)]
