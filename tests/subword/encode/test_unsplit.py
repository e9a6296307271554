"""BPE whose text is one word (SentencePiece's way): what is cut where the model never merges equals
the plain run of the stages, the twin and the oracle.
"""

import json
import random

import pytest
import tokenizers
from tokenizers import models, normalizers, trainers

from subword import Tokenizer
from subword.reference import ReferenceTokenizer
from tests.helpers.compare import load
from tests.helpers.oracle import encoding_columns, token_columns
from tests.helpers.published import needs_data
from tests.helpers.random_text import METASPACE_WORDS, metaspace_texts

MARK = "▁"


def blanks_of(rng: random.Random, mark: str) -> dict:
    """Return a normalizer and a pre-tokenizer that only mark spaces."""
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": mark}
    prepend = {"type": "Prepend", "prepend": mark}
    split = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious"}
    both = {"type": "Sequence", "normalizers": rng.sample([replace, prepend], 2)}
    metaspace = {
        "type": "Metaspace",
        "replacement": mark,
        "prepend_scheme": rng.choice(["always", "first", "never"]),
        "split": rng.random() < 0.5,
    }
    normalizer, pre_tokenizer = rng.choice(
        [
            (replace, None),
            (both, None),
            (both, None),
            (replace, {**split, "invert": False}),
            (None, metaspace),
            (None, metaspace),
            (None, None),
        ]
    )
    return {"normalizer": normalizer, "pre_tokenizer": pre_tokenizer}


def trained_model(rng: random.Random, mark: str) -> dict:
    """Train a BPE on texts as one word each: some of its tokens go on behind a mark."""
    tok = tokenizers.Tokenizer(models.BPE())
    tok.normalizer = normalizers.Replace(" ", mark)
    lines = [" ".join(rng.choices(METASPACE_WORDS, k=8)) for _ in range(30)]
    lines += metaspace_texts(rng, 10)
    trainer = trainers.BpeTrainer(vocab_size=rng.choice([60, 150, 300]), show_progress=False)
    tok.train_from_iterator(lines, trainer)
    model = json.loads(tok.to_str())["model"]
    bytes_kept = rng.choice([0, 0.9, 1, 1])
    others = ["<unk>"] + [f"<0x{i:02X}>" for i in range(256) if rng.random() < bytes_kept]
    # Some of the alphabet goes, so that texts hold unknown characters, with the merges it is in.
    gone = set(rng.sample("tahc.한é", rng.randrange(3)))
    model["vocab"] = [token for token in model["vocab"] if not gone & set(token)]
    model["vocab"] = {t: i for i, t in enumerate(dict.fromkeys([*others, *model["vocab"]]))}
    model["merges"] = [
        pair
        for pair in model["merges"]
        if not gone & set("".join(pair)) and not {"<0x41>"} & set(pair)
    ]
    if rng.random() < 0.3:
        rng.shuffle(model["merges"])
    model["unk_token"] = "<unk>"
    model["fuse_unk"] = rng.random() < 0.5
    model["byte_fallback"] = bytes_kept > 0
    model["ignore_merges"] = rng.random() < 0.3
    return model


def random_config(rng: random.Random) -> dict:
    """Return a tokenizer.json whose texts are cut where the model never merges."""
    mark = rng.choice([MARK, MARK, MARK, "_", "é"])
    flags = ("single_word", "lstrip", "rstrip")
    added = [
        {"id": 0, "content": content, "normalized": normalized, "special": False}
        # The oracle panics where a token for white space takes white space too.
        | {flag: rng.random() < 0.3 and content != "\n" for flag in flags}
        for content, normalized in (("[X]", False), ("\n", False), ("cat", True), ("at a", True))
    ]
    return {
        "version": "1.0",
        "added_tokens": added[: rng.randrange(5)],
        "post_processor": None,
        "decoder": None,
        "model": trained_model(rng, mark),
        **blanks_of(rng, mark),
    }


def uses_chunks(tok: Tokenizer) -> bool:
    return tok.text_encoder.encoder.unsplit is not None


