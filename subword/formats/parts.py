"""The parts that readers of files make a tokenizer of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict

from subword._core.pipeline import PreTokenizer
from subword.decoders.base import Decoder
from subword.formats.sentencepiece_model import SentencePieceModel
from subword.models import BPE, Unigram, WordLevel, WordPiece
from subword.normalizers.base import TextNormalizer
from subword.processors.base import PostProcessor
from subword.vocab.added_tokens import AddedToken


class TokenizerParts(TypedDict, total=False):
    """The arguments of `subword.Tokenizer`; those left out have their defaults there."""

    model: Required[BPE | Unigram | WordLevel | WordPiece]
    normalizer: TextNormalizer | None
    pre_tokenizer: PreTokenizer | None
    post_processor: PostProcessor | None
    decoder: Decoder | None
    added_tokens: Sequence[AddedToken | str]
    added_ids: Mapping[str, int]
    truncation: Mapping[str, Any] | None
    padding: Mapping[str, Any] | None
    config: Mapping[str, Any]
    sentencepiece: SentencePieceModel
