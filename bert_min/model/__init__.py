"""The encoder as a PyTorch model: its configuration, layers, heads, and its weights on disk."""

from bert_min.model.bert import BertLayer, BertModel, BertOutput
from bert_min.model.config import BertConfig

__all__ = ["BertConfig", "BertLayer", "BertModel", "BertOutput"]
