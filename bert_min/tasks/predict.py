"""Answers of a fine-tuned model: for texts on the command line, or for a file."""

import dataclasses
from pathlib import Path
from typing import Any

from bert_min.hub import find_folder
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Record, Task
from bert_min.tasks.registry import check_options, make_task
from bert_min.tasks.task_folder import read_task_settings
from bert_min.text.tokenizers import load_tokenizer
from bert_min.training.processes import Processes


def load_task(
    folder: str | Path, device: str | None = None, **changes: Any
) -> tuple[PretrainedModel, Task]:
    """Load a fine-tuned model and its task.

    Args:
        folder: As ``bert-min finetune`` wrote it, or transformers; see `read_task_settings`.
        device: "cpu", "cuda", or None for a GPU if there is one.
        **changes: Settings of the task to replace, such as ``null_threshold``; None for none.

    Returns:
        The model, in evaluation mode, and the task, to be called as ``task.predict(model, data)``.

    Raises:
        OSError: If a file is missing, or it is no fine-tuned model.
        ValueError: If one is broken, or the task has no use for a setting.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    folder = find_folder(folder)
    settings = read_task_settings(folder)
    check_options(settings.task, given)
    task = make_task(dataclasses.replace(settings, **given), load_tokenizer(folder))
    model = task.head.from_pretrained(folder, device=Processes(device).device)
    task.fit(model.config, folder)
    names = tuple((model.config.id2label or {}).values())
    if settings.task == "classification" and len(names) < len(task.labels):  # ids with gaps
        task.settings = dataclasses.replace(task.settings, labels=names)
    fresh = model.load_report.initialised if model.load_report else []
    if fresh:
        raise ValueError(
            f"{folder}: a fine-tuned model must have all of its weights, these are not there: "
            f"{', '.join(fresh)}"
        )
    return model, task


def predict_texts(
    model: PretrainedModel, task: Task, first: str, second: str | None = None
) -> Record:
    """Answer one example given as text.

    Args:
        model: Fine-tuned.
        task: Its task.
        first: The text; the first of a pair; the question; or a sentence whose words to tag.
        second: The second text of a pair, or the passage.

    Returns:
        The record.

    Raises:
        ValueError: If the task takes one text and got two, or the other way round.
    """
    texts = (first,) if second is None else (first, second)
    return task.predict(model, task.example(texts, "the command line"))[0]
