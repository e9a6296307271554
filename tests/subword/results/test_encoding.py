"""`Encoding` beside the oracle's: lookups, truncation, padding, merging, copies."""

import copy
import html
import pickle
import random
import re
from itertools import pairwise

import numpy as np
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import processors as hf

from subword.results.encoding import Encoding
from subword.results.html import encoding_html
from subword.results.padding import Padding, pad_batch
from tests.helpers.effort import few
from tests.helpers.oracle import columns, from_oracle
from tests.helpers.random_text import spaced_words


def pairs(tok, rng, count):
    """Yield (theirs, ours): single texts and pairs, with special tokens or without."""
    template = hf.TemplateProcessing(
        "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)]
    )
    for _ in range(count):
        texts = [spaced_words(rng) for _ in range(rng.choice([1, 2]))]
        theirs = [tok.encode(text, add_special_tokens=False) for text in texts]
        theirs = template.process(*theirs) if len(texts) == 2 or rng.random() < 0.6 else theirs[0]
        yield theirs, from_oracle(theirs)


@pytest.mark.parametrize("oracle", ["word_oracle", "byte_oracle"])
def test_ways_between_text_and_tokens_equal_the_oracle(oracle, request):
    for theirs, mine in pairs(request.getfixturevalue(oracle), random.Random(2), 60):
        assert columns(mine) == columns(theirs)
        assert repr(mine) == repr(theirs)
        assert len(mine) == len(theirs)
        for at in range(len(theirs) + 2):
            for name in ("token_to_sequence", "token_to_chars", "token_to_word"):
                assert getattr(mine, name)(at) == getattr(theirs, name)(at), (name, at)
            for sequence in range(3):
                for name in ("char_to_token", "char_to_word", "word_to_tokens", "word_to_chars"):
                    args = (at, sequence)
                    assert getattr(mine, name)(*args) == getattr(theirs, name)(*args), (name, args)


@pytest.mark.parametrize("oracle", ["word_oracle", "byte_oracle"])
def test_truncate_and_pad_equal_the_oracle(oracle, request):
    rng = random.Random(3)
    for theirs, mine in pairs(request.getfixturevalue(oracle), rng, 150):
        for _ in range(3):
            if rng.random() < 0.5:
                length = rng.choice([0, 1, 2, 5, 9])
                args = (length, rng.randrange(max(length, 1)), rng.choice(["left", "right"]))
                theirs.truncate(*args)
                mine.truncate(*args)
            else:
                length = rng.randrange(20)
                options = {
                    "direction": rng.choice(["left", "right"]),
                    "pad_id": rng.randrange(5),
                    "pad_type_id": rng.randrange(3),
                    "pad_token": rng.choice(["[PAD]", "<pad>"]),
                }
                theirs.pad(length, **options)
                mine.pad(length, **options)
            assert columns(mine) == columns(theirs)


