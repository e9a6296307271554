"""Code written for `tiktoken` runs with either library and gives the same."""

import copy
import hashlib
import importlib
import json
import pickle
import sys
import types

import numpy as np
import pytest
import tiktoken as theirs
from hypothesis import given
from hypothesis import strategies as st
from tiktoken import load as their_load
from tiktoken import model as their_models
from tiktoken_ext import openai_public

from subword._regex.split_patterns import TIKTOKEN_SPELLINGS
from subword.compat import tiktoken as ours
from subword.compat.tiktoken import load, model, registry
from subword.corpus.word_counts import WordCounts
from subword.formats.openai_encodings import openai_special_tokens
from subword.trainers.bpe import train_bpe
from subword.vocab.byte_alphabet import CHARS, bytes_of
from tests.helpers.data import TIKTOKEN, tiktoken_file
from tests.helpers.published import needs_data

SPECIALS = {"<|endoftext|>": 1000, "<|a|>": 1001, "<|ab|>": 1003}
PATTERNS = [*TIKTOKEN_SPELLINGS, r"[\p{L}\p{N}]+", r" ?[a-f]+|\s+"]
TEXT = st.lists(
    st.sampled_from(
        [
            *SPECIALS,
            "the",
            " cat",
            "a",
            "b",
            " ",
            "\n",
            "é",
            "한국",
            "😀",
            "12345",
            "'S",
            "<|",
            "x|>",
        ]
    )
    | st.text(max_size=4),
    max_size=12,
).map("".join)


def small_ranks():
    words = {
        "12345": 9,
        "the": 9,
        " the": 20,
        " cat": 7,
        " cats": 3,
        "한국어": 5,
        "é": 4,
        " banana": 2,
    }
    tokens, _ = train_bpe(WordCounts(words), 300, byte_level=True, initial_alphabet=())
    known = [bytes_of(char) for char in CHARS]
    merged = [bytes_of(token) for token in tokens if len(bytes_of(token)) > 1]
    return {token: rank for rank, token in enumerate([*sorted(known), *merged])}


@pytest.fixture(scope="module", params=PATTERNS)
def pair(request):
    parts = {
        "pat_str": request.param,
        "mergeable_ranks": small_ranks(),
        "special_tokens": SPECIALS,
    }
    return ours.Encoding("small", **parts), theirs.Encoding("small", **parts)


def attempt(function, *args, **options):
    try:
        return function(*args, **options)
    except (ValueError, KeyError) as error:
        return type(error)


@given(text=TEXT, allowed=st.sampled_from(["all", set(), {"<|a|>"}, {"<|a|>", "unknown"}]))
def test_encoding_is_the_same(pair, text, allowed):
    mine, other = pair
    assert mine.encode_ordinary(text) == other.encode_ordinary(text)
    for disallowed in ("all", (), {"<|ab|>"}, {"the"}):
        options = {"allowed_special": allowed, "disallowed_special": disallowed}
        expected = attempt(other.encode, text, **options)
        assert attempt(mine.encode, text, **options) == expected
        array = attempt(mine.encode_to_numpy, text, **options)
        if isinstance(expected, list):
            assert array.dtype == np.uint32
            assert array.tolist() == expected
            assert mine.decode(expected) == other.decode(expected)
    expected = attempt(other.encode_with_unstable, text, allowed_special=allowed)
    got = attempt(mine.encode_with_unstable, text, allowed_special=allowed)
    if isinstance(expected, tuple) and isinstance(got, tuple):
        assert (got[0], sorted(got[1])) == (expected[0], sorted(expected[1]))
    else:
        assert got == expected


@given(text=st.binary(max_size=12) | TEXT.map(str.encode), cut=st.integers(0, 4), more=st.binary())
def test_bytes_that_are_not_text_are_the_same(pair, text, cut, more):
    mine, other = pair
    given_bytes = text[: len(text) - cut] + more[:3]
    assert mine._encode_bytes(given_bytes) == other._encode_bytes(given_bytes)


