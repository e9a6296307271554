"""Calls for one text or a small batch, and results that hold lists: each beside its slow twin."""

import gc
import json
import random

import numpy as np
import pytest

import subword
from subword import Tokenizer
from subword.encode.convert import to_lists
from subword.processors import TemplateProcessing
from subword.results.ragged import Ragged
from tests.helpers.random_text import short_texts
from tests.helpers.small_models import SMALL_CORPUS, with_model


@pytest.fixture(scope="module", params=["byte_level_bpe", "wordpiece", "bpe"])
def tok(request) -> Tokenizer:
    specials = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]
    return subword.train(SMALL_CORPUS, request.param, 320, special_tokens=specials, progress=False)


@pytest.mark.parametrize("special", [True, False])
def test_one_text_gives_the_row_of_a_batch(tok, special):
    for text in [*short_texts(1, 200), "", "a" * 9000, "한 글" * 4000]:
        ids = tok.encode_ids(text, add_special_tokens=special)
        assert ids.dtype == np.uint32
        assert ids.tolist() == tok.encode_ragged([text], add_special_tokens=special)[0].tolist()


def test_results_of_one_text_are_their_own(tok):
    first = tok.encode_ids("the cat")
    kept = first.copy()
    tok.encode_ids("low lower lowest")
    assert np.array_equal(first, kept)
    first[:] = 0
    assert np.array_equal(tok.encode_ids("the cat"), kept)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (b"abc", TypeError, "str"),
        (None, TypeError, "text"),
        ("ab\udc00", ValueError, "text 0 holds a lone surrogate .U.DC00. at character 2"),
    ],
)
def test_one_text_is_checked(tok, text, error, words):
    with pytest.raises(error, match=words):
        tok.encode_ids(text)
    assert tok.encode_ids("low").tolist() == tok.encode_ragged(["low"])[0].tolist()


def test_one_text_refuses_what_is_more_than_ids_around_it():
    twice = [{"Sequence": {"id": "A", "type_id": 0}}] * 2
    template = {"type": "TemplateProcessing", "single": twice, "pair": twice, "special_tokens": {}}
    tok = Tokenizer.from_str(json.dumps({**with_model(), "post_processor": template}))
    with pytest.raises(ValueError, match="use encode_batch"):
        tok.encode_ids("ab")
    assert tok.encode_ids("ab", add_special_tokens=False).tolist() == [2]


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("seed", range(20))
def test_rectangles_equal_padded_rows(tok, seed, side):
    rng = random.Random(seed)
    texts = short_texts(seed, rng.randrange(1, 40)) * rng.choice([1, 1, 30])
    limit, multiple = rng.choice([None, 3, 8]), rng.choice([None, 1, 8])
    made = tok.encode_padded(texts, True, limit, None, multiple, (3, 1), side == "left")
    rows = tok.encode_ragged(texts, max_length=limit)
    longest, step = int(rows.lengths.max()), multiple or 1
    ids, mask = rows.to_padded(-(-longest // step) * step, pad_id=3, side=side)
    assert np.array_equal(made[0], ids)
    assert np.array_equal(made[1], np.where(mask, 0, 1))
    assert np.array_equal(made[2], mask)
    # A fixed length that is too short for a row makes no rectangle.
    fixed = tok.encode_padded(texts, True, limit, longest, None, (3, 1), side == "left")
    assert fixed.shape == (3, len(texts), longest)
    if longest:
        assert tok.encode_padded(texts, True, limit, longest - 1, None, (3, 1), False) is None


def test_rows_without_padding_must_be_of_one_length(tok):
    assert tok.encode_padded(["low", "the cat sat on"], True, None, None, None, None, False) is None
    made = tok.encode_padded(["low", "low"], True, None, None, None, None, False)
    assert np.array_equal(made[0], np.stack(list(tok.encode_ragged(["low", "low"]))))
    assert tok.encode_padded(["low", 3], True, None, None, None, (0, 0), False) is None


@pytest.mark.parametrize("collects", [True, False])
def test_lists_hold_the_ids_and_the_collector_stays_as_it_was(collects):
    rng = random.Random(3)
    rows = [[rng.randrange(2**32) for _ in range(rng.randrange(5))] for _ in range(50)]
    rows += [[rng.randrange(10) for _ in range(40)], []]
    ragged = Ragged.from_rows(rows)
    was = gc.isenabled()
    try:
        gc.enable() if collects else gc.disable()
        made = to_lists(ragged.ids, ragged.row_splits, list(range(300)))
        assert gc.isenabled() == collects
    finally:
        gc.enable() if was else gc.disable()
    assert made == rows
    assert all(gc.is_tracked(row) for row in made)


def test_large_results_do_not_share_memory(tok):
    texts = ["the cat sat on a mat " * 300, "low lower lowest " * 400] * 300
    kept = [tok.encode_ragged(texts, return_offsets=offsets) for offsets in (True, False, True)]
    copies = [
        (rows.ids.copy(), None if rows.offsets is None else rows.offsets.copy()) for rows in kept
    ]
    for turn in range(4):
        rows = tok.encode_ragged(texts[turn:], return_offsets=turn % 2 == 0)
        rows.ids[:] = 7
        if rows.offsets is not None:
            rows.offsets[:] = 7
        del rows
    for rows, (ids, offsets) in zip(kept, copies, strict=True):
        assert np.array_equal(rows.ids, ids)
        assert offsets is None or np.array_equal(rows.offsets, offsets)


def test_offsets_between_wide_characters(tok):
    rng = random.Random(5)
    for _ in range(60):
        parts = [
            rng.choice(["cat sat ", "low", "é", "한국", "😀", "a" * 40, "\u0301"])
            for _ in range(30)
        ]
        text = "".join(parts)
        words = tok.encode_ragged([text], return_offsets=True).offsets.tolist()
        expected = tok.encode_batch([text])[0].offsets
        assert [tuple(pair) for pair in words] == expected
        for start, end in expected:
            assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize("special", [True, False])
def test_types_of_a_template_reach_every_kind_of_call(tok, special):
    typed = Tokenizer(
        tok.model,
        normalizer=tok.normalizer,
        pre_tokenizer=tok.pre_tokenizer,
        post_processor=TemplateProcessing("[CLS]:0 $A:1", special_tokens=[("[CLS]", 1)]),
    )
    expected = typed.encode("low", add_special_tokens=special)
    options = {"add_special_tokens": special, "return_token_type_ids": True}
    assert 1 in expected.type_ids
    assert typed("low", **options)["token_type_ids"] == expected.type_ids
    rows = typed(["low"], return_tensors="np", **options)["token_type_ids"]
    assert rows.tolist() == [expected.type_ids]
