"""The slow, plain twin of every stage: the page to read first. Nothing imports it but tests."""

from subword.reference.tokenizer import ReferenceTokenizer

__all__ = ["ReferenceTokenizer"]