@given(ids=st.lists(st.integers(0, 300) | st.sampled_from([*SPECIALS.values()]), max_size=8))
def test_decoding_is_the_same(pair, ids):
    mine, other = pair
    known = set(other.token_byte_values())
    ids = [i for i in ids if i < len(known) or i in SPECIALS.values()]
    for name in ("decode", "decode_bytes", "decode_tokens_bytes"):
        assert getattr(mine, name)(ids) == getattr(other, name)(ids)
    assert mine.decode(ids, errors="ignore") == other.decode(ids, errors="ignore")
    assert attempt(mine.decode_with_offsets, ids) == attempt(other.decode_with_offsets, ids)
    assert mine.decode_batch([ids, ids]) == other.decode_batch([ids, ids])
    assert mine.decode_bytes_batch([ids]) == other.decode_bytes_batch([ids])
    for i in ids:
        assert mine.is_special_token(i) == other.is_special_token(i)
        piece = mine.decode_single_token_bytes(i)
        assert piece == other.decode_single_token_bytes(i)
        assert mine.encode_single_token(piece) == other.encode_single_token(piece)


def test_the_rest_is_the_same(pair):
    mine, other = pair
    for name in ("name", "n_vocab", "eot_token", "max_token_value", "special_tokens_set"):
        assert getattr(mine, name) == getattr(other, name)
    assert mine.token_byte_values() == other.token_byte_values()
    assert repr(mine) == repr(other)
    texts = ["the cat", "", "bananas\ud800", "한국"]
    assert mine.encode_batch(texts) == other.encode_batch(texts)
    assert mine.encode_ordinary_batch(texts) == other.encode_ordinary_batch(texts, num_threads=2)
    assert mine.encode_batch([]) == []
    assert mine.encode_single_token("<|a|>") == other.encode_single_token("<|a|>") == 1001
    for wrong in (5000, -1):
        with pytest.raises(KeyError):
            mine.decode([wrong])
    for wrong in ("no such", b"no such", b"\xff\xff"):
        with pytest.raises(KeyError):
            mine.encode_single_token(wrong)
    assert pickle.loads(pickle.dumps(mine)).encode("the cats") == mine.encode("the cats")
    with pytest.raises(ValueError, match="explicit_n_vocab"):
        ours.Encoding(
            "x", pat_str="a", mergeable_ranks={b"a": 0}, special_tokens={}, explicit_n_vocab=5
        )


def test_names_are_those_of_tiktoken(monkeypatch):
    assert their_models.MODEL_TO_ENCODING == model.MODEL_TO_ENCODING
    assert their_models.MODEL_PREFIX_TO_ENCODING == model.MODEL_PREFIX_TO_ENCODING
    assert sorted(ours.list_encoding_names()) == sorted(openai_public.ENCODING_CONSTRUCTORS)
    for start in their_models.MODEL_PREFIX_TO_ENCODING:
        expected = their_models.encoding_name_for_model(start + "-2030")
        assert ours.encoding_name_for_model(start + "-2030") == expected
    with pytest.raises(KeyError):
        ours.encoding_name_for_model("bert")
    with pytest.raises(ValueError, match="must be one of"):
        ours.get_encoding("bert")
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", lambda *args, **options: {})
    monkeypatch.setattr(openai_public, "data_gym_to_mergeable_bpe_ranks", lambda **options: {})
    for name, make in openai_public.ENCODING_CONSTRUCTORS.items():
        assert openai_special_tokens(name) == make()["special_tokens"]


def test_vocabularies_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "ENCODINGS", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(FileNotFoundError, match=r"p50k_base\.tiktoken is not in"):
        ours.get_encoding("p50k_edit")
    (tmp_path / "r50k_base.tiktoken").write_text("YQ== 0\nYg== 1\nYWI= 2\n")
    enc = ours.get_encoding("gpt2")
    assert enc.encode("abba") == [2, 1, 0]
    assert ours.encoding_for_model("gpt-2") is enc
    assert pickle.loads(pickle.dumps(enc)) is enc
    # Under the name that tiktoken would give it.
    name = hashlib.sha1(registry.URL.format("r50k_base").encode()).hexdigest()
    (tmp_path / "r50k_base.tiktoken").rename(tmp_path / name)
    monkeypatch.setattr(registry, "ENCODINGS", {})
    assert ours.get_encoding("r50k_base").encode("ab") == [2]


