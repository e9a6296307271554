"""Tokenizer files in and out, and the pipelines of published models around a bare vocabulary."""
