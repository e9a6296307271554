"""Subword tokenization: BPE, byte-level BPE and WordPiece, exact and fast."""

__version__ = "0.1.0"
