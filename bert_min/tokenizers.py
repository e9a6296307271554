"""Load, save and train the tokenizer of a model."""

from bert_min.text.tokenizers import load_tokenizer, save_tokenizer, train_wordpiece

__all__ = ["load_tokenizer", "save_tokenizer", "train_wordpiece"]
