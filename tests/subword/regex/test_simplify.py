"""One normal form for all spellings of a pattern, and different ones for different patterns."""

import json

import pytest

from subword import Regex, Tokenizer, pre_tokenizers
from subword._regex.patterns import compile_pattern, normal_form
from subword._regex.scanners import scanner_of
from subword._regex.split_patterns import BEHAVIORS, CLIP, CLIP_BARE, DEEPSEEK, PATTERNS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\p{L}+", r"(?:\p{Letter}){1,}"),
        ("[a-c]", "c|b|a"),
        ("[abc]", r"(?:[a]|\x62|\u0063){1,1}"),
        ("ab|ac", "a(?:b|c)"),
        ("(a)(b)", "ab"),
        ("xx*", "x+"),
        ("(?:x+)*", "x*"),
        (r"\s+(?!\S)", r"\s+(?=\s|\z)"),
        (r"[^\s\p{L}]++[\r\n]*+", r"[^\p{L}\s]+[\n\r]*"),
        (r"\d++\D", r"\d+\D"),
        (r"\s++\z", r"\s+\z"),
        ("(?>a)b", "ab"),
        ("(?:ab|)", "(?:ab)?"),
        ("(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?i:[sdmt]|ll|ve|re)"),
        ("[\r\n]", r"[\r\n]"),
        ("a{0}b", "b"),
        ("b|a", "a|b"),
        (r"(?:a++)*", "(?:a+)*"),
        (r"([ab])\1*", "aa*|bb*"),
        (r"(?:x([ab])c\1)+", "(?:x(?:aca|bcb))+"),
        (r"(?:\r?\n)+(?!\r?\n)", r"(?:\r?\n)+"),
        (r"(?:ab){2,}(?!ab)c*", "(?:ab){2,}c*"),
        (r"(?:ab)*+(?!ab)", "(?:ab)*+"),
    ],
)
def test_spellings_of_one_pattern_are_equal(one, other):
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a|ab", "ab|a"),
        ("a++a", "a+a"),
        ("(?:a++){2}", "(?:a+){2}"),
        ("(?:(?>a|ab)){2}", "(?:a|ab){2}"),
        ("(?:aa)+", "a{2,}"),
        ("a+?", "a+"),
        ("(?>a|ab)c", "(?:a|ab)c"),
        (r"\d++\d*x", r"\d+\d*y"),
        (r"(a)\1", "aa?"),
        (r"(?:(a)|b)\1", "aa|b"),
        (r"(?:ab)+(?!ab)c", "(?:ab)+c"),
        (r"(?:ab)+?(?!ab)", "(?:ab)+?"),
        (r"(?:ab){1,2}(?!ab)", "(?:ab){1,2}"),
        (r"(?:ab)+(?!a[bc])", "(?:ab)+"),
        (r"a(?=b)", "a"),
        (r"(?:\p{L}++\p{L})?", r"(?:\p{L}+\p{L})?"),
        ("a?|b", "b|a?"),
    ],
)
def test_patterns_that_differ_stay_different(one, other):
    assert normal_form(one) != normal_form(other)


RESPELLED = {
    "gpt2": [
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        r"(?:'(?:s|t|re|ve|m|ll|d))|(?: ?\p{L}+)| ?(?:\p{N})+|[ ]?[^\s\p{N}\p{Letter}]+"
        r"|\s+(?!\S)|\s+",
    ],
    "llama3": [PATTERNS["llama3"].replace(r"\r\n", "\r\n")],
    "qwen2": [PATTERNS["qwen2"].replace(r"|\p{N}|", r"|\p{N}{1}|")],
    "cl100k_base": [PATTERNS["cl100k_base"].replace("++", "+")],
}


@pytest.mark.parametrize(
    ("name", "pattern"), [(name, text) for name, texts in RESPELLED.items() for text in texts]
)
def test_a_respelled_pattern_gets_its_scanner(name, pattern):
    assert pattern != PATTERNS[name]
    number = list(PATTERNS).index(name)
    for behavior in ("isolated", "merged_with_previous", "merged_with_next"):
        assert scanner_of(pattern, behavior, False) == number
        assert scanner_of(pattern, behavior, True) == number
    assert scanner_of(pattern, "removed", True) == number
    assert scanner_of(pattern, "removed", False) == scanner_of(pattern, "contiguous", False) == -1
    text = "It's 12345  o'clock\r\n\r\n  Größe! 한국어... x's\t"
    for behavior in BEHAVIORS:
        for invert in (False, True):
            # Behind a group that is referred to, no normal form equals that of the pattern alone.
            plain = rf"(?:{pattern})(z?)\1"
            scanned = pre_tokenizers.Split(Regex(pattern), behavior, invert)
            compiled = pre_tokenizers.Split(Regex(plain), behavior, invert)
            assert scanned.pre_tokenize_str(text) == compiled.pre_tokenize_str(text)


def test_clip_and_deepseek_are_recognised():
    for number, pattern in ((7, CLIP), (8, CLIP_BARE)):
        assert scanner_of(f"(?:{pattern})", "removed", True) == number
        assert scanner_of(f"(?:{pattern})", "isolated", False) == -1
    splits = [
        {"type": "Split", "pattern": {"Regex": text}, "behavior": "Isolated", "invert": False}
        for text in (DEEPSEEK[0], DEEPSEEK[1], DEEPSEEK[2].replace(r"\r\n", "\r\n"))
    ]
    model = {"type": "BPE", "vocab": {"a": 0}, "merges": []}
    config = {"pre_tokenizer": {"type": "Sequence", "pretokenizers": splits}, "model": model}
    tokenizer = Tokenizer.from_str(json.dumps(config))
    assert pre_tokenizers.is_scanned(tokenizer.pre_tokenizer)


def test_long_patterns_take_linear_time():
    words = sorted({f"{number * 7919 % 9973:x}w{number}" for number in range(3000)})
    assert compile_pattern("|".join(words)).find_spans(f"-{words[7]}-") == [(1, 1 + len(words[7]))]
    literal = "ab" * 8000
    assert compile_pattern(literal).find_spans(f"a{literal}a") == [(1, 16001)]
    assert compile_pattern("a?" * 3000).find_spans("a" * 50) == [(0, 50)]
