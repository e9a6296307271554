"""No match begins before a character that `first_chars` leaves out, and engines skip the others."""

import json
import random
from pathlib import Path

import pytest

from subword._regex.backtracker import Backtracker
from subword._regex.charsets import contains
from subword._regex.first_chars import first_chars
from subword._regex.patterns import compile_pattern, normal_form
from subword._regex.program import compile_tree
from subword.reference.regex_twin import find_spans

PUBLISHED = json.loads(Path(__file__).with_name("split_patterns.json").read_text(encoding="utf-8"))
OTHERS = [
    *(
        r"\bx",
        "(?=ab|c)[abx]",
        "(?=a?)b",
        "(?!a)[ab]",
        "(?<=a)b",
        r"a\Kb",
        r"(a|b)?\1c",
        "(?m:^b)",
    ),
    *("a*", "(?:a?b?|c)+x", "(?>a|b)c", "(?:(?=a)|b)[ac]", "a{0}b", r"(\w)\1", r"(?=(?:ab)+(?!c))"),
]
ALPHABET = [*"aabbccxx'\"[]().IMGZ1239 \t\n\r=-!éК中한👍\u0301", "\r\n", "http://", "  "]


@pytest.mark.parametrize("pattern", [*(split["pattern"] for split in PUBLISHED), *OTHERS])
def test_matches_begin_where_first_chars_says(pattern):
    tree = normal_form(pattern)
    allowed = list(first_chars(tree))
    chosen = random.Random(pattern)
    engines = [compile_pattern(pattern), Backtracker(compile_tree(tree, pattern))]
    for size in (0, 1, 3, 30, 90):
        text = "".join(chosen.choices(ALPHABET, k=size))
        spans = list(find_spans(pattern, text))
        for start, _ in spans:
            keeps = r"\K" in pattern
            assert keeps or start == len(text) or contains(allowed, ord(text[start]))
        for engine in engines:
            assert engine.find_spans(text) == spans


def test_where_a_match_may_begin_is_narrow():
    assert first_chars(normal_form("(?=ab|c)[abx]")) == ((97, 97),)
    assert first_chars(normal_form(r"(?=(\d{3})+(?!\d))x?"))[0] == (48, 57)
    assert first_chars(normal_form("a?(?=b)")) == ((97, 98),)
