"""Look inside a model: attention maps and token vectors."""

from bert_min.attention.maps import AttentionMap, attention_maps
from bert_min.attention.token_vectors import TokenVectors, flatten, token_vectors

__all__ = ["AttentionMap", "TokenVectors", "attention_maps", "flatten", "token_vectors"]
