"""The synthetic pipelines of benchmarks.encode.zoo: stages that people publish."""

from __future__ import annotations

from typing import Any

Stage = dict[str, Any]
NFC, NFKC, LOWER = {"type": "NFC"}, {"type": "NFKC"}, {"type": "Lowercase"}


def replace(pattern: str, content: str, regex: bool = False) -> Stage:
    """Return a Replace."""
    return {
        "type": "Replace",
        "pattern": {"Regex" if regex else "String": pattern},
        "content": content,
    }


def normalizers(*steps: Stage) -> Stage:
    """Return normalizers, one after the other."""
    return {"type": "Sequence", "normalizers": list(steps)}


def splits(*steps: Stage) -> Stage:
    """Return pre-tokenizers, one after the other."""
    return {"type": "Sequence", "pretokenizers": list(steps)}


def metaspace(scheme: str = "always", split: bool = True) -> Stage:
    """Return a Metaspace."""
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def split(pattern: str, behavior: str, invert: bool = False, regex: bool = False) -> Stage:
    """Return a Split."""
    return {
        "type": "Split",
        "pattern": {"Regex" if regex else "String": pattern},
        "behavior": behavior,
        "invert": invert,
    }


def byte_level(regex: bool = True, prefix: bool = False) -> Stage:
    """Return a ByteLevel."""
    return {
        "type": "ByteLevel",
        "add_prefix_space": prefix,
        "trim_offsets": True,
        "use_regex": regex,
    }


def digits(single: bool = True) -> Stage:
    """Return a Digits."""
    return {"type": "Digits", "individual_digits": single}


PUNCTUATION = {"type": "Punctuation", "behavior": "Isolated"}
SCRIPTS = {"type": "UnicodeScripts"}
WHITESPACE_SPLIT = {"type": "WhitespaceSplit"}
BERT = {
    "type": "BertNormalizer",
    "clean_text": True,
    "handle_chinese_chars": True,
    "strip_accents": None,
    "lowercase": True,
}

Pipeline = tuple[str, str, dict[str, Stage]]

LLAMA: list[tuple[str, Stage | None, Stage | None]] = [
    ("Metaspace", None, metaspace()),
    ("Metaspace first", None, metaspace("first")),
    ("Metaspace never", None, metaspace("never")),
    ("Metaspace whole", None, metaspace(split=False)),
    ("Metaspace + Split (BORA)", None, splits(metaspace(), split(" ", "MergedWithPrevious"))),
    ("WhitespaceSplit + Metaspace", None, splits(WHITESPACE_SPLIT, metaspace())),
    ("NFKC + Metaspace", NFKC, metaspace()),
    ("NFKC + WhitespaceSplit + Metaspace", NFKC, splits(WHITESPACE_SPLIT, metaspace())),
    ("Lowercase + Replace (SigLIP)", normalizers(LOWER, replace("!", "")), metaspace()),
    ("Replace {2,} (transformers 5)", replace(" {2,}", "▁", True), metaspace()),
    (
        "Strip + Replace {2,} (converted)",
        normalizers(
            {"type": "Strip", "strip_left": False, "strip_right": True}, replace(" {2,}", "▁", True)
        ),
        metaspace(),
    ),
    (
        "Replace in front (ChatGLM)",
        normalizers(
            replace("\t", "<|tab|>"), {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")
        ),
        None,
    ),
    ("Digits + Metaspace", None, splits(digits(), metaspace())),
    ("Metaspace + Digits", None, splits(metaspace(), digits())),
    ("Punctuation + Metaspace", None, splits(PUNCTUATION, metaspace())),
    ("NFC + Lowercase + Metaspace", normalizers(NFC, LOWER), metaspace()),
]
GPT2: list[tuple[str, Stage | None, Stage | None]] = [
    ("ByteLevel prefix", None, byte_level(prefix=True)),
    ("ByteLevel whole", None, byte_level(False)),
    ("ByteLevel whole prefix", None, byte_level(False, True)),
    ("Digits + ByteLevel", None, splits(digits(), byte_level())),
    ("Digits contiguous + ByteLevel", None, splits(digits(False), byte_level())),
    ("Punctuation + ByteLevel", None, splits(PUNCTUATION, byte_level())),
    (
        "Punctuation + Digits + ByteLevel (Falcon)",
        None,
        splits(
            {"type": "Punctuation", "behavior": "Contiguous"},
            byte_level(),
            digits(False),
            split("[0-9][0-9][0-9]", "Isolated", regex=True),
        ),
    ),
    (
        "CharDelimiterSplit + ByteLevel",
        None,
        splits({"type": "CharDelimiterSplit", "delimiter": " "}, byte_level(False)),
    ),
    ("UnicodeScripts + ByteLevel", None, splits(SCRIPTS, byte_level(False))),
    ("UnicodeScripts + ByteLevel regex", None, splits(SCRIPTS, byte_level())),
    ("Whitespace + ByteLevel", None, splits({"type": "Whitespace"}, byte_level(False))),
    ("WhitespaceSplit + ByteLevel", None, splits(WHITESPACE_SPLIT, byte_level(False, True))),
    ("Split newline + ByteLevel", None, splits(split("\n", "Isolated"), byte_level())),
    ("NFC + ByteLevel", NFC, byte_level()),
    ("NFKC + ByteLevel", NFKC, byte_level()),
    ("Lowercase + ByteLevel", LOWER, byte_level()),
    ("NFC + Lowercase + ByteLevel", normalizers(NFC, LOWER), byte_level()),
    (
        "NFD + Lowercase + StripAccents + ByteLevel",
        normalizers({"type": "NFD"}, LOWER, {"type": "StripAccents"}),
        byte_level(),
    ),
    (
        "NFKC + Replace blanks + ByteLevel",
        normalizers(NFKC, replace("\\s+", " ", True)),
        byte_level(),
    ),
    ("Bert + ByteLevel", BERT, byte_level(prefix=True)),
]
WORDPIECE: list[tuple[str, Stage | None, Stage | None]] = [
    ("NFKC + Bert pre-tokenizer", normalizers(NFKC, BERT), {"type": "BertPreTokenizer"}),
    (
        "Lowercase + Whitespace",
        normalizers({"type": "NFD"}, LOWER, {"type": "StripAccents"}),
        {"type": "Whitespace"},
    ),
    ("Bert + Digits", BERT, splits({"type": "BertPreTokenizer"}, digits())),
    ("WhitespaceSplit + Punctuation", None, splits(WHITESPACE_SPLIT, PUNCTUATION)),
    ("Lowercase + WhitespaceSplit", LOWER, WHITESPACE_SPLIT),
]
PIPELINES: list[Pipeline] = [
    (name, base, {"normalizer": normalizer, "pre_tokenizer": pre_tokenizer})
    for base, pipelines in (("llama2", LLAMA), ("gpt2", GPT2), ("bert-base-uncased", WORDPIECE))
    for name, normalizer, pre_tokenizer in pipelines
]
