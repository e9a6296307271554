"""Split at places without width: the words and their numbers are those of the oracle."""

import itertools
import json

import pytest
import tokenizers
from tokenizers import Regex, models, pre_tokenizers

import subword
from subword.reference.tokenizer import ReferenceTokenizer
from tests.helpers.oracle import encoding_columns, token_columns

TEXTS = ["ab12c", "a1", "", "1", "abc", " a b", "12", "a 1 b", "\u00e91\u00e9"]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
VOCAB = {token: i for i, token in enumerate([*"abc12 \u00e9", "ab", "12"])}


@pytest.mark.parametrize("pattern", ["", r"(?=\d)", r"\b", "^", "$", r"\s*", r"(?<=\d)", "1|"])
@pytest.mark.parametrize("literal", [True, False], ids=["String", "Regex"])
def test_matches_without_width_separate_words_and_are_none(pattern, literal):
    for behavior, invert in itertools.product(BEHAVIORS, [False, True]):
        split = pre_tokenizers.Split(pattern if literal else Regex(pattern), behavior, invert)
        oracle = tokenizers.Tokenizer(models.BPE(VOCAB, [("a", "b"), ("1", "2")]))
        oracle.pre_tokenizer = split
        ours = subword.Tokenizer.from_str(oracle.to_str())
        twin = ReferenceTokenizer(json.loads(oracle.to_str()))
        for text in TEXTS:
            expected = encoding_columns(oracle, text)
            assert encoding_columns(ours, text) == expected, (behavior, invert, text)
            assert token_columns(twin.encode(text)) == expected, (behavior, invert, text)
