"""OpenAI's encodings by name: vocabulary, split pattern and special tokens of each."""

from __future__ import annotations

from subword._regex.split_patterns import PATTERNS

# Encoding -> the vocabulary file that it shares with others, and the name of its pattern.
_SOURCES = {
    "gpt2": ("r50k_base", "gpt2"),
    "r50k_base": ("r50k_base", "gpt2"),
    "p50k_base": ("p50k_base", "gpt2"),
    "p50k_edit": ("p50k_base", "gpt2"),
    "cl100k_base": ("cl100k_base", "cl100k_base"),
    "o200k_base": ("o200k_base", "o200k_base"),
    "o200k_harmony": ("o200k_base", "o200k_base"),
}
VOCABULARIES = {encoding: file for encoding, (file, _) in _SOURCES.items()}
# What `from_tiktoken` takes as a pattern: an encoding, or another published pattern.
TIKTOKEN_PATTERNS = {
    **PATTERNS,
    **{encoding: PATTERNS[pattern] for encoding, (_, pattern) in _SOURCES.items()},
}
# The special tokens of o200k_harmony that have a name; the others are numbered.
_HARMONY = {
    "<|startoftext|>": 199998,
    "<|endoftext|>": 199999,
    "<|return|>": 200002,
    "<|constrain|>": 200003,
    "<|channel|>": 200005,
    "<|start|>": 200006,
    "<|end|>": 200007,
    "<|message|>": 200008,
    "<|call|>": 200012,
    "<|endofprompt|>": 200018,
}
_RESERVED = range(200000, 201088)
_FILL_IN = ("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>")


def openai_special_tokens(encoding: str) -> dict[str, int]:
    """Return the special tokens of an encoding and their ids; none for a name that is not known.

    >>> openai_special_tokens("r50k_base")
    {'<|endoftext|>': 50256}
    """
    if encoding not in VOCABULARIES:
        return {}
    if encoding == "cl100k_base":
        fill_in = {token: 100258 + i for i, token in enumerate(_FILL_IN)}
        return {"<|endoftext|>": 100257, **fill_in, "<|endofprompt|>": 100276}
    if encoding == "o200k_base":
        return {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    if encoding == "o200k_harmony":
        taken = set(_HARMONY.values()) - {200018}  # which has two names
        return _HARMONY | {f"<|reserved_{i}|>": i for i in _RESERVED if i not in taken}
    if encoding == "p50k_edit":
        return {"<|endoftext|>": 50256} | {token: 50281 + i for i, token in enumerate(_FILL_IN)}
    return {"<|endoftext|>": 50256}
