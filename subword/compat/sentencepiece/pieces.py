"""What `SentencePieceProcessor` says of the pieces of its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from subword.formats.sentencepiece_model import Kind, SentencePieceModel
from subword.tokenizer import Tokenizer

T = TypeVar("T")


def each(given: Any, one: Callable[[Any], T]) -> Any:
    """Return the result for one value, or for each of a list."""
    return [one(value) for value in given] if isinstance(given, list) else one(given)


def text_of(given: Any) -> str:
    """Return a str, or UTF-8 as one; TypeError if it is neither."""
    if isinstance(given, str):
        return given
    if not isinstance(given, bytes):
        raise TypeError("Input must be str or bytes")
    return given.decode()


class Pieces:
    """The methods of a processor that look at the pieces."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer that does the work."""
        raise NotImplementedError

    @property
    def model(self) -> SentencePieceModel:
        """What the file says."""
        raise NotImplementedError

    def GetPieceSize(self) -> int:
        """Return how many pieces there are."""
        return len(self.model.pieces)

    def PieceToId(self, piece: Any) -> Any:
        """Return the id of a piece, or of each of a list; that of the unknown piece if unknown."""
        vocab, unknown = self.tokenizer.model.vocab, self.model.unk_id
        missing = -1 if unknown is None else unknown
        return each(piece, lambda one: vocab.get(text_of(one), missing))

    def IdToPiece(self, id: Any) -> Any:
        """Return the piece of an id, or of each of a list."""
        return each(id, lambda one: self.model.pieces[self.checked_id(one)])

    def GetScore(self, id: Any) -> Any:
        """Return the score of an id, or of each of a list."""
        return each(id, lambda one: self.model.scores[self.checked_id(one)])

    def IsUnknown(self, id: Any) -> Any:
        """Say whether an id is that of the unknown piece."""
        return self._is(id, Kind.UNKNOWN)

    def IsControl(self, id: Any) -> Any:
        """Say whether an id is that of a control piece."""
        return self._is(id, Kind.CONTROL)

    def IsUnused(self, id: Any) -> Any:
        """Say whether an id is that of an unused piece."""
        return self._is(id, Kind.UNUSED)

    def IsByte(self, id: Any) -> Any:
        """Say whether an id is that of a byte."""
        return self._is(id, Kind.BYTE)

    def unk_id(self) -> int:
        """Return the id of the unknown piece, -1 if there is none."""
        return self._id_of("unk_piece", Kind.UNKNOWN)

    def bos_id(self) -> int:
        """Return the id of the piece that begins a text, -1 if there is none."""
        return self._id_of("bos_piece", Kind.CONTROL)

    def eos_id(self) -> int:
        """Return the id of the piece that ends a text, -1 if there is none."""
        return self._id_of("eos_piece", Kind.CONTROL)

    def pad_id(self) -> int:
        """Return the id of the padding, -1 if there is none."""
        return self._id_of("pad_piece", Kind.CONTROL)

    def __len__(self) -> int:
        return self.GetPieceSize()

    def __getitem__(self, piece: Any) -> Any:
        return self.PieceToId(piece)

    def checked_id(self, index: Any) -> int:
        """Return an id as an int; IndexError if it is none."""
        if not 0 <= int(index) < len(self.model.pieces):
            raise IndexError("OUT_OF_RANGE: piece id is out of range.")
        return int(index)

    def _is(self, ids: Any, kind: Kind) -> Any:
        return each(ids, lambda one: self.model.kinds[self.checked_id(one)] == kind)

    def _id_of(self, role: str, kind: Kind) -> int:
        index = self.tokenizer.model.vocab.get(self.model.trainer[role] or f"<{role[:3]}>", -1)
        return index if index >= 0 and self.model.kinds[index] == kind else -1

    get_piece_size = piece_size = vocab_size = GetPieceSize
    piece_to_id, id_to_piece, get_score = PieceToId, IdToPiece, GetScore
    is_unknown, is_control, is_unused, is_byte = IsUnknown, IsControl, IsUnused, IsByte
