"""`finetune`: train a BERT for one of the four tasks."""

from bert_min.tasks.finetune import finetune

__all__ = ["finetune"]
