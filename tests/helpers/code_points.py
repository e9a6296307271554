"""Every normalizer and pre-tokenizer of tokenizer.json, and texts that hold every code point."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import tokenizers

from subword import Tokenizer
from subword._regex.split_patterns import BEHAVIORS, DEEPSEEK, PATTERNS

BLOCK = 300
BARE = {"version": "1.0", "added_tokens": [], "post_processor": None, "decoder": None}
MODEL = {"type": "BPE", "vocab": {"?": 0}, "merges": [], "unk_token": "?", "fuse_unk": False}


def chars_that_tell() -> list[str]:
    """Return the characters of the planes that hold any, and some of the others.

    Planes 3 to 13 are empty in the tables and 15 and 16 for private use: each of them is one range.
    """
    codes = [*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE0200)]
    return list(map(chr, [*codes, *range(0x30000, 0x110000, 499), 0x10FFFF]))


def normalizers() -> dict[str, Any]:
    """Name -> tokenizer.json object."""
    found: dict[str, Any] = {
        name: {"type": name}
        for name in (
            *("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"),
        )
    }
    for lowercase in (True, False):
        for strip in (True, False, None):
            found[f"BertNormalizer {lowercase} {strip}"] = {
                **{"type": "BertNormalizer", "lowercase": lowercase, "strip_accents": strip},
                **{"clean_text": True, "handle_chinese_chars": True},
            }
    found["Strip"] = {"type": "Strip", "strip_left": True, "strip_right": True}
    found["Prepend"] = {"type": "Prepend", "prepend": "▁"}
    for pattern in ({"String": "a"}, {"Regex": r"\s+"}, {"Regex": r"\w\d"}):
        found[f"Replace {pattern}"] = {"type": "Replace", "pattern": pattern, "content": "▁é"}
    clip = [found["NFC"], found[r"Replace {'Regex': '\\s+'}"], found["Lowercase"]]
    found["Sequence"] = {"type": "Sequence", "normalizers": clip}
    return found


def pre_tokenizers() -> dict[str, Any]:
    """Name -> tokenizer.json object."""
    found: dict[str, Any] = {
        name: {"type": name}
        for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts")
    }
    for flag in (True, False):
        found[f"Digits {flag}"] = {"type": "Digits", "individual_digits": flag}
        found[f"ByteLevel {flag}"] = {
            **{"type": "ByteLevel", "use_regex": flag},
            **{"add_prefix_space": flag, "trim_offsets": True},
        }
    titles = ["".join(part.title() for part in name.split("_")) for name in BEHAVIORS]
    for behavior in titles:
        found[f"Punctuation {behavior}"] = {"type": "Punctuation", "behavior": behavior}
        for invert in (True, False):
            found[f"Split {behavior} {invert}"] = {
                **{"type": "Split", "pattern": {"Regex": r"\p{L}+|\d"}},
                **{"behavior": behavior, "invert": invert},
            }
    for name, pattern in PATTERNS.items():
        # tiktoken's cl100k is no pattern for this engine: $ ends a line there.
        if name != "cl100k_base":
            found[f"Split {name}"] = split(pattern)
    for scheme in ("first", "always", "never"):
        found[f"Metaspace {scheme}"] = {
            **{"type": "Metaspace", "replacement": "▁"},
            **{"prepend_scheme": scheme, "split": True},
        }
    found["CharDelimiterSplit"] = {"type": "CharDelimiterSplit", "delimiter": "a"}
    found["FixedLength"] = {"type": "FixedLength", "length": 3}
    steps = [split(pattern) for pattern in DEEPSEEK]
    found["Sequence"] = {"type": "Sequence", "pretokenizers": steps}
    return found


def split(pattern: str) -> dict[str, Any]:
    """A pattern whose matches are words."""
    how = {"behavior": "Isolated", "invert": False}
    return {"type": "Split", "pattern": {"Regex": pattern}, **how}


def texts(step: int = 1) -> Iterator[str]:
    """Every `step`-th code point, between a letter and a digit, and before a blank."""
    codes = [code for code in range(0, 0x110000, step) if not 0xD800 <= code < 0xE000]
    for first in range(0, len(codes), BLOCK):
        yield "".join(f"a{chr(code)}1{chr(code)} " for code in codes[first : first + BLOCK])


def differences(room: str, config: Any, step: int = 1) -> list[str]:
    """Compare a component, in room "normalizer" or "pre_tokenizer", with the oracle's.

    The text that comes out, and the place of each of its characters or words.
    """
    file = json.dumps({**BARE, "model": MODEL, room: config})
    mine, theirs = Tokenizer.from_str(file), tokenizers.Tokenizer.from_str(file)
    wrong = []
    for text in texts(step):
        if room == "pre_tokenizer":
            his = theirs.pre_tokenizer.pre_tokenize_str(text)
            my = mine.pre_tokenizer.pre_tokenize_str(text)
        else:
            his = (theirs.normalizer.normalize_str(text), theirs.encode(text).offsets)
            my = mine.normalizer.normalize_with_offsets(text)
            # The oracle's tokens are its characters, but for those that are "?" themselves.
            my = (my[0], list(my[1]))
        if his != my:
            wrong.append(f"{config}: {text[:60]!r}... differs")
    return wrong
