"""SentencePiece's .model files: the pieces, and what else is needed to use them; read and written.

The messages are those of sentencepiece_model.proto. What this library has no use for is kept as it
is in the file, so that a model is written with all of it.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from subword._core.atomic_file import atomic_file
from subword.formats.json_files import PathLike, errors_name
from subword.formats.wire import (
    BYTES,
    FIXED32,
    NAMES,
    VARINT,
    bytes_field,
    float_field,
    number_field,
    read_fields,
)
from subword.vocab.byte_alphabet import BYTE_TOKENS

MAX_PIECE_BYTES = 7999  # of a piece, as in the original


class Kind(IntEnum):
    """What a piece is for."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


class Algorithm(IntEnum):
    """What the pieces were trained by, and what splits texts into them."""

    UNIGRAM = 1
    BPE = 2
    WORD = 3
    CHAR = 4


# Fields of the specs: number -> (name, kind, default).
Spec = Mapping[int, tuple[str, int, Any]]
TRAINER: Spec = {
    3: ("model_type", VARINT, 1),
    24: ("treat_whitespace_as_suffix", VARINT, 0),
    35: ("byte_fallback", VARINT, 0),
    40: ("unk_id", VARINT, 0),
    44: ("unk_surface", BYTES, " \u2047 "),
    45: ("unk_piece", BYTES, "<unk>"),
    46: ("bos_piece", BYTES, "<s>"),
    47: ("eos_piece", BYTES, "</s>"),
    48: ("pad_piece", BYTES, "<pad>"),
}
NORMALIZER: Spec = {
    2: ("precompiled_charsmap", BYTES, b""),
    3: ("add_dummy_prefix", VARINT, 1),
    4: ("remove_extra_whitespaces", VARINT, 1),
    5: ("escape_whitespaces", VARINT, 1),
}
PIECES, TRAINER_SPEC, NORMALIZER_SPEC, SELF_TEST, DENORMALIZER_SPEC = 1, 2, 3, 4, 5
SPECS = {TRAINER_SPEC: "trainer_spec", NORMALIZER_SPEC: "normalizer_spec"} | {
    DENORMALIZER_SPEC: "denormalizer_spec"
}
FIRST_EXTENSION = 200  # fields from here on are anybody's


@dataclass(frozen=True)
class SentencePieceModel:
    """A .model file.

    Attributes:
        pieces: Of each id.
        scores: Of each id, 32-bit floats.
        kinds: Of each id, a `Kind`.
        trainer: Fields of the trainer's specification, by name.
        normalizer: Fields of the normalizer's.
        denormalizer: Fields of what decoded texts are normalized with, empty if there is none.
        rest: Everything but the pieces, as it is in the file.
    """

    pieces: Sequence[str]
    scores: Sequence[float]
    kinds: bytes
    trainer: Mapping[str, Any]
    normalizer: Mapping[str, Any]
    denormalizer: Mapping[str, Any]
    rest: bytes = field(repr=False)

    @property
    def algorithm(self) -> Algorithm:
        """What splits texts into the pieces."""
        return Algorithm(self.trainer["model_type"])

    @property
    def unk_id(self) -> int | None:
        """The id of the unknown piece."""
        index = self.kinds.find(Kind.UNKNOWN)
        return None if index < 0 else index

    def ids_of(self, *kinds: Kind) -> list[int]:
        """Return the ids of the pieces of some kinds, in order."""
        if not any(kind in self.kinds for kind in kinds):
            return []
        return [index for index, kind in enumerate(self.kinds) if kind in kinds]

    def of_kind(self, *kinds: Kind) -> list[str]:
        """Return the pieces of some kinds, in the order of their ids."""
        return [self.pieces[index] for index in self.ids_of(*kinds)]


def read_model(path: PathLike) -> SentencePieceModel:
    """Read a .model file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file, or holds what `sentencepiece` refuses; the message names the
            piece, or the byte.
    """
    data = Path(path).read_bytes()
    with errors_name(path):
        return parse_model(data)


