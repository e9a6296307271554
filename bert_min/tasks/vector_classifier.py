"""A classifier of the vectors of texts: an embedder, and a logistic regression on what it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from bert_min.embedding.embedder import Embedder
from bert_min.model.packed_head import HeadOutput, Lengths
from bert_min.model.pretrained import PretrainedModel
from bert_min.model.weight_files import read_tensors
from bert_min.tasks.text_vectors import TextVectors
from subword.file_access import atomic_path

FOLDER: Final = "classifier"  # of the logistic regression, in that of the model


class VectorClassifier(PretrainedModel):
    """Packed texts -> logits (B, labels) of their vectors.

    Args:
        embedder: Makes the vectors; it may be trained on.
        labels: How many.
    """

    def __init__(self, embedder: Embedder, labels: int) -> None:
        super().__init__(embedder.model.config)
        self.vectors = TextVectors(embedder.model, embedder.pooling, embedder.after)
        self.normalize = embedder.normalize
        widths = embedder.widths
        width = self.config.hidden_size if widths is None else widths[1]
        self.classifier = nn.Linear(width, labels).to(embedder.model.embeddings.word.weight.device)

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        *,
        dtype: torch.dtype | None = None,
        device: str | torch.device | None = None,
        **changes: Any,
    ) -> Self:
        """Load a folder that `bert-min finetune --task few-shot` has written.

        Args:
            folder: Of the model.
            dtype: Of weights and arithmetic; None for float32.
            device: Where to run; None takes a GPU if there is one.
            **changes: None are possible.

        Returns:
            The model, in evaluation mode.

        Raises:
            OSError: A file is missing.
            ValueError: The classifier takes vectors of another width.
        """
        if changes:
            raise ValueError(f"a classifier of vectors has no settings to replace, got {changes}")
        embedder = Embedder.from_pretrained(folder, device, dtype)
        tensors = read_tensors(Path(folder) / FOLDER)
        rows = tensors["weight"].shape[0] if "weight" in tensors else 0
        found = cls(embedder, rows)
        shapes = {name: tuple(x.shape) for name, x in found.classifier.state_dict().items()}
        if {name: tuple(x.shape) for name, x in tensors.items()} != shapes:
            raise ValueError(f"{folder}/{FOLDER}: the weights of the classifier must be {shapes}")
        found.classifier.load_state_dict(tensors)
        return found.eval()

    def save_classifier(self, folder: str | Path) -> None:
        """Write the logistic regression into the folder of the embedder."""
        path = Path(folder) / FOLDER
        path.mkdir(parents=True, exist_ok=True)
        tensors = {name: x.detach().cpu() for name, x in self.classifier.state_dict().items()}
        with atomic_path(path / "model.safetensors") as temporary:
            save_file(tensors, temporary, metadata={"format": "pt"})

    def text_vectors(
        self, input_ids: Tensor, lengths: Lengths, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """Make the vectors of packed texts, (B, W), as the embedder does."""
        sizes = lengths.tolist() if isinstance(lengths, Tensor) else list(lengths)
        x: Tensor = self.vectors(input_ids, sizes)
        return F.normalize(x) if self.normalize else x

    def forward_packed(
        self, input_ids: Tensor, lengths: Lengths, token_type_ids: Tensor | None = None
    ) -> HeadOutput:
        """Score packed texts: logits (B, labels)."""
        x = self.text_vectors(input_ids, lengths).to(self.classifier.weight.dtype)
        return HeadOutput(None, self.classifier(x))

    def fit(self, vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
        """Replace the logistic regression by the best one for these vectors.

        Args:
            vectors: (N, W) of `text_vectors`.
            labels: (N,) numbers.
        """
        weight, bias = logistic_regression(vectors, labels, len(self.classifier.weight))
        self.classifier.load_state_dict({"weight": weight.float(), "bias": bias.float()})


def logistic_regression(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], count: int
) -> tuple[Tensor, Tensor]:
    """Fit a logistic regression with a penalty on its weights, as scikit-learn does by default.

    Args:
        vectors: (N, W).
        labels: (N,) numbers below `count`.
        count: How many labels.

    Returns:
        Weights (count, W) and biases (count,), float64. Of two labels the second row is the first
        with its sign turned.

    Example:
        >>> x = np.array([[0.0], [1.0], [3.0], [4.0]], np.float32)
        >>> weight, bias = logistic_regression(x, np.array([0, 0, 1, 1]), 2)
        >>> round(float(-bias[1] / weight[1, 0]), 3)  # where both labels are as likely
        2.0
    """
    x, y = torch.from_numpy(vectors).double(), torch.from_numpy(labels)
    weight = torch.zeros(count, x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(count, dtype=torch.float64, requires_grad=True)
    # The penalty of scikit-learn is half the squares; of two labels, those of their difference.
    penalty = 1.0 if count == 2 else 0.5
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=1_000, tolerance_grad=1e-8, tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure() -> float:
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(x, weight, bias), y, reduction="sum")
        loss = loss + penalty * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    with torch.enable_grad():
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()
