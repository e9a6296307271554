"""The post-processors: special tokens, type ids and trimmed offsets, one class a file."""

from subword.processors.base import PostProcessor, from_dict, post_process
from subword.processors.bert import BertProcessing
from subword.processors.byte_level import ByteLevel
from subword.processors.roberta import RobertaProcessing
from subword.processors.sequence import Sequence
from subword.processors.template import TemplateProcessing

__all__ = [
    "BertProcessing",
    "ByteLevel",
    "PostProcessor",
    "RobertaProcessing",
    "Sequence",
    "TemplateProcessing",
    "from_dict",
    "post_process",
]
