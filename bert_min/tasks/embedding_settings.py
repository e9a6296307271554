"""The settings of training vectors of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# The fields that are options of the task, besides those of every task.
OPTIONS: Final = frozenset(
    (
        *("pooling", "scale", "matryoshka", "hard_negatives", "max_score", "teacher", "distill"),
        *("text_column", "pair_column", "label_column"),
    )
)


@dataclass(frozen=True, kw_only=True)
class EmbeddingSettings:
    """How vectors of texts are trained.

    Attributes:
        max_length: Most tokens of a text; None for that of the model's folder, else 128.
        pooling: How token vectors are pooled; None for what the folder says.
        scale: What cosines are multiplied by in the losses, the inverse of the temperature.
        matryoshka: Widths whose first numbers are trained as vectors of their own; none for the
            whole vectors alone.
        hard_negatives: How many texts of the training set to add to each pair that are near to its
            first text, found with the model before training.
        max_score: Highest score of scored pairs; 0 is the lowest. None for any numbers.
        teacher: Folder of a model whose vectors are learnt, or a name of the Hub; None to learn
            from what the files say belongs together.
        distill: What is learnt of a teacher: its "vectors", or the "similarities" that they give
            the texts of a batch.
        batch_tokens: Tokens that are run at once; changes memory and speed, not the gradient.
        text_column: Column of the first text; None to look for the usual names.
        pair_column: Column of the text that belongs to it.
        label_column: Column of the score.
    """

    max_length: int | None = None
    pooling: Literal["mean", "cls", "max"] | None = None
    scale: float = 20.0
    matryoshka: tuple[int, ...] = ()
    hard_negatives: int = 0
    max_score: float | None = None
    teacher: str | None = None
    distill: Literal["vectors", "similarities"] | None = None
    batch_tokens: int = 1_024
    text_column: str | None = None
    pair_column: str | None = None
    label_column: str | None = None

    def __post_init__(self) -> None:
        """Refuse values that make no sense.

        Raises:
            ValueError: Naming the field, its value and the rule.
        """
        if not self.scale > 0:
            raise ValueError(f"scale must be above 0, got {self.scale}")
        if self.hard_negatives < 0:
            raise ValueError(f"hard_negatives must be at least 0, got {self.hard_negatives}")
        if self.max_score is not None and not self.max_score > 0:
            raise ValueError(f"max_score must be above 0, got {self.max_score}")
        if any(width < 1 for width in self.matryoshka):
            raise ValueError(f"the widths of matryoshka must be at least 1, got {self.matryoshka}")
        if self.distill is not None and self.teacher is None:
            raise ValueError(f"distill {self.distill!r} needs a teacher, got none")
        if self.teacher is not None and (self.matryoshka or self.hard_negatives):
            raise ValueError(
                "matryoshka and hard_negatives mean nothing where the vectors of a teacher are "
                f"learnt, got {self.matryoshka} and {self.hard_negatives}"
            )
