"""The four tasks: their files, examples and scores; fine-tuning, answering and evaluation."""

from bert_min.tasks.base import Task
from bert_min.tasks.registry import TASKS, make_task
from bert_min.tasks.settings import TaskSettings

__all__ = ["TASKS", "Task", "TaskSettings", "make_task"]
