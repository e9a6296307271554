"""Random tokenizer.json objects that hold every kind of component."""

import base64
import json
import random

import tokenizers

from subword.reference.charsmap import make_charsmap
from tests.helpers.random_text import CHARS


def random_normalizer(rng: random.Random, deep: bool = True) -> dict | None:
    """Return a normalizer, or none."""
    kinds = [
        lambda: {
            "type": "BertNormalizer",
            "clean_text": rng.random() < 0.7,
            "handle_chinese_chars": rng.random() < 0.7,
            "strip_accents": rng.choice([None, True, False]),
            "lowercase": rng.random() < 0.5,
        },
        *[lambda form=form: {"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD")],
        lambda: {"type": "Lowercase"},
        lambda: {"type": "StripAccents"},
        lambda: {"type": "Nmt"},
        lambda: {"type": "ByteLevel"},
        lambda: {
            "type": "Strip",
            "strip_left": rng.random() < 0.5,
            "strip_right": rng.random() < 0.5,
        },
        lambda: random_precompiled(rng),
        lambda: {"type": "Prepend", "prepend": rng.choice(["▁", "ab"])},
        lambda: {
            "type": "Replace",
            "pattern": rng.choice(
                [{"String": " "}, {"String": "ab"}, {"Regex": r"\s+"}, {"Regex": "a|b"}]
            ),
            "content": rng.choice(["", "▁", "b a"]),
        },
    ]
    if deep and rng.random() < 0.3:
        parts = [random_normalizer(rng, False) for _ in range(rng.randrange(4))]
        return {"type": "Sequence", "normalizers": [part for part in parts if part]}
    return rng.choice([*kinds, lambda: None])()


def random_precompiled(
    rng: random.Random, chars: str = CHARS + "©\u0915\u094d\u1100\u1161"
) -> dict:
    """Return a character map, of keys that may begin each other."""
    known = [char for char in chars if char != "\0"]
    mapping = {}
    for _ in range(rng.choice([1, 5, 40])):
        key = "".join(rng.choices(known, k=rng.choice([1, 1, 2, 3])))
        mapping[key] = "".join(rng.choices(known, k=rng.choice([0, 0, 1, 2, 3])))
    charsmap = base64.b64encode(make_charsmap(mapping)).decode()
    return {"type": "Precompiled", "precompiled_charsmap": charsmap}


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def random_pre_tokenizer(rng: random.Random, deep: bool = True) -> dict | None:
    """Return a pre-tokenizer, or none."""
    flag = rng.random() < 0.5
    kinds = [
        *[
            lambda kind=kind: {"type": kind}
            for kind in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts")
        ],
        lambda: {
            "type": "ByteLevel",
            "add_prefix_space": flag,
            "trim_offsets": True,
            "use_regex": rng.random() < 0.7,
        },
        lambda: {
            "type": "Split",
            "pattern": rng.choice(
                [{"String": " "}, {"String": "ab"}, {"Regex": GPT2}, {"Regex": r"\p{N}{1,2}"}]
            ),
            "behavior": rng.choice(BEHAVIORS),
            "invert": flag,
        },
        lambda: {
            "type": "Metaspace",
            "replacement": "▁",
            "prepend_scheme": rng.choice(["first", "always", "never"]),
            "split": flag,
        },
        lambda: {"type": "Digits", "individual_digits": flag},
        lambda: {"type": "Punctuation", "behavior": rng.choice(BEHAVIORS)},
        lambda: {"type": "CharDelimiterSplit", "delimiter": rng.choice("a 한")},
        lambda: {"type": "FixedLength", "length": rng.randrange(1, 5)},
    ]
    if deep and rng.random() < 0.4:
        parts = [random_pre_tokenizer(rng, False) for _ in range(rng.randrange(4))]
        return {"type": "Sequence", "pretokenizers": [part for part in parts if part]}
    return rng.choice([*kinds, lambda: None])()


