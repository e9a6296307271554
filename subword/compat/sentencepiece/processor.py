"""`SentencePieceProcessor`, as `sentencepiece` 0.2.3 has it, over `Tokenizer.from_sentencepiece`.

Decoding and n-best lists do not give the places of pieces. What is drawn at random has the
probabilities of the original, from random numbers of our own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from subword.compat.sentencepiece.pieces import Pieces, text_of
from subword.compat.sentencepiece.places import PlacedProcessor, placed
from subword.compat.sentencepiece.return_types import (
    PLACED_TYPES,
    return_type_of,
    without_places,
)
from subword.compat.sentencepiece.sampling import (
    SampledProcessor,
    best_segmentations,
    sampling_of,
)
from subword.decoders import SentencePiece as SentencePieceDecoder
from subword.formats.json_files import errors_name
from subword.formats.sentencepiece import model_parts
from subword.formats.sentencepiece_model import SentencePieceModel, parse_model
from subword.tokenizer import Tokenizer

AROUND_PLACES = (
    "UNIMPLEMENTED: add_bos, add_eos, reverse, and emit_unk_piece is not supported in proto API"
)


class SentencePieceProcessor(SampledProcessor, PlacedProcessor, Pieces):
    """A SentencePiece model: texts to ids or pieces and back, with the answers of the original.

    Args:
        model_file: The .model file.
        model_proto: Its bytes, instead of a file.
        out_type: What `encode` returns: int for ids, str for pieces, bytes for pieces in UTF-8,
            "numpy" for an array of ids, "offset_mapping" for a dict of ids, pieces and offsets,
            "proto" for a `SentencePieceText`, "serialized_proto" for its bytes.
        add_bos, add_eos: Put the piece that begins, or ends, a text around it.
        reverse: Turn the pieces around, before these are added.
        emit_unk_piece: Write unknown pieces as the unknown piece, not as their text.
        enable_sampling: Draw the pieces of a text at random.
        nbest_size: For a Unigram model: of so many of its best segmentations; -1 for all.
        alpha: For a Unigram model, what their probabilities are raised to; for BPE, the probability
            with which a merge is left out.
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
        self._enable_sampling, self._nbest_size, self._alpha = enable_sampling, nbest_size, alpha
        self._return_type = return_type_of(return_type, out_type, int)
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
    def model(self) -> SentencePieceModel:
        """What the file says.

        Raises:
            RuntimeError: No model has been loaded.
        """
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
        return_bytes: bool | None = None,
    ) -> Any:
        """Return the ids or pieces of a text, or of each of a list of texts.

        Args:
            input: A str, UTF-8, or a list of them.
            add_bos: As for the constructor, like the others; None for what was given there.
            add_eos: The same.
            reverse: The same.
            emit_unk_piece: The same.
            enable_sampling: The same.
            nbest_size: The same.
            alpha: The same.
            num_threads: As for the constructor.
            thread_pool: Not used.
            return_type: As for the constructor.
            out_type: Its older name.
            return_bytes: Whether an offset mapping counts bytes; None if the (first) text is bytes.

        Raises:
            TypeError: A text is neither str nor bytes.
            ValueError: The model has no such piece to add, the type is not known, or bytes are not
                UTF-8 (the original puts U+FFFD in their place); or sampling is on, and what it
                needs is not given.
            RuntimeError: Sampling is on, and the model cannot do it, or not with these numbers; or
                offsets are wanted with `add_bos`, `add_eos`, `reverse` or `emit_unk_piece`.
        """
        kind = return_type_of(return_type, out_type, self._return_type)
        if return_bytes is not None and kind != "offset_mapping":
            raise ValueError("return_bytes is only supported when return_type='offset_mapping'")
        sampling = None
        if self._enable_sampling if enable_sampling is None else enable_sampling:
            sampling = sampling_of(
                self.model,
                self._nbest_size if nbest_size is None else nbest_size,
                self._alpha if alpha is None else alpha,
            )
        texts = [text_of(text) for text in (input if isinstance(input, list) else [input])]
        threads = self._num_threads if num_threads is None else num_threads
        if not isinstance(threads, int):
            raise TypeError("num_threads must be int")
        using: dict[str, Any] = {"threads": max(threads, 0) or None, "sampling": sampling}
        add_bos = self._add_bos if add_bos is None else add_bos
        add_eos = self._add_eos if add_eos is None else add_eos
        reverse = self._reverse if reverse is None else reverse
        emit = self._emit_unk_piece if emit_unk_piece is None else emit_unk_piece
        if kind in PLACED_TYPES:
            if add_bos or add_eos or reverse or emit:
                raise RuntimeError(AROUND_PLACES)
            encodings = self.tokenizer.encode_batch(texts, **using)
            found = placed(input, encodings, self.model, kind, return_bytes)
            return found if isinstance(input, list) else found[0]
        first, last = self._around(add_bos, add_eos)
        pieces = self.model.pieces
        rows: list[list[Any]]
        if kind in (str, bytes) and not emit:
            rows = [encoding.tokens for encoding in self.tokenizer.encode_batch(texts, **using)]
        else:
            rows = self.tokenizer.encode_lists(texts, **using)
            if kind in (str, bytes):
                rows = [[pieces[i] for i in row] for row in rows]
        found = self._finished(rows, kind, reverse, first, last)
        return found if isinstance(input, list) else found[0]

    def _finished(
        self,
        rows: list[list[Any]],
        kind: Any,
        reverse: bool | None,
        first: list[int],
        last: list[int],
    ) -> list[Any]:
        """Return rows of ids or pieces as `kind` wants them, with those that are put around."""
        pieces = self.model.pieces
        if self._reverse if reverse is None else reverse:
            rows = [row[::-1] for row in rows]
        if kind in (str, bytes):
            rows = [[*(pieces[i] for i in first), *row, *(pieces[i] for i in last)] for row in rows]
        elif first or last:
            rows = [[*first, *row, *last] for row in rows]
        if kind is bytes:
            return [[str(piece).encode() for piece in row] for row in rows]
        if kind == "numpy":
            return [np.array(row, np.int32) for row in rows]
        return rows

    def NBestEncode(
        self,
        input: Any,
        add_bos: bool | None = None,
        add_eos: bool | None = None,
        reverse: bool | None = None,
        emit_unk_piece: bool | None = None,
        nbest_size: int | None = None,
        return_type: Any = None,
        out_type: Any = None,
    ) -> Any:
        """Return the best segmentations of a text, or of each of a list of texts, the best first.

        Args:
            input: A str, UTF-8, or a list of them.
            add_bos: As for the constructor, like the others; None for what was given there.
            add_eos: The same.
            reverse: The same.
            emit_unk_piece: The same.
            nbest_size: How many, at most 512; there may be fewer.
            return_type: As for the constructor.
            out_type: Its older name.

        Raises:
            RuntimeError: The model is no Unigram model, or `nbest_size` is too large.
        """
        kind = without_places(
            return_type_of(return_type, out_type, self._return_type), "NBestEncode"
        )
        count = max(self._nbest_size if nbest_size is None else nbest_size, 1)
        first, last = self._around(
            self._add_bos if add_bos is None else add_bos,
            self._add_eos if add_eos is None else add_eos,
        )
        emit = self._emit_unk_piece if emit_unk_piece is None else emit_unk_piece
        pieces, unknown = self.model.pieces, self.model.unk_id
        found = []
        for text in input if isinstance(input, list) else [input]:
            rows: list[list[Any]] = []
            for ids, shown in best_segmentations(self.tokenizer, self.model, text_of(text), count):
                if kind in (str, bytes):
                    as_text = [emit or i != unknown for i in ids]
                    given = zip(ids, shown, as_text, strict=True)
                    rows.append([pieces[i] if is_piece else s for i, s, is_piece in given])
                else:
                    rows.append(ids)
            found.append(self._finished(rows, kind, reverse, first, last))
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
        kind = without_places(return_type_of(return_type, out_type, str), "Decode")
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
        ids = [self.checked_id(index) for index in row]
        return tok.decode(ids, skip_special_tokens=False)

    def DecodePieces(self, input: Any, return_type: Any = None, **options: Any) -> Any:
        """Return the text of pieces or ids."""
        return self.Decode(input, return_type, **options)

    DecodeIds = DecodePieces

    def Normalize(self, input: Any) -> Any:
        """Return a text, or each of a list, as the model sees it."""
        normalizer = self.tokenizer.normalizer
        texts = [text_of(text) for text in (input if isinstance(input, list) else [input])]
        found = [text if normalizer is None else normalizer.normalize_str(text) for text in texts]
        return found if isinstance(input, list) else found[0]

    def serialized_model_proto(self) -> bytes:
        """Return the bytes of the file."""
        return self._data

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
    nbest_encode = NBestEncode
    decode = detokenize = Detokenize = Decode
    encode_as_pieces, encode_as_ids, encode_as_numpy = EncodeAsPieces, EncodeAsIds, EncodeAsNumpy
    decode_pieces, decode_ids, normalize = DecodePieces, DecodeIds, Normalize
    load, load_from_file = Load, LoadFromFile
    load_from_serialized_proto = LoadFromSerializedProto


def _is_sequence(given: object) -> bool:
    return isinstance(given, Iterable) and not isinstance(given, str | bytes)
