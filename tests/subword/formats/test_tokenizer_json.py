"""Reading and writing tokenizer.json and vocabularies: round trips, and the oracle's files."""

import copy
import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from tests.helpers.compare import load
from tests.helpers.data import NAMES, TIKTOKEN, tiktoken_file
from tests.helpers.published import needs_data, oracle
from tests.helpers.random_configs import random_config, shares_a_form
from tests.helpers.random_text import random_text, short_text
from tests.helpers.small_models import BASE, MODEL, PIECES, with_model

# Round trips.


@pytest.mark.parametrize("seed", range(8))
def test_random_pipelines_survive_and_load_in_tokenizers(seed):
    rng = random.Random(seed)
    compared = 0
    for _ in range(25):
        config = random_config(rng)
        tok = Tokenizer.from_str(json.dumps(config))
        saved = tok.to_str()
        assert Tokenizer.from_str(saved).to_str() == saved
        assert Tokenizer.from_str(tok.to_str(pretty=True)).to_str() == saved
        if shares_a_form(config):
            continue
        first = tokenizers.Tokenizer.from_str(json.dumps(config))
        theirs = tokenizers.Tokenizer.from_str(saved)
        for _ in range(8):
            text = short_text(rng)
            assert theirs.encode(text).ids == first.encode(text).ids
            compared += 1
    assert compared > 50


@needs_data
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("gemma3", "llama3")])
def test_published_tokenizers_survive(tmp_path, name):
    mine = load(name)
    path = tmp_path / "tokenizer.json"
    mine.save(path, pretty=False)
    theirs = tokenizers.Tokenizer.from_file(str(path))
    rng = random.Random(name)
    texts = [random_text(rng) for _ in range(100)]
    expected = oracle(name).encode_batch(texts)
    for again in (theirs, Tokenizer.from_file(path)):
        for got, encoding in zip(again.encode_batch(texts), expected, strict=True):
            assert (got.ids, got.tokens, got.offsets) == (
                encoding.ids,
                encoding.tokens,
                encoding.offsets,
            )
    assert Tokenizer.from_file(path).to_str() == path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["tokenizer.json"]


@needs_data
def test_tiktoken_survives_as_json_with_its_ids():
    mine = Tokenizer.from_tiktoken(tiktoken_file(TIKTOKEN[0]), TIKTOKEN[0])
    again = Tokenizer.from_str(mine.to_str())
    rng = random.Random(1)
    texts = [random_text(rng) for _ in range(200)]
    assert again.encode_lists(texts) == mine.encode_lists(texts)


# Older shapes of real files.


@pytest.mark.parametrize(
    "config",
    [
        {"model": {k: v for k, v in MODEL.items() if k != "type"}},
        {"model": {k: v for k, v in PIECES.items() if k != "type"}},
        with_model(merges=[["a", "b"]]),
        with_model(merges=["#version: 0.2", "a b"]),
        with_model(continuing_subword_prefix="", end_of_word_suffix=""),
        with_model(dropout=None, unk_token=None, fuse_unk=False, byte_fallback=False),
        {
            **BASE,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
        },
        {
            **BASE,
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        },
        {**BASE, "truncation": {"max_length": 1, "strategy": "LongestFirst", "stride": 0}},
        {
            **BASE,
            "padding": {"strategy": {"Fixed": 5}, "direction": "Right", "pad_to_multiple_of": None}
            | {"pad_id": 0, "pad_type_id": 0, "pad_token": "a"},
        },
        {**BASE, "something": "new"},
        {**BASE, "added_tokens": None, "normalizer": None, "decoder": None},
    ],
)
def test_older_shapes_encode_as_in_the_oracle(config):
    config = copy.deepcopy(config)
    text = json.dumps({"version": "1.0", **config})
    mine = Tokenizer.from_str(text)
    try:
        theirs = tokenizers.Tokenizer.from_str(text)
    except Exception:  # the oracle wants every key in the file
        theirs = tokenizers.Tokenizer.from_str(mine.to_str())
    for words in ("ab", "a b ab", "abab", "x"):
        got, expected = mine.encode(words), theirs.encode(words)
        assert (got.ids, got.tokens, got.offsets) == (
            expected.ids,
            expected.tokens,
            expected.offsets,
        )


def test_added_tokens_take_the_next_free_id():
    added = [{"id": 99, "content": "<x>"}, {"id": 7, "content": "ab"}, {"id": 1, "content": "<y>"}]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    config = json.dumps({**BASE, "added_tokens": [{**token, **flags} for token in added]})
    assert (
        Tokenizer.from_str(config).get_vocab() == tokenizers.Tokenizer.from_str(config).get_vocab()
    )
