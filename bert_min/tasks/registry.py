"""The tasks by name."""

from bert_min.tasks.base import Task
from bert_min.tasks.classification import ClassificationTask
from bert_min.tasks.ner import NerTask
from bert_min.tasks.qa import QuestionAnsweringTask
from bert_min.tasks.regression import RegressionTask
from bert_min.tasks.settings import TaskSettings
from bert_min.text.tokenizers import Tokenizer

TASKS: dict[str, type[Task]] = {
    "classification": ClassificationTask,
    "nli": ClassificationTask,
    "regression": RegressionTask,
    "ner": NerTask,
    "qa": QuestionAnsweringTask,
}


def make_task(settings: TaskSettings, tokenizer: Tokenizer) -> Task:
    """Make the task that the settings name.

    Raises:
        ValueError: There is none of that name.
    """
    if settings.task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {settings.task!r}")
    return TASKS[settings.task](settings, tokenizer)
