"""The tasks: their files, examples and scores; fine-tuning, answering and evaluation."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bert_min.tasks.base import Task
    from bert_min.tasks.registry import TASKS, make_task
    from bert_min.tasks.settings import TaskSettings

__all__ = ["TASKS", "Task", "TaskSettings", "make_task"]

# Imported when asked for: the settings are needed where torch is not.
_SOURCES = {
    "TASKS": "bert_min.tasks.registry",
    "Task": "bert_min.tasks.base",
    "TaskSettings": "bert_min.tasks.settings",
    "make_task": "bert_min.tasks.registry",
}


if not TYPE_CHECKING:  # to a type checker it would mean that every name is there

    def __getattr__(name: str) -> Any:
        if name not in _SOURCES:
            raise AttributeError(f"module 'bert_min.tasks' has no attribute {name!r}")
        value = getattr(import_module(_SOURCES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_SOURCES})
