"""Packed batches: the tokens of all texts one after the other, without padding.

`PackedLayout` says where each text lies among the T tokens; `PaddedBatch` turns a padded batch into
a packed one and puts results back. Letters in shapes are those of bert.py: B texts, T real tokens,
S tokens of the longest text, H heads. Names of fields are those of flash-attention.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class PackedLayout(NamedTuple):
    """Where each text lies among T packed tokens. Made once a batch, read by every layer.

    Attributes:
        cu_seqlens: (B + 1,) int32, first token of each text; the last entry is T.
        positions: (T,) int64, position of each token in its own text, from 0.
        padded_index: (T,) int64, index of each token in the padded (B, S) batch, flattened.
        max_seqlen: S.
        equal_length_runs: Neighbours of equal length as (first token, texts, length); empty unless
            the layout is on the CPU.
    """

    cu_seqlens: Tensor
    positions: Tensor
    padded_index: Tensor
    max_seqlen: int
    equal_length_runs: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, lengths: Sequence[int] | Tensor, device: torch.device) -> PackedLayout:
        """Lay out texts of the given lengths, in tokens.

        Raises:
            ValueError: No text at all, or a text of length 0.
        """
        sizes = torch.as_tensor(lengths, dtype=torch.int64, device="cpu")
        counts = sizes.tolist()
        if not counts or min(counts) < 1:
            empty = counts.index(min(counts)) if counts else "none given"
            raise ValueError(f"every text must have at least one token, got 0 in text {empty}")
        starts = F.pad(sizes.cumsum(0), (1, 0))
        text = torch.repeat_interleave(torch.arange(len(counts)), sizes)  # (T,)
        positions = torch.arange(int(starts[-1])) - starts[text]
        longest = max(counts)
        runs: list[tuple[int, int, int]] = []
        first = 0
        for size, run in itertools.groupby(counts):
            count = len(list(run))
            runs.append((first, count, size))
            first += count * size
        return cls(
            starts.to(device, torch.int32, non_blocking=True),
            positions.to(device, non_blocking=True),
            (text * longest + positions).to(device, non_blocking=True),
            longest,
            tuple(runs) if device.type == "cpu" else (),
        )

    def positions_of(self, counted: Tensor) -> Tensor:
        """Number the tokens of each text that are `counted`, (T,), from 0; the others get -1."""
        total = counted.cumsum(0)  # (T,)
        before = F.pad(total, (1, 0))[self.cu_seqlens[:-1].long()]  # (B,)
        text = self.padded_index // self.max_seqlen  # (T,)
        return (total - before[text]) * counted - 1

    def to_padded(self, packed: Tensor, fill: float = 0.0) -> Tensor:
        """Spread (T, ...) over a padded (B, S, ...), with `fill` on the padding."""
        batch = len(self.cu_seqlens) - 1
        padded = packed.new_full((batch * self.max_seqlen, *packed.shape[1:]), fill)
        padded = padded.index_copy(0, self.padded_index, packed)
        return padded.view(batch, self.max_seqlen, *packed.shape[1:])  # (B, S, ...)


class PaddedBatch:
    """The real tokens of a padded batch: how to pack it, and how to put results back.

    Texts are packed in order of length, which gives attention the longest runs.
    """

    def __init__(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        uncounted_id: int | None = None,
    ) -> None:
        """Find the real tokens: where the mask is not 0, or all of them without a mask.

        Args:
            input_ids: (B, S).
            attention_mask: (B, S), 1 for a real token and 0 for padding, at any position.
            uncounted_id: None where a token's position is its column; else the id that takes no
                position (it gets -1), and the other tokens of a row are numbered from 0.

        Raises:
            ValueError: Shapes that differ, or a text whose mask is all zeros.
        """
        if input_ids.dim() != 2:
            raise ValueError(f"input_ids must have shape (B, S), got {tuple(input_ids.shape)}")
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        if mask.shape != input_ids.shape:
            raise ValueError(
                f"attention_mask must have the shape of input_ids {tuple(input_ids.shape)}, "
                f"got {tuple(mask.shape)}"
            )
        self.shape = input_ids.shape
        self.mask = mask != 0
        lengths = self.mask.sum(1)  # (B,)
        if not len(lengths) or int(lengths.min()) == 0:
            raise ValueError(
                "attention_mask must keep at least one token of every text, got only zeros in "
                f"text {int(lengths.argmin()) if len(lengths) else 'none given'}"
            )
        self.order = lengths.argsort(stable=True)  # (B,): packed text i is row order[i]
        self.lengths: list[int] = lengths[self.order].tolist()
        text, self.columns = self.mask[self.order].nonzero(as_tuple=True)  # (T,) each
        self.index = self.order[text] * self.shape[1] + self.columns  # (T,) into B * S
        self.positions = self.columns
        if uncounted_id is not None:
            counted = input_ids != uncounted_id  # (B, S)
            self.positions = (counted.cumsum(1) * counted - 1).flatten()[self.index]

    def pack_inputs(
        self, input_ids: Tensor, token_type_ids: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Pick the real tokens' ids and token types: (B, S) -> (T,) each."""
        return input_ids.flatten()[self.index], self.pack(token_type_ids)

    def pack(self, padded: Tensor | None) -> Tensor | None:
        """Pick the real tokens: (B, S, ...) -> (T, ...)."""
        if padded is not None and padded.shape[:2] != self.shape:
            raise ValueError(
                f"expected the shape of input_ids {tuple(self.shape)}, got {tuple(padded.shape)}"
            )
        return None if padded is None else padded.flatten(0, 1)[self.index]

    def pack_texts(self, rows: Tensor | None) -> Tensor | None:
        """Bring one row a text, (B, ...), into the packed order."""
        return None if rows is None else rows[self.order]

    def pack_columns(self, columns: Tensor | None) -> Tensor | None:
        """Turn columns of the batch, (B,), into positions in their texts; -1 for padding."""
        if columns is None:
            return None
        position = self.mask.cumsum(1) - 1  # (B, S): real tokens before this column
        inside = columns.clamp(0, self.shape[1] - 1)[:, None]  # (B, 1)
        real = self.mask.gather(1, inside)[:, 0] & (columns == inside[:, 0])
        return self.pack_texts(position.gather(1, inside)[:, 0].where(real, -1))

    def unpack(self, packed: Tensor, fill: float = 0.0) -> Tensor:
        """Put tokens back: (T, ...) -> (B, S, ...), with `fill` on padding."""
        size, rest = self.shape.numel(), packed.shape[1:]
        padded = packed.new_full((size, *rest), fill).index_copy(0, self.index, packed)
        return padded.view(*self.shape, *rest)  # (B, S, ...)

    def unpack_texts(self, rows: Tensor) -> Tensor:
        """Put one row a text back into the order of the batch."""
        return torch.empty_like(rows).index_copy(0, self.order, rows)

    def unpack_weights(self, weights: Tensor) -> Tensor:
        """Put attention weights back: (B, H, S', S') of packed texts -> (B, H, S, S)."""
        batch, size = self.shape
        row = torch.arange(batch, device=weights.device).repeat_interleave(
            torch.tensor(self.lengths, device=weights.device)
        )  # (T,): packed text of each token
        by_query = weights.new_zeros(batch, weights.shape[1], size, weights.shape[3])
        position = torch.cat([torch.arange(n, device=weights.device) for n in self.lengths])
        by_query[row, :, self.columns] = weights[row, :, position]
        by_key = weights.new_zeros(batch, weights.shape[1], size, size)
        by_key[row, :, :, self.columns] = by_query[row, :, :, position]
        return self.unpack_texts(by_key)