def random_model(rng: random.Random) -> dict:
    """Return a model of any kind over a few characters."""
    chars = sorted(set(rng.sample(CHARS, rng.randrange(5, 30)) + list("abĠÃ")))
    if rng.random() < 0.3:
        return random_unigram(rng, "".join(chars))
    if rng.random() < 0.1:
        words = ["<unk>", *chars, *("".join(rng.choices(chars, k=2)) for _ in range(60))]
        vocab = {token: at for at, token in enumerate(dict.fromkeys(words))}
        return {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"}
    if rng.random() < 0.4:
        pieces = ["".join(rng.choices(chars, k=rng.randrange(1, 4))) for _ in range(60)]
        vocab = ["[UNK]", *chars, *(f"##{c}" for c in chars), *pieces, *(f"##{p}" for p in pieces)]
        return {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": rng.choice([3, 100]),
            "vocab": {token: at for at, token in enumerate(dict.fromkeys(vocab))},
        }
    prefix, suffix = rng.choice([("", ""), ("", ""), ("##", ""), ("", "</w>")])
    vocab = [*chars, *(prefix + c for c in chars), *(c + suffix for c in chars)]
    vocab += [prefix + c + suffix for c in chars]
    fallback = not prefix and not suffix and rng.random() < 0.4
    if fallback:
        kept = 1.0 if rng.random() < 0.5 else 0.9
        vocab += [f"<0x{i:02X}>" for i in range(256) if rng.random() < kept]
    merges = []
    for _ in range(rng.randrange(60)):
        left = rng.choice(vocab)
        right = rng.choice([t for t in vocab if t.startswith(prefix)])
        if (suffix and left.endswith(suffix)) or (left, right) in merges:
            continue
        merges.append((left, right))
        vocab.append(left + right[len(prefix) :])
    if rng.random() < 0.3:
        rng.shuffle(merges)
    unk = rng.choice([None, "<unk>"])
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": unk,
        "continuing_subword_prefix": prefix or None,
        "end_of_word_suffix": suffix or None,
        "fuse_unk": rng.random() < 0.5,
        "byte_fallback": fallback,
        "ignore_merges": rng.random() < 0.3,
        "vocab": {t: at for at, t in enumerate(dict.fromkeys([*vocab, *([unk] if unk else [])]))},
        "merges": [list(merge) for merge in merges],
    }


def random_unigram(rng: random.Random, chars: str) -> dict:
    """Return a Unigram of pieces that often have equal sums of scores."""
    score = rng.choice(
        [
            lambda: -1.0,
            lambda: -float(rng.randrange(1, 4)),
            lambda: rng.choice([-1.9, -1.8, -1.7]),
            lambda: round(rng.uniform(-20, 0), 6),
            lambda: round(rng.uniform(-5, 60), 6),
        ]
    )
    known = rng.sample(chars, rng.randrange(1, len(chars) + 1))
    pieces = [*known, *("".join(rng.choices(chars, k=rng.randrange(2, 5))) for _ in range(80))]
    if rng.random() < 0.2:
        pieces += ["", "a b", " ab", rng.choice(pieces)]
    fallback = rng.random() < 0.4
    if fallback:
        kept = 1.0 if rng.random() < 0.5 else 0.9
        pieces += [f"<0x{i:02X}>" for i in range(256) if rng.random() < kept]
    if rng.random() < 0.8:
        pieces = list(dict.fromkeys(pieces))
    rng.shuffle(pieces)
    unk_id = rng.randrange(len(pieces))
    if rng.random() < 0.7:
        pieces[unk_id] = "<unk>"
    return {
        "type": "Unigram",
        "unk_id": unk_id,
        "vocab": [[piece, score()] for piece in pieces],
        "byte_fallback": fallback,
    }


def random_added_tokens(rng: random.Random) -> list[dict]:
    """Return added tokens with flags of all kinds."""
    contents = rng.sample(
        ["[X]", "[Y]", "<m>", "ab", "aB", "é", "a b", "[X][Y]", "Ⅷ"], rng.randrange(5)
    )
    return [
        {
            "id": 0,
            "content": content,
            **{
                flag: rng.random() < 0.4
                for flag in ("single_word", "lstrip", "rstrip", "normalized", "special")
            },
        }
        for content in contents
    ]


def random_config(rng: random.Random) -> dict:
    """Return a whole tokenizer.json without post-processor and decoder."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": random_added_tokens(rng),
        "normalizer": random_normalizer(rng),
        "pre_tokenizer": random_pre_tokenizer(rng),
        "post_processor": None,
        "decoder": None,
        "model": random_model(rng),
    }


def shares_a_form(config: dict) -> bool:
    """Whether two added tokens have one normalized form: the original takes either of them."""
    normalizer = tokenizers.Tokenizer.from_str(json.dumps(config)).normalizer
    contents = [token["content"] for token in config["added_tokens"]]
    if normalizer is None:
        return len({*contents}) < len(contents)
    forms = [
        normalizer.normalize_str(token["content"]) if token["normalized"] else token["content"]
        for token in config["added_tokens"]
    ]
    return any(len({*texts}) < len(texts) for texts in (forms, [c.lower() for c in contents]))
