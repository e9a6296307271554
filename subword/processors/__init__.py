"""The post-processors: special tokens, type ids, trimmed offsets."""

from subword.processors.bert import (
    BertProcessing,
    ByteLevel,
    PostProcessor,
    RobertaProcessing,
    Sequence,
    TemplateProcessing,
    from_dict,
    post_process,
)

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
