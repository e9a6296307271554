"""Tokens by spelling and by id: the vocabulary, the byte alphabet, added tokens."""
