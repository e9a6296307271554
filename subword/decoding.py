"""Ids back to text: through the decoder, or a table of bytes where that says the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from subword import decoders
from subword._output import PieceTable
from subword.byte_alphabet import bytes_of
from subword.limits import LARGEST_TABLE
from subword.ragged import Ragged
from subword.vocabulary import Vocabulary


class TextMaker:
    """Decodes for one tokenizer.

    Args:
        vocabulary: Its tokens.
        decoder: Its decoder; None joins tokens with spaces.
    """

    def __init__(self, vocabulary: Vocabulary, decoder: decoders.Decoder | None) -> None:
        self.vocabulary = vocabulary
        self.decoder = decoder
        self._tables: dict[bool, PieceTable | None] = {}

    def _is_skipped(self, token: str) -> bool:
        return token in self.vocabulary.special

    def _piece(self, token: str) -> tuple[bytes, bytes] | None:
        """Return what a token becomes first in a text and elsewhere, None if more decides that."""
        if isinstance(self.decoder, decoders.ByteLevel):
            piece = bytes_of(token)
            return piece, piece
        if isinstance(self.decoder, decoders.WordPiece):
            return self.decoder.decode_chain([token])[0].encode(), self.decoder.decode_chain(
                ["", token]
            )[1].encode()
        return None

    def _table(self, skip_special_tokens: bool) -> PieceTable | None:
        if skip_special_tokens not in self._tables:
            self._tables[skip_special_tokens] = self._make_table(skip_special_tokens)
        return self._tables[skip_special_tokens]

    def _make_table(self, skip_special_tokens: bool) -> PieceTable | None:
        ids = self.vocabulary.as_dict().values()
        if (
            not isinstance(self.decoder, decoders.ByteLevel | decoders.WordPiece)
            or max(ids, default=0) >= LARGEST_TABLE
        ):
            return None
        tokens = [self.vocabulary.id_to_token(i) for i in range(max(ids, default=-1) + 1)]
        return PieceTable(
            [
                None
                if token is None or (skip_special_tokens and self._is_skipped(token))
                else self._piece(token)
                for token in tokens
            ]
        )

    def decode(self, ids: Sequence[int], skip_special_tokens: bool) -> str:
        """Return the text of one row of ids."""
        return self.decode_batch([ids], skip_special_tokens)[0]

    def _decode_tokens(self, ids: Iterable[int], skip_special_tokens: bool) -> str:
        tokens = [self.vocabulary.id_to_token(i) for i in ids]
        kept = [
            t for t in tokens if t is not None and not (skip_special_tokens and self._is_skipped(t))
        ]
        return self.decoder.decode(kept) if self.decoder is not None else " ".join(kept)

    def decode_batch(
        self, rows: Iterable[Sequence[int]] | Ragged, skip_special_tokens: bool
    ) -> list[str]:
        """Return the text of each row of ids."""
        table = self._table(skip_special_tokens)
        if not isinstance(rows, Ragged):
            rows = Ragged.from_rows(rows)
        if table is None:
            return [self._decode_tokens(row.tolist(), skip_special_tokens) for row in rows]
        texts: list[str] = table.decode_rows(rows.ids, rows.row_splits)
        return texts
