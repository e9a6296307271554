"""Offsets without the spaces of their tokens: the loop in C, its twin, and the original."""

import json

import numpy as np
import pytest
import tokenizers

from subword import Tokenizer
from subword.encode.convert import trim_rows
from subword.processors.trim_offsets import trim_offsets
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import few


@pytest.mark.parametrize("add_prefix_space", [True, False])
@pytest.mark.parametrize("prefix_size", [0, 1])
def test_rows_are_trimmed_as_by_the_twin(add_prefix_space, prefix_size):
    rng = np.random.default_rng(prefix_size)
    for _ in range(few(200)):
        counts = rng.integers(prefix_size, 12, rng.integers(0, 6))
        splits = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        ids = rng.integers(0, 20, splits[-1]).astype(np.uint32)
        spaces = rng.integers(0, 4, (20, 2)).astype(np.int32)
        starts = rng.integers(0, 9, len(ids))
        offsets = np.column_stack([starts, starts + rng.integers(0, 5, len(ids))]).astype(np.int32)
        expected = offsets.copy()
        firsts = splits[:-1] + prefix_size
        firsts = firsts[firsts < splits[1:]]
        trim_offsets(expected, spaces[ids].T, firsts, add_prefix_space)
        trim_rows(offsets.reshape(-1), ids, splits, prefix_size, spaces.ravel(), add_prefix_space)
        assert offsets.tolist() == expected.tolist()


def test_ids_that_only_the_post_processor_knows_are_not_trimmed():
    offsets = np.array([[0, 0], [0, 3]], np.int32)
    ids, splits = np.array([700, 0], np.uint32), np.array([0, 2], np.int64)
    trim_rows(offsets.reshape(-1), ids, splits, 1, np.array([1, 1], np.int32), False)
    assert offsets.tolist() == [[0, 0], [1, 2]]


@pytest.mark.parametrize("prefix", [True, False])
@pytest.mark.parametrize("kind", ["ByteLevel", "RobertaProcessing"])
def test_offsets_of_arrays_are_those_of_the_original(prefix, kind):
    tokens = [*CHARS, "ĠĠ", "Ġa", "Ġab", "<s>", "</s>"]
    merges = [["Ġ", "Ġ"], ["Ġ", "a"], ["Ġa", "b"]]
    vocab = {token: i for i, token in enumerate(tokens)}
    flags = {"add_prefix_space": prefix, "trim_offsets": True}
    processor = {"type": kind, "use_regex": True, **flags}
    if kind == "RobertaProcessing":
        processor |= {"cls": ["<s>", vocab["<s>"]], "sep": ["</s>", vocab["</s>"]]}
    config = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "ByteLevel", **flags, "use_regex": True},
        "post_processor": processor,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    }
    ours = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    texts = ["a ab", " ab", "   ab  ", "", " ", "\n a\u3000 ab", "é ab한 a"]
    rows = ours.encode_ragged(texts, return_offsets=True)
    for i, text in enumerate(texts):
        expected = theirs.encode(text)
        assert rows[i].tolist() == expected.ids
        assert list(map(tuple, rows.offsets_of(i).tolist())) == expected.offsets, text
