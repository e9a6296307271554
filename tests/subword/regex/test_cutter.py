"""Words found in one pass: those that the automaton finds match by match, and the original."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from tokenizers import Regex as TheirRegex
from tokenizers import pre_tokenizers as their_pre_tokenizers

from subword._regex.automaton import Automaton
from subword._regex.boundaries import MAX_COLUMNS, find_boundaries
from subword._regex.cutter import Cutter
from subword._regex.patterns import Regex, compile_cutter, compile_pattern, normal_form
from subword._regex.program import compile_tree
from subword._regex.split_patterns import BEHAVIORS, PATTERNS, checked_behavior
from subword.pre_tokenizers import Split
from subword.reference.regex_twin import find_spans
from tests.helpers.effort import few

PUBLISHED = json.loads(Path(__file__).with_name("split_patterns.json").read_text(encoding="utf-8"))
# A match may grow again long after its end, conditions hold on both sides, and nothing may match.
OTHERS = [
    *("ab|abc*d", "x(?=y)|z", r"\b\w", "(?<=a)b|c+", "(?m:^.)", "a{2,5}", "aab|b", "^a|b$"),
    *(r"\w+\s?", r"[ab]+c|a", "a(?:bc)*d?", r"\s+$|\S", r"(?!a)\w", "abcde|b|cd"),
]
# What one pass would have to keep grows with the text, or an empty match is one.
LEFT = [
    r"([rubf]*([\'\"]{3}.*?[\'\"]{3}|[\'\"].*?[\'\"]))",
    r"(\[[^\]]+]|Br?|Cl?|N|O|S|P|F|I|b|c|n|o|s|p|\(|\)|\.|=|#|-|\+|\\|\/|:|~|@|\?|>>?|\*|\$|\%[0-9]{2}|[0-9])",
    *("a*", r"(=|\.?)", "[ab]*c|a|b"),
]
CHARACTERS = [
    *"aabbcdefisstSSTxX'’ \t\n\r.,!?-_\"0123٣ⅷ½éßſK\u212aﬃﬀﬆǅΣςσıİ中龥かカ한ᄀ\u0301\u0345",
    *"$€+<>|/&#\u00a0\u0085\u2028\u200b\u200d\ufeff\u0378\U000e0100👍🏽𝒳\x1c",
    *("\n\n   ", "  ", "    ", "\r\n", "'re", "'ll", "'s", "http://", "123456"),
]
SIZES = (0, 1, 2, 5, 20, 100, 600, 1500, 3000)


def random_text(chosen: random.Random, size: int) -> str:
    """Return text of few different characters, or of all of them."""
    few = chosen.sample(CHARACTERS, chosen.randint(2, 12))
    return "".join(chosen.choices(few if chosen.random() < 0.7 else CHARACTERS, k=size))


def words_of(pattern: str, behavior: str, invert: bool, text: str) -> list[tuple[int, int]]:
    """Return the words that the matches of the slow twin give, by the rules of the original."""
    edges, matches = {0, len(text)}, set(find_spans(pattern, text))
    for start, end in matches:
        edges |= {start, end}
    words: list[tuple[int, int]] = []
    merges = False
    pieces = [*pairwise(sorted(edges))]
    for start, end in reversed(pieces) if behavior == "merged_with_next" else pieces:
        wanted = ((start, end) in matches) != invert
        if words and wanted and not merges and behavior == "merged_with_previous":
            words[-1] = (words[-1][0], end)
        elif words and wanted and not merges and behavior == "merged_with_next":
            words[-1] = (start, words[-1][1])
        elif behavior != "removed" or not wanted:
            words.append((start, end))
        merges = wanted
    return sorted(words)


@pytest.mark.parametrize(
    "pattern", [*PATTERNS.values(), *(split["pattern"] for split in PUBLISHED), *OTHERS]
)
def test_one_pass_finds_the_words_of_the_slow_twin(simd, pattern):
    chosen = random.Random(pattern)
    for behavior in BEHAVIORS:
        for invert in (False, True):
            cutter = compile_cutter(pattern, behavior, invert)
            for size in chosen.sample(SIZES, 2) if cutter is not None else ():
                text = random_text(chosen, size)
                assert cutter.find_words(text) == words_of(pattern, behavior, invert, text)


@pytest.mark.parametrize("split", PUBLISHED, ids=[split["pattern"][:40] for split in PUBLISHED])
def test_long_texts_are_split_as_by_the_original(simd, split):
    theirs = their_pre_tokenizers.Split(
        TheirRegex(split["pattern"]), checked_behavior(split["behavior"]), split["invert"]
    )
    ours = Split(Regex(split["pattern"]), split["behavior"], split["invert"])
    chosen = random.Random(3)
    for size in (40, 700, 2000, 5000):
        text = random_text(chosen, size)
        assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text)


def test_nearly_all_published_patterns_take_one_pass():
    ways = [
        compile_cutter(pattern, checked_behavior(split["behavior"]), split["invert"])
        for split in PUBLISHED
        if isinstance(compile_pattern(pattern := split["pattern"]), Automaton)
    ]
    assert len(ways) >= 39
    assert sum(way is None for way in ways) <= 4


@pytest.mark.parametrize("pattern", LEFT)
def test_what_one_pass_cannot_keep_is_left_to_the_automaton(pattern):
    assert isinstance(compile_pattern(pattern), Automaton)
    assert compile_cutter(pattern, "isolated", False) is None
    text = "say 'it' = [x] aaab " * 40
    theirs = their_pre_tokenizers.Split(TheirRegex(pattern), "isolated")
    ours = Split(Regex(pattern), "isolated")
    assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text)


@pytest.mark.parametrize(
    ("pattern", "invert"),
    [(r"\w+|[^\w\s]+", True), (r"\s+", False), (r"\S+", True), ("[ ,.]", False), ("[ab]c?", True)],
)
def test_words_that_are_left_out_are_told_by_their_first_character(simd, pattern, invert):
    cutter = compile_cutter(pattern, "removed", invert)
    chosen = random.Random(4)
    for size in SIZES:
        text = random_text(chosen, size)
        assert cutter.find_words(text) == words_of(pattern, "removed", invert, text)


@pytest.mark.parametrize("pattern", ["ab|c", r"(?<!a)b", "a?"])
def test_words_that_their_first_character_does_not_tell_are_left_to_the_automaton(pattern):
    assert compile_cutter(pattern, "removed", True) is None
    assert compile_cutter(pattern, "removed", False) is None


def test_characters_and_words_across_chunks(simd):
    cutter = compile_cutter(PATTERNS["llama3"], "isolated", False)
    for character in ("é", "한", "👍", "\u3000", "x"):
        for before in range(2040, 2050):
            text = "ab " * (before // 3) + " " * (before % 3) + character * 2100 + "\n  \n   c"
            expected = words_of(PATTERNS["llama3"], "isolated", False, text)
            assert cutter.find_words(text) == expected


STARTS = ["", "", "", " ?", r"[^\r\n\p{L}\p{N}]?", r"\s*", r"\b", "(?<!a)", r"\p{Lu}*", "A?"]
PIECES = [
    *(
        r"\p{L}+",
        r"\p{N}{1,3}",
        r"\p{N}",
        r"\s+",
        r"[\r\n]+",
        "'s",
        "(?i:'ll)",
        r"[^\s\p{L}\p{N}]+",
    ),
    *(
        r"[\p{Ll}\p{M}]+",
        "[a-z]+",
        "x",
        r"\w",
        "(?:é|xa)+",
        r"\p{Han}+",
        "!{2,}",
        "ab",
        r"\s+(?!\S)",
    ),
]
ENDS = ["", "", "", "", r"[\r\n]*", r"(?=\d)", r"(?!\S)", "(?i:'ll)?", "/?", r"\b"]


def test_random_patterns_of_their_pieces(simd):
    chosen = random.Random(11)
    passes = 0
    for _ in range(max(few(150), 40)):
        branches = [
            chosen.choice(STARTS) + chosen.choice(PIECES) + chosen.choice(ENDS)
            for _ in range(chosen.randint(1, 6))
        ]
        pattern = "|".join(branches)
        behavior, invert = chosen.choice(BEHAVIORS), chosen.random() < 0.3
        cutter = compile_cutter(pattern, behavior, invert)
        theirs = their_pre_tokenizers.Split(TheirRegex(pattern), behavior, invert)
        ours = Split(Regex(pattern), behavior, invert)
        passes += cutter is not None
        for size in (8, 30, 700):
            text = random_text(chosen, size)
            assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text), pattern
            if cutter is not None:
                expected = words_of(pattern, behavior, invert, text)
                assert cutter.find_words(text) == expected, pattern
    assert passes > few(60)


def test_patterns_of_too_many_classes_are_left_to_the_automaton():
    letters = [chr(0x4E00 + 2 * i) for i in range(MAX_COLUMNS + 1)]
    pattern = "|".join(f"{letter}+{letters[i - 1]}?" for i, letter in enumerate(letters))
    assert compile_cutter(pattern, "isolated", False) is None
    text = "".join(random.Random(5).choices(letters, k=500))
    theirs = their_pre_tokenizers.Split(TheirRegex(pattern), "isolated")
    assert Split(Regex(pattern), "isolated").pre_tokenize_str(text) == theirs.pre_tokenize_str(text)


def test_an_automaton_without_room_is_not_worked_out():
    program = compile_tree(normal_form(PATTERNS["gpt2"]), "gpt2")
    assert find_boundaries(Automaton(program, 8), "isolated", False) is None
    found = find_boundaries(Automaton(program), "isolated", False)
    assert found is not None
    assert found.covers
    assert Cutter(found, program.classes).find_words("it's  ok") == [(0, 2), (2, 4), (4, 5), (5, 8)]


def test_texts_that_read_on_far_take_linear_time():
    cutter = compile_cutter(PATTERNS["o200k_base"], "isolated", False)
    for text in (" " * 600_000, "\n  " * 200_000, "'r" * 300_000, "1" * 600_000):
        assert cutter.find_words(text)[-1][1] == 600_000
