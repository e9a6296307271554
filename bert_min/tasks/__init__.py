"""The four tasks: reading their files, decoding the model's scores, measuring the answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bert_min.tasks.base import Task, TaskSettings
from bert_min.tasks.classification import ClassificationTask
from bert_min.tasks.ner import NerTask
from bert_min.tasks.qa import QuestionAnsweringTask

if TYPE_CHECKING:
    from subword import Tokenizer

TASKS: dict[str, Callable[[TaskSettings, "Tokenizer"], Task]] = {
    "classification": ClassificationTask,
    "nli": ClassificationTask,
    "ner": NerTask,
    "qa": QuestionAnsweringTask,
}

__all__ = ["TASKS", "Task", "TaskSettings", "make_task"]


def make_task(settings: TaskSettings, tokenizer: "Tokenizer") -> Task:
    """Make the task that the settings name.

    Raises:
        ValueError: if there is none of that name.
    """
    if settings.task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {settings.task!r}")
    return TASKS[settings.task](settings, tokenizer)