def test_merge_equals_the_oracle(word_oracle):
    rng = random.Random(4)
    encodings = list(pairs(word_oracle, rng, 60))
    for theirs, mine in encodings:
        if rng.random() < 0.4:
            length = max(1, len(theirs) // 2)
            theirs.truncate(length)
            mine.truncate(length)
    for _ in range(60):
        chosen = rng.sample(encodings, rng.randrange(4))
        for growing in (False, True):
            theirs = tokenizers.Encoding.merge([pair[0] for pair in chosen], growing)
            mine = Encoding.merge([pair[1] for pair in chosen], growing)
            assert columns(mine) == columns(theirs)


def test_set_sequence_id_equals_the_oracle(word_oracle):
    theirs = word_oracle.encode("the cat sat on a mat")
    mine = from_oracle(theirs)
    for sequence in (1, 0, 3):
        theirs.set_sequence_id(sequence)
        mine.set_sequence_id(sequence)
        assert mine.n_sequences == theirs.n_sequences
        assert mine.token_to_sequence(len(mine)) is None
        assert mine.sequence_ids == theirs.sequence_ids


@settings(max_examples=few(300), deadline=None)
@given(st.integers(0, 40), st.integers(1, 12), st.data())
def test_chunks_cover_the_text(total, length, data):
    stride = data.draw(st.integers(0, length - 1))
    side = data.draw(st.sampled_from(["left", "right"]))
    encoding = Encoding(np.arange(total, dtype=np.uint32))
    encoding.truncate(length, stride, side)
    chunks = [encoding.ids, *(chunk.ids for chunk in encoding.overflowing)]
    assert sorted({i for chunk in chunks for i in chunk}) == list(range(total))
    assert all(len(chunk) <= length for chunk in chunks)
    if side == "left":
        chunks.reverse()
    for before, after in pairwise(chunks):
        assert len(set(before) & set(after)) >= stride
    quiet = Encoding(np.arange(total, dtype=np.uint32))
    quiet.cut(length, stride, side, overflow=False)
    assert quiet.ids == encoding.ids
    assert quiet.overflowing == []


def test_defaults_are_those_of_the_oracle():
    theirs, mine = tokenizers.Encoding(), Encoding()
    assert columns(mine) == columns(theirs)
    bare = Encoding(np.array([1, 2], np.uint32), id_to_token="abc".__getitem__)
    assert bare.tokens == ["b", "c"]
    assert bare.offsets == [(0, 0), (0, 0)]
    assert bare.attention_mask == [1, 1]
    assert bare.type_ids == bare.special_tokens_mask == [0, 0]
    assert bare.word_ids == [None, None]


def test_operations_leave_shared_arrays_alone():
    ids = np.arange(10, dtype=np.uint32)
    whole = Encoding(ids, np.stack([ids, ids + 1], 1).astype(np.int32), ids.astype(np.int32))
    before = columns(whole)
    twin = whole.copy()
    twin.truncate(3, 1)
    twin.pad(5, "left", 9)
    twin.set_sequence_id(1)
    assert columns(whole) == before
    padded = pad_batch([whole, twin], Padding(12))
    assert columns(whole) == before
    assert [len(each) for each in padded] == [12, 12]
    assert [len(chunk) for chunk in twin.overflowing] == [5] * 4


def test_pickle_and_copy_keep_everything_but_the_tokenizer(word_oracle):
    for theirs, mine in pairs(word_oracle, random.Random(5), 10):
        mine.truncate(4, 1)
        theirs.truncate(4, 1)
        for twin in (pickle.loads(pickle.dumps(mine)), copy.copy(mine), copy.deepcopy(mine)):
            assert columns(twin) == columns(theirs)
    bound = Encoding(np.array([1, 0], np.uint32), id_to_token=lambda i: f"t{i}")
    assert pickle.loads(pickle.dumps(bound)).tokens == ["t1", "t0"]


def test_merging_two_vocabularies_keeps_both_spellings():
    one = Encoding(np.array([1], np.uint32), id_to_token=lambda i: f"a{i}")
    two = Encoding(np.array([1], np.uint32), id_to_token=lambda i: f"b{i}")
    assert Encoding.merge([one, two]).tokens == ["a1", "b1"]


def test_words_is_deprecated(word_oracle):
    mine = from_oracle(word_oracle.encode("the cat"))
    with pytest.warns(DeprecationWarning, match="word_ids"):
        assert mine.words == [0, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda e: e.truncate(2, 2), "stride must be at least 0 and less than the 2"),
        (lambda e: e.truncate(2, -1), "got -1"),
        (lambda e: e.truncate(-1), "max_length must be at least 0, got -1"),
        (lambda e: e.truncate(2, 0, "up"), "direction must be"),
        (lambda e: e.pad(9, "up"), "direction must be"),
        (lambda e: e.char_to_token(-1), "char_pos must be at least 0, got -1"),
        (lambda e: e.word_to_tokens(-1), "word_index"),
        (lambda e: e.token_to_chars(-2), "token_index"),
        (lambda e: e.set_sequence_id(-1), "sequence_id"),
        (lambda e: Encoding.from_lists([1, 2], ["a"]), "tokens must have 2 elements"),
    ],
)
def test_bad_arguments_are_named(call, words, word_oracle):
    mine = from_oracle(word_oracle.encode("the cat sat on a mat"))
    with pytest.raises(ValueError, match=words):
        call(mine)


def test_html_shows_every_character_once_and_escapes(word_oracle):
    text = "the <b>cat</b> & é dog"
    mine = from_oracle(word_oracle.encode(text))
    page = encoding_html(mine, text)
    assert html.unescape(re.sub(r"<[^>]*>", "", page)) == text
    assert "&lt;" in page
    assert "<b>" not in page
    assert page.count("<span") == len(mine)
    assert "&lt;" in mine._repr_html_() or "[UNK]" in mine._repr_html_()
