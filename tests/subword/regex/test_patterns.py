"""Translated regexes against the reference's engine: the same pieces of the same texts."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex as TheirRegex
from tokenizers import normalizers, pre_tokenizers

from subword._regex import charsets
from subword._regex.automaton import Automaton
from subword._regex.backtracker import Backtracker
from subword._regex.patterns import Regex, compile_pattern, normal_form
from subword._regex.program import compile_tree
from subword.reference.regex_twin import find_spans
from tests.helpers.effort import few

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
KNOWN = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "r50k": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++\z|\s+(?!\S)|\s",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++\z|\s*[\r\n]|\s+(?!\S)|\s",
    "llama3": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen3.5": CONTRACTIONS
    + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    + CONTRACTIONS
    + r"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    + CONTRACTIONS
    + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "deepseek": r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"
    r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "deepseek_cjk": "[一-龥぀-ゟ゠-ヿ]+",
    "clip": r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]"
    r"|[^\s\p{L}\p{N}]+",
}
OWN = [
    r"\w+|[^\w\s]+",
    r"\b\w",
    r"\B.",
    r"(?m:.+)",
    ".+",
    "^.|.$",
    r"\A.|.\z|.\Z",
    r"[a-z&&[^aeiou]]+",
    r"(?<=[[:punct:]])\s|(?<!\d)\p{Sc}",
    r"(?i:[a-zß]{2,3})",
    "(?i)straße|ﬃ|ss",
    r"\h{2}+",
    "a{2}?b|a{,2}c",
    r"(?>a+)b|(a|b)\1",
    r"(?<q>['\"]).*?\k<q>",
    r"[\p{Greek}\p{Cyrillic}]+|\p{Han}|\P{^Hangul}",
    r"\R|\N",
    r"[^[:alnum:]_]+",
    "(?x) a b # both\n | [a b]",
    r"\p{Lu}(?i)x|y",
    "",
    "a*",
    r"(?=a)|\s*",
    r"[\x{41}-\x5A\u00e9]+",
    r"(?i:[^s-ſ])",
    r"(?i:[\p{L}]x)",
    r"(?:a?b?)*?c|(?:ab){1,2}+",
]
TEXT = st.text(
    st.sampled_from(
        list("aabbcdefisstSSTxX'’ \t\n\r.,!?-_\"0123٣ⅷ½éßſK\u212aﬃﬀﬆǅΣςσıİ中龥かカ한ᄀ\u0301\u0345")
    )
    | st.sampled_from(
        list("$€+<>|/&#\u00a0\u0085\u2028\u200b\u200d\ufeff\u0378\U000e0100👍🏽𝒳\x1c")
    )
    | st.characters(codec="utf-8"),
    max_size=16,
)


def our_pieces(pattern: str, text: str) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    last = 0
    for start, end in compile_pattern(pattern).find_spans(text):
        pieces += [(last, start), (start, end)]
        last = end
    return [(start, end) for start, end in [*pieces, (last, len(text))] if start < end]


def their_pieces(pattern: str, text: str) -> list[tuple[int, int]]:
    splitter = pre_tokenizers.Split(TheirRegex(pattern), "isolated")
    return [span for _, span in splitter.pre_tokenize_str(text)]


@pytest.mark.parametrize("pattern", [*KNOWN.values(), *OWN], ids=[*KNOWN, *OWN])
@settings(max_examples=few(300), deadline=None)
@given(text=TEXT)
def test_patterns_cut_like_the_reference(pattern, text):
    assert our_pieces(pattern, text) == their_pieces(pattern, text)


EVERYTHING = "\0".join(chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000)


WITH_SURROGATES = "".join(map(chr, range(0x110000)))
SURROGATES = re.compile("[\ud800-\udfff]+")


def left_by_the_reference(pattern: str) -> str:
    return normalizers.Replace(TheirRegex(pattern), "").normalize_str(EVERYTHING)


# Slow not here but where memory is checked: these ask the original about its tables.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "ranges"),
    [
        *((rf"\p{{{name}}}", charsets.named(name)) for name in sorted(charsets.loose_names())),
        *((rf"\p{{{name}}}", charsets.named(name)) for name in ("Any", "ASCII", "Assigned")),
        *((f"[[:{name}:]]", charsets.bracket(name)) for name in charsets.BRACKETS),
    ],
)
def test_names_over_every_code_point(pattern, ranges):
    kept, last = [], 0
    for first, end in ranges:
        kept.append(WITH_SURROGATES[last:first])
        last = end + 1
    wanted = SURROGATES.sub("", "".join([*kept, WITH_SURROGATES[last:]]))
    engine = normalizers.Replace(TheirRegex(pattern), "")
    assert engine.normalize_str(SURROGATES.sub("", WITH_SURROGATES)) == wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    [rf"\{letter}" for letter in "sSwWdDhHNO"]
    + [
        r"[\w]",
        r"[^\w]",
        r"[\W]",
        r"[\p{Word}]",
        r"\p{Lu}",
        r"\P{Lu}",
        r"\p{^Lu}",
        "[[:^word:]]",
        ".",
        r"[^\s\p{L}\p{N}]",
    ]
    + [r"(?i:[\p{Lu}])", r"(?i:[\p{M}a-z])", r"(?i:[^\p{Lu}])", r"(?i:\p{Lu})"],
)
def test_classes_over_every_code_point(pattern):
    kept, last = [], 0
    for start, end in compile_pattern(f"(?:{pattern})+").find_spans(EVERYTHING):
        kept.append(EVERYTHING[last:start])
        last = end
    assert "".join([*kept, EVERYTHING[last:]]) == left_by_the_reference(pattern)


def random_pattern(chosen: random.Random, depth: int = 0) -> str:
    """Return a pattern built of supported parts only."""
    atoms = [
        "a",
        "b",
        "s",
        "ss",
        "ß",
        "é",
        r"\n",
        "[ab]",
        "[^a]",
        r"\s",
        r"\w",
        r"\p{L}",
        ".",
        r"[\s\d]",
        "'",
        "i",
    ]
    places = ["^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z", ""]
    parts = []
    for _ in range(chosen.randint(1, 3)):
        kind = chosen.random()
        if kind < 0.15:
            parts.append(chosen.choice(places))
            continue
        if kind < 0.45 and depth < 3:
            head = chosen.choice(
                ["(?:", "(?:", "(", "(?>", "(?i:", "(?m:", "(?=", "(?!", "(?<=", "(?<!"]
            )
            # The reference takes only simple things in a lookbehind.
            inner = "[as]" if head in ("(?<=", "(?<!") else random_pattern(chosen, depth + 1)
            part = f"{head}{inner})"
            if head[2:3] in ("=", "!", "<"):
                parts.append(part)
                continue
        else:
            part = chosen.choice(atoms)
        parts.append(
            part
            + chosen.choice(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "+?", "*?", "++"])
        )
    text = "".join(parts)
    return (
        f"{text}|{random_pattern(chosen, depth + 1)}"
        if chosen.random() < 0.2 and depth < 3
        else text
    )


def engines(pattern: str) -> list[Automaton | Backtracker]:
    """Every engine that can run a pattern; a small automaton makes most states anew each time."""
    program = compile_tree(normal_form(pattern), pattern)
    found: list[Automaton | Backtracker] = [Backtracker(program)]
    return found if program.backtracks else [*found, Automaton(program), Automaton(program, 1)]


@pytest.mark.parametrize("pattern", [*KNOWN.values(), *OWN], ids=[*KNOWN, *OWN])
@settings(max_examples=few(30), deadline=None)
@given(text=TEXT)
def test_engines_find_what_their_twin_finds(pattern, text):
    expected = list(find_spans(pattern, text))
    for engine in engines(pattern):
        assert engine.find_spans(text) == expected, engine


def test_random_patterns():
    chosen = random.Random(17)
    checked = 0
    for _ in range(few(400)):
        pattern = random_pattern(chosen)
        try:
            TheirRegex(pattern)
        except Exception:  # nothing to compare with: both refuse, or only the reference does
            continue
        for _ in range(4):
            text = "".join(chosen.choice("aabbssSß'é \n1iI") for _ in range(chosen.randint(0, 8)))
            assert our_pieces(pattern, text) == their_pieces(pattern, text), (pattern, text)
            first, *others = [engine.find_spans(text) for engine in engines(pattern)]
            assert all(spans == first for spans in others), (pattern, text)
            checked += 1
    assert checked > few(1_000)


PIECES = [
    *"ab()[]|*+?{}1,2\\^$.-&i:<=# ",
    *("&&", "(?", "(?:", "(?=", "(?<!", "(?i)", "(?x)", "[^", "[:alpha:]"),
    *(r"\p{L}", r"\s", r"\d", r"\b", r"\1", r"\-", r"\]", "{1,2}"),
]


def test_any_string_is_refused_or_means_the_same():
    chosen = random.Random(23)
    both = 0
    for _ in range(few(4_000)):
        pattern = "".join(chosen.choices(PIECES, k=chosen.randint(1, 7)))
        try:
            compile_pattern(pattern)
        except ValueError:
            continue
        for text in ("ab1 a-ba,{2}", "a&b#i(:)^$\\]x<= {1,2}", "\nab\n"):
            assert our_pieces(pattern, text) == their_pieces(pattern, text), (pattern, text)
        both += 1
    assert both > few(1_000)


@pytest.mark.parametrize(
    "pattern",
    [
        "*a", "a|*", "(a", "a)", "[a", "[]", "[z-a]", r"[a-\d]", r"[\d-a]", "[[:foo:]]",
        r"\p{Klingon}", r"\p{L", "\\",
        r"\8", r"(?<n>b)\1", "(?=a)*", r"\xe9", "(?P<n>a)", "(?s:a)", "(?1a)",
    ],
)  # fmt: skip
def test_what_the_reference_refuses_is_refused(pattern):
    with pytest.raises(Exception, match=r"Oniguruma|"):
        TheirRegex(pattern)
    with pytest.raises(ValueError, match=r"cannot translate the pattern .* at character"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"\X", r"(?=a\K)", r"\y", r"\Ga", r"(?~ab)", r"(?i)(a)\1", r"(a)\g<1>", "a{2,1}", r"\M-a"],
)
def test_what_cannot_be_said_is_refused(pattern):
    with pytest.raises(ValueError, match=r"cannot translate the pattern .* at character"):
        compile_pattern(pattern)


def test_equal_patterns_are_compiled_once():
    assert compile_pattern("a+") is compile_pattern("a+")
    assert Regex("a") == Regex("a") != Regex("b")
