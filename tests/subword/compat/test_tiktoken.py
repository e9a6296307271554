"""Code written for `tiktoken` runs with either library and gives the same."""

import hashlib
import pickle
import sys
import types

import numpy as np
import pytest
import tiktoken as theirs
from hypothesis import given
from hypothesis import strategies as st
from tiktoken import model as their_models
from tiktoken_ext import openai_public

from subword.compat import openai_names
from subword.compat import tiktoken as ours
from subword.corpus.word_counts import WordCounts
from subword.trainers.bpe import train_bpe
from subword.vocab.byte_alphabet import CHARS, bytes_of
from tests.helpers.data import TIKTOKEN, tiktoken_file
from tests.helpers.published import needs_data

SPECIALS = {"<|endoftext|>": 1000, "<|a|>": 1001, "<|ab|>": 1003}
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"
    r"\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
PATTERNS = [CL100K, next(iter(ours.SPELLINGS)), r"[\p{L}\p{N}]+", r" ?[a-f]+|\s+"]
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
    words = {"the": 9, " the": 20, " cat": 7, " cats": 3, "한국어": 5, "é": 4, " banana": 2}
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
    with pytest.raises(NotImplementedError, match=r"Tokenizer\.append"):
        mine.encode_with_unstable(text)


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
    assert their_models.MODEL_TO_ENCODING == openai_names.MODELS
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
        assert openai_names.special_tokens_of(name) == make()["special_tokens"]


def test_vocabularies_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(ours, "_loaded", {})
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
    name = hashlib.sha1(ours.URL.format("r50k_base").encode()).hexdigest()
    (tmp_path / "r50k_base.tiktoken").rename(tmp_path / name)
    monkeypatch.setattr(ours, "_loaded", {})
    assert ours.get_encoding("r50k_base").encode("ab") == [2]


def test_tiktoken_itself_is_asked_last(tmp_path, monkeypatch):
    original = types.SimpleNamespace(_mergeable_ranks={b"a": 0, b"aa": 1})
    monkeypatch.setattr(ours, "_loaded", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(theirs, "get_encoding", lambda name: original)
    assert ours.get_encoding("cl100k_base").encode("aaa") == [1, 0]


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", TIKTOKEN)
def test_published_encodings(name, monkeypatch):
    monkeypatch.setattr(ours, "_loaded", {})
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
