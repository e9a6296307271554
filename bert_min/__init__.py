"""A compact BERT: load any BERT, pretrain, fine-tune, embed, look inside."""

from bert_min.config import BertConfig
from bert_min.data import load_pretrained
from bert_min.embed import Embedder
from bert_min.heads import (
    BertForNextSentencePrediction,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
)
from bert_min.look import attention_maps
from bert_min.model import BertModel
from bert_min.pretraining_heads import BertForMaskedLM, BertForPreTraining

__all__ = [
    "BertConfig",
    "BertForMaskedLM",
    "BertForNextSentencePrediction",
    "BertForPreTraining",
    "BertForQuestionAnswering",
    "BertForSequenceClassification",
    "BertForTokenClassification",
    "BertModel",
    "Embedder",
    "attention_maps",
    "load_pretrained",
]
