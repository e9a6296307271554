"""Ids back to text: by a table of bytes where that gives the same, else by the decoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from subword import decoders
from subword._core.limits import MAX_TABLE_IDS
from subword._core.records import record
from subword.decoders._byte_table import TokenByteTable
from subword.decoders.base import Decoder, PerTokenDecoder
from subword.decoders.incremental import REPLACEMENT_CHAR
from subword.results.ragged import Ragged
from subword.vocab.byte_alphabet import byte_of_token, bytes_of
from subword.vocab.vocabulary import Vocabulary

# (whether the token is at the edge of the text, token) -> text. The edge is the start of the text;
# for BPEDecoder it is the end.
TokenStep = Callable[[bool, str], str]

# The classes themselves: a subclass of one may do anything.
PER_TOKEN = (decoders.Metaspace, decoders.Replace, decoders.Strip, decoders.WordPiece)


@record
class DecodeTablePlan:
    """A decoder as a table can express it: steps that see one token, then how these are joined.

    Attributes:
        steps: What is done to each token, one after the other.
        depends_on_edge: Whether a token at the edge of a text gives another text.
        reads: What the results are read as: "text", "bytes" of the byte-level alphabet, or "runs"
            of tokens for bytes among text.
        edge_is_last: The edge is the last token of a text, not the first.
        strip: What is stripped off the whole text: a character, how many at the start and the end.
    """

    steps: tuple[TokenStep, ...]
    depends_on_edge: bool = False
    reads: str = "text"
    edge_is_last: bool = False
    strip: tuple[str, int, int] = (" ", 0, 0)


def table_plan(decoder: Decoder | None) -> DecodeTablePlan | None:
    """Return the plan of a decoder, None if no table gives the same texts."""
    if decoder is None:
        return DecodeTablePlan(
            (lambda is_first, token: token if is_first else " " + token,), depends_on_edge=True
        )
    parts = list(decoder.flat() if isinstance(decoder, decoders.Sequence) else [decoder])
    steps: list[TokenStep] = []
    depends_on_edge = edge_is_last = is_joined = False
    reads, strip = "text", (" ", 0, 0)
    while parts and isinstance(part := parts[0], PerTokenDecoder) and type(part) in PER_TOKEN:
        del parts[0]
        steps.append(part.decode_token)
        depends_on_edge |= isinstance(part, decoders.Metaspace | decoders.WordPiece)
    if parts and isinstance(parts[0], decoders.BPEDecoder) and not depends_on_edge:
        steps.append(parts[0].decode_token)
        parts.pop(0)
        depends_on_edge = edge_is_last = True
    elif parts and type(parts[0]) is decoders.ByteFallback:
        reads = "runs"
        parts.pop(0)
    elif parts and type(parts[0]) is decoders.ByteLevel:
        reads, is_joined = "bytes", True
        parts.pop(0)
    while parts and type(parts[0]) is decoders.Fuse:
        is_joined = True
        parts.pop(0)
    if is_joined and parts and isinstance(parts[0], decoders.Strip):
        if parts[0].content == REPLACEMENT_CHAR:
            return None  # the table strips before it replaces invalid bytes
        strip = parts[0].content, parts[0].start, parts[0].stop
        parts.pop(0)
    if parts:
        return None
    return DecodeTablePlan(tuple(steps), depends_on_edge, reads, edge_is_last, strip)


class TextDecoder:
    """Decodes for one tokenizer.

    Args:
        vocabulary: Its tokens.
        decoder: Its decoder; None joins tokens with spaces.
    """

    def __init__(self, vocabulary: Vocabulary, decoder: Decoder | None) -> None:
        self.vocabulary = vocabulary
        self.decoder = decoder
        self._tables: dict[bool, TokenByteTable | None] = {}

    def _is_skipped(self, token: str) -> bool:
        return token in self.vocabulary.special

    def _table(self, skip_special_tokens: bool) -> TokenByteTable | None:
        if skip_special_tokens not in self._tables:
            self._tables[skip_special_tokens] = self._make_table(skip_special_tokens)
        return self._tables[skip_special_tokens]

    def _make_table(self, skip_special_tokens: bool) -> TokenByteTable | None:
        highest = self.vocabulary.id_count - 1
        plan = table_plan(self.decoder)
        if plan is None or highest >= MAX_TABLE_IDS:
            return None
        tokens = [self.vocabulary.id_to_token(i) for i in range(highest + 1)]
        if skip_special_tokens:
            tokens = [None if t is None or self._is_skipped(t) else t for t in tokens]
        token_bytes, byte_runs = self._token_bytes(plan, tokens, False)
        edge_bytes, edge_runs = (
            self._token_bytes(plan, tokens, True) if plan.depends_on_edge else (None, byte_runs)
        )
        if byte_runs != edge_runs:
            return None
        return TokenByteTable(
            token_bytes,
            edge_bytes,
            edge_is_last=plan.edge_is_last,
            byte_runs=byte_runs,
            strip=plan.strip,
        )

    def _token_bytes(
        self, plan: DecodeTablePlan, tokens: Sequence[str | None], is_edge: bool
    ) -> tuple[list[bytes | None], list[int]]:
        """Return the bytes of each token, and the ids of those that are one byte of a run."""
        texts = [
            None if t is None else reduce(lambda text, step: step(is_edge, text), plan.steps, t)
            for t in tokens
        ]
        if plan.reads == "bytes":
            return [None if text is None else bytes_of(text) for text in texts], []
        token_bytes = [None if text is None else text.encode() for text in texts]
        byte_runs = []
        if plan.reads == "runs":
            for i, text in enumerate(texts):
                byte = byte_of_token(text) if text is not None and text[:3] == "<0x" else None
                if byte is not None:
                    token_bytes[i] = bytes([byte])
                    byte_runs.append(i)
        return token_bytes, byte_runs

    def decode(self, ids: Sequence[int], skip_special_tokens: bool) -> str:
        """Return the text of one row of ids."""
        return self.decode_batch([ids], skip_special_tokens)[0]

    def decode_tokens(self, ids: Iterable[int], skip_special_tokens: bool) -> str:
        """Return the text of one row of ids, made by the decoder: the slow twin of the table."""
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
            return [self.decode_tokens(row.tolist(), skip_special_tokens) for row in rows]
        texts: list[str] = table.decode_rows(rows.ids, rows.row_splits)
        return texts
