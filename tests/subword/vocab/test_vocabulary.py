"""Added tokens that are listed more than once."""

import copy
import itertools
import json
import pickle

import pytest
import tokenizers

import subword
from subword.compat import tokenizers as compat

FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
VOCAB = {character: i for i, character in enumerate("abxX y")}
LATER = ["", "special", "normalized", "lstrip rstrip", "single_word normalized special"]


def listed_twice(content, first, second):
    config = json.loads(tokenizers.Tokenizer(tokenizers.models.BPE(VOCAB, [])).to_str())
    config["normalizer"] = {"type": "Lowercase"}
    entry = {"id": VOCAB.get(content, len(VOCAB)), "content": content}
    config["added_tokens"] = [
        {**entry, **{flag: flag in flags for flag in FLAGS}} for flags in (first, second)
    ]
    return json.dumps(config)


def shown(tokenizer, text):
    ids = tokenizer.encode(text).ids
    return ids, tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=False)


@pytest.mark.parametrize("content", ["X", "new"])
def test_a_token_listed_twice_with_other_flags_survives_saving_and_copying(content):
    for bits in itertools.product([False, True], repeat=len(FLAGS)):
        first = [flag for flag, bit in zip(FLAGS, bits, strict=True) if bit]
        for second in LATER:
            text = listed_twice(content, first, second.split())
            oracle, ours = tokenizers.Tokenizer.from_str(text), subword.Tokenizer.from_str(text)
            others = [
                ours,
                subword.Tokenizer.from_str(ours.to_str()),
                tokenizers.Tokenizer.from_str(ours.to_str()),
                pickle.loads(pickle.dumps(ours)),
                copy.copy(ours),
                compat.Tokenizer.from_str(text),
            ]
            for sample in (f"a {content} b", f"xa{content}b"):
                expected = shown(oracle, sample)
                for other in others:
                    assert shown(other, sample) == expected, (first, second, sample)


@pytest.mark.parametrize("library", [tokenizers, compat], ids=["theirs", "ours"])
def test_tokens_that_change_a_flag_count_as_new(library):
    tokenizer = library.Tokenizer(library.models.BPE(VOCAB, []))
    plain, special = library.AddedToken("X"), library.AddedToken("X", special=True)
    assert [tokenizer.add_tokens([token]) for token in (plain, special, special, plain)] == [
        1,
        1,
        0,
        1,
    ]
