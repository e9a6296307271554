"""Calling a tokenizer: every call returns what `transformers` returns."""

import copy
import json
import pickle
import random
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from subword import Tokenizer
from subword.model_inputs import call as call_module
from subword.model_inputs.batch_encoding import BatchEncoding
from subword.model_inputs.call import call
from subword.model_inputs.call_options import option_cache
from subword.model_inputs.model_defaults import ModelDefaults
from tests.helpers.calls import TEXTS, attempt, random_call, same_value
from tests.helpers.oracle import columns
from tests.helpers.published import tokenizer_folders


def call_tokenizer(tok, resolve, *args, **options):
    return call(tok.text_encoder, tok.encode_padded, resolve, *args, **options)


class Pair:
    """One tokenizer, theirs and ours."""

    def __init__(self, folder):
        self.theirs = transformers.AutoTokenizer.from_pretrained(folder)
        self.theirs.deprecation_warnings["sequence-length-is-longer-than-the-specified-maximum"] = (
            True
        )
        if self.theirs.pad_token is None:
            self.theirs.pad_token = self.theirs.eos_token or self.theirs.convert_ids_to_tokens(0)
        self.mine = Tokenizer.from_str(self.theirs.backend_tokenizer.to_str())
        self.defaults = ModelDefaults(
            pad_token=self.theirs.pad_token,
            pad_token_id=self.theirs.pad_token_id,
            pad_token_type_id=self.theirs.pad_token_type_id,
            model_max_length=self.theirs.model_max_length,
            model_input_names=tuple(self.theirs.model_input_names),
            padding_side=self.theirs.padding_side,
            truncation_side=self.theirs.truncation_side,
        )

        self.resolve = option_cache(self.defaults)

    def call(self, *args, **options):
        return call_tokenizer(self.mine, self.resolve, *args, **options)


@pytest.fixture(scope="module", params=tokenizer_folders())
def pair(request):
    return Pair(request.param)


@pytest.mark.parametrize("seed", range(4))
def test_grid_of_calls_equals_transformers(pair, seed):
    rng = random.Random(seed)
    compared = refused = 0
    for _ in range(150):
        args, options = random_call(rng)
        expected, error = attempt(pair.theirs, args, options)
        got, mine = attempt(pair.call, args, options)
        where = (args, options)
        if error is not None:
            assert isinstance(mine, (ValueError, TypeError)), (where, error, got)
            refused += 1
            continue
        if mine is not None:
            # The oracle's unsigned length wraps around, and it truncates nothing; torch takes rows
            # of any length when the first is empty, and loses them.
            lost = any(0 in getattr(value, "shape", ()) for value in expected.values())
            assert "room for" in str(mine) or lost, (where, mine)
            refused += 1
            continue
        assert list(got) == list(expected), where
        for key in expected:
            assert same_value(got[key], expected[key]), (where, key, got[key], expected[key])
        assert len(got.encodings) == len(expected.encodings)
        for ours, other in zip(got.encodings, expected.encodings, strict=True):
            ours, other = columns(ours), columns(other)
            del ours["overflowing"], other["overflowing"]  # ours only has them when asked
            assert ours == other, where
        compared += 1
    assert compared > 60
    assert refused < 90


def test_arrays_and_plain_path_agree(pair, monkeypatch):
    rng = random.Random(9)
    used = 0
    for _ in range(120):
        rows = [rng.choice(TEXTS) for _ in range(rng.randrange(1, 6))]
        tensors = rng.choice(["np", None])
        paddings = [True, "max_length"] if tensors else [True, "max_length", False]
        options = {
            "padding": rng.choice(paddings),
            "truncation": rng.choice([True, False]),
            "max_length": rng.choice([None, 8, 40]),
            "verbose": False,
            "padding_side": rng.choice(["left", "right"]),
            "add_special_tokens": rng.choice([True, True, False]),
            "return_tensors": tensors,
            "return_length": rng.random() < 0.5,
        }
        if options["padding"] == "max_length":
            options["max_length"] = 40
        if tensors is None and rng.random() < 0.3:
            rows = rows[0]
        fast = pair.call(rows, **options)
        used += fast.pending_encodings is not None
        with monkeypatch.context() as patch:
            patch.setattr(call_module, "_encode_directly", lambda *args: None)
            plain = pair.call(rows, **options)
        assert list(fast) == list(plain)
        assert all(same_value(fast[key], plain[key]) for key in plain)
        assert list(map(columns, fast.encodings)) == list(map(columns, plain.encodings))
    assert used > 40


def test_ways_from_text_to_tokens_equal_transformers(pair):
    texts = ["The quick brown fox", "안녕 세계 abc"]
    args = (texts, ["unaffable dog", "x"])
    mine, theirs = pair.call(*args), pair.theirs(*args)
    assert mine.n_sequences == theirs.n_sequences
    for row in (0, 1, -1):
        assert mine.tokens(row) == theirs.tokens(row)
        assert mine.word_ids(row) == theirs.word_ids(row)
        assert mine.sequence_ids(row) == theirs.sequence_ids(row)
        for at in range(6) if row >= 0 else ():  # the oracle fails on a negative row
            for name in ("token_to_sequence", "token_to_word", "token_to_chars"):
                assert getattr(mine, name)(row, at) == getattr(theirs, name)(row, at), name
                assert getattr(mine, name)(at) == getattr(theirs, name)(at), name
            for name in ("char_to_token", "char_to_word", "word_to_tokens"):
                for sequence in (0, 1):
                    expected = getattr(theirs, name)(row, at, sequence)
                    assert getattr(mine, name)(row, at, sequence) == expected, name
        if row >= 0:
            assert mine.word_to_chars(row, 0) == theirs.word_to_chars(row, 0)
    with pytest.raises(ValueError, match="word 99 has none"):
        mine.word_to_chars(99)
    assert mine.token_to_word(0, -1) == mine.token_to_word(0, len(mine[0]) - 1)


