"""A small tokenizer whose normalizer rewrites white space next to added tokens, as Llama-2 does."""

from typing import Any

LLAMA: dict[str, Any] = {
    "version": "1.0",
    "added_tokens": [
        {"id": 4, "content": "bar", "lstrip": True, "rstrip": False, "normalized": True}
        | {"single_word": False, "special": False},
        {"id": 5, "content": "foo", "lstrip": False, "rstrip": True, "normalized": True}
        | {"single_word": True, "special": False},
    ],
    "normalizer": {
        "type": "Sequence",
        "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        ],
    },
    "model": {
        "type": "BPE",
        "unk_token": "<unk>",
        "fuse_unk": True,
        "vocab": {"<unk>": 0, "▁": 1, "x": 2, "▁x": 3},
        "merges": ["▁ x"],
    },
}
LLAMA_TEXTS = ["x  bar x", "bar", "x foo  x foo\n 北", "xbar xfoo foo bar  "]
