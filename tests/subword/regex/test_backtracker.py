"""The backtracking engine: what only it can run, and that it never runs for ever."""

import pytest
from tokenizers import Regex as TheirRegex
from tokenizers import pre_tokenizers as their_pre_tokenizers

from subword import Regex, normalizers, pre_tokenizers
from subword._regex.backtracker import Backtracker
from subword._regex.patterns import compile_pattern, normal_form
from subword._regex.program import compile_tree


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?=(\d{3})+(?!\d))", "1234567 and 12345"),
        (r"([!.?]{1,2})\1*", "wait... what?!!"),
        (r"([^\w\s])\1*", "wait... what?!!"),
        (r"(?:\r?\n)+(?!\r\n)", "a\r\n\r\nb\n\n\nc"),
        (r"(?:\r?\n)+(?!\r?\n)x?(?=ab)", "a\r\n\r\nab\n\n\nxab"),
        (r"(?>a+)ab|b", "aaab ab"),
        (r"(?<q>\W).*?\k<q>", "say 'it' or \"that\""),
        (r"(?<=ab|c)d", "abd cd d"),
        (r"(?<!ab)d", "abd cd d"),
        (r"a\Kb", "abab b"),
        (r"(?:a\Kb|a)c", "abc ac"),
        (r"(?:a++){2}b", "aab"),
        (r"(?:(?>a|ab)){2}c", "aac abac"),
        (r"(a*)*b|(?:a|b?)*", "aabab"),
        (r"\R\n", "a\r\nb\n\nc\x85\n"),
    ],
)
def test_what_only_backtracking_can_run(pattern, text):
    engine = compile_pattern(pattern)
    assert isinstance(engine, Backtracker)
    for behavior in ("isolated", "merged_with_next"):
        ours = pre_tokenizers.Split(Regex(pattern), behavior).pre_tokenize_str(text)
        theirs = their_pre_tokenizers.Split(TheirRegex(pattern), behavior).pre_tokenize_str(text)
        assert ours == theirs


def test_a_search_without_end_ends_with_an_error():
    pattern = r"(a+)+\1c"
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    with pytest.raises(ValueError, match=r"'\(a\+\)\+.*backtracks too much.*10,000,000 steps"):
        split.pre_tokenize_str("a" * 60)
    with pytest.raises(ValueError, match="backtracks too much"):
        normalizers.Replace(Regex(pattern), "").normalize_str("a" * 60)
    assert split.pre_tokenize_str("aab") == [("aab", (0, 3))]


def test_the_limit_counts_the_steps_of_one_position():
    program = compile_tree(normal_form(r"(\w)\1"), "")
    assert len(Backtracker(program, 50).find_spans("ab" * 1000)) == 0
    with pytest.raises(ValueError, match="more than 3 steps"):
        Backtracker(program, 3).find_spans("aa")


def test_the_steps_of_all_positions_are_limited_too():
    # A step for each pair of positions: every search fails at the end of the text.
    pattern = r"([^b])\1*b"
    program = compile_tree(normal_form(pattern), pattern)
    text = "a" * 6000
    assert Backtracker(program).find_spans(text) == []
    with pytest.raises(
        ValueError, match=r"'\(\[\^b\]\).*backtracks too much.*more than 1,000 steps"
    ):
        Backtracker(program, max_text_steps=1000).find_spans(text)
    assert Backtracker(program, max_text_steps=1000).find_spans("ab" * 3000) != []
