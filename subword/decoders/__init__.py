"""The decoders: tokens to text, one class a file, named as in tokenizer.json."""

from subword.decoders.base import Decoder, from_dict
from subword.decoders.bpe import BPEDecoder
from subword.decoders.byte_fallback import ByteFallback
from subword.decoders.byte_level import ByteLevel
from subword.decoders.ctc import CTC
from subword.decoders.fuse import Fuse
from subword.decoders.metaspace import Metaspace
from subword.decoders.replace import Replace
from subword.decoders.sentencepiece import SentencePiece
from subword.decoders.sequence import Sequence
from subword.decoders.strip import Strip
from subword.decoders.wordpiece import WordPiece, cleanup

__all__ = [
    "CTC",
    "BPEDecoder",
    "ByteFallback",
    "ByteLevel",
    "Decoder",
    "Fuse",
    "Metaspace",
    "Replace",
    "SentencePiece",
    "Sequence",
    "Strip",
    "WordPiece",
    "cleanup",
    "from_dict",
]
