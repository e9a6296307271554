"""The split patterns of published tokenizers that have a scanner in include/scan."""

from __future__ import annotations

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
START = r"[^\r\n\p{L}\p{N}]?"


def _alternatives(*patterns: str) -> str:
    return "|".join(patterns)


# By the names that `Tokenizer.from_tiktoken` takes; in the order of scan/patterns.h.
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": _alternatives(
        CONTRACTION, START + r"\p{L}+", r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", TAIL
    ),
    "qwen2": _alternatives(
        CONTRACTION, START + r"\p{L}+", r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", TAIL
    ),
    "qwen3.5": _alternatives(
        CONTRACTION, START + r"[\p{L}\p{M}]+", r"\p{N}", r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*", TAIL
    ),
    "cl100k_base": _alternatives(
        *(r"'(?i:[sdmt]|ll|ve|re)", r"[^\r\n\p{L}\p{N}]?+\p{L}++", r"\p{N}{1,3}"),
        *(r" ?[^\s\p{L}\p{N}]++[\r\n]*+", r"\s++\z", r"\s*[\r\n]", r"\s+(?!\S)", r"\s"),
    ),
    "o200k_base": _alternatives(
        START + UPPER + "*" + LOWER + "+" + CONTRACTION + "?",
        START + UPPER + "+" + LOWER + "*" + CONTRACTION + "?",
        *(r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", TAIL),
    ),
    "tekken": _alternatives(
        START + UPPER + "*" + LOWER + "+",
        START + UPPER + "+" + LOWER + "*",
        *(r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", TAIL),
    ),
}

# How tiktoken writes two of them. In its engine $ is the end of the text and {1,3}+ matches at most
# three; in that of Hugging Face `tokenizers` $ is the end of a line and {1,3}+ matches any number.
TIKTOKEN_SPELLINGS = {
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s": "gpt2",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"
    r"\s++$|\s*[\r\n]|\s+(?!\S)|\s": "cl100k_base",
}

# CLIP keeps the matches and removes the white space between; older files lack the special tokens.
CLIP_BARE = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
CLIP = r"<\|startoftext\|>|<\|endoftext\|>|" + CLIP_BARE

# DeepSeek-V3 splits three times, each time the parts of the split before; one scanner does all.
DEEPSEEK = (
    r"\p{N}{1,3}",
    "[一-龥\u3040-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|" + TAIL,
)

# What becomes of matches, in the order of the enum in pre_tokenizers/splits.pxd.
BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")


def checked_behavior(behavior: str) -> str:
    """Return `behavior` in lower snake case if it is one of the five; an error otherwise.

    >>> checked_behavior("MergedWithNext")
    'merged_with_next'
    """
    if not isinstance(behavior, str):
        raise TypeError(f"behavior must be a str, got {type(behavior).__name__}")
    name = "".join("_" + c.lower() if c.isupper() else c for c in behavior).lstrip("_")
    if name not in BEHAVIORS:
        raise ValueError(f"behavior must be one of {', '.join(BEHAVIORS)}, got {behavior!r}")
    return name
