"""`finetune`: train a BERT for a task."""

from bert_min.tasks.finetune import finetune

__all__ = ["finetune"]