def parse_model(data: bytes) -> SentencePieceModel:
    """Return what the bytes of a .model file say; errors as for `read_model`."""
    pieces: list[str] = []
    scores = array("f")
    kinds = bytearray()
    specs = dict.fromkeys(SPECS, b"")
    rest = bytearray()
    at = _read_usual_pieces(data, pieces, scores, kinds)
    for number, kind, value, first in read_fields(data, at, len(data)):
        if number == PIECES and kind == BYTES:
            with _errors_at(f"piece {len(pieces)}"):
                piece, score, type_ = _read_piece(data, *_span(value))
            pieces.append(piece)
            scores.append(score)
            kinds.append(type_)
        elif number in SPECS and kind == BYTES:
            start, end = _span(value)
            specs[number] += data[start:end]
            rest += bytes_field(number, data[start:end])
        elif number in (PIECES, *SPECS) or not (number == SELF_TEST or number >= FIRST_EXTENSION):
            raise ValueError(
                f"byte {first}: a model has no field {number} of the wire type {NAMES[kind]}"
            )
    trainer, normalizer, denormalizer = (
        _read_spec(SPECS[number], specs[number], known)
        for number, known in zip(SPECS, (TRAINER, NORMALIZER, NORMALIZER), strict=True)
    )
    if trainer["model_type"] not in list(Algorithm):
        raise ValueError(f"trainer_spec: model_type {trainer['model_type']} is not known")
    if trainer["byte_fallback"]:  # as in the original: other tools write a piece for the byte 0
        for index, piece in enumerate(pieces):
            if piece == "\0":
                kinds[index] = Kind.UNUSED
    found = SentencePieceModel(
        *(pieces, scores, bytes(kinds), trainer, normalizer),
        denormalizer if specs[DENORMALIZER_SPEC] else {},
        bytes(rest),
    )
    _check_pieces(found)
    return found


def model_of_pieces(
    pieces: Sequence[str], scores: Sequence[float], kinds: bytes
) -> SentencePieceModel:
    """Return a BPE model of pieces that come from another file, checked as one of a .model file.

    Args:
        pieces: Of each id.
        scores: Of each id.
        kinds: Of each id, a `Kind`; with pieces for bytes, unknown characters become these.
    """
    trainer = {name: default for name, _, default in TRAINER.values()}
    normalizer = {name: default for name, _, default in NORMALIZER.values()}
    trainer |= {"model_type": int(Algorithm.BPE), "byte_fallback": int(Kind.BYTE in kinds)}
    normalizer["remove_extra_whitespaces"] = 0
    model = SentencePieceModel(
        list(pieces), array("f", scores), kinds, trainer, normalizer, {}, b""
    )
    _check_pieces(model)
    return model


def model_of(model: SentencePieceModel | None) -> SentencePieceModel:
    """Return the model of a tokenizer; a ValueError if it has none."""
    if model is None:
        raise ValueError(
            "only a tokenizer that `Tokenizer.from_sentencepiece` made can be written as a .model "
            "file: the ids of another need not be those that `sentencepiece` gives"
        )
    return model


def write_model(path: PathLike, model: SentencePieceModel) -> None:
    """Write a .model file, which is whole or not there."""
    with atomic_file(path) as file:
        for piece, score, kind in zip(model.pieces, model.scores, model.kinds, strict=True):
            message = bytes_field(1, piece.encode()) + float_field(2, score)
            if kind != Kind.NORMAL:
                message += number_field(3, kind)
            file.write(bytes_field(PIECES, message))
        file.write(model.rest)


def _read_usual_pieces(
    data: bytes, pieces: list[str], scores: array[float], kinds: bytearray
) -> int:
    """Read pieces of up to 100 bytes, written as usual; return the byte of what comes next."""
    at, end, unpack = 0, len(data) - 128, struct.Struct("<f").unpack_from
    while at < end and data[at] == 0x0A and data[at + 2] == 0x0A:
        size, length = data[at + 1], data[at + 3]
        last = at + 4 + length
        if length > 100 or data[last] != 0x15 or size not in (length + 7, length + 9):
            break
        if size == length + 9 and (data[last + 5] != 0x18 or not 1 <= data[last + 6] <= 6):
            break
        try:
            pieces.append(data[at + 4 : last].decode())
        except UnicodeDecodeError:
            break
        scores.append(unpack(data, last + 1)[0])
        kinds.append(data[last + 6] if size == length + 9 else Kind.NORMAL)
        at += 2 + size
    return at


