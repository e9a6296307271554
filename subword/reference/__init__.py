"""The slow, plain twins of the fast code, to be read first. Only tests import them."""

from subword.reference.tokenizer import ReferenceTokenizer

__all__ = ["ReferenceTokenizer"]
