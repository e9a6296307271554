"""`load_task` and `predict_texts`: the answers of a fine-tuned model."""

from bert_min.tasks.predict import load_task, predict_texts

__all__ = ["load_task", "predict_texts"]
