"""What the tasks have in common: their parts, their objective, how a model is run."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.config import BertConfig
from bert_min.model.pretrained import PretrainedModel
from bert_min.progress import Progress
from bert_min.tasks.dev_split import choose_rows
from bert_min.tasks.settings import TaskSettings
from bert_min.text.batch import NO_LABELS, Batch, Labels, length_batches
from bert_min.text.examples import Examples
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenizers import Tokenizer
from bert_min.text.vocabulary_checks import check_embedding, warn_of_unknown
from bert_min.training.identity import digest
from bert_min.training.objective import LossTerm, run_packed
from bert_min.training.run_state import Metrics

Int = NDArray[np.int64]
Record = dict[str, Any]
FIRST_EXAMPLES = 1000  # say enough about a vocabulary


class TrainingExamples(NamedTuple):
    """Model inputs with their labels.

    Attributes:
        inputs: N inputs, T tokens.
        token_labels: (T,) a label for each token, -100 for none; empty if tokens have no labels.
        row_labels: (N, n) labels of each input; empty if inputs have no labels.
        where: (N,) the source of each input.
    """

    inputs: Examples
    where: Sequence[str]
    token_labels: Int = NO_LABELS
    row_labels: Labels = NO_LABELS


class Task(ABC):
    """A task: its files, its examples, its loss, its answers and their score.

    Args:
        settings: Of the task; `learn` fills in what the training set says.
        tokenizer: Of the model.
    """

    metric: str  # decides which model is the best
    larger_is_better: ClassVar = True
    usual_length: ClassVar = 128  # most tokens of an input where the settings name no number
    head: type[PretrainedModel]
    options: ClassVar[frozenset[str]]  # the fields of the settings that this task reads, besides
    # those that every task reads: task, max_length, batch_tokens

    def __init__(self, settings: TaskSettings, tokenizer: Tokenizer) -> None:
        self.settings = settings
        self.tokenizer = tokenizer
        self.special = SpecialIds.of(tokenizer)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, by number; none for question answering."""
        return self.settings.labels

    @property
    def max_length(self) -> int:
        """Most tokens of an input."""
        return self.settings.max_length or self.usual_length

    def fit(self, config: BertConfig, place: object) -> None:
        """Make sure that the tokenizer fits the model, and lower `max_length` to its positions.

        Args:
            config: Of the model.
            place: Where model and tokenizer come from, for messages.

        Raises:
            ValueError: The tokenizer has ids that the model's embedding does not have.
        """
        check_embedding(self.tokenizer, config.vocab_size, place)
        limit = config.fit_length(self.max_length)
        if limit < self.max_length:
            self.settings = dataclasses.replace(self.settings, max_length=limit)

    def head_settings(self) -> dict[str, Any]:
        """The fields of the model's configuration that the task decides, once it has learned."""
        return {"id2label": dict(enumerate(self.labels))} if self.labels else {}

    @abstractmethod
    def example(self, texts: Sequence[str], source: str) -> Any:
        """Make data of one example given as one text or two.

        Args:
            texts: The text; the pair; the question and its passage; or the sentence to tag.
            source: Where they come from, for messages.

        Returns:
            What `read` returns.

        Raises:
            ValueError: The task takes another number of texts.
        """

    def expect_texts(self, texts: Sequence[str], *counts: int) -> None:
        """Refuse another number of texts than one of `counts`."""
        if len(texts) not in counts:
            what = " or ".join("one text" if count == 1 else "two texts" for count in counts)
            raise ValueError(f"the task {self.settings.task} takes {what}, got {len(texts)}")

    @abstractmethod
    def read(self, path: str | Path, labelled: bool = True) -> Any:
        """Read a file of examples."""

    def read_lines(self, path: str | Path) -> Any:
        """Read a file of plain lines, each a text.

        Raises:
            ValueError: The task takes something else.
        """
        raise ValueError(f"{path}: the task {self.settings.task} cannot take lines of text")

    def split(self, data: Any, share: float, seed: int) -> tuple[Any, Any]:
        """Set a share of the examples aside, chosen by the seed.

        Args:
            data: What `read` returned.
            share: About how much, between 0 and 1.
            seed: Decides which.

        Returns:
            The rest, and what was set aside.

        Raises:
            ValueError: The share is none, or there are too few examples.
        """
        groups, strata = self.groups(data)
        chosen = choose_rows(groups, strata, share, seed)
        return data.take(np.flatnonzero(~chosen)), data.take(np.flatnonzero(chosen))

    @abstractmethod
    def groups(self, data: Any) -> tuple[Int, Int]:
        """Say which examples stay together, and what is spread evenly; see `choose_rows`."""

    @abstractmethod
    def learn(self, data: Any) -> None:
        """Complete the settings with what the training set says, such as its labels."""

    @abstractmethod
    def check(self, data: Any) -> None:
        """Refuse data with labels that the training set does not have."""

    def remarks(self, data: Any) -> tuple[str, ...]:
        """What in a file was read in another way than it is written; each is part of a line."""
        return ()

    @abstractmethod
    def training_examples(self, data: Any) -> TrainingExamples:
        """Make labelled inputs of what `read` returned."""

    @abstractmethod
    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count what the loss of a batch is averaged over; see `Objective`."""

    @abstractmethod
    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Run the model over a batch and sum its loss; see `Objective`."""

    def objective(self, data: Any) -> TaskObjective:
        """Make what the training loop trains on of what `read` returned.

        Raises:
            ValueError: The data have labels that the training set does not have.
        """
        return TaskObjective(self, self.training_examples(data))

    def scores(
        self,
        model: PretrainedModel,
        inputs: Examples,
        where: Sequence[str],
        names: Sequence[str] = ("logits",),
    ) -> Iterator[tuple[Int, Int, list[NDArray[np.float32]]]]:
        """Run a model over examples, those of similar length together.

        Args:
            model: A model with a head, in evaluation mode.
            inputs: The examples.
            where: (N,) the source of each.
            names: Which scores of its output to take.

        Yields:
            The rows (B,) of a batch, their lengths (B,), and each of the scores, packed.

        Raises:
            ValueError: A score is not finite; the message names an example of its batch.
        """
        self.warn_of_unknown(inputs)
        device = next(model.parameters()).device
        with Progress(len(inputs), "inputs", brief=True) as progress:
            for rows in length_batches(inputs.lengths, self.settings.batch_tokens):
                batch = inputs.batch(rows)
                with torch.inference_mode():
                    out = run_packed(model, batch, device)
                    found = [getattr(out, name).float().cpu().numpy() for name in names]
                if not all(np.isfinite(scores).all() for scores in found):
                    raise ValueError(
                        f"{where[int(rows[0])]}: the model's scores must be finite numbers, in the "
                        f"batch of {len(rows)} that begins with this one they are not: its weights "
                        "may be broken"
                    )
                progress.advance(len(rows))
                yield rows, batch.lengths, found

    def warn_of_unknown(self, inputs: Examples) -> None:
        """Warn if the vocabulary does not know more than a tenth of the first tokens."""
        some = min(len(inputs), FIRST_EXAMPLES)
        warn_of_unknown(self.tokenizer, inputs.ids[: inputs.splits[some]], special=2 * some)

    @abstractmethod
    def predict(self, model: PretrainedModel, data: Any) -> list[Record]:
        """Answer every example, in the order of the data, as records ready for JSON."""

    @abstractmethod
    def score(self, records: list[Record], data: Any) -> Metrics:
        """Compare the records with what the data say."""

    @abstractmethod
    def show(self, record: Record) -> str:
        """One record as a line or two for people."""

    def evaluate(self, model: PretrainedModel, data: Any) -> Metrics:
        """Check the data, predict and score.

        Raises:
            ValueError: If the data have labels the model does not know.
        """
        self.check(data)
        return self.score(self.predict(model, data), data)


