"""What vectors of texts are trained on: groups of texts, and the loss of their vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.tasks.embedding_losses import cosent_loss, in_batch_loss, over_widths
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.text_groups import TextGroups
from bert_min.tasks.text_vectors import check_vectors, vectors_of
from bert_min.text.batch import Batch
from bert_min.text.flat_rows import ranges_index
from bert_min.text.tokenize import encode_texts, truncated_texts, warn_of_cut
from bert_min.text.tokenizers import Tokenizer
from bert_min.training.identity import digest
from bert_min.training.objective import LossTerm

Int = NDArray[np.int64]
# The columns of the labels of a text: its example, its place there (0 the first text, 1 what
# belongs to it, then others), its number among all different texts, the score of its example.
EXAMPLE, PLACE, TEXT, SCORE = range(4)


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
        flat: list[int] = []
        where: list[str] = []
        for group, scored, place in zip(data.texts, data.scored, data.where, strict=True):
            for text in _prompted(group, bool(scored), prompts):
                flat.append(numbers.setdefault(text, len(numbers)))
                if len(numbers) > len(where):
                    where.append(place)
        texts = list(numbers)  # each once
        self.rows = encode_texts(tokenizer, texts, max_length)
        cut = truncated_texts(tokenizer, texts, self.rows, max_length)
        warn_of_cut(cut, len(texts), "texts", max_length, where)
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
        labels = np.empty((len(texts), 4), np.float64)  # holds all numbers of texts
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
        x = vectors_of(model, batch, settings.batch_tokens, device).float()
        check_vectors(x, [self.data.where[int(row)] for row in labels[:, EXAMPLE]])
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

    def alone(self, batch: Batch) -> Iterator[tuple[str, Batch]]:
        """Yield the source of each example, and its texts as a batch of their own."""
        starts = np.cumsum(batch.lengths) - batch.lengths
        numbers = batch.row_labels[:, EXAMPLE]
        for number in dict.fromkeys(numbers.tolist()):
            rows = np.flatnonzero(numbers == number)
            tokens = ranges_index(starts[rows], batch.lengths[rows])
            ids = batch.input_ids[tokens]
            part = Batch(
                ids, np.zeros_like(ids), batch.lengths[rows], row_labels=batch.row_labels[rows]
            )
            yield self.data.where[int(number)], part


def _prompted(group: tuple[str, ...], scored: bool, prompts: tuple[str, str, str]) -> list[str]:
    query, document, plain = prompts
    if scored or (len(group) == 2 and group[0] == group[1]):
        return [plain + text for text in group]
    return [query + group[0], *(document + text for text in group[1:])]