@pytest.mark.parametrize("seed", range(10))
def test_chunks_equal_the_plain_path_the_twin_and_the_oracle(seed):
    rng = random.Random(seed)
    for _ in range(4):
        config = random_config(rng)
        fast = Tokenizer.from_str(json.dumps(config))
        steps = [config["pre_tokenizer"]] if config["pre_tokenizer"] else []
        wrapped = {"type": "Sequence", "pretokenizers": steps}  # not known, so it takes every step
        plain = Tokenizer.from_str(json.dumps(config | {"pre_tokenizer": wrapped}))
        assert uses_chunks(fast), config
        assert not uses_chunks(plain), config
        twin = ReferenceTokenizer(config)
        theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
        texts = metaspace_texts(rng, 40)
        rows = fast.encode_ragged(texts).to_lists()
        assert rows == fast.encode_ragged(texts).to_lists()  # now from the cache
        for text, row in zip(texts, rows, strict=True):
            expected = encoding_columns(theirs, text)
            assert row == expected[0], (config, text)
            assert token_columns(twin.encode(text)) == expected, (config, text)
            for tok in (fast, fast, plain):
                got = tok.encode(text)
                assert got.ids == expected[0]
                assert (got.offsets, got.word_ids) == expected[2:], (config, text)


@pytest.mark.parametrize(
    "change",
    [
        {"dropout": 0.5},
        {"end_of_word_suffix": "</w>"},
        {"unk_token": None, "byte_fallback": False},
    ],
)
def test_models_whose_words_depend_on_more_are_not_cut(change):
    config = random_config(random.Random(0))
    config["model"] |= change
    if "end_of_word_suffix" in change:
        config["model"]["merges"] = []
    assert not uses_chunks(Tokenizer.from_str(json.dumps(config)))


@pytest.mark.parametrize("part", ["<unk>", "<0x41>"])
def test_merges_of_tokens_that_stand_for_something_else_are_not_trusted(part):
    vocab = {t: i for i, t in enumerate(["a", "<unk>", "<0x41>", part + "a"])}
    model = {"type": "BPE", "vocab": vocab, "merges": [[part, "a"]], "unk_token": "<unk>"}
    config = {"version": "1.0", "added_tokens": [], "model": {**model, "byte_fallback": True}}
    tok = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    assert not uses_chunks(tok)
    for text in ("Aa", "ba", "aAaba", "Bb"):
        assert tok.encode(text).ids == theirs.encode(text).ids


@pytest.mark.parametrize("scheme", ["always", "first", "never"])
@pytest.mark.parametrize("split", [True, False])
def test_a_text_that_is_a_token_as_a_whole_is_that_token(scheme, split):
    # No merge makes "ab", "▁ab" or "▁a b": only ignore_merges finds them, and only as whole words.
    tokens = ["<u>", "▁", "a", "b", "ab", "▁ab", "▁a▁b", "a▁b", "▁a"]
    vocab = {token: i for i, token in enumerate(tokens)}
    model = {"type": "BPE", "vocab": vocab, "merges": [["▁", "a"]], "unk_token": "<u>"}
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    added = {"id": 9, "content": "<x>", "special": True, **flags}
    config = {"model": {**model, "ignore_merges": True}, "pre_tokenizer": metaspace}
    config |= {"added_tokens": [added], "version": "1.0"}
    ours = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    assert uses_chunks(ours)
    texts = [
        "ab",
        " ab",
        "a b",
        " a b",
        "▁ab",
        "abab",
        "ab ab ab ab",
        "a<x>ab",
        "ab<x>ab ab",
        "b",
        "",
    ]
    for text in [*texts, *texts]:
        expected = theirs.encode(text)
        got = ours.encode(text)
        assert (got.ids, got.offsets) == (expected.ids, expected.offsets), text
        assert got.word_ids == expected.word_ids, text
    assert ours.encode_ragged(texts).to_lists() == [theirs.encode(text).ids for text in texts]


def test_a_text_without_a_safe_cut_is_one_chunk():
    text = "ab" * 30_000
    model = {
        "type": "BPE",
        "vocab": {"a": 0, "b": 1, "ab": 2, "ba": 3, "<u>": 4},
        "unk_token": "<u>",
    }
    model["merges"] = [["a", "b"], ["b", "a"]]
    tok = Tokenizer.from_str(json.dumps({"version": "1.0", "added_tokens": [], "model": model}))
    assert uses_chunks(tok)
    assert tok.encode(text).ids == [2] * 30_000
    assert tok.encode("b" + text).ids == [1] + [2] * 30_000


@needs_data
def test_a_published_tokenizer_is_cut():
    assert uses_chunks(load("llama2"))
