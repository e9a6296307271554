"""Added tokens are found as the plain search of the twin finds them, and in linear time."""

import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.reference import ReferenceTokenizer
from tests.helpers.oracle import encoding_columns

CHARS = ["a", "b", "ab", " ", "  ", "é", "한", "<", ">", "_", "\n", "1"]


def config_with(contents: list[str], flags: list[dict] | None = None, **parts) -> str:
    """Return a tokenizer.json of characters with these added tokens."""
    vocab = {char: i for i, char in enumerate(dict.fromkeys("".join(CHARS) + "▁"))}
    flags = flags or [{}] * len(contents)
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    added = [
        {"id": len(vocab) + i, "content": content, **plain, **each}
        for i, (content, each) in enumerate(zip(contents, flags, strict=True))
    ]
    model = {"type": "BPE", "vocab": vocab, "merges": []}
    return json.dumps({"version": "1.0", "added_tokens": added, "model": model, **parts})


def oracle_columns(tok: tokenizers.Tokenizer, text: str) -> tuple[list, ...] | None:
    """Return what the oracle gives; None where it crashes: when a token, together with the white
    space after it, reaches over the next one.
    """
    try:
        return encoding_columns(tok, text)
    except BaseException as error:  # PanicException is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return None


def random_contents(rng: random.Random) -> list[str]:
    """Return tokens that overlap: runs, prefixes and ends of each other."""
    kind = rng.randrange(4)
    if kind == 0:
        return sorted({"".join(rng.choices(CHARS, k=rng.randrange(1, 6))) for _ in range(12)})
    if kind == 1:
        return ["a" * n for n in range(1, 40)] + ["a" * 30 + "b"]
    if kind == 2:
        whole = "".join(rng.choices("ab", k=50))
        return [whole[:n] for n in range(1, 50, 3)] + [whole[n:] + "é" for n in range(0, 50, 7)]
    return ["ab" * n + "<" for n in range(1, 30)] + [f"<{n}>" for n in range(30)]


@pytest.mark.parametrize("seed", range(40))
def test_matches_are_those_of_the_twin_and_the_oracle(simd, seed):
    rng = random.Random(seed)
    contents = random_contents(rng)
    flags = [
        {name: rng.random() < 0.2 for name in ("single_word", "lstrip", "rstrip")} for _ in contents
    ]
    config = config_with(contents, flags)
    ours, theirs = Tokenizer.from_str(config), tokenizers.Tokenizer.from_str(config)
    twin = ReferenceTokenizer(json.loads(config))
    answers = 0
    for _ in range(30):
        runs = ["a" * rng.randrange(90), "ab" * rng.randrange(40), *contents, *CHARS]
        text = "".join(rng.choices(runs, k=rng.choice([2, 10, 40])))
        mine = ours.encode(text, add_special_tokens=False)
        expected = oracle_columns(theirs, text)
        if expected is not None:
            answers += 1
            assert (mine.ids, mine.tokens, mine.offsets, mine.word_ids) == expected
        assert mine.ids == [token.id for token in twin.encode(text)]
        assert ours.encode_ids(text, add_special_tokens=False).tolist() == mine.ids
    assert answers


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("scheme", ["prepend", "replace", "metaspace"])
def test_tokens_in_normalized_text_of_sentencepiece_models(simd, seed, scheme):
    # Where no part of a token between spaces is in the text, it is not normalized as a whole.
    rng = random.Random(seed)
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    prepend = {"type": "Prepend", "prepend": "▁"}
    parts: dict = {"normalizer": replace}
    if scheme == "prepend":
        parts = {"normalizer": {"type": "Sequence", "normalizers": [prepend, replace]}}
    if scheme == "metaspace":
        parts = {
            "pre_tokenizer": {
                "type": "Metaspace",
                "replacement": "▁",
                "split": True,
                "prepend_scheme": rng.choice(["first", "always", "never"]),
            }
        }
    contents = rng.sample(["<1>", "a b", "b_", "<", " a", "▁ab", "  ", "_ <1>"], 3)
    flags = [
        {name: rng.random() < 0.4 for name in ("lstrip", "single_word", "normalized")}
        for _ in contents
    ]
    config = json.loads(config_with(contents, flags, **parts))
    known = config["model"]["vocab"]
    known |= {"ab": len(known), "<u>": len(known) + 1}
    config["model"] |= {"unk_token": "<u>", "merges": [["a", "b"]]}
    ours = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    for _ in range(30):
        text = "".join(rng.choices([*CHARS, "▁", *contents], k=rng.choice([2, 10, 40])))
        mine = ours.encode(text, add_special_tokens=False)
        assert (mine.ids, mine.tokens, mine.offsets, mine.word_ids) == encoding_columns(
            theirs, text
        )
        assert ours.encode_ids(text, add_special_tokens=False).tolist() == mine.ids


# Tokens, and a text whose every place looks like the beginning of a long one: a search that reads
# on at each place again takes minutes. With them, the tokens of the text.
HOSTILE = {
    "runs": (["a" * n for n in range(1, 400)], "a" * 399 * 1000, ["a" * 399] * 1000),
    "a run with another end": (["a", "a" * 60_000 + "b"], "a" * 300_000, ["a"] * 300_000),
    "pairs": (["ab" * 30_000 + "<", "b"], "ab" * 150_000, ["a", "b"] * 150_000),
    "prefixes of a period": (
        ["aab", *(("aab" * 20_000)[:n] + "<" for n in (30_000, 50_000, 59_999))],
        "aab" * 100_000,
        ["aab"] * 100_000,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_linear_time(simd, name):
    contents, text, tokens = HOSTILE[name]
    tok = Tokenizer.from_str(config_with(contents))
    ids = [tok.token_to_id(token) for token in ("a", "b", *contents)]
    known = dict(zip(("a", "b", *contents), ids, strict=True))
    expected = [known[token] for token in tokens]
    assert tok.encode_ids(text, add_special_tokens=False).tolist() == expected


def test_white_space_around_tokens_is_read_once(simd):
    flags = [{"rstrip": True, "lstrip": True}]
    tok = Tokenizer.from_str(config_with(["  "], flags))
    encoding = tok.encode(" " * 600_000 + "a", add_special_tokens=False)
    assert encoding.ids == [tok.token_to_id("  "), tok.token_to_id("a")]
    assert encoding.offsets[0] == (0, 600_000)
