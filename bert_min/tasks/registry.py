"""The tasks by name."""

from collections.abc import Iterable

from bert_min.tasks.base import Task
from bert_min.tasks.classification import ClassificationTask
from bert_min.tasks.embedding_settings import OPTIONS
from bert_min.tasks.few_shot import FewShotTask
from bert_min.tasks.ner import NerTask
from bert_min.tasks.qa import QuestionAnsweringTask
from bert_min.tasks.ranking import RankingTask
from bert_min.tasks.regression import RegressionTask
from bert_min.tasks.settings import TaskSettings
from bert_min.text.tokenizers import Tokenizer

TASKS: dict[str, type[Task]] = {
    "classification": ClassificationTask,
    "nli": ClassificationTask,
    "few-shot": FewShotTask,
    "regression": RegressionTask,
    "ranking": RankingTask,
    "ner": NerTask,
    "qa": QuestionAnsweringTask,
}


def check_options(task: str, names: Iterable[str]) -> None:
    """Refuse options that mean nothing to a task.

    Args:
        task: Its name.
        names: Of fields of the settings that somebody has set.

    Raises:
        ValueError: The task does not read one of them.
    """
    known = {name: kind.options for name, kind in TASKS.items()} | {"embedding": OPTIONS}
    for name in names:
        users = [other for other in known if name in known[other]]
        if users and task in known and name not in known[task]:
            raise ValueError(
                f"--{name.replace('_', '-')} means nothing to the task {task}: it is an option of "
                f"{', '.join(users)}"
            )


def make_task(settings: TaskSettings, tokenizer: Tokenizer) -> Task:
    """Make the task that the settings name.

    Raises:
        ValueError: There is none of that name.
    """
    if settings.task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {settings.task!r}")
    return TASKS[settings.task](settings, tokenizer)
