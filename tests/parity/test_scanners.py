"""The scanners of split patterns: vector == scalar == the oracle's regex == ours."""

import random

import pytest
import tokenizers
from tokenizers import pre_tokenizers as hf

from subword import Regex, pre_tokenizers
from subword._core.simd import SIMD
from subword._regex.split_patterns import CLIP, CLIP_BARE, DEEPSEEK, PATTERNS
from tests.helpers.random_text import ASCII, OTHER, random_text

# Characters at the edges of what the masks tell by two or three bytes, of all classes, and what
# patterns treat in ways of their own.
EDGES = (
    "aBzZ09'sSlL.,/\n\r\t  \x00\x7f"
    "ÀßéÖ×÷ĀǅʰʿˀЀЖжѿҀ҂٣क\u093eกำ\u0e31ⅧⒶ"
    "\u0301\ufe0f\u200d\u00a0\u2003\u3000\u2028\u0085"
    "\u3040ぁ\u307fゖ゛゠ァ・ーヿㄱ㐀䶿䷀一丿龥龦\u9fff가힣\ud7a4\ud7b0ꀀ\uabff豈\uffff"
    "😀𝔸𝟙\U0001f468\U0010ffff—…’“ſK"
)


def pair_of(name):
    """(theirs, ours)"""
    if name == "bert":
        return hf.BertPreTokenizer(), pre_tokenizers.BertPreTokenizer()
    if name == "whitespace":
        return hf.Whitespace(), pre_tokenizers.Whitespace()
    if name == "whitespace_split":
        return hf.WhitespaceSplit(), pre_tokenizers.WhitespaceSplit()
    if name in ("clip", "clip bare"):
        pattern = CLIP if name == "clip" else CLIP_BARE
        theirs = hf.Split(tokenizers.Regex(pattern), "removed", True)
        return theirs, pre_tokenizers.Split(Regex(pattern), "removed", True)
    if name == "deepseek":
        theirs = [hf.Split(tokenizers.Regex(pattern), "isolated") for pattern in DEEPSEEK]
        ours = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in DEEPSEEK]
        return hf.Sequence(theirs), pre_tokenizers.Sequence(ours)
    pattern = PATTERNS[name]
    theirs = hf.Split(tokenizers.Regex(pattern), "isolated")
    return theirs, pre_tokenizers.Split(Regex(pattern), "isolated")


NAMES = ("bert", "whitespace", "whitespace_split", "clip", "clip bare", "deepseek", *PATTERNS)


@pytest.fixture(autouse=True)
def _restore_simd():
    before = pre_tokenizers.use_simd()
    yield
    pre_tokenizers.use_simd(before)


def check(theirs, ours, text):
    """Compare the oracle with every kind of scanner that this processor has."""
    expected = theirs.pre_tokenize_str(text)
    for level in SIMD:
        pre_tokenizers.use_simd(level)
        assert ours.pre_tokenize_str(text) == expected, (level, text)


@pytest.mark.parametrize("name", NAMES)
def test_random_texts(name):
    theirs, ours = pair_of(name)
    rng = random.Random(name)
    for _ in range(1500):
        text = random_text(rng)
        check(theirs, ours, text)


@pytest.mark.parametrize("name", NAMES)
def test_every_code_point_between_letters_digits_and_spaces(name):
    """In blocks, so that each code point stands at many distances from the edges of 64 bytes."""
    theirs, ours = pair_of(name)
    # Planes without a character are there by their first and last ones.
    empty = [*range(0x33480, 0xE0000), *range(0xE0200, 0x10FF00)]
    codes = sorted({*range(0x110000)} - {*range(0xD800, 0xE000), *empty} | {*empty[::997]})
    step = 250
    for first in range(0, len(codes), step):
        joints = ("a", " ", "1", "'")[first // step % 4]
        text = joints.join(map(chr, codes[first : first + step]))
        check(theirs, ours, text)


@pytest.mark.parametrize("name", NAMES)
def test_edges_of_blocks(name):
    """Every character of a mixed bag at each place around 32 and 64 bytes."""
    theirs, ours = pair_of(name)
    rng = random.Random(name)
    for _ in range(300):
        size = rng.choice((30, 31, 32, 33, 62, 63, 64, 65, 66, 126, 127, 128, 129))
        filler = rng.choice(("a", " ", "1", ".", "\n", "é", "한", "A", "'"))
        text = filler * size
        for _ in range(4):
            at = rng.choice((0, 1, 29, 30, 31, 32, 33, 61, 62, 63, 64, 65))
            text = text[:at] + rng.choice([*ASCII, *OTHER, "'ll", "'s"]) + text[at:]
        check(theirs, ours, text)


@pytest.mark.parametrize("name", NAMES)
def test_edges_of_classes(name):
    """A handful of characters at a time, so that each meets each other at many places."""
    theirs, ours = pair_of(name)
    rng = random.Random(name)
    for _ in range(1200):
        pool = rng.sample(EDGES, rng.choice((2, 3, 5)))
        text = "".join(rng.choices(pool, k=rng.choice((7, 40, 90, 200))))
        check(theirs, ours, text)


@pytest.mark.parametrize("name", NAMES)
def test_specials_and_contractions_at_edges_of_blocks(name):
    theirs, ours = pair_of(name)
    rng = random.Random(name)
    pieces = [" ", "'s", "'LL", "'ſ", "don't", "I'Ve", "''s", "{\n//"]
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    for size in range(40, 70):
        for filler in ("a", "Ab ", "가 ", "\n", " ", "中"):
            text = (filler * size)[:size] + "".join(rng.choices(pieces, k=6))
            check(theirs, ours, text)


def test_patterns_without_a_scanner_agree_with_those_that_have_one():
    rng = random.Random(5)
    for name in PATTERNS:
        scanned = pre_tokenizers.Split(Regex(PATTERNS[name]), "isolated")
        # A group around it: the same matches, but no scanner knows it.
        plain = pre_tokenizers.Split(Regex(f"(?:{PATTERNS[name]})"), "isolated")
        for _ in range(150):
            text = random_text(rng)
            assert scanned.pre_tokenize_str(text) == plain.pre_tokenize_str(text), repr(text)


@pytest.mark.parametrize("name", NAMES)
def test_characters_that_differ_in_the_last_byte(name):
    """Texts of one script or two, as Thai or Arabic: most characters share all bytes but one."""
    theirs, ours = pair_of(name)
    rng = random.Random(name)
    rows = [*range(0x80, 0x3400, 64), 0xA640, 0xA8C0, 0xABC0, 0xFB00, 0xFF00, 0x10400, 0x1D7C0]
    for _ in range(600):
        pool = [
            chr(code)
            for row in rng.sample(rows, rng.choice((1, 2)))
            for code in range(row, row + 64)
        ]
        pool += rng.choices(" a1.\n'", k=rng.choice((0, 4, 30)))
        text = "".join(rng.choices(pool, k=rng.choice((30, 70, 200))))
        check(theirs, ours, text)


def test_unknown_scanners_are_refused():
    with pytest.raises(ValueError, match="level must be one of scalar, avx2, avx512, got 'sse2'"):
        pre_tokenizers.use_simd("sse2")
