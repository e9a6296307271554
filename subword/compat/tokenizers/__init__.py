"""The Python API of `tokenizers` over subword: code written for it runs after changing one import.

    from subword.compat import tokenizers
    from subword.compat.tokenizers import Tokenizer, models, trainers

Only what subword supports is there: no stages written in Python.
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
from subword.compat.tokenizers.implementations import (
    BertWordPieceTokenizer,
    ByteLevelBPETokenizer,
    CharBPETokenizer,
    SentencePieceBPETokenizer,
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
    "Offsets",
    "PreTokenizedEncodeInput",
    "PreTokenizedInputSequence",
    "Regex",
    "SentencePieceBPETokenizer",
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
