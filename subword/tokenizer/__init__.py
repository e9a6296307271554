"""The front door: `Tokenizer` holds the stages; it loads, encodes, decodes and saves."""

from subword.tokenizer.tokenizer import Tokenizer

__all__ = ["Tokenizer"]
