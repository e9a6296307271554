"""Sparse vectors, a weight for each word of the vocabulary: SPLADE, from the head of masked words.

    encoder = SparseEncoder.from_pretrained("folder")
    vectors = encoder.encode(["How do I get my money back?"])
    vectors.words(encoder.tokenizer)    # [{"refund": 1.8, "money": 1.7, ...}]

A word weighs log(1 + what the head gives it at the token where that is most), and nothing where the
head is below 0 everywhere. Most weights are 0; `SparseVectors` holds the others.

Source: Formal et al. 2021, "SPLADE v2", section 3.2 (max pooling).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.hub import find_folder
from bert_min.model.pretraining_heads import BertForMaskedLM
from bert_min.progress import Progress
from bert_min.text.batch import length_batches
from bert_min.text.lists import check_texts
from bert_min.text.tokenize import encode_texts, truncated_texts, warn_of_cut
from bert_min.text.tokenizers import Tokenizer, load_tokenizer
from bert_min.text.vocabulary_checks import check_embedding
from bert_min.text.whole_numbers import check_count

# Tokens of a batch: each has a score for every word of the vocabulary.
BATCH_TOKENS: Final = {"cpu": 1_024, "cuda": 16_384}
# What 1_SpladePooling/config.json of sentence-transformers may say.
POOLING: Final = {"pooling_strategy": "max", "activation_function": "relu"}


class SparseVectors(NamedTuple):
    """N rows of V numbers, most of them 0: the parts of a CSR matrix, as scipy has them.

    ``scipy.sparse.csr_array((v.weights, v.ids, v.splits), (v.rows, v.width))`` is the same matrix.

    Attributes:
        weights: (n,) float32, the numbers that are not 0, row by row.
        ids: (n,) int32, the column of each, ascending in a row.
        splits: (N + 1,) int64; row i has weights[splits[i] : splits[i + 1]].
        width: V.
    """

    weights: NDArray[np.float32]
    ids: NDArray[np.int32]
    splits: NDArray[np.int64]
    width: int

    @property
    def rows(self) -> int:
        """N."""
        return len(self.splits) - 1

    def row(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The columns of a row and their weights."""
        part = slice(int(self.splits[number]), int(self.splits[number + 1]))
        return self.ids[part], self.weights[part]

    def words(self, tokenizer: Tokenizer) -> list[dict[str, float]]:
        """Return each row as a dict from token to weight, the heaviest first."""
        found = []
        for number in range(self.rows):
            ids, weights = self.row(number)
            order = np.argsort(-weights, kind="stable")
            pairs = zip(ids[order].tolist(), weights[order].tolist(), strict=True)
            found.append({str(tokenizer.id_to_token(i)): weight for i, weight in pairs})
        return found

    def similarity(self, others: SparseVectors) -> NDArray[np.float32]:
        """Multiply every row with every row of others: (N, M).

        Raises:
            ValueError: Vectors of different vocabularies.

        Example:
            >>> a = SparseVectors(np.float32([2, 3]), np.int32([0, 4]), np.array([0, 2]), 5)
            >>> b = SparseVectors(np.float32([5]), np.int32([4]), np.array([0, 0, 1]), 5)
            >>> a.similarity(b).tolist()
            [[0.0, 15.0]]
        """
        if self.width != others.width:
            raise ValueError(
                f"vectors must be of one vocabulary, got {self.width} and {others.width} words"
            )
        found = np.zeros((self.rows, others.rows), np.float32)
        full = np.flatnonzero(np.diff(others.splits))  # reduceat wants no empty rows
        for number, line in enumerate(found):
            ids, weights = self.row(number)
            dense = np.zeros(self.width, np.float32)
            dense[ids] = weights
            if len(full):
                line[full] = np.add.reduceat(
                    dense[others.ids] * others.weights, others.splits[full]
                )
        return found


