"""A compact BERT: load any BERT, pretrain, fine-tune, embed, look inside."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bert_min.attention.maps import attention_maps
    from bert_min.embedding.embedder import Embedder
    from bert_min.embedding.model_folder import load_pretrained
    from bert_min.embedding.precision import calibrate, quantize
    from bert_min.model.bert import BertModel
    from bert_min.model.config import BertConfig
    from bert_min.model.heads import (
        BertForNextSentencePrediction,
        BertForQuestionAnswering,
        BertForSequenceClassification,
        BertForTokenClassification,
    )
    from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining
    from bert_min.retrieval.late_interaction import encode_tokens, maxsim
    from bert_min.retrieval.rank import Reranker, rank
    from bert_min.retrieval.search import search
    from bert_min.retrieval.similarity import similarity
    from bert_min.retrieval.sparse import SparseEncoder

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
    "Reranker",
    "SparseEncoder",
    "attention_maps",
    "calibrate",
    "encode_tokens",
    "load_pretrained",
    "maxsim",
    "quantize",
    "rank",
    "search",
    "similarity",
]

# Name -> the module that has it. They are imported when the first is asked for, and torch with
# them: the help of the command line does not wait for it.
_SOURCES = {
    "BertConfig": "bert_min.model.config",
    "BertForMaskedLM": "bert_min.model.pretraining_heads",
    "BertForNextSentencePrediction": "bert_min.model.heads",
    "BertForPreTraining": "bert_min.model.pretraining_heads",
    "BertForQuestionAnswering": "bert_min.model.heads",
    "BertForSequenceClassification": "bert_min.model.heads",
    "BertForTokenClassification": "bert_min.model.heads",
    "BertModel": "bert_min.model.bert",
    "Embedder": "bert_min.embedding.embedder",
    "Reranker": "bert_min.retrieval.rank",
    "SparseEncoder": "bert_min.retrieval.sparse",
    "attention_maps": "bert_min.attention.maps",
    "calibrate": "bert_min.embedding.precision",
    "encode_tokens": "bert_min.retrieval.late_interaction",
    "load_pretrained": "bert_min.embedding.model_folder",
    "maxsim": "bert_min.retrieval.late_interaction",
    "quantize": "bert_min.embedding.precision",
    "rank": "bert_min.retrieval.rank",
    "search": "bert_min.retrieval.search",
    "similarity": "bert_min.retrieval.similarity",
}
# Rooms that `import bert_min` has always brought along.
_ROOMS = ("attention", "embedding", "model", "text")


if not TYPE_CHECKING:  # to a type checker it would mean that every name is there

    def __getattr__(name: str) -> Any:
        if name in _ROOMS:
            for source in _SOURCES.values():
                import_module(source)
            return import_module(f"bert_min.{name}")
        if name not in _SOURCES:
            raise AttributeError(f"module 'bert_min' has no attribute {name!r}")
        value = getattr(import_module(_SOURCES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_SOURCES, *_ROOMS})