def test_tiktoken_itself_is_asked_last(tmp_path, monkeypatch):
    original = types.SimpleNamespace(_mergeable_ranks={b"a": 0, b"aa": 1})
    monkeypatch.setattr(registry, "ENCODINGS", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(theirs, "get_encoding", lambda name: original)
    assert ours.get_encoding("cl100k_base").encode("aaa") == [1, 0]


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", TIKTOKEN)
def test_published_encodings(name, monkeypatch):
    monkeypatch.setattr(registry, "ENCODINGS", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tiktoken_file(name).parent))
    mine = ours.get_encoding(name)
    ranks = mine._mergeable_ranks
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", lambda *args, **options: ranks)
    other = theirs.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]())
    text = "Naïve 한국어 tokens: 12345 {}[]()  \n\n\t <|endoftext|> 😀 it's DON'T\r\n " * 20
    assert mine.encode(text, allowed_special="all") == other.encode(text, allowed_special="all")
    ids = mine.encode(text, disallowed_special=())
    assert ids == other.encode(text, disallowed_special=())
    assert mine.decode_with_offsets(ids) == other.decode_with_offsets(ids)
    assert mine.n_vocab == other.n_vocab
    assert mine.token_byte_values() == other.token_byte_values()


def test_files_of_vocabularies_are_those_of_tiktoken(tmp_path):
    ranks = small_ranks()
    path = str(tmp_path / "small.tiktoken")
    load.dump_tiktoken_bpe(ranks, path)
    digest = hashlib.sha256(load.read_file(path)).hexdigest()
    assert load.load_tiktoken_bpe(path, digest) == their_load.load_tiktoken_bpe(path) == ranks
    assert load.check_hash(b"", digest) is False
    with pytest.raises(ValueError, match=f"SHA-256 must be 00, got {digest}"):
        load.load_tiktoken_bpe(path, "00")


@pytest.mark.parametrize("clobber", [False, True])
def test_gpt2_vocabularies_are_read_from_openai_files(tmp_path, clobber):
    files = str(tmp_path / "vocab.bpe"), str(tmp_path / "encoder.json")
    merges = ["Ġ t", "h e", "Ġt he"]
    (tmp_path / "vocab.bpe").write_text("\n".join(["#version: 0.2", *merges, ""]), "utf-8")
    tokens = [*sorted(CHARS), *("".join(merge.split()) for merge in merges), "<|endoftext|>"]
    if clobber:
        tokens[0], tokens[1] = tokens[1], tokens[0]
    (tmp_path / "encoder.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    options = {"clobber_one_byte_tokens": clobber}
    mine = load.data_gym_to_mergeable_bpe_ranks(*files, **options)
    assert mine == their_load.data_gym_to_mergeable_bpe_ranks(*files, **options)
    assert mine[b" the"] == 258
    (tmp_path / "encoder.json").write_text('{"a": 0}')
    with pytest.raises(ValueError, match=r"encoder\.json: the token"):
        load.data_gym_to_mergeable_bpe_ranks(*files, **options)


def test_downloads_are_left_to_tiktoken(tmp_path, monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    url = "https://example.com/x.tiktoken"
    monkeypatch.setattr(their_load, "read_file_cached", lambda *args: b"YQ== 7\n")
    assert load.load_tiktoken_bpe(url) == {b"a": 7}
    (tmp_path / "x.tiktoken").write_bytes(b"YQ== 0\n")
    assert load.load_tiktoken_bpe(url) == {b"a": 0}
    assert load.load_tiktoken_bpe(url, "another hash") == {b"a": 7}
    monkeypatch.setitem(sys.modules, "tiktoken.load", None)
    with pytest.raises(FileNotFoundError, match="tiktoken, which would download it"):
        load.read_file(url)


def test_the_registry_takes_other_encodings(monkeypatch):
    parts = {"name": "mine", "pat_str": "a+", "mergeable_ranks": {b"a": 0}, "special_tokens": {}}
    monkeypatch.setattr(registry, "ENCODINGS", {})
    monkeypatch.setitem(registry.ENCODING_CONSTRUCTORS, "mine", lambda: parts)
    enc = ours.get_encoding("mine")
    assert "mine" in ours.list_encoding_names()
    assert {"mine": enc} == registry.ENCODINGS
    assert pickle.loads(pickle.dumps(enc)) is copy.deepcopy(enc) is enc


def test_the_modules_of_tiktoken_have_its_public_names():
    for name in ("core", "load", "model", "registry"):
        mine = importlib.import_module(f"subword.compat.tiktoken.{name}")
        other = importlib.import_module(f"tiktoken.{name}")
        public = {
            key for key, value in vars(other).items()
            if not key.startswith("_")
            and (key.isupper() or getattr(value, "__module__", None) == other.__name__)
            and key != "TYPE_CHECKING"
        }  # fmt: skip
        assert public
        assert public <= set(vars(mine))
