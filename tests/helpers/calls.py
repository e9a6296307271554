"""Random calls of a tokenizer, and the comparison of what two sides return."""

import random
import warnings

import numpy as np
import torch

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "",
    "a",
    "  two  spaces\nand a line",
    "안녕하세요, 세계! It's 12345 😀",
    "[MASK] unaffable naïve İstanbul " * 3,
    "word " * 40,
]
WORDS = [["Hello", "world"], [], ["a"], ["un", "affable", " spaced", "é", "日本"], ["word"] * 30]


def random_call(rng: random.Random) -> tuple[list, dict]:
    """Return the arguments and options of a call, most options at their defaults."""
    split = rng.random() < 0.25
    pool = WORDS if split else TEXTS
    shape = rng.choice(["one", "one", "batch", "batch", "pair", "pairs", "tuples"])
    rows = [rng.choice(pool) for _ in range(rng.randrange(1, 5))]
    others = [rng.choice(pool) for _ in rows]
    args = {
        "one": [rows[0]],
        "batch": [rows],
        "pair": [rows[0], others[0]],
        "pairs": [rows, others],
        "tuples": [list(zip(rows, others, strict=True))],
    }[shape]
    options = {
        "padding": rng.choice([False, False, True, "longest", "max_length", "do_not_pad"]),
        "truncation": rng.choice(
            [None, False, True, "longest_first", "only_first", "only_second", "do_not_truncate"]
        ),
        "max_length": rng.choice([None, 5, 8, 12, 16, 30]),
        "stride": rng.choice([0, 0, 0, 1, 3]),
        "is_split_into_words": split,
        "pad_to_multiple_of": rng.choice([None, None, 4, 8]),
        "padding_side": rng.choice([None, "left", "right"]),
        "return_tensors": rng.choice([None, None, "np", "pt"]),
        "return_token_type_ids": rng.choice([None, None, True, False]),
        "return_attention_mask": rng.choice([None, None, True, False]),
        "return_overflowing_tokens": rng.random() < 0.3,
        "return_special_tokens_mask": rng.random() < 0.3,
        "return_offsets_mapping": rng.random() < 0.3,
        "return_length": rng.random() < 0.2,
        "add_special_tokens": rng.random() < 0.8,
    }
    # Leave most at their defaults, as callers do.
    kept = {name: value for name, value in options.items() if rng.random() < 0.6}
    if split:
        kept["is_split_into_words"] = True
    if rng.random() < 0.1:
        kept["text_target"] = rng.choice([rows, rows[0]]) if not split else rows
    return args, kept


def same_value(mine, theirs) -> bool:
    """Return whether two values are equal, with equal types, dtypes and shapes."""
    if isinstance(theirs, torch.Tensor):
        return (
            mine.dtype == theirs.dtype and mine.shape == theirs.shape and torch.equal(mine, theirs)
        )
    if isinstance(theirs, np.ndarray):
        if mine.dtype != theirs.dtype or mine.shape != theirs.shape:
            return False
        if theirs.dtype == object:
            return all(map(same_value, mine, theirs))
        return bool(np.array_equal(mine, theirs))
    return type(mine) is type(theirs) and mine == theirs


def attempt(function, args, options):
    """Return (result, None) or (None, error); a panic of the oracle is an error too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*args, **options), None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return None, error