def _read_piece(data: bytes, start: int, end: int) -> tuple[str, float, int]:
    piece, score, type_ = b"", 0.0, int(Kind.NORMAL)
    for number, kind, value, first in read_fields(data, start, end):
        if (number, kind) == (1, BYTES):
            piece = data[slice(*_span(value))]
        elif (number, kind) == (2, FIXED32):
            score = struct.unpack_from("<f", data, first + 1)[0]
        elif (number, kind) == (3, VARINT):
            type_ = int(value) if isinstance(value, int) else 0
        elif number < FIRST_EXTENSION:
            raise ValueError(
                f"byte {first}: a piece has no field {number} of the wire type {NAMES[kind]}"
            )
    if type_ not in list(Kind):
        raise ValueError(f"its type must be one of 1 to 6, got {type_}")
    try:
        return piece.decode(), score, type_
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8: {error}") from None


def _read_spec(name: str, data: bytes, known: Spec) -> dict[str, Any]:
    """Return the fields of a specification; those that are not known may be of later versions."""
    found = {field_name: default for field_name, _, default in known.values()}
    with _errors_at(name):
        for number, kind, value, first in read_fields(data, 0, len(data)):
            if number not in known:
                continue
            field_name, wanted, default = known[number]
            if kind != wanted:
                raise ValueError(
                    f"byte {first}: {field_name} must be of the wire type {NAMES[wanted]}, got "
                    f"{NAMES[kind]}"
                )
            if kind == BYTES:
                found[field_name] = data[slice(*_span(value))]
                if isinstance(default, str):
                    found[field_name] = found[field_name].decode()
            else:
                found[field_name] = value
    return found


def _are_usual(model: SentencePieceModel) -> bool:
    """Say at once that a model is good. False: each piece has to be looked at."""
    pieces, kinds = model.pieces, model.kinds
    total = sum(model.scores)
    names = {pieces[index] for index in model.ids_of(Kind.BYTE)}
    return (
        0 < len(pieces) == len(set(pieces))
        and total - total == 0.0  # not if a score is not finite
        and "" not in pieces
        and "\0" not in "".join(pieces)
        and 4 * max(map(len, pieces)) <= MAX_PIECE_BYTES
        and kinds.count(Kind.UNKNOWN) == 1
        and names == (set(BYTE_TOKENS) if model.trainer["byte_fallback"] else set())
    )


def _check_pieces(model: SentencePieceModel) -> None:
    """Raise a ValueError for what the original refuses to load."""
    if _are_usual(model):
        return
    seen: set[tuple[bool, str]] = set()
    falls_back = bool(model.trainer["byte_fallback"])
    reserved = (Kind.CONTROL, Kind.UNKNOWN, Kind.BYTE)
    apart = model.algorithm != Algorithm.BPE
    unknown = -1
    for index, (piece, score, kind) in enumerate(
        zip(model.pieces, model.scores, model.kinds, strict=True)
    ):
        why = ""
        if score - score != 0.0:
            why = f"the score of {piece!r:.40} must be finite, got {score}"
        elif not piece:
            why = "a piece must not be empty"
        elif "\0" in piece:
            if piece == "\0" and kind == Kind.UNUSED:
                continue
            why = f"a piece must not hold a null character, got {piece!r:.40}"
        elif len(piece.encode()) > MAX_PIECE_BYTES:
            why = f"a piece has at most {MAX_PIECE_BYTES} bytes, {piece[:20]!r}... has more"
        elif kind == Kind.UNKNOWN and unknown >= 0:
            why = f"{piece!r:.40} is a second unknown piece, the first is piece {unknown}"
        elif kind == Kind.BYTE and not falls_back:
            why = f"{piece!r:.40} stands for a byte, but byte_fallback is false"
        elif kind == Kind.BYTE and piece not in BYTE_TOKENS:
            why = f"{piece!r:.40} is no byte, which are <0x00> to <0xFF>"
        key = (apart and kind in reserved, piece)
        if not why and key in seen:
            why = f"{piece!r:.40} is defined twice"
        if why:
            raise ValueError(f"piece {index}: {why}")
        seen.add(key)
        if kind == Kind.UNKNOWN:
            unknown = index
    if not model.pieces:
        raise ValueError("there are no pieces")
    if falls_back and (missing := set(BYTE_TOKENS) - set(model.of_kind(Kind.BYTE))):
        raise ValueError(f"byte_fallback is true, but there is no piece {min(missing)}")
    if unknown < 0 and not falls_back:
        raise ValueError("there is no unknown piece, and byte_fallback is false")


def _span(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (0, 0)


def _errors_at(place: str) -> Any:
    return errors_name(place)
