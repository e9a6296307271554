"""`SentencePieceProcessor`, as `sentencepiece` 0.2.3 has it, over `Tokenizer.from_sentencepiece`.

Sampling and n-best segmentations are not there, nor results as protocol buffers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from subword.decoders import SentencePiece as SentencePieceDecoder
from subword.formats.json_files import errors_name
from subword.formats.sentencepiece import model_parts
from subword.formats.sentencepiece_model import Kind, SentencePieceModel, parse_model
from subword.tokenizer import Tokenizer

T = TypeVar("T")
RETURN_TYPES = (int, str, bytes, "numpy")
REFUSED_TYPES = ("proto", "serialized_proto", "offset_mapping")


class SentencePieceProcessor:
    """A SentencePiece model: texts to ids or pieces and back, with the answers of the original.

    Args:
        model_file: The .model file.
        model_proto: Its bytes, instead of a file.
        out_type: What `encode` returns: int for ids, str for pieces, bytes for pieces in UTF-8,
            "numpy" for an array of ids.
        add_bos, add_eos: Put the piece that begins, or ends, a text around it.
        reverse: Turn the pieces around, before these are added.
        emit_unk_piece: Write unknown pieces as the unknown piece, not as their text.
        enable_sampling, nbest_size, alpha: Not supported: sampling must stay off.
        num_threads: Threads for a list of texts; -1 for all cores.
        return_type: The newer name of `out_type`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is broken, or both `out_type` and `return_type` are given.

    Example:
        >>> sp = SentencePieceProcessor(model_file="spiece.model")  # doctest: +SKIP
        >>> sp.encode("Hello world", out_type=str)  # doctest: +SKIP
        ['▁Hello', '▁world']
    """

    def __init__(
        self,
        model_file: str | os.PathLike[str] | None = None,
        model_proto: bytes | None = None,
        out_type: Any = None,
        add_bos: bool = False,
        add_eos: bool = False,
        reverse: bool = False,
        emit_unk_piece: bool = False,
        enable_sampling: bool = False,
        nbest_size: int = -1,
        alpha: float = 0.1,
        num_threads: int = -1,
        return_type: Any = None,
    ) -> None:
        _refuse_sampling(enable_sampling)
        self._return_type = _return_type(return_type, out_type, int)
        self._add_bos, self._add_eos, self._reverse = add_bos, add_eos, reverse
        self._emit_unk_piece = emit_unk_piece
        self._num_threads = num_threads
        self._data = b""
        self._tokenizer: Tokenizer | None = None
        if model_file or model_proto:
            self.Load(model_file, model_proto)

    @classmethod
    def from_file(
        cls, model_file: str | os.PathLike[str], **options: Any
    ) -> SentencePieceProcessor:
        """Load a file; the options are those of the constructor."""
        return cls(model_file=model_file, **options)

    @classmethod
    def from_proto(cls, model_proto: bytes, **options: Any) -> SentencePieceProcessor:
        """Load the bytes of a file; the options are those of the constructor."""
        return cls(model_proto=model_proto, **options)

    def Load(
        self,
        model_file: str | os.PathLike[str] | None = None,
        model_proto: bytes | None = None,
    ) -> bool:
        """Load a file or its bytes."""
        if model_file and model_proto:
            raise ValueError("model_file and model_proto must be exclusive.")
        if model_proto:
            return self.LoadFromSerializedProto(model_proto)
        if model_file:
            return self.LoadFromFile(model_file)
        raise ValueError("Either model_file or model_proto must be specified.")

    def LoadFromFile(self, filename: str | os.PathLike[str]) -> bool:
        """Load a file."""
        data = Path(filename).read_bytes()
        with errors_name(filename):
            return self.LoadFromSerializedProto(data)

    def LoadFromSerializedProto(self, serialized: Any) -> bool:
        """Load the bytes of a file, or an object with `SerializeToString`."""
        if hasattr(serialized, "SerializeToString"):
            serialized = serialized.SerializeToString()
        self._tokenizer = Tokenizer(**model_parts(parse_model(serialized)))
        self._data = bytes(serialized)
        return True

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer that does the work.

        Raises:
            RuntimeError: No model has been loaded.
        """
        if self._tokenizer is None:
            raise RuntimeError("INTERNAL: Model is not initialized.")
        return self._tokenizer

    @property
    def _model(self) -> SentencePieceModel:
        model = self.tokenizer.sentencepiece
        if model is None:
            raise RuntimeError("INTERNAL: Model is not initialized.")
        return model

    # Texts to ids and back.

    def Encode(
        self,
        input: Any,
        add_bos: bool | None = None,
        add_eos: bool | None = None,
        reverse: bool | None = None,
        emit_unk_piece: bool | None = None,
        enable_sampling: bool | None = None,
        nbest_size: int | None = None,
        alpha: float | None = None,
        num_threads: int | None = None,
        thread_pool: object = None,
        return_type: Any = None,
        out_type: Any = None,
    ) -> Any:
        """Return the ids or pieces of a text, or of each of a list of texts.

        Args:
            input: A str, UTF-8, or a list of them.
            add_bos: As for the constructor, like the others; None for what was given there.
            add_eos: The same.
            reverse: The same.
            emit_unk_piece: The same.
            enable_sampling: Sampling must stay off.
            nbest_size: Not used.
            alpha: Not used.
            num_threads: As for the constructor.
            thread_pool: Not used.
            return_type: As for the constructor.
            out_type: Its older name.

        Raises:
            TypeError: A text is neither str nor bytes.
            ValueError: The model has no such piece to add, the type is not known, or bytes are not
                UTF-8 (the original puts U+FFFD in their place).
            NotImplementedError: Sampling is on.
        """
        _refuse_sampling(enable_sampling)
        kind = _return_type(return_type, out_type, self._return_type)
        texts = [_text(text) for text in (input if isinstance(input, list) else [input])]
        threads = self._num_threads if num_threads is None else num_threads
        if not isinstance(threads, int):
            raise TypeError("num_threads must be int")
        first, last = self._around(
            self._add_bos if add_bos is None else add_bos,
            self._add_eos if add_eos is None else add_eos,
        )
        emit = self._emit_unk_piece if emit_unk_piece is None else emit_unk_piece
        pieces = self._model.pieces
        rows: list[list[Any]]
        if kind in (str, bytes) and not emit:
            encodings = self.tokenizer.encode_batch(texts, threads=max(threads, 0) or None)
            rows = [encoding.tokens for encoding in encodings]
        else:
            rows = self.tokenizer.encode_lists(texts, threads=max(threads, 0) or None)
            if kind in (str, bytes):
                rows = [[pieces[i] for i in row] for row in rows]
        if self._reverse if reverse is None else reverse:
            rows = [row[::-1] for row in rows]
        if kind in (str, bytes):
            rows = [[*(pieces[i] for i in first), *row, *(pieces[i] for i in last)] for row in rows]
        elif first or last:
            rows = [[*first, *row, *last] for row in rows]
        found: list[Any] = rows
        if kind is bytes:
            found = [[str(piece).encode() for piece in row] for row in rows]
        elif kind == "numpy":
            found = [np.array(row, np.int32) for row in rows]
        return found if isinstance(input, list) else found[0]

    def EncodeAsPieces(self, input: Any, **options: Any) -> Any:
        """Return the pieces of a text, or of each of a list."""
        return self.Encode(input, return_type=str, **options)

    def EncodeAsIds(self, input: Any, **options: Any) -> Any:
        """Return the ids of a text, or of each of a list."""
        return self.Encode(input, return_type=int, **options)

    def EncodeAsNumpy(self, input: Any, **options: Any) -> Any:
        """Return the ids of a text, or of each of a list, as arrays."""
        return self.Encode(input, return_type="numpy", **options)

    def Decode(
        self,
        input: Any,
        return_type: Any = None,
        out_type: Any = None,
        num_threads: int | None = None,
        thread_pool: object = None,
    ) -> Any:
        """Return the text of ids or pieces, or of each of a list of lists.

        Args:
            input: An id, a piece, a list of either, or a list of such lists.
            return_type: str, or bytes for UTF-8.
            out_type: Its older name.
            num_threads: Not used.
            thread_pool: Not used.

        Raises:
            IndexError: There is no such id.
            ValueError: The type is not known.
        """
        kind = _return_type(return_type, out_type, str)
        if kind not in (str, bytes):
            raise ValueError(f"unknown return_type={kind} or input type")
        if input is None or (isinstance(input, str | bytes) and not input):
            input = []
        rows = input if _is_sequence(input) else [input]
        is_batch = len(rows) > 0 and _is_sequence(rows[0])
        texts = [self._decode_row(row) for row in (rows if is_batch else [rows])]
        found: list[Any] = texts if kind is str else [text.encode() for text in texts]
        return found if is_batch else found[0]

    def _decode_row(self, row: Sequence[Any]) -> str:
        tok = self.tokenizer
        if len(row) and isinstance(row[0], str | bytes):
            pieces = [piece.decode() if isinstance(piece, bytes) else piece for piece in row]
            decoder = cast(SentencePieceDecoder, tok.decoder)
            return "".join(decoder.decode_pieces(pieces, tok.model.vocab))
        ids = [self._checked(index) for index in row]
        return tok.decode(ids, skip_special_tokens=False)

    def DecodePieces(self, input: Any, return_type: Any = None, **options: Any) -> Any:
        """Return the text of pieces or ids."""
        return self.Decode(input, return_type, **options)

    DecodeIds = DecodePieces

    def Normalize(self, input: Any) -> Any:
        """Return a text, or each of a list, as the model sees it."""
        normalizer = self.tokenizer.normalizer
        texts = [_text(text) for text in (input if isinstance(input, list) else [input])]
        found = [text if normalizer is None else normalizer.normalize_str(text) for text in texts]
        return found if isinstance(input, list) else found[0]

    # The pieces.

    def GetPieceSize(self) -> int:
        """Return how many pieces there are."""
        return len(self._model.pieces)

    def PieceToId(self, piece: Any) -> Any:
        """Return the id of a piece, or of each of a list; that of the unknown piece if unknown."""
        vocab, unknown = self.tokenizer.model.vocab, self._model.unk_id
        missing = -1 if unknown is None else unknown
        return _each(piece, lambda one: vocab.get(_text(one), missing))

    def IdToPiece(self, id: Any) -> Any:
        """Return the piece of an id, or of each of a list."""
        return _each(id, lambda one: self._model.pieces[self._checked(one)])

    def GetScore(self, id: Any) -> Any:
        """Return the score of an id, or of each of a list."""
        return _each(id, lambda one: self._model.scores[self._checked(one)])

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

    def serialized_model_proto(self) -> bytes:
        """Return the bytes of the file."""
        return self._data

    def __len__(self) -> int:
        return self.GetPieceSize()

    def __getitem__(self, piece: Any) -> Any:
        return self.PieceToId(piece)

    def _checked(self, index: Any) -> int:
        if not 0 <= int(index) < len(self._model.pieces):
            raise IndexError("OUT_OF_RANGE: piece id is out of range.")
        return int(index)

    def _is(self, ids: Any, kind: Kind) -> Any:
        return _each(ids, lambda one: self._model.kinds[self._checked(one)] == kind)

    def _id_of(self, role: str, kind: Kind) -> int:
        index = self.tokenizer.model.vocab.get(self._model.trainer[role] or f"<{role[:3]}>", -1)
        return index if index >= 0 and self._model.kinds[index] == kind else -1

    def _around(self, add_bos: bool, add_eos: bool) -> tuple[list[int], list[int]]:
        """Return the ids that are put before and behind each text."""
        found = []
        for name, wanted, index in (("BOS", add_bos, self.bos_id), ("EOS", add_eos, self.eos_id)):
            if wanted and index() < 0:
                raise ValueError(
                    f"INVALID_ARGUMENT: {name} token is not defined as a control symbol in this "
                    "model."
                )
            found.append([index()] if wanted else [])
        return found[0], found[1]

    encode = tokenize = Tokenize = Encode
    decode = detokenize = Detokenize = Decode
    encode_as_pieces, encode_as_ids, encode_as_numpy = EncodeAsPieces, EncodeAsIds, EncodeAsNumpy
    decode_pieces, decode_ids, normalize = DecodePieces, DecodeIds, Normalize
    load, load_from_file = Load, LoadFromFile
    load_from_serialized_proto = LoadFromSerializedProto
    get_piece_size = piece_size = vocab_size = GetPieceSize
    piece_to_id, id_to_piece, get_score = PieceToId, IdToPiece, GetScore
    is_unknown, is_control, is_unused, is_byte = IsUnknown, IsControl, IsUnused, IsByte


def _each(given: Any, one: Callable[[Any], T]) -> Any:
    """Return the result for one value, or for each of a list."""
    return [one(value) for value in given] if isinstance(given, list) else one(given)


def _is_sequence(given: object) -> bool:
    return isinstance(given, Iterable) and not isinstance(given, str | bytes)


def _text(given: Any) -> str:
    if isinstance(given, str):
        return given
    if not isinstance(given, bytes):
        raise TypeError("Input must be str or bytes")
    return given.decode()


def _return_type(return_type: Any, out_type: Any, default: Any) -> Any:
    if out_type is not None and return_type is not None:
        raise ValueError("Cannot specify both out_type and return_type. Use return_type instead.")
    kind = out_type if return_type is None else return_type
    kind = default if kind is None else kind
    if kind in REFUSED_TYPES:
        raise NotImplementedError(f"return_type {kind!r} is not supported by subword")
    if kind not in RETURN_TYPES:
        raise ValueError(f"Invalid return_type: {kind}. Must be one of {RETURN_TYPES}")
    return kind


def _refuse_sampling(enabled: bool | None) -> None:
    if enabled:
        raise NotImplementedError("subword does not sample segmentations of a .model file")
