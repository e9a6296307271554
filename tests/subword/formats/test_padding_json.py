"""Truncation and padding of a tokenizer.json."""

import pytest
import tokenizers

import subword
from subword.formats.padding_json import (
    STRATEGIES,
    padding_arguments,
    padding_from_config,
    truncation_arguments,
    truncation_from_config,
)


def test_defaults_of_truncation_and_padding():
    assert truncation_from_config(None) is None
    assert truncation_from_config({})["max_length"] == 512
    assert padding_from_config({"pad_id": 3})["strategy"] == "BatchLongest"


def test_each_strategy_of_a_call_has_a_name_in_files():
    assert STRATEGIES == {
        "LongestFirst": "longest_first",
        "OnlyFirst": "only_first",
        "OnlySecond": "only_second",
    }


def test_files_become_arguments_of_calls():
    limits = truncation_from_config({"max_length": 8, "strategy": "OnlyFirst", "direction": "Left"})
    assert truncation_arguments(limits) == {
        "max_length": 8,
        "stride": 0,
        "strategy": "only_first",
        "direction": "left",
    }
    assert padding_arguments(padding_from_config({"strategy": {"Fixed": 4}}))["length"] == 4
    assert padding_arguments({}) == padding_arguments(padding_from_config({}))


def test_a_stored_max_length_beyond_any_text_is_no_limit():
    for value in (2**31, 10**30, int(1e30)):
        tokenizer = subword.Tokenizer(
            subword.models.BPE({"a": 0}, []), truncation={"max_length": value}
        )
        assert tokenizer.encode("aaa").ids == [0, 0, 0]
        assert tokenizers.Tokenizer.from_str(tokenizer.to_str()).encode("aaa").ids == [0, 0, 0]
        assert subword.Tokenizer.from_str(tokenizer.to_str()).truncation == tokenizer.truncation


@pytest.mark.parametrize(
    "lengths", [{"truncation": {"max_length": "8"}}, {"padding": {"pad_id": -1}}]
)
def test_a_tokenizer_takes_no_lengths_that_its_file_could_not_hold(lengths):
    tokenizer = subword.Tokenizer(subword.models.BPE({"a": 0}, []))
    with pytest.raises(ValueError, match=r"max_length|pad_id"):
        subword.Tokenizer(tokenizer.model, **lengths)
    with pytest.raises(ValueError, match=r"max_length|pad_id"):
        tokenizer.with_lengths(**{"truncation": None, "padding": None, **lengths})
