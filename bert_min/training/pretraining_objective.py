"""The objective of pretraining: masked tokens, and whether one segment follows another.

Source: Devlin et al. 2019, section 3.1 and appendix A.2.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.packed_head import IGNORE
from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining
from bert_min.text.batch import Batch
from bert_min.text.corpus import Corpus
from bert_min.text.examples import assemble
from bert_min.text.flat_rows import FlatRows
from bert_min.text.masking import Masker
from bert_min.text.sentence_pairs import SentencePairs, next_sentence_pairs, single_segments
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenizers import Tokenizer
from bert_min.training.held_out import held_out_terms
from bert_min.training.objective import LossTerm, Objective, cross_entropy_term, to_device

Int = NDArray[np.int64]
SHOWN: Final = 12  # tokens of an example in a message


class PretrainObjective:
    """Masked tokens, and with pairs the next sentence; new pairs and masks in every epoch.

    Args:
        corpus: The tokenized documents.
        special: Ids of [CLS] and [SEP].
        masker: Chooses and hides tokens.
        max_length: Most tokens of an input, special tokens included.
        pairs: Whether to train on sentence pairs; without, inputs are parts of documents.
        seed: Drives the choice of the pairs.
        tokenizer: Writes the text of an example into messages; without, they number its tokens.
    """

    def __init__(
        self,
        corpus: Corpus,
        special: SpecialIds,
        masker: Masker,
        *,
        max_length: int,
        pairs: bool,
        seed: int,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self._corpus, self._special, self._masker = corpus, special, masker
        self._max_length, self._pairs, self._seed = max_length, pairs, seed
        self._tokenizer = tokenizer
        self._segments: SentencePairs | None = None

    def start_epoch(self, epoch: int) -> None:
        """Draw the sentence pairs of an epoch."""
        splits = self._corpus.sentence_splits, self._corpus.document_splits
        if self._pairs:
            rng = np.random.default_rng([self._seed, epoch, 2])
            self._segments = next_sentence_pairs(*splits, self._max_length - 3, rng)
        elif self._segments is None:
            self._segments = single_segments(*splits, self._max_length - 2)

    @property
    def segments(self) -> SentencePairs:
        """The segments of this epoch.

        Raises:
            ValueError: Before the first epoch.
        """
        if self._segments is None:
            raise ValueError("start_epoch must come before the examples of an epoch")
        return self._segments

    def __len__(self) -> int:
        return len(self.segments.a)

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Copy some segments of the corpus, sort them by length, mask them."""
        segments = self.segments
        sizes = (np.diff(segments.a[rows]) + np.diff(segments.b[rows]))[:, 0]
        rows = rows[np.argsort(sizes, kind="stable")]
        inputs = assemble(
            self._special,
            self._max_length,
            self._rows(segments.a[rows]),
            self._rows(segments.b[rows]) if self._pairs else None,
        )
        plain = inputs.batch(np.arange(len(rows)), row_labels=segments.is_random[rows, None])
        masked = self._masker(plain.input_ids, plain.lengths, rng)
        labels = np.full(len(plain.input_ids), IGNORE, np.int64)
        labels[masked.positions] = masked.labels
        return plain._replace(
            input_ids=masked.input_ids, token_labels=labels, numbers=segments.a[rows, 0]
        )

    def alone(self, batch: Batch) -> Iterator[tuple[str, Batch]]:
        """Yield the document and the beginning of each example, and the example alone."""
        corpus = self._corpus
        starts = corpus.sentence_splits[corpus.document_splits]
        for first, part in zip(batch.numbers.tolist(), batch.alone(), strict=True):
            document = int(np.searchsorted(starts, first, side="right"))
            place = f"document {document} from its token {first - int(starts[document - 1])} on"
            if self._tokenizer is not None:
                text = self._tokenizer.decode(corpus.ids[first : first + SHOWN].tolist())
                place += f" ({text!r})"
            yield place, part

    def _rows(self, bounds: Int) -> FlatRows:
        """Copy segments of the corpus: (n, 2) bounds to n rows."""
        starts, stops = bounds[:, 0], bounds[:, 1]
        return FlatRows.from_ranges(self._corpus.ids, starts, stops - starts)

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the masked tokens, and the pairs."""
        masked = {"mlm": int((batch.token_labels != IGNORE).sum())}
        return {**masked, "nsp": len(batch.lengths)} if self._pairs else masked

    def loss(
        self, model: BertForPreTraining | BertForMaskedLM, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Run the model; only the masked tokens are scored, logits (M, V)."""
        rows = np.flatnonzero(batch.token_labels != IGNORE)
        gold = to_device(batch.token_labels[rows], device)
        out: Any = model.forward_packed(
            to_device(batch.input_ids, device),
            torch.from_numpy(batch.lengths),
            to_device(batch.token_type_ids, device),
            rows=to_device(rows, device),
        )
        if not self._pairs:
            return {"mlm": cross_entropy_term(out.logits, gold)}
        pairs = to_device(batch.row_labels[:, 0], device)
        return {
            "mlm": cross_entropy_term(out.prediction_logits, gold),
            "nsp": cross_entropy_term(out.seq_relationship_logits, pairs),
        }


def measure(model: torch.nn.Module, objective: Objective, **options: Any) -> dict[str, float]:
    """Measure losses and accuracies on held-out text, with masks that are the same every time.

    Args:
        model: In evaluation mode.
        objective: Of the held-out text.
        **options: Those of `held_out_terms`.

    Returns:
        ``loss``, and ``loss_NAME``, ``accuracy_NAME`` and ``majority_NAME`` of each term; the
        majority is the accuracy of always giving the most frequent answer.
    """
    sums: dict[str, list[float]] = {}
    answers: dict[str, list[Int]] = {"mlm": [], "nsp": []}
    for batch, terms, counts in held_out_terms(model, objective, **options):
        answers["mlm"].append(batch.token_labels[batch.token_labels != IGNORE])
        answers["nsp"].append(batch.row_labels[:, 0].astype(np.int64))
        for name, term in terms.items():
            right = 0.0 if term.right is None else float(term.right)
            found = (float(term.loss), right, float(counts[name]))
            old = sums.get(name, [0.0, 0.0, 0.0])
            sums[name] = [a + b for a, b in zip(old, found, strict=True)]
    metrics = {"loss": sum(loss / max(count, 1) for loss, _, count in sums.values())}
    for name, (loss, right, count) in sums.items():
        metrics[f"loss_{name}"] = loss / max(count, 1)
        metrics[f"accuracy_{name}"] = right / max(count, 1)
        most_frequent = np.bincount(np.concatenate(answers[name])).max(initial=0)
        metrics[f"majority_{name}"] = float(most_frequent) / max(count, 1)
    return metrics
