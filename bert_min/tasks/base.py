"""What the four tasks have in common: their settings, and running a model over examples."""

import dataclasses
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.pretrained import PretrainedModel
from bert_min.text.batch import Batch, Objective, run
from bert_min.text.examples import Examples, SpecialIds, token_batches
from subword.file_access import write_text

if TYPE_CHECKING:
    from subword import Tokenizer

SETTINGS = "task.json"
Int = NDArray[np.int64]
Record = dict[str, Any]
Metrics = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """What a fine-tuned model must remember beside its weights; ``task.json`` in its folder.

    Attributes:
        task: "classification", "nli", "qa" or "ner".
        max_length: most tokens of an input; None for the task's usual length.
        labels: the labels, by number.
        text_column: column of the (first) text; None to look for the usual names.
        pair_column: column of the second text.
        label_column: column of the label.
        stride: passage tokens two neighbouring windows share (qa).
        max_answer_tokens: longest answer (qa).
        n_best: how many answers to keep (qa).
        may_be_unanswerable: whether a question may have no answer (qa).
        null_threshold: by how much "no answer" must beat the best answer (qa).
        document_context: whether the sentences of a document share inputs (ner).
        batch_tokens: tokens of a batch when predicting.
    """

    task: str
    max_length: int | None = None
    labels: tuple[str, ...] = ()
    text_column: str | None = None
    pair_column: str | None = None
    label_column: str | None = None
    stride: int = 128
    max_answer_tokens: int = 30
    n_best: int = 20
    may_be_unanswerable: bool = False
    null_threshold: float = 0.0
    document_context: bool = False
    batch_tokens: int = 4096

    def save(self, folder: str | Path) -> None:
        """Write ``task.json``."""
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False)
        write_text(Path(folder) / SETTINGS, text + "\n")

    @classmethod
    def load(cls, folder: str | Path) -> "TaskSettings":
        """Read ``task.json``.

        Raises:
            OSError: if the folder has none: it holds no fine-tuned model.
            ValueError: if it is broken.
        """
        path = Path(folder) / SETTINGS
        if not path.is_file():
            raise OSError(f"{path}: a fine-tuned model must have this file; see bert-min finetune")
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**values, "labels": tuple(values["labels"])})
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{path}: not the settings of a task: {error}") from error


class Task(ABC):
    """A task: its files, its examples, its loss, its answers and their score.

    Args:
        settings: of the task; `learn` fills in what the training set says.
        tokenizer: of the model.
    """

    metric: str  # decides which model is the best
    head: type[PretrainedModel]

    def __init__(self, settings: TaskSettings, tokenizer: "Tokenizer") -> None:
        self.settings = settings
        self.tokenizer = tokenizer
        self.special = SpecialIds.of(tokenizer)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, by number; none for question answering."""
        return self.settings.labels

    @abstractmethod
    def read(self, path: str | Path, labelled: bool = True) -> Any:
        """Read a file of examples."""

    @abstractmethod
    def learn(self, data: Any) -> None:
        """Complete the settings by what the training set says, such as its labels."""

    @abstractmethod
    def check(self, data: Any) -> None:
        """Refuse data with labels that the training set does not have."""

    @abstractmethod
    def objective(self, data: Any) -> Objective:
        """Make training examples of what `read` returned."""

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
            ValueError: if the data have labels the model does not know.
        """
        self.check(data)
        return self.score(self.predict(model, data), data)


def scores_of(
    model: PretrainedModel, inputs: Examples, batch_tokens: int, names: Sequence[str] = ("logits",)
) -> Iterator[tuple[Int, Int, list[NDArray[np.float32]]]]:
    """Run a model over examples, those of like length together.

    Args:
        model: a model with a head, in evaluation mode.
        inputs: the examples.
        batch_tokens: most tokens of a batch.
        names: which scores of its output to take.

    Yields:
        The rows (B,) of a batch, their lengths (B,), and each of the scores, packed.
    """
    device = next(model.parameters()).device
    for rows in token_batches(inputs.lengths, batch_tokens):
        batch = Batch(*inputs.gather(rows))
        with torch.inference_mode():
            out = run(model, batch, device)
            found = [getattr(out, name).float().cpu().numpy() for name in names]
        yield rows, batch.lengths, found
