"""The scanners of split patterns: vector == scalar == the oracle's regex == ours."""

import random

import pytest
import tokenizers
from tokenizers import pre_tokenizers as hf

from subword import Regex, pre_tokenizers
from subword.split_patterns import DEEPSEEK, PATTERNS
from tests.parity.compare import ASCII, OTHER, random_text

# What only tiktoken's engine reads as we do ($ is the end of the text there): see test_tiktoken.
HUGGING_FACE = [name for name in PATTERNS if name != "cl100k_base"]


def pair_of(name):
    """(theirs, ours)"""
    if name == "bert":
        return hf.BertPreTokenizer(), pre_tokenizers.BertPreTokenizer()
    if name == "whitespace":
        return hf.Whitespace(), pre_tokenizers.Whitespace()
    if name == "whitespace_split":
        return hf.WhitespaceSplit(), pre_tokenizers.WhitespaceSplit()
    if name == "deepseek":
        theirs = [hf.Split(tokenizers.Regex(pattern), "isolated") for pattern in DEEPSEEK]
        ours = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in DEEPSEEK]
        return hf.Sequence(theirs), pre_tokenizers.Sequence(ours)
    pattern = PATTERNS[name]
    theirs = hf.Split(tokenizers.Regex(pattern), "isolated")
    return theirs, pre_tokenizers.Split(Regex(pattern), "isolated")


NAMES = ("bert", "whitespace", "whitespace_split", "deepseek", *HUGGING_FACE)


@pytest.fixture(autouse=True)
def _restore_simd():
    before = pre_tokenizers.use_simd()
    yield
    pre_tokenizers.use_simd(before)


def both(pre_tokenizer, text):
    """What the vector and the scalar scanner say."""
    pre_tokenizers.use_simd(True)
    fast = pre_tokenizer.pre_tokenize_str(text)
    pre_tokenizers.use_simd(False)
    return fast, pre_tokenizer.pre_tokenize_str(text)


@pytest.mark.parametrize("name", NAMES)
def test_random_texts(name):
    theirs, ours = pair_of(name)
    rng = random.Random(name)
    for _ in range(1500):
        text = random_text(rng)
        expected = theirs.pre_tokenize_str(text)
        fast, plain = both(ours, text)
        assert fast == expected, repr(text)
        assert plain == expected, repr(text)


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
        expected = theirs.pre_tokenize_str(text)
        fast, plain = both(ours, text)
        assert fast == plain == expected


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
        expected = theirs.pre_tokenize_str(text)
        fast, plain = both(ours, text)
        assert fast == plain == expected, repr(text)


def test_patterns_without_a_scanner_agree_with_those_that_have_one():
    rng = random.Random(5)
    for name in HUGGING_FACE:
        scanned = pre_tokenizers.Split(Regex(PATTERNS[name]), "isolated")
        # A group around it: the same matches, but no scanner knows it.
        plain = pre_tokenizers.Split(Regex(f"(?:{PATTERNS[name]})"), "isolated")
        for _ in range(150):
            text = random_text(rng)
            assert scanned.pre_tokenize_str(text) == plain.pre_tokenize_str(text), repr(text)
