"""Pre-tokenizers that one pass does together: the words of all, one after the other."""

import json
import random

import pytest
import tokenizers

from subword import Regex, Tokenizer
from subword.pre_tokenizers import (
    BertPreTokenizer,
    ByteLevel,
    CharDelimiterSplit,
    Digits,
    FixedLength,
    Punctuation,
    Sequence,
    Split,
    Whitespace,
    WhitespaceSplit,
    takes_one_pass,
    with_raw_bytes,
)
from subword.pre_tokenizers.joined_splits import cutter_of_steps
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import few

LEVEL = with_raw_bytes(ByteLevel(add_prefix_space=False))
LLAMA = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CLASSES = [
    *(Digits(), Digits(True), WhitespaceSplit(), BertPreTokenizer(), CharDelimiterSplit("a")),
    *(Punctuation(), Punctuation("removed"), Punctuation("contiguous"), CharDelimiterSplit("한")),
    *(Split("\n", "isolated"), Split(" ", "removed"), Split("s", "isolated")),
]
LASTS = [*CLASSES, LEVEL, Split(Regex(LLAMA), "isolated")]
PARTS = [
    *"aab'sst 1½²٣.,!?—„ \t\n\u3000é한中👍\u0301",
    "'s",
    "'re",
    "  ",
    "\r\n",
    " 12",
    "...",
    " a",
]


def text_of(chosen: random.Random, size: int) -> str:
    some = chosen.sample(PARTS, chosen.randint(2, 10))
    return "".join(chosen.choices(some if chosen.random() < 0.5 else PARTS, k=size))


def words_of(steps, text: str) -> list[tuple[int, int]]:
    """Return the words that the steps find one after the other."""
    words = [(0, len(text))] if text else []
    for step in steps:
        words = [
            (start + first, start + last)
            for start, end in words
            for _, (first, last) in step.pre_tokenize_str(text[start:end])
        ]
    return words


def test_random_splits_in_one_pass_find_the_words_of_all(simd):
    chosen = random.Random(7)
    for _ in range(max(few(120), 20)):
        firsts = chosen.sample(CLASSES, chosen.choice([0, 1, 1, 1, 2, 3]))
        steps = (*firsts, chosen.choice(LASTS))
        if len(steps) == 1 and steps[0] in LASTS[len(CLASSES) :]:
            continue
        cutter = cutter_of_steps(steps)
        assert cutter is not None, steps
        for size in (0, 1, 3, 12, 60, 1500):
            text = text_of(chosen, size)
            assert cutter.find_words(text) == words_of(steps, text), (steps, text)


@pytest.mark.parametrize(
    "steps",
    [
        (Digits(), FixedLength(2)),
        (LEVEL, Digits()),
        (Punctuation("merged_with_next"), LEVEL),
        (Digits(), ByteLevel(add_prefix_space=True)),
        (Digits(), Split(Regex("a+"), "isolated")),
        (Digits(), Split(Regex(LLAMA), "merged_with_next")),
        (Split("ab", "isolated"), LEVEL),
    ],
)
def test_other_splits_are_not_joined(steps):
    assert cutter_of_steps(steps) is None


def test_what_joins_takes_one_pass():
    assert takes_one_pass(Sequence([Digits(), Sequence([Punctuation(), LEVEL])]))
    assert takes_one_pass(CharDelimiterSplit(" "))
    assert not takes_one_pass(Sequence([Whitespace(), Digits()]))


@pytest.mark.parametrize("seed", range(3))
def test_tokenizers_with_joined_splits_give_what_the_original_gives(seed):
    chosen = random.Random(seed)
    vocab = {char: i for i, char in enumerate(CHARS)}
    merges = [["Ġ", "a"], ["a", "b"], ["s", "s"], ["Ġ", "Ġ"], ["1", "2"], ["í", "ķ"]]
    vocab |= {left + right: 256 + i for i, (left, right) in enumerate(merges)}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False}
    digits = {"type": "Digits", "individual_digits": chosen.random() < 0.5}
    marks = {"type": "Punctuation", "behavior": chosen.choice(["Isolated", "Removed"])}
    lines = {"type": "Split", "pattern": {"String": "\n"}, "behavior": "Isolated", "invert": False}
    for firsts in ([digits], [marks, digits], [lines], [{"type": "WhitespaceSplit"}, marks]):
        splits = [*firsts, {**level, "use_regex": True}]
        config = {
            "version": "1.0",
            "added_tokens": [],
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": splits},
            "model": {"type": "BPE", "vocab": vocab, "merges": merges},
        }
        ours = Tokenizer.from_str(json.dumps(config))
        theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
        (split,) = [view for view in ours.pipeline() if view.stage == "pre-tokenizer"]
        assert split.runs == "compiled, one pass"
        texts = [text_of(chosen, size) for size in (0, 2, 9, 40, 300)]
        expected = theirs.encode_batch(texts)
        for _ in range(2):
            assert ours.encode_ragged(texts).to_lists() == [e.ids for e in expected]
            for got, wanted in zip(ours.encode_batch(texts), expected, strict=True):
                assert (got.ids, got.offsets) == (wanted.ids, wanted.offsets)
                assert got.word_ids == wanted.word_ids
