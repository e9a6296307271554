"""What a training objective offers to the loop, and how its losses are computed."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bert_min.text.batch import Batch, Labels

Int = NDArray[np.int64]


class LossTerm(NamedTuple):
    """One part of the loss of a batch, summed over what it counts, and how many were right.

    Where nothing can be right, as of numbers to come near to, `right` is None.
    """

    loss: Tensor
    right: Tensor | None


class Objective(Protocol):
    """What the loop trains on.

    The loss of a step is the sum over its terms of (summed loss / count), with the counts of the
    whole batch, so that it does not depend on how the batch was divided into micro-batches and
    among processes.
    """

    def start_epoch(self, epoch: int) -> None:
        """Prepare the examples of an epoch (such as new sentence pairs)."""

    def __len__(self) -> int:
        """Count the examples of this epoch."""

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Make the batch of some examples, sorted by length."""

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count what each term of the loss is averaged over."""

    def loss(self, model: Any, batch: Batch, device: torch.device) -> dict[str, LossTerm]:
        """Run the model and sum each term of the loss."""

    def alone(self, batch: Batch) -> Iterator[tuple[str, Batch]]:
        """Yield where each example of a batch is from, and the example as a batch of its own."""


def cross_entropy_term(logits: Tensor, labels: Tensor) -> LossTerm:
    """Sum the cross entropy of some labels.

    Args:
        logits: (N, classes).
        labels: (N,) class numbers; -100 is not counted.

    Returns:
        The summed loss in float32, and how often the highest logit is that of the label.
    """
    logits = logits.float()
    loss = F.cross_entropy(logits, labels, reduction="sum")
    return LossTerm(loss, (logits.argmax(1) == labels).sum())


def run_packed(model: Any, batch: Batch, device: torch.device) -> Any:
    """Run a model with a head over a batch, without labels."""
    has_types = model.config.type_vocab_size > 1  # DistilBERT has none, RoBERTa one for all
    return model.forward_packed(
        to_device(batch.input_ids, device),
        torch.from_numpy(batch.lengths),
        to_device(batch.token_type_ids, device) if has_types else None,
    )


def to_device(array: Labels, device: torch.device) -> Tensor:
    """Copy an array to the device, without waiting for the copy on a GPU."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor
