"""What vectors of texts are trained on: the encoder with its pooling, batches and their loss.

The loss of a batch compares all of its texts, so it cannot be cut into parts. Their activations
need not be kept, though: texts are run some at a time, only their vectors stay, and each part runs
once more, with the same dropout, when its gradient is known. So a batch of thousands takes little
more memory than one part of it (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size
under Memory Limited Setup").
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from bert_min.embedding.after_pooling import AfterPooling
from bert_min.embedding.pooling import Pooling, pool
from bert_min.model.bert import BertModel
from bert_min.tasks.embedding_losses import cosent_loss, in_batch_loss, over_widths
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.text_groups import TextGroups
from bert_min.text.batch import Batch, length_batches
from bert_min.text.flat_rows import ranges_index
from bert_min.text.tokenize import encode_texts
from bert_min.text.tokenizers import Tokenizer
from bert_min.training.identity import digest
from bert_min.training.objective import LossTerm, to_device

Int = NDArray[np.int64]
# The columns of the labels of a text: its example, its place there (0 the first text, 1 what
# belongs to it, then others), its number among all different texts, the score of its example.
EXAMPLE, PLACE, TEXT, SCORE = range(4)


class TextVectors(nn.Module):
    """An encoder, its pooling, and the modules after it: packed texts -> (B, E)."""

    def __init__(self, encoder: BertModel, pooling: Pooling, after: AfterPooling | None) -> None:
        """Put the parts together."""
        super().__init__()
        self.encoder, self.pooling, self.after = encoder, pooling, after

    def forward(self, ids: Tensor, lengths: list[int]) -> Tensor:
        """Make a vector of each of B packed texts."""
        out = self.encoder.forward_packed(ids, lengths)
        if self.pooling == "pooler" and out.pooler_output is not None:
            x = out.pooler_output
        else:
            x = pool(out.last_hidden_state, lengths, self.pooling)
        return x if self.after is None else self.after(x)


class EmbeddingObjective:
    """Groups of texts and the loss of their vectors: an `Objective`.

    Args:
        data: The examples.
        tokenizer: Of the model.
        settings: How to train.
        max_length: Most tokens of a text.
        prompts: What is put before the first text of a pair, before its other texts, and before
            the texts of scored pairs and texts alone.
    """

    def __init__(
        self,
        data: TextGroups,
        tokenizer: Tokenizer,
        settings: EmbeddingSettings,
        max_length: int,
        prompts: tuple[str, str, str] = ("", "", ""),
    ) -> None:
        self.data, self.settings = data, settings
        numbers: dict[str, int] = {}
        flat = [
            numbers.setdefault(text, len(numbers))
            for group, scored in zip(data.texts, data.scored, strict=True)
            for text in _prompted(group, bool(scored), prompts)
        ]
        self.rows = encode_texts(tokenizer, list(numbers), max_length)  # each text once
        self.texts = np.array(flat, np.int64)  # of all examples, one after the other
        self.sizes = np.array([len(group) for group in data.texts], np.int64)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def start_epoch(self, epoch: int) -> None:
        """Do nothing: the examples are the same in every epoch."""

    def __len__(self) -> int:
        return len(self.sizes)

    def digest(self) -> str:
        """Return a digest of all texts, their groups and scores."""
        return digest(self.rows.ids, self.rows.splits, self.texts, self.sizes, self.data.scores)

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Gather the texts of some examples, those of an example side by side."""
        texts = self.texts[ranges_index(self.starts[rows], self.sizes[rows])]
        labels = np.empty((len(texts), 4), np.float32)
        labels[:, EXAMPLE] = np.repeat(rows, self.sizes[rows])
        labels[:, PLACE] = ranges_index(np.zeros(len(rows), np.int64), self.sizes[rows])
        labels[:, TEXT] = texts
        labels[:, SCORE] = np.repeat(self.data.scores[rows], self.sizes[rows])
        part = self.rows.take(texts)
        ids = part.ids.astype(np.int64)
        return Batch(ids, np.zeros_like(ids), part.lengths, row_labels=labels)

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the pairs without a score, and one batch of those with."""
        first = batch.row_labels[:, PLACE] == 0
        scored = ~np.isnan(batch.row_labels[:, SCORE])
        counts = {"pairs": int((first & ~scored).sum()), "scores": int((first & scored).any())}
        return {name: count for name, count in counts.items() if count}

    def loss(self, model: Any, batch: Batch, device: torch.device) -> dict[str, LossTerm]:
        """Run the texts and sum each loss.

        Raises:
            ValueError: The vector of a text is not finite; the message names the example.
        """
        settings, labels = self.settings, batch.row_labels
        x = self.vectors(model, batch, device).float()
        if not bool(torch.isfinite(x).all()):
            row = int((~torch.isfinite(x)).any(1).nonzero()[0])
            raise ValueError(
                f"{self.data.where[int(labels[row, EXAMPLE])]}: the vectors of an example must be "
                "finite, got NaN or infinity: a smaller lr may help"
            )
        place, scored = labels[:, PLACE], ~np.isnan(labels[:, SCORE])
        found: dict[str, LossTerm] = {}
        first, second = (
            np.flatnonzero(~scored & (place == 0)),
            np.flatnonzero(~scored & (place == 1)),
        )
        if len(first):
            others = np.concatenate((second, np.flatnonzero(~scored & (place > 1))))
            texts = torch.from_numpy(labels[:, TEXT].astype(np.int64)).to(device)
            loss = over_widths(
                lambda a, b: in_batch_loss(a, b, settings.scale, texts[first], texts[others]),
                settings.matryoshka,
                x[first],
                x[others],
            )
            found["pairs"] = LossTerm(loss, None)
        first, second = np.flatnonzero(scored & (place == 0)), np.flatnonzero(scored & (place == 1))
        if len(first):
            scores = torch.from_numpy(labels[first, SCORE].astype(np.float64)).to(device)
            loss = over_widths(
                lambda a, b: cosent_loss(a, b, scores, settings.scale),
                settings.matryoshka,
                x[first],
                x[second],
            )
            found["scores"] = LossTerm(loss, None)
        return found

    def vectors(self, model: Any, batch: Batch, device: torch.device) -> Tensor:
        """Make the vectors of a batch, in parts whose activations are not kept."""
        starts = np.cumsum(batch.lengths) - batch.lengths
        parts = list(length_batches(batch.lengths, self.settings.batch_tokens))
        again = len(parts) > 1 and torch.is_grad_enabled()
        found = []
        for rows in parts:
            lengths = batch.lengths[rows]
            ids = to_device(batch.input_ids[ranges_index(starts[rows], lengths)], device)
            if again:
                found.append(checkpoint(model, ids, lengths.tolist(), use_reentrant=False))
            else:
                found.append(model(ids, lengths.tolist()))
        order = torch.from_numpy(np.argsort(np.concatenate(parts))).to(device)
        return torch.cat(found)[order]


def _prompted(group: tuple[str, ...], scored: bool, prompts: tuple[str, str, str]) -> list[str]:
    query, document, plain = prompts
    if scored or (len(group) == 2 and group[0] == group[1]):
        return [plain + text for text in group]
    return [query + group[0], *(document + text for text in group[1:])]
