"""Which neighbours tokens hold is what a plain look at every token says."""

import itertools
import random

import numpy as np
import pytest

from subword.models import BPE
from subword.models.joints import find_joints
from subword.vocab.byte_alphabet import BYTE_TOKENS, CHARS, UNUSED_BYTES, chars_of

LETTERS = "ab ,.0éßĠĀ▁한中😀"


def held(tokens: list[str], behind: str, barred: str) -> np.ndarray:
    """Return whether a token holds an ASCII character, or another one, before each of `behind`."""
    found = np.zeros((len(behind), 129), np.bool_)
    for token in tokens:
        for before, char in itertools.pairwise(token):
            if char in behind and before not in barred:
                found[behind.index(char), min(ord(before), 128)] = True
    return found


@pytest.mark.parametrize("seed", range(20))
def test_neighbours_of_characters_are_those_that_tokens_hold(seed):
    rng = random.Random(seed)
    tokens = ["".join(rng.choices(LETTERS, k=rng.randrange(2, 6))) for _ in range(12)]
    names = dict.fromkeys([*BYTE_TOKENS, *LETTERS, *tokens, "<unk>"])
    vocab = {token: i for i, token in enumerate(names)}
    model = BPE(vocab, [], unk_token="<unk>", byte_fallback=True)
    behind = "".join(rng.sample(LETTERS, 7))
    barred = "".join(rng.sample("▁中é", 2))
    expected = held(list(vocab), behind, barred)
    assert find_joints(model, behind, barred).tolist() == expected.tolist()
    assert expected.any()


@pytest.mark.parametrize("lacks", [(), UNUSED_BYTES])
def test_neighbours_of_bytes_are_those_that_tokens_hold(lacks):
    texts = ["a b", " a", "é.", "x,", "한 ", ", ", "ab"]
    alphabet = [char for byte, char in enumerate(CHARS) if byte not in lacks]
    names = dict.fromkeys([*alphabet, *(chars_of(text.encode()) for text in texts)])
    model = BPE({token: i for i, token in enumerate(names)}, [], byte_level=True)
    joints = find_joints(model, " .,ab", "")
    assert joints is not None
    expected = held(texts, " .,ab", "")
    assert joints.tolist() == expected.tolist()


def test_a_vocabulary_that_lacks_a_used_byte_has_no_joints():
    vocab = {char: i for i, char in enumerate(CHARS) if char != "a"}
    assert find_joints(BPE(vocab, [], byte_level=True), " ", "") is None
