"""Where a text may be split: the rule for files is part of the rule for texts."""

import random

from subword import AddedToken
from subword._core.unicode import ranges
from subword.encode.split_points import (
    LETTER_RANGES,
    UTF8_SPLIT,
    crosses_split,
    split_pattern,
)
from tests.helpers.effort import every_character, few


def test_every_letter_of_the_rule_is_a_letter():
    letters = {code for first, last in ranges("L") for code in range(first, last + 1)}
    pattern = split_pattern()
    found = {ord(char) for char in every_character() if pattern.search(f"{char} {char}")}
    assert found <= letters
    assert all(pattern.search(f"{char} {char}") for char in "aZéЯ한中")


def test_tokens_that_reach_over_cuts():
    assert crosses_split(AddedToken("a", rstrip=True))
    assert crosses_split(AddedToken("a\n"))
    assert not crosses_split(AddedToken("<a>", rstrip=True))
    assert not crosses_split(AddedToken("a"))


def test_the_table_for_truncated_texts_can_hold_every_letter():
    """It has a bit for each code point below 2**16."""
    assert all(first <= last < "\U00010000" for first, last in LETTER_RANGES)


def test_files_are_split_where_texts_may_be():
    rng = random.Random(0)
    pool = "abZé한국어뷁갰中あЖ  \n1.ꀀ퟿"
    found = 0
    for _ in range(few(2000)):
        text = "".join(rng.choices(pool, k=12))
        allowed = {len(text[: match.start()].encode()) for match in split_pattern().finditer(text)}
        splits = {match.end() for match in UTF8_SPLIT.finditer(text.encode())}
        assert splits <= allowed, text
        found += len(splits)
    assert found > few(100)
