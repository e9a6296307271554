"""Truncation and padding of a tokenizer.json."""

from subword.formats.padding_json import (
    STRATEGIES,
    padding_arguments,
    padding_from_config,
    truncation_arguments,
    truncation_from_config,
)
from subword.results import truncation


def test_defaults_of_truncation_and_padding():
    assert truncation_from_config(None) is None
    assert truncation_from_config({})["max_length"] == 512
    assert padding_from_config({"pad_id": 3})["strategy"] == "BatchLongest"


def test_each_strategy_of_a_call_has_a_name_in_files():
    assert tuple(STRATEGIES.values()) == truncation.STRATEGIES


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