class SparseEncoder:
    """A model with a head of masked words, and its tokenizer.

    Attributes:
        model: In evaluation mode.
        tokenizer: Turns texts into ids.
        max_length: Most tokens of a text; the rest is cut.
    """

    def __init__(
        self, model: BertForMaskedLM, tokenizer: Tokenizer, max_length: int | None = None
    ) -> None:
        """Put the parts together; max_length defaults to the model's number of positions."""
        self.model, self.tokenizer = model.eval(), tokenizer
        config = model.config
        self.max_length = (
            config.longest_text if max_length is None else config.fit_length(max_length)
        )

    @classmethod
    def from_pretrained(cls, folder: str | Path, device: str | torch.device | None = None) -> Self:
        """Load a folder of transformers, or one of a SparseEncoder of sentence-transformers.

        Args:
            folder: Holds config.json, the weights with those of the head, and the tokenizer; or a
                name of the Hub.
            device: Where to run; None takes a GPU if there is one.

        Returns:
            The encoder.

        Raises:
            OSError: A file is missing.
            ValueError: A model without such a head, or a folder that pools in another way.
        """
        chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        folder = find_folder(folder)
        path = Path(folder) / "1_SpladePooling" / "config.json"
        said: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        for name, known in POOLING.items():
            if said.get(name, known) != known:
                raise ValueError(f"{path}: {name} = {said[name]!r} is not implemented")
        model = BertForMaskedLM.from_pretrained(folder, device=chosen)
        fresh = model.load_report.initialised if model.load_report else []
        if fresh:
            raise ValueError(
                f"{folder}: sparse vectors need the head of masked words, these weights are not "
                f"there: {', '.join(fresh)}"
            )
        tokenizer = load_tokenizer(folder)
        check_embedding(tokenizer, model.config.vocab_size, folder)
        return cls(model, tokenizer)

    def encode(
        self, texts: Sequence[str], *, most: int | None = None, progress: bool = False
    ) -> SparseVectors:
        """Make the vectors of texts.

        Args:
            texts: N texts.
            most: Keep this many of the heaviest words of a text; None for all.
            progress: Show a bar, or where there is no terminal a line now and then.

        Returns:
            N rows, as wide as the vocabulary.

        Raises:
            TypeError: The texts are no list of str, or `most` is no whole number.
            ValueError: `most` below 1.
        """
        check_texts("texts", texts)
        most = None if most is None else check_count("most", most)
        rows = encode_texts(self.tokenizer, list(texts), self.max_length)
        cut = truncated_texts(self.tokenizer, texts, rows, self.max_length)
        warn_of_cut(cut, len(texts), "texts", self.max_length)
        device = self.model.bert.embeddings.word.weight.device
        found: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = []
        order: list[int] = []
        with Progress(len(texts), "texts", shown=progress) as bar, torch.inference_mode():
            for batch in length_batches(rows.lengths, BATCH_TOKENS[device.type]):
                part = rows.take(batch)
                lengths = part.lengths.tolist()
                logits = self.model.forward_packed(torch.from_numpy(part.ids).to(device), lengths)
                sizes = torch.tensor(lengths, device=device)
                best = torch.segment_reduce(logits.logits.float(), "max", lengths=sizes)
                weights = best.relu().log1p()  # (B, V)
                if most is not None and most < weights.shape[1]:
                    least = weights.topk(most).values[:, -1:]
                    weights = weights * (weights >= least)
                for line in weights.cpu().numpy():
                    ids = np.flatnonzero(line)
                    found.append((ids.astype(np.int32), line[ids]))
                order += batch.tolist()
                bar.advance(len(batch))
        found = [found[place] for place in np.argsort(order)]
        sizes_ = [len(ids) for ids, _ in found]
        return SparseVectors(
            np.concatenate([np.zeros(0, np.float32), *(weights for _, weights in found)]),
            np.concatenate([np.zeros(0, np.int32), *(ids for ids, _ in found)]),
            np.cumsum([0, *sizes_]).astype(np.int64),
            self.model.config.vocab_size,
        )
