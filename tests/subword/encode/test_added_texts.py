"""The texts of added tokens: what they matched, as the normalizer left it."""

import json
import random
from pathlib import Path

import pytest
import tokenizers

from subword import Tokenizer
from tests.helpers.llama_like import LLAMA, LLAMA_TEXTS
from tests.helpers.published import tokenizer_folders
from tests.helpers.random_configs import random_config
from tests.helpers.random_text import CHARS, FEW_WORDS

CONTENTS = [
    *("[X]", "[Y]", "<m>", "ab", "aB", "é", "a b", "[X][Y]"),
    *("Ⅷ", "foo", "▁bar", "FOO", "ﬁ", "ing"),
]
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
TRIMMED = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
COLUMNS = ("ids", "tokens", "offsets", "word_ids")


def random_normalizer(rng: random.Random, deep: bool = True) -> dict | None:
    """Return a normalizer that leaves added tokens, or the white space next to them, changed."""
    kinds = [
        None,
        {"type": "Lowercase"},
        {"type": "NFKC"},
        {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        {"type": "Strip", "strip_left": rng.random() < 0.5, "strip_right": rng.random() < 0.5},
    ]
    if deep and rng.random() < 0.5:
        steps = [random_normalizer(rng, False) for _ in range(3)]
        return {"type": "Sequence", "normalizers": [step for step in steps if step]}
    return rng.choice(kinds)


def added_tokens(rng: random.Random, normalize, known: dict, first: int) -> list[dict]:
    """Return added tokens of all flags, each with a normalized form of its own."""
    contents = {normalize(content): content for content in rng.sample(CONTENTS, 5)}
    return [
        {"id": known.get(content, first + at), "content": content}
        | {flag: rng.random() < 0.5 for flag in FLAGS}
        for at, content in enumerate(contents.values())
    ]


def random_text(rng: random.Random) -> str:
    """Return a text of added tokens, white space and some characters."""
    pool = [*rng.sample([*CHARS, *FEW_WORDS], rng.randrange(2, 8)), *CONTENTS, " ", " ", "  "]
    return "".join(rng.choice(pool) for _ in range(rng.randrange(1, 12)))


def columns(encoding) -> list:
    return [getattr(encoding, name) for name in COLUMNS]


def check_same(his, mine, text):
    expected = columns(his.encode(text))
    assert columns(mine.encode(text)) == expected, text
    rows = mine.encode_ragged([text], return_offsets=True)
    assert [tuple(span) for span in rows.offsets.tolist()] == expected[2], text
    words = text.split(" ")
    expected = columns(his.encode(words, is_pretokenized=True))
    assert columns(mine.encode(words, is_pretokenized=True)) == expected, words


@pytest.mark.parametrize("seed", range(8))
def test_tokens_of_random_added_tokens_equal_the_oracle(seed):
    rng = random.Random(seed)
    for _ in range(25):
        config = random_config(rng) | {"normalizer": random_normalizer(rng), "added_tokens": []}
        config["post_processor"] = rng.choice([None, TRIMMED])
        bare = tokenizers.Tokenizer.from_str(json.dumps(config))
        normalize = bare.normalizer.normalize_str if bare.normalizer else str
        vocab = config["model"]["vocab"]
        known = bare.get_vocab()
        config["added_tokens"] = added_tokens(rng, normalize, known, len(vocab))
        for token in rng.sample(config["added_tokens"], 2):  # some the model can make as well
            if isinstance(vocab, list):
                token["id"] = known.get(token["content"], len(vocab))
                vocab += [[token["content"], -1.0]] * (token["id"] == len(vocab))
            else:
                token["id"] = vocab.setdefault(token["content"], max(vocab.values()) + 1)
        his = tokenizers.Tokenizer.from_str(json.dumps(config))
        mine = Tokenizer.from_str(json.dumps(config))
        for _ in range(15):
            check_same(his, mine, random_text(rng))


@pytest.mark.slow
@pytest.mark.parametrize("folder", tokenizer_folders())
def test_tokens_added_to_published_tokenizers_equal_the_oracle(folder):
    rng = random.Random(folder.name)
    config = json.loads((Path(folder) / "tokenizer.json").read_text())
    config |= {"truncation": None, "padding": None, "post_processor": None}
    his = tokenizers.Tokenizer.from_str(json.dumps(config))
    normalize = his.normalizer.normalize_str if his.normalizer else str
    seen = {normalize(token["content"]) for token in config["added_tokens"]}
    ids = his.get_vocab()
    more = added_tokens(rng, normalize, ids, max(ids.values()) + 1)
    more = [token for token in more if normalize(token["content"]) not in seen]
    config["added_tokens"] += more
    his = tokenizers.Tokenizer.from_str(json.dumps(config))
    mine = Tokenizer.from_str(json.dumps(config))
    for _ in range(100):
        check_same(his, mine, random_text(rng))


def test_white_space_that_the_normalizer_rewrites_is_not_part_of_the_token():
    his = tokenizers.Tokenizer.from_str(json.dumps(LLAMA))
    mine = Tokenizer.from_str(json.dumps(LLAMA))
    for text in LLAMA_TEXTS:
        check_same(his, mine, text)
    assert "▁bar" in mine.encode("x bar").tokens
    assert "▁▁bar" not in mine.encode("x  bar").tokens