def test_a_batch_is_a_dict_with_attributes():
    batch = BatchEncoding({"input_ids": [[1, 2], [3, 4]]})
    assert batch.input_ids == batch["input_ids"] == batch.data["input_ids"]
    assert batch[0:1] == {"input_ids": [[1, 2]]}
    assert batch.encodings is None
    assert not batch.is_fast
    with pytest.raises(AttributeError, match="no attribute 'labels'"):
        batch.labels  # noqa: B018
    with pytest.raises(KeyError, match="must be a str"):
        batch[0]
    with pytest.raises(ValueError, match="must have encodings"):
        batch.tokens()
    with pytest.raises(ValueError, match='must be "np" or "pt"'):
        batch.convert_to_tensors("tf")
    tensors = BatchEncoding(batch, tensor_type="pt").to("cpu")
    assert torch.equal(tensors.input_ids, torch.tensor([[1, 2], [3, 4]]))
    assert BatchEncoding({"a": [1]}, tensor_type="np", prepend_batch_axis=True).a.tolist() == [[1]]
    with pytest.raises(ValueError, match=r"one length to be a tensor.*\[1, 2\]"):
        BatchEncoding({"a": [[1], [1, 2]]}, tensor_type="pt")
    assert [row.tolist() for row in BatchEncoding({"a": [[1], [1, 2]]}, tensor_type="np").a] == [
        [1],
        [1, 2],
    ]


def test_batches_are_copied_and_pickled(pair):
    batch = pair.call(TEXTS, padding=True, return_tensors="np")
    for twin in (copy.copy(batch), copy.deepcopy(batch), pickle.loads(pickle.dumps(batch))):
        assert list(twin) == list(batch)
        assert all(np.array_equal(twin[key], batch[key]) for key in batch)
        assert list(map(columns, twin.encodings)) == list(map(columns, batch.encodings))


def test_an_empty_batch_gives_empty_lists(pair):
    assert pair.call([])["input_ids"] == []
    assert pair.call([], return_tensors="np")["input_ids"].shape == (0,)


@pytest.mark.parametrize(
    ("args", "options", "error", "words"),
    [
        ([], {}, ValueError, "neither"),
        ([3], {}, ValueError, "str or a list, got int"),
        ([["a", 3]], {}, TypeError, "text 1 must be a str"),
        ([["a"], "b"], {}, TypeError, "text_pair must be a list"),
        ([["a"], ["b", "c"]], {}, ValueError, "must have 1 rows"),
        (["a"], {"is_split_into_words": True}, TypeError, "list of words"),
        (["a"], {"padding": "all"}, ValueError, "padding must be"),
        (["a"], {"truncation": "all"}, ValueError, "truncation must be"),
        (["a"], {"return_tensors": "tf"}, ValueError, "return_tensors must be"),
        (["a"], {"padding_side": "up", "padding": True}, ValueError, "must be"),
        (
            ["a"],
            {"padding_side": "up", "padding": True, "return_tensors": "np"},
            ValueError,
            "must be",
        ),
        (["a"], {"max_length": 0}, ValueError, "room for 2"),
        (["a b c d e"], {"max_length": 5, "stride": 9}, ValueError, "stride must be"),
        (
            ["a"],
            {"padding": True, "truncation": True, "max_length": 9, "pad_to_multiple_of": 8},
            ValueError,
            "multiple of pad_to_multiple_of",
        ),
        (["a"], {"colour": "red"}, TypeError, "colour"),
    ],
)
def test_bad_calls_are_named(args, options, error, words):
    tok = Tokenizer.from_wordpiece(
        {t: i for i, t in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcde"])}
    )
    defaults = ModelDefaults("[PAD]", 0)
    with pytest.raises(error, match=words):
        call_tokenizer(tok, option_cache(defaults), *args, **options)
    with pytest.raises(ValueError, match="needs a pad_token"):
        call_tokenizer(tok, option_cache(ModelDefaults()), ["a"], padding=True)


def test_warnings():
    tok = Tokenizer.from_wordpiece(
        {t: i for i, t in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcde"])}
    )
    resolve = option_cache(ModelDefaults("[PAD]", 0, model_max_length=4))
    with pytest.warns(UserWarning, match="max_length is ignored"):
        call_tokenizer(tok, resolve, "a", padding=True, max_length=8, truncation=False)


def test_defaults_of_published_tokenizers(pair):
    defaults = pair.defaults
    file = Path(pair.theirs.name_or_path) / "tokenizer_config.json"
    config = json.loads(file.read_text("utf-8")) if file.exists() else {}
    config.setdefault("tokenizer_class", type(pair.theirs).__name__)
    config.setdefault("pad_token", defaults.pad_token)
    read = ModelDefaults.from_config(config, pair.mine.token_to_id)
    assert (
        read.model_max_length == defaults.model_max_length
        or min(read.model_max_length, defaults.model_max_length) > 10**20
    )
    assert read.padding_side == defaults.padding_side
    assert read.truncation_side == defaults.truncation_side
    assert set(read.model_input_names) == set(defaults.model_input_names)
