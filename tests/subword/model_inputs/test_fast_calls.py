"""Calling a tokenizer: the fast calls beside `call.call`, its slow twin."""

import json
import random

import numpy as np
import pytest

import subword
from subword import Tokenizer
from subword.model_inputs.call import call
from subword.model_inputs.call_options import option_cache
from tests.helpers.calls import TEXTS, attempt, random_call, same_value
from tests.helpers.oracle import columns
from tests.helpers.random_text import short_texts
from tests.helpers.small_models import SMALL_CORPUS, with_model


def tokenizer_of(kind: str) -> Tokenizer:
    specials = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]
    if kind == "no padding":
        return subword.train(SMALL_CORPUS, "byte_level_bpe", 300, progress=False)
    if kind == "more than ids around":
        twice = [{"Sequence": {"id": "A", "type_id": 0}}] * 2
        template = {
            **{"type": "TemplateProcessing", "special_tokens": {}},
            **{"single": twice, "pair": twice},
        }
        return Tokenizer.from_str(json.dumps({**with_model(), "post_processor": template}))
    return subword.train(SMALL_CORPUS, kind, 320, special_tokens=specials, progress=False)


@pytest.fixture(
    scope="module", params=["wordpiece", "byte_level_bpe", "no padding", "more than ids around"]
)
def tok(request) -> Tokenizer:
    return tokenizer_of(request.param)


def plainly(tok: Tokenizer, *args, **options):
    resolve = option_cache(tok.model_defaults)
    return call(tok.text_encoder, tok.encode_padded, resolve, *args, **options)


def compare(tok: Tokenizer, args: list, options: dict) -> None:
    expected, error = attempt(lambda *a, **o: plainly(tok, *a, **o), args, options)
    for _ in range(2):  # the second is from memory
        got, mine = attempt(tok, args, options)
        if error is not None:
            assert (type(mine), str(mine)) == (type(error), str(error)), (args, options)
            continue
        assert mine is None, (args, options, mine)
        assert list(got) == list(expected), (args, options)
        assert all(same_value(got[name], expected[name]) for name in expected), (args, options)
        assert [columns(row) for row in got.encodings] == [
            columns(row) for row in expected.encodings
        ]
        assert got.n_sequences == expected.n_sequences


@pytest.mark.parametrize("seed", range(3))
def test_calls_equal_the_plain_way(tok, seed):
    rng = random.Random(seed)
    for _ in range(100):
        args, options = random_call(rng)
        if rng.random() < 0.5:  # most of them in the shape that has a quick way
            args = [[rng.choice(TEXTS) for _ in range(rng.randrange(1, 6))]]
            options["return_tensors"] = rng.choice(["np", "pt"])
            wanted = ("padding", "padding_side", "pad_to_multiple_of", "truncation", "max_length")
            kept = (*wanted, "return_tensors", "add_special_tokens", "return_token_type_ids")
            options = {name: value for name, value in options.items() if name in kept}
        compare(tok, args, options)


@pytest.mark.parametrize("count", [1, 40, 400, 4000])
def test_batches_of_all_sizes_equal_the_plain_way(tok, count):
    texts = (short_texts(count, 40) * 100)[:count]
    compare(tok, [texts], {"padding": True, "truncation": True, "max_length": 9})
    options = {"padding": True, "truncation": True, "max_length": 9, "return_tensors": "np"}
    compare(tok, [texts], options)
    compare(tok, [texts], {**options, "padding_side": "left", "pad_to_multiple_of": None})


@pytest.mark.parametrize(
    "texts", [["low", 3], [("low", "cat")], ["ab\udc00"], ["low", None], [["low"]], [], [""]]
)
def test_what_is_no_list_of_texts_gets_its_error(tok, texts):
    compare(tok, [texts], {"padding": True, "return_tensors": "np"})


def test_options_that_are_equal_but_not_the_same():
    tok = tokenizer_of("wordpiece")
    texts = ["low", "the cat"]
    assert tok(texts, padding=True, return_tensors="np").input_ids.shape[0] == 2
    for options in ({"padding": 1}, {"padding": 1.0}, {"padding": "lon" + "gest"}):
        compare(tok, [texts], {**options, "return_tensors": "np"})
        compare(tok, [texts], {"return_tensors": "np", **options})
    for length in range(300, 340):  # more than are remembered
        compare(tok, [texts], {"padding": "max_length", "max_length": length})
        made = tok(texts, padding="max_length", max_length=length, return_tensors="np")
        assert made.input_ids.shape == (2, length)


def test_encodings_are_those_of_the_texts_that_were_given():
    tok = tokenizer_of("wordpiece")
    texts = ["low", "the cat"]
    for made in (
        tok(texts, padding=True, return_tensors="np"),
        plainly(tok, texts, padding=True, return_tensors="np"),
    ):
        texts[0] = "something else"
        assert [row.ids for row in made.encodings] == made.input_ids.tolist()
        texts[0] = "low"


def test_no_texts_have_no_ids():
    tok = Tokenizer.from_wordpiece({t: i for i, t in enumerate(["[UNK]", "[CLS]", "[SEP]", "a"])})
    assert tok.encode_ragged(["a"]).ids.tolist() == [1, 3, 2]
    for offsets in (False, True):
        rows = tok.encode_ragged([], return_offsets=offsets)
        assert (rows.ids.tolist(), rows.row_splits.tolist()) == ([], [0])


def test_long_rows_are_warned_of(caplog):
    tok = tokenizer_of("wordpiece")
    made = Tokenizer(
        tok.model,
        normalizer=tok.normalizer,
        pre_tokenizer=tok.pre_tokenizer,
        added_tokens=list(tok.added_tokens.values()),
        config={**tok.config, "model_max_length": 3},
    )
    made(["a b"], padding=True, truncation=False, return_tensors="np")
    assert not caplog.records
    made(["the cat sat on a mat"], padding=True, truncation=False, return_tensors="np")
    assert "more than the model's limit of 3" in caplog.text


def test_warnings_point_at_the_caller():
    tok = tokenizer_of("wordpiece")
    with pytest.warns(UserWarning, match="max_length is ignored") as found:
        tok(["a"], padding=True, max_length=8, truncation=False, return_tensors="np")
    assert found[0].filename == __file__


def test_results_are_their_own():
    tok = tokenizer_of("wordpiece")
    first = tok(["low", "the cat"], padding=True, return_tensors="np")
    kept = first.input_ids.copy()
    first.input_ids[:] = 7
    again = tok(["low", "the cat"], padding=True, return_tensors="np")
    assert np.array_equal(again.input_ids, kept)