class TaskObjective:
    """The training examples of a task, with its loss: an `Objective`.

    Args:
        task: Computes the loss.
        examples: The same in every epoch.
    """

    def __init__(self, task: Task, examples: TrainingExamples) -> None:
        self.task, self.examples = task, examples

    def start_epoch(self, epoch: int) -> None:
        """Do nothing: the examples are the same in every epoch."""

    def __len__(self) -> int:
        return len(self.examples.inputs)

    def digest(self) -> str:
        """Return a digest of all inputs and labels; see `bert_min.training.identity`."""
        inputs, _, token_labels, row_labels = self.examples
        return digest(inputs.ids, inputs.splits, inputs.first, token_labels, row_labels)

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Gather some examples, sorted by length."""
        inputs, _, token_labels, row_labels = self.examples
        rows = inputs.by_length(rows)
        return inputs.batch(rows, token_labels=token_labels, row_labels=row_labels)

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count what the loss is averaged over."""
        return self.task.term_counts(batch)

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Run the model and sum its loss."""
        return self.task.loss(model, batch, device)

    def alone(self, batch: Batch) -> Iterator[tuple[str, Batch]]:
        """Yield the source of each example, and the example alone."""
        for number, part in zip(batch.numbers.tolist(), batch.alone(), strict=True):
            yield self.examples.where[number], part
