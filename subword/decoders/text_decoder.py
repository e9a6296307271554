"""Ids back to text: through the decoder, or a table of bytes where that says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from subword import decoders
from subword._core.limits import LARGEST_TABLE
from subword.decoders._byte_table import PieceTable
from subword.decoders.base import Decoder, PerToken
from subword.results.ragged import Ragged
from subword.vocab.byte_alphabet import byte_of_token, bytes_of
from subword.vocab.vocabulary import Vocabulary

# What a decoder makes of a token at the edge of a text (its start; its end for BPEDecoder) or not.
Step = Callable[[bool, str], str]

PER_TOKEN = (decoders.Metaspace, decoders.Replace, decoders.Strip, decoders.WordPiece)


@dataclass(frozen=True)
class Plan:
    """A decoder as far as a table can say it: steps that see one token, then how they are joined.

    Attributes:
        steps: What is done to each token.
        edged: Whether the edge of a text makes a difference to them.
        reads: What the results are read as: "text", "bytes" of the byte alphabet, or "runs" of
            tokens for bytes among text.
        at_end: The edge is the end of a text.
        strip: What is stripped off the whole text: a character, how many at the start and the end.
    """

    steps: tuple[Step, ...]
    edged: bool = False
    reads: str = "text"
    at_end: bool = False
    strip: tuple[str, int, int] = (" ", 0, 0)


def plan_of(decoder: Decoder | None) -> Plan | None:
    """Return the plan of a decoder, None if no table says the same."""
    if decoder is None:
        return Plan((lambda first, token: token if first else " " + token,), edged=True)
    parts = list(decoder.flat() if isinstance(decoder, decoders.Sequence) else [decoder])
    steps: list[Step] = []
    edged = at_end = joined = False
    reads, strip = "text", (" ", 0, 0)
    while parts and isinstance(part := parts[0], PerToken) and type(part) in PER_TOKEN:
        del parts[0]
        steps.append(part.piece)
        edged = edged or isinstance(part, decoders.Metaspace | decoders.WordPiece)
    if parts and isinstance(parts[0], decoders.BPEDecoder) and not edged:
        steps.append(parts[0].piece)
        parts.pop(0)
        edged = at_end = True
    elif parts and type(parts[0]) is decoders.ByteFallback:
        reads = "runs"
        parts.pop(0)
    elif parts and type(parts[0]) is decoders.ByteLevel:
        reads, joined = "bytes", True
        parts.pop(0)
    while parts and type(parts[0]) is decoders.Fuse:
        joined = True
        parts.pop(0)
    if joined and parts and isinstance(parts[0], decoders.Strip) and parts[0].content != "\ufffd":
        strip = parts[0].content, parts[0].start, parts[0].stop
        parts.pop(0)
    return None if parts else Plan(tuple(steps), edged, reads, at_end, strip)


class TextMaker:
    """Decodes for one tokenizer.

    Args:
        vocabulary: Its tokens.
        decoder: Its decoder; None joins tokens with spaces.
    """

    def __init__(self, vocabulary: Vocabulary, decoder: Decoder | None) -> None:
        self.vocabulary = vocabulary
        self.decoder = decoder
        self._tables: dict[bool, PieceTable | None] = {}

    def _is_skipped(self, token: str) -> bool:
        return token in self.vocabulary.special

    def _table(self, skip_special_tokens: bool) -> PieceTable | None:
        if skip_special_tokens not in self._tables:
            self._tables[skip_special_tokens] = self._make_table(skip_special_tokens)
        return self._tables[skip_special_tokens]

    def _make_table(self, skip_special_tokens: bool) -> PieceTable | None:
        highest = max(self.vocabulary.as_dict().values(), default=-1)
        plan = plan_of(self.decoder)
        if plan is None or highest >= LARGEST_TABLE:
            return None
        tokens = [self.vocabulary.id_to_token(i) for i in range(highest + 1)]
        if skip_special_tokens:
            tokens = [None if t is None or self._is_skipped(t) else t for t in tokens]
        pieces, runs = self._pieces(plan, tokens, False)
        edges, edge_runs = self._pieces(plan, tokens, True) if plan.edged else (None, runs)
        if runs != edge_runs:
            return None
        return PieceTable(pieces, edges, at_end=plan.at_end, runs=runs, strip=plan.strip)

    def _pieces(
        self, plan: Plan, tokens: Sequence[str | None], edge: bool
    ) -> tuple[list[bytes | None], list[int]]:
        """Return what each token becomes, and the ids of those that are one byte of a run."""
        texts = [
            None if t is None else reduce(lambda piece, step: step(edge, piece), plan.steps, t)
            for t in tokens
        ]
        if plan.reads == "bytes":
            return [None if text is None else bytes_of(text) for text in texts], []
        pieces = [None if text is None else text.encode() for text in texts]
        runs = []
        if plan.reads == "runs":
            for i, text in enumerate(texts):
                byte = byte_of_token(text) if text is not None and text[:3] == "<0x" else None
                if byte is not None:
                    pieces[i] = bytes([byte])
                    runs.append(i)
        return pieces, runs

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
