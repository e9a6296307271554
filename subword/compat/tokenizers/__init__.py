"""The Python API of `tokenizers` over subword: code written for it runs after changing one import.

    from subword.compat import tokenizers
    from subword.compat.tokenizers import Tokenizer, models, trainers

Stages that are written in Python (`PreTokenizer.custom` and the like) run as in the original, one
text after the other.
"""

from subword._regex.patterns import Regex
from subword.compat.tokenizers import (
    decoders,
    implementations,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.choices import (
    OffsetReferential,
    OffsetType,
    SplitDelimiterBehavior,
)
from subword.compat.tokenizers.implementations import (
    BertWordPieceTokenizer,
    ByteLevelBPETokenizer,
    CharBPETokenizer,
    SentencePieceBPETokenizer,
    SentencePieceUnigramTokenizer,
)
from subword.compat.tokenizers.input_types import (
    EncodeInput,
    InputSequence,
    Offsets,
    PreTokenizedEncodeInput,
    PreTokenizedInputSequence,
    TextEncodeInput,
    TextInputSequence,
)
from subword.compat.tokenizers.models import Token
from subword.compat.tokenizers.normalized_string import NormalizedString
from subword.compat.tokenizers.pre_tokenized_string import PreTokenizedString
from subword.compat.tokenizers.tokenizer import Tokenizer
from subword.results.encoding import Encoding

# The version whose API this is, and whose answers.
__version__ = "0.23.3"

__all__ = [
    "AddedToken",
    "BertWordPieceTokenizer",
    "ByteLevelBPETokenizer",
    "CharBPETokenizer",
    "EncodeInput",
    "Encoding",
    "InputSequence",
    "NormalizedString",
    "OffsetReferential",
    "OffsetType",
    "Offsets",
    "PreTokenizedEncodeInput",
    "PreTokenizedInputSequence",
    "PreTokenizedString",
    "Regex",
    "SentencePieceBPETokenizer",
    "SentencePieceUnigramTokenizer",
    "SplitDelimiterBehavior",
    "TextEncodeInput",
    "TextInputSequence",
    "Token",
    "Tokenizer",
    "decoders",
    "implementations",
    "models",
    "normalizers",
    "pre_tokenizers",
    "processors",
    "trainers",
]
