"""OpenAI's encodings and models by name."""

from __future__ import annotations

# Encoding -> the file of its vocabulary, and its pattern.
VOCABULARIES = {
    "gpt2": ("r50k_base", "gpt2"),
    "r50k_base": ("r50k_base", "gpt2"),
    "p50k_base": ("p50k_base", "gpt2"),
    "p50k_edit": ("p50k_base", "gpt2"),
    "cl100k_base": ("cl100k_base", "cl100k_base"),
    "o200k_base": ("o200k_base", "o200k_base"),
    "o200k_harmony": ("o200k_base", "o200k_base"),
}
# The special tokens of o200k_harmony that have a name; the others are numbered.
HARMONY = {
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
_BY_ENCODING = {
    "o200k_base": "o1 o3 o4-mini gpt-5 gpt-4.1 gpt-4o",
    "cl100k_base": "gpt-4 gpt-3.5-turbo gpt-3.5 gpt-35-turbo davinci-002 babbage-002 "
    "text-embedding-ada-002 text-embedding-3-small text-embedding-3-large",
    "p50k_base": "text-davinci-003 text-davinci-002 code-davinci-002 code-davinci-001 "
    "code-cushman-002 code-cushman-001 davinci-codex cushman-codex",
    "p50k_edit": "text-davinci-edit-001 code-davinci-edit-001",
    "r50k_base": "text-davinci-001 text-curie-001 text-babbage-001 text-ada-001 davinci curie "
    "babbage ada text-similarity-davinci-001 text-similarity-curie-001 "
    "text-similarity-babbage-001 text-similarity-ada-001 text-search-davinci-doc-001 "
    "text-search-curie-doc-001 text-search-babbage-doc-001 text-search-ada-doc-001 "
    "code-search-babbage-code-001 code-search-ada-code-001",
    "gpt2": "gpt2 gpt-2",
}
MODELS = {model: name for name, models in _BY_ENCODING.items() for model in models.split()}
# How the names of further models begin; the first that fits counts.
_BEGINNINGS = {
    "o200k_base": "o1- o3- o4-mini- gpt-5 gpt-4.5- gpt-4.1- chatgpt-4o- gpt-4o- ft:gpt-4o",
    "cl100k_base": "gpt-4- gpt-3.5-turbo- gpt-35-turbo- ft:gpt-4 ft:gpt-3.5-turbo ft:davinci-002 "
    "ft:babbage-002",
    "o200k_harmony": "gpt-oss-",
}
PREFIXES = {start: name for name, starts in _BEGINNINGS.items() for start in starts.split()}


def special_tokens_of(encoding: str) -> dict[str, int]:
    """Return the special tokens of an encoding, and their ids.

    >>> special_tokens_of("r50k_base")
    {'<|endoftext|>': 50256}
    """
    fill_in = ("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>")
    if encoding == "cl100k_base":
        named = {"<|endoftext|>": 100257, "<|endofprompt|>": 100276}
        return named | {token: 100258 + i for i, token in enumerate(fill_in)}
    if encoding == "o200k_base":
        return {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    if encoding == "o200k_harmony":
        taken = set(HARMONY.values()) - {200018}  # which has two names
        numbered = {f"<|reserved_{i}|>": i for i in range(200000, 201088) if i not in taken}
        return HARMONY | numbered
    named = {"<|endoftext|>": 50256}
    if encoding == "p50k_edit":
        return named | {token: 50281 + i for i, token in enumerate(fill_in)}
    return named
