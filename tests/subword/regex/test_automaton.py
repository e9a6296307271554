"""The automaton: linear time for every pattern, bounded memory, and threads that share it."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tokenizers import Regex as TheirRegex
from tokenizers import pre_tokenizers as their_pre_tokenizers

from subword._regex.automaton import Automaton
from subword._regex.patterns import Regex, compile_pattern, normal_form
from subword._regex.program import compile_tree
from subword._regex.split_patterns import PATTERNS, checked_behavior
from subword.pre_tokenizers import Split
from subword.reference.regex_twin import find_spans

# Each reads on far behind a match, or in vain, from every position: 300,000 characters would take
# 10^10 steps without a memory of what leads nowhere.
HOSTILE = {
    "a+b": "a" * 300_000,
    "a|a+b": "a" * 300_000,
    "(?:a|b)*c|.": "ab" * 150_000,
    "[ab]*c|[ab]*d|.": "ab" * 150_000,
    "(?m:a.*?b)": "a" * 300_000,
    r"\s+$(?=x)|.": " " * 300_000,
}


@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_texts_take_linear_time(pattern):
    text = HOSTILE[pattern]
    engine = compile_pattern(pattern)
    assert isinstance(engine, Automaton)
    spans = engine.find_spans(text)
    assert [stop - start for start, stop in spans[:3]] == [1] * len(spans[:3])
    assert len(spans) in (0, len(text))
    short = text[:200]
    assert engine.find_spans(short) == list(find_spans(pattern, short))


def test_a_full_automaton_still_finds_everything():
    pattern = "(?:a|b)*a(?:a|b){9}"  # needs 2^10 states at least
    program = compile_tree(normal_form(pattern), pattern)
    small, large = Automaton(program, 20), Automaton(program)
    text = "".join("ab"[(i * i // 3) % 2] for i in range(3000)) + " " + "ab" * 40
    assert small.find_spans(text) == large.find_spans(text) == list(find_spans(pattern, text))
    assert small.state_count() == 20 < large.state_count()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"([!.?])\1*", "wait... what?!!"),
        (r"(?:\r?\n)+(?!\r?\n)", "a\r\n\r\nb\n\n\nc\r"),
        (r"(?:([ab])\1|c)+", "aabbcabba ccb"),
        (r"x?([ab])y\1|y", "xayaxbyay xay"),
        (r"(?:a|ab)+(?!a|ab)", "abaab aabb b"),
        (r"(?:ab?)+(?!ab?)|b", "abab aab bb"),
    ],
)
def test_references_to_one_character_and_sure_looks_need_no_backtracking(pattern, text):
    assert isinstance(compile_pattern(pattern), Automaton)
    for behavior in ("isolated", "merged_with_next", "removed"):
        theirs = their_pre_tokenizers.Split(TheirRegex(pattern), behavior)
        ours = Split(Regex(pattern), behavior)
        assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text)


def test_threads_share_an_automaton():
    program = compile_tree(normal_form(PATTERNS["o200k_base"]), "o200k_base")
    texts = [
        f"It's {i} o'clock, Größe ! 한국어 {'x' * i}\r\n\t é{chr(0x100 + i)}" for i in range(300)
    ]
    expected = [list(find_spans(PATTERNS["o200k_base"], text)) for text in texts]
    for _ in range(5):
        engine = Automaton(program)
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(engine.find_spans, texts)) == expected


def test_published_patterns_need_few_states():
    for name, pattern in PATTERNS.items():
        engine = compile_pattern(pattern)
        engine.find_spans(
            "".join(map(chr, range(32, 0xD7FF, 7))) + " the cat's\r\n\r\n 123456 !!\n"
        )
        assert isinstance(engine, Automaton), name
        assert engine.state_count() < 100, name


PUBLISHED = json.loads(Path(__file__).with_name("split_patterns.json").read_text(encoding="utf-8"))
MIXED = (
    " the  cat's\r\n\n 12345 !!\n中文 한국어 2²",
    "IMGIMGABZ ==> [abc]ClBr(\\3)",
    "a\r\n\r\nb",
    "",
)


@pytest.mark.parametrize("split", PUBLISHED, ids=[split["pattern"][:40] for split in PUBLISHED])
def test_split_patterns_of_published_tokenizers(split):
    theirs = their_pre_tokenizers.Split(
        TheirRegex(split["pattern"]), checked_behavior(split["behavior"]), split["invert"]
    )
    ours = Split(Regex(split["pattern"]), split["behavior"], split["invert"])
    for text in MIXED:
        assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text)
