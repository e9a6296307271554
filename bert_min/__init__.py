"""A compact BERT: load any BERT, pretrain, fine-tune, embed, look inside."""

from bert_min.attention.maps import attention_maps
from bert_min.embedding.embedder import Embedder
from bert_min.embedding.model_folder import load_pretrained
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.model.heads import (
    BertForNextSentencePrediction,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
)
from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining

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
