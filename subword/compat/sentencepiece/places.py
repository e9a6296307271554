"""Pieces with their places in the text: `SentencePieceText` and offset mappings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from subword.compat.sentencepiece.pieces import each, text_of
from subword.compat.sentencepiece.return_types import return_type_of
from subword.formats.sentencepiece_model import Kind, SentencePieceModel
from subword.formats.wire import bytes_field, number_field
from subword.results.encoding import Encoding

BYTE_PIECE = re.compile("<0x([0-9A-F]{2})>")


@dataclass
class Piece:
    """A piece of a text.

    Attributes:
        piece: The piece; an unknown one as its text.
        id: Its id.
        surface: What it stands for in the text.
        begin, end: Its bytes in the text in UTF-8, [begin, end).
    """

    piece: str
    id: int
    surface: str
    begin: int
    end: int


@dataclass
class SentencePieceText:
    r"""A text and its pieces, with the fields of sentencepiece's message of this name.

    Attributes:
        text: The text.
        pieces: Its pieces, each beginning where the last one ends.

    Example:
        >>> text = SentencePieceText("a", [Piece("▁a", 5, "a", 0, 1)])
        >>> text.SerializeToString()[:4]
        b'\n\x01a\x12'
    """

    text: str
    pieces: list[Piece] = field(default_factory=list)

    def SerializeToString(self) -> bytes:
        """Return the message in the wire format of protocol buffers."""
        parts = [bytes_field(1, self.text.encode())]
        left = 0  # bytes of a character that are pieces: only the last of them has a surface
        for piece in self.pieces:
            byte = BYTE_PIECE.fullmatch(piece.piece)
            value = int(byte[1], 16) if byte else 0
            if 0x80 <= value < 0xC0:
                left -= 1
            else:
                left = (value >= 0xC0) + (value >= 0xE0) + (value >= 0xF0)
            message = (
                bytes_field(1, piece.piece.encode())
                + number_field(2, piece.id)
                + (b"" if left > 0 else bytes_field(3, piece.surface.encode()))
                + number_field(4, piece.begin)
                + number_field(5, piece.end)
            )
            parts.append(bytes_field(2, message))
        return b"".join(parts)


def placed(
    given: Any, encodings: list[Encoding], model: SentencePieceModel, kind: str, in_bytes: Any
) -> list[Any]:
    """Return texts that were encoded as `kind`, one of `PLACED_TYPES`.

    Args:
        given: The text, or the list of texts, as str or in UTF-8.
        encodings: Their pieces.
        model: That of the pieces.
        kind: What to return.
        in_bytes: Offset mappings count bytes and hold pieces in UTF-8; None: if the first text is
            given so.
    """
    texts = given if isinstance(given, list) else [given]
    if in_bytes is None:
        in_bytes = bool(texts) and isinstance(texts[0], bytes)
    found: list[Any] = []
    for text, encoding in zip(map(text_of, texts), encodings, strict=True):
        spans = _spans(encoding, model)
        if kind != "offset_mapping":
            message = _message(text, encoding, spans)
            found.append(message.SerializeToString() if kind == "serialized_proto" else message)
            continue
        pieces: list[Any] = encoding.tokens
        if in_bytes:
            at = _byte_places(text)
            spans = [(at[start], at[end]) for start, end in spans]
            pieces = [piece.encode() for piece in pieces]
        found.append({"ids": encoding.ids, "pieces": pieces, "offsets": spans})
    return found


def _message(text: str, encoding: Encoding, spans: list[tuple[int, int]]) -> SentencePieceText:
    at = _byte_places(text)
    rows = zip(encoding.tokens, encoding.ids, spans, strict=True)
    pieces = [Piece(piece, i, text[a:b], at[a], at[b]) for piece, i, (a, b) in rows]
    return SentencePieceText(text, pieces)


def _spans(encoding: Encoding, model: SentencePieceModel) -> list[tuple[int, int]]:
    """Return the characters of each piece; nothing of the text lies between two pieces.

    Of the bytes of a character the last one stands for it.
    """
    given = encoding.offsets
    ids = encoding.ids
    found = []
    for i, (start, end) in enumerate(given):
        following = given[i + 1][0] if i + 1 < len(given) else end
        is_byte = model.kinds[ids[i]] == Kind.BYTE
        if is_byte and i + 1 < len(given) and given[i + 1] == given[i]:
            following = start
        found.append((start, following))
    return found


def _byte_places(text: str) -> list[int]:
    """Return the byte at which each character begins in UTF-8, and where the last one ends."""
    return [0, *accumulate(len(character.encode()) for character in text)]


class PlacedProcessor:
    """The methods of a processor that ask for the places of pieces, or for threads for one text."""

    Encode: Any
    _return_type: Any
    _num_threads: Any

    def EncodeAsProto(self, input: Any, **options: Any) -> Any:
        """Return a text, or each of a list, as `SentencePieceText`."""
        return self.Encode(input, return_type="proto", **options)

    def EncodeAsOffsetMapping(self, input: Any, **options: Any) -> Any:
        """Return the ids, pieces and offsets of a text, or of each of a list, as a dict."""
        return self.Encode(input, return_type="offset_mapping", **options)

    def SampleEncodeAsProto(
        self, input: Any, nbest_size: int | None = None, alpha: float | None = None, **options: Any
    ) -> Any:
        """Return a text, or each of a list, in pieces drawn at random."""
        options |= {"nbest_size": nbest_size, "alpha": alpha, "enable_sampling": True}
        return self.Encode(input, return_type="proto", **options)

    def ParallelEncode(
        self,
        input: Any,
        add_bos: bool | None = None,
        add_eos: bool | None = None,
        reverse: bool | None = None,
        emit_unk_piece: bool | None = None,
        chunk_len: int | None = None,
        num_threads: int | None = None,
        thread_pool: object = None,
        return_type: Any = None,
        out_type: Any = None,
    ) -> Any:
        """Return what `Encode` returns without sampling, for long texts.

        Args:
            input: A str, UTF-8, or a list of them.
            add_bos: As for `Encode`.
            add_eos: The same.
            reverse: The same.
            emit_unk_piece: The same.
            chunk_len: How long a part for a thread is at least: checked, and not needed.
            num_threads: As for `Encode`.
            thread_pool: The same.
            return_type: The same.
            out_type: The same.

        Raises:
            TypeError, ValueError, RuntimeError: As for `Encode`; or `chunk_len` is not positive, or
                an offset mapping is asked for.
        """
        kind = return_type_of(return_type, out_type, self._return_type)
        threads = self._num_threads if num_threads is None else num_threads
        if not isinstance(threads, int):
            raise TypeError("num_threads must be int")
        if not isinstance(chunk_len, int) or chunk_len <= 0:
            raise ValueError("chunk_len must be positive.")
        if kind == "offset_mapping":
            raise ValueError(f"unknown return_type={kind}")
        around = {"add_bos": add_bos, "add_eos": add_eos, "reverse": reverse}
        return each(
            input,
            lambda text: self.Encode(
                text_of(text),
                **around,
                emit_unk_piece=emit_unk_piece,
                enable_sampling=False,
                num_threads=threads,
                return_type=kind,
            ),
        )

    def ParallelEncodeAsPieces(self, input: Any, **options: Any) -> Any:
        """Return the pieces of a text, or of each of a list."""
        return self.ParallelEncode(input, return_type=str, **options)

    def ParallelEncodeAsIds(self, input: Any, **options: Any) -> Any:
        """Return the ids of a text, or of each of a list."""
        return self.ParallelEncode(input, return_type=int, **options)

    def ParallelEncodeAsNumpy(self, input: Any, **options: Any) -> Any:
        """Return the ids of a text, or of each of a list, as arrays."""
        return self.ParallelEncode(input, return_type="numpy", **options)

    def ParallelEncodeAsProto(self, input: Any, **options: Any) -> Any:
        """Return a text, or each of a list, as `SentencePieceText`."""
        return self.ParallelEncode(input, return_type="proto", **options)

    encode_as_proto, encode_as_offset_mapping = EncodeAsProto, EncodeAsOffsetMapping
    sample_encode_as_proto = SampleEncodeAsProto
    parallel_encode, parallel_encode_as_pieces = ParallelEncode, ParallelEncodeAsPieces
    parallel_encode_as_ids, parallel_encode_as_numpy = ParallelEncodeAsIds, ParallelEncodeAsNumpy
    parallel_encode_as_proto = ParallelEncodeAsProto
