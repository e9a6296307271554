"""The settings of a fine-tuned task, ``task.json`` in the folder of the model."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from subword.file_access import write_text

SETTINGS = "task.json"
TASK_NAMES = (
    "classification",
    "embedding",
    "few-shot",
    "ner",
    "nli",
    "qa",
    "ranking",
    "regression",
)


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """What a fine-tuned model needs besides its weights; ``task.json`` in its folder.

    Attributes:
        task: "classification", "nli", "few-shot", "regression", "ranking", "qa" or "ner".
        max_length: Most tokens of an input; None for the task's usual length.
        labels: The labels, by number.
        pair: Whether an example has two texts (regression); None if the file says so.
        one_or_two_texts: Whether an example may have one text or two, whatever the task is usually.
        text_column: Column of the (first) text; None to look for the usual names.
        pair_column: Column of the second text.
        label_column: Column of the label.
        stride: Passage tokens two neighbouring windows share (qa).
        max_answer_tokens: Longest answer (qa).
        max_question_tokens: Most tokens of a question; the rest is cut (qa).
        n_best: How many answers to keep (qa).
        may_be_unanswerable: Whether a question may have no answer (qa).
        null_threshold: By how much "no answer" must beat the best answer (qa).
        characters: Whether tags are those of characters rather than words (ner).
        language: Whose rules compare answers, "en" or "ko" (qa); None for those of the file.
        document_context: Whether the sentences of a document share inputs (ner).
        max_score: Highest score of a pair, 0 being the lowest (ranking).
        pooling: How token vectors are pooled; None for what the model's folder says (few-shot).
        scale: What cosines are multiplied by in the loss (few-shot).
        pairs: How many texts of the same label, and of others, each text is paired with (few-shot).
        prompt: Put before every text; that of the model's folder (few-shot).
        batch_tokens: Tokens of a batch when predicting.
    """

    task: str
    max_length: int | None = None
    labels: tuple[str, ...] = ()
    pair: bool | None = None
    one_or_two_texts: bool = False
    text_column: str | None = None
    pair_column: str | None = None
    label_column: str | None = None
    stride: int = 128
    max_answer_tokens: int = 30
    max_question_tokens: int = 64
    n_best: int = 20
    may_be_unanswerable: bool = False
    null_threshold: float = 0.0
    language: str | None = None
    characters: bool = False
    document_context: bool = False
    max_score: float = 1.0
    pooling: Literal["mean", "cls", "max"] | None = None
    scale: float = 20.0
    pairs: int = 20
    prompt: str = ""
    batch_tokens: int = 4096

    def save(self, folder: str | Path) -> None:
        """Write ``task.json``."""
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False)
        write_text(Path(folder) / SETTINGS, text + "\n")

    @classmethod
    def load(cls, folder: str | Path) -> "TaskSettings":
        """Read ``task.json``.

        Raises:
            OSError: If the folder has none: it holds no fine-tuned model.
            ValueError: If it is broken.
        """
        path = Path(folder) / SETTINGS
        if not path.is_file():
            raise OSError(f"{path}: a fine-tuned model must have this file; see bert-min finetune")
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**values, "labels": tuple(values["labels"])})
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{path}: not the settings of a task: {error}") from error
