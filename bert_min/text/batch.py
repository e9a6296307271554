"""One batch of unpadded examples, and what a training objective must offer to the loop."""

from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bert_min.text.examples import flat_index

Int = NDArray[np.int64]
NOTHING: Int = np.zeros(0, np.int64)


class Batch(NamedTuple):
    """Examples one after the other, with labels on tokens, on examples, or on both.

    Attributes:
        input_ids: (T,) token ids.
        token_type_ids: (T,) segments.
        lengths: (B,) tokens of each example.
        token_labels: (T,) a label for each token, -100 for none; empty if tokens have no labels.
        row_labels: (B, n) labels of each example; empty if examples have no labels.
    """

    input_ids: Int
    token_type_ids: Int
    lengths: Int
    token_labels: Int = NOTHING
    row_labels: Int = NOTHING

    def part(self, number: int, parts: int) -> "Batch":
        """Every `parts`-th example from `number` on: a share of about the same size and lengths."""
        if parts == 1:
            return self
        rows = np.arange(number, len(self.lengths), parts)
        starts = np.cumsum(self.lengths) - self.lengths
        tokens = flat_index(starts[rows], self.lengths[rows])
        return Batch(
            self.input_ids[tokens],
            self.token_type_ids[tokens],
            self.lengths[rows],
            self.token_labels[tokens] if len(self.token_labels) else NOTHING,
            self.row_labels[rows] if len(self.row_labels) else NOTHING,
        )


class Term(NamedTuple):
    """One part of the loss of a batch, added up over what it counts, and how many were right."""

    loss: Tensor
    right: Tensor


class Objective(Protocol):
    """What the loop trains on.

    The loss of a step is the sum over its terms of (added-up loss / weight), with the weights of
    the whole batch, so that it does not depend on how the batch was shared among micro-batches and
    processes.
    """

    def start_epoch(self, epoch: int) -> None:
        """Prepare the examples of an epoch (such as new sentence pairs)."""

    def __len__(self) -> int:
        """Count the examples of this epoch."""

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Make the batch of some examples, those of like length side by side."""

    def weights(self, batch: Batch) -> dict[str, int]:
        """Count what each term of the loss is averaged over."""

    def loss(self, model: Any, batch: Batch, device: torch.device) -> dict[str, Term]:
        """Run the model and add up each term of the loss."""


def run(model: Any, batch: Batch, device: torch.device) -> Any:
    """Run a model with a head over a batch, without labels."""
    segments = model.config.type_vocab_size > 0  # DistilBERT has none
    return model.forward_packed(
        move(batch.input_ids, device),
        torch.from_numpy(batch.lengths),
        move(batch.token_type_ids, device) if segments else None,
    )


def move(array: Int, device: torch.device) -> Tensor:
    """Bring an array to the device, without waiting for the copy on a GPU."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor
