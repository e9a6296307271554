"""New words of byte-level BPE are merged side by side: they get the tokens that each gets alone."""

import random
from itertools import pairwise

import numpy as np
import pytest

from subword import Tokenizer
from subword.models.bpe import BPE
from subword.pre_tokenizers import ByteLevel, Sequence, WhitespaceSplit
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import few

LETTERS = "abc"
WORDS = Sequence([WhitespaceSplit(), ByteLevel(add_prefix_space=False, use_regex=False)])


def random_model(rng: random.Random, id_of=lambda number: number, ranked=False) -> BPE:
    """Return a model whose merges make and remake the same tokens of few letters."""
    tokens = list(CHARS)
    merges: dict[tuple[str, str], str] = {}
    likely = list(LETTERS)
    for _ in range(rng.randrange(60)):
        pair = rng.choice(likely), rng.choice(likely)
        if len("".join(pair)) <= 24:
            merges[pair] = "".join(pair)
            likely.append(merges[pair])
    tokens += list(dict.fromkeys(merges.values()))
    vocab = {token: id_of(number) for number, token in enumerate(tokens)}
    ranks = [rng.randrange(20) for _ in merges] if ranked else None
    return BPE(vocab, list(merges), byte_level=True, ranks=ranks, ignore_merges=rng.random() < 0.3)


def random_words(rng: random.Random, count: int) -> list[str]:
    """Return words of 1 to 200 letters, most of them short, many twice."""
    words = [
        "".join(
            rng.choices(LETTERS + "é", [6, 3, 3, 0.1], k=rng.choice([1, 3, 9, 20, 63, 64, 65, 200]))
        )
        for _ in range(count)
    ]
    return words + rng.sample(words, count // 2)


def assert_as_alone(model: BPE, words: list[str]) -> None:
    tokenizer = Tokenizer(model, pre_tokenizer=WORDS)
    alone = [model.tokenize_word(word) for word in words]
    rows = tokenizer.encode_ragged([" ".join(words)], add_special_tokens=False)
    assert rows.ids.tolist() == [id for tokens in alone for id, _, _ in tokens]
    starts = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1]
    both = tokenizer.encode_ragged([" ".join(words)], add_special_tokens=False, return_offsets=True)
    assert both.ids.tolist() == rows.ids.tolist()
    byte_words = [i for i, word in enumerate(words) if word.isascii()]
    expected = {
        (int(starts[i]) + start, int(starts[i]) + end)
        for i in byte_words
        for _, start, end in alone[i]
    }
    assert expected <= {tuple(span) for span in both.offsets.tolist()}


@pytest.mark.parametrize("ranked", [False, True])
def test_words_side_by_side_get_the_tokens_of_each_alone(ranked):
    for seed in range(few(30)):
        rng = random.Random(seed)
        assert_as_alone(
            random_model(rng, ranked=ranked), random_words(rng, rng.choice([1, 7, 40, 300]))
        )


def test_ids_that_need_all_bits_are_merged_too():
    """Two ids of 32 bits leave none for the number of the merge: another table takes over."""
    for seed in range(few(10)):
        rng = random.Random(seed)
        model = random_model(rng, id_of=lambda number: 0xFFFFFFFE - number)
        assert_as_alone(model, random_words(rng, 40))


def test_a_pair_that_is_listed_twice_has_the_rank_of_its_last_place():
    vocab = {token: number for number, token in enumerate([*CHARS, "ab", "bc"])}
    model = BPE(vocab, [("a", "b"), ("b", "c"), ("a", "b")], byte_level=True)
    assert [token for token, _, _ in model.tokenize_word("abc")] == [vocab["a"], vocab["bc"]]
    assert_as_alone(model, ["abc", "ab", "abcab"])


def test_merges_of_one_rank_go_from_the_left_whatever_they_make():
    vocab = {token: number for number, token in enumerate([*CHARS, "ab", "bc", "ca"])}
    merges = [("b", "c"), ("c", "a"), ("a", "b")]
    model = BPE(vocab, merges, byte_level=True, ranks=[5, 5, 5])
    names = {number: token for token, number in vocab.items()}
    pieces = {
        word: [names[id] for id, _, _ in model.tokenize_word(word)]
        for word in ("abca", "bcab", "cabc")
    }
    assert pieces == {"abca": ["ab", "ca"], "bcab": ["bc", "ab"], "cabc": ["ca", "bc"]}
    assert_as_alone(model, list(pieces))


def merged_plainly(word: str, ranks: dict[tuple[str, str], int]) -> list[str]:
    """Return the tokens of a word: the leftmost pair of lowest rank merges until there is none."""
    tokens = list(word)
    while pairs := [pair for pair in pairwise(tokens) if pair in ranks]:
        at = list(pairwise(tokens)).index(min(pairs, key=ranks.__getitem__))
        tokens[at : at + 2] = ["".join(tokens[at : at + 2])]
    return tokens


@pytest.mark.parametrize("order", ["ids in the order of the merges", "ids in another order"])
def test_the_ids_of_merges_in_any_order_give_the_tokens_that_merging_plainly_gives(order):
    rng = random.Random(8)
    merges: dict[str, tuple[str, str]] = {}
    while len(merges) < 700:  # so many that some buckets of the table are full
        pair = rng.choice([*LETTERS, *merges]), rng.choice([*LETTERS, *merges])
        if len("".join(pair)) <= 12:
            merges.setdefault("".join(pair), pair)
    ids = list(range(256, 256 + len(merges)))
    if order == "ids in another order":
        rng.shuffle(ids)
    vocab = {token: id for id, token in enumerate(CHARS)} | dict(zip(merges, ids, strict=True))
    model = BPE(vocab, list(merges.values()), byte_level=True)
    ranks = {pair: rank for rank, pair in enumerate(merges.values())}
    for word in ("".join(rng.choices(LETTERS, k=rng.randrange(1, 70))) for _ in range(few(200))):
        expected = [vocab[token] for token in merged_plainly(word, ranks)]
        assert [id for id, _, _ in model.tokenize_word(word)] == expected
        tokenizer = Tokenizer(model, pre_tokenizer=WORDS)
        assert tokenizer.encode_ids(word, add_special_tokens=False).tolist() == expected
