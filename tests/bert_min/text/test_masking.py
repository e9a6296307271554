"""MLM masking and sentence pairs against slow twins, and the shares the paper names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_min.text.masking import Masker
from bert_min.text.sentence_pairs import next_sentence_pairs, single_segments

VOCAB, MASK, SPECIAL = 50, 4, [0, 1, 2, 3]


def splits(sizes):
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def choose_slowly(ids, lengths, rate, continues, keys):
    """The rule in plain Python: words in the order of `keys`, each taken if it still fits."""
    words, at = [], 0
    for row, length in enumerate(lengths):
        previous_ordinary = False
        for position in range(at, at + length):
            ordinary = ids[position] > 4
            if ordinary:
                if previous_ordinary and continues[ids[position]]:
                    words[-1][1].append(position)
                else:
                    words.append((row, [position]))
            previous_ordinary = ordinary
        at += length
    taken = []
    for row in range(len(lengths)):
        mine = [(keys[i], w) for i, (owner, w) in enumerate(words) if owner == row]
        left = int(rate * sum(len(w) for _, w in mine) + 1e-9)
        for _, word in sorted(mine):
            if len(word) <= left:
                taken += word
                left -= len(word)
    return sorted(taken)


class Keys:
    """A generator that hands out known numbers, so that the twin sees the same order."""

    def __init__(self, seed):
        self.seed = seed

    def random(self, size):
        self.keys = np.random.default_rng(self.seed).random(size)
        return self.keys


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, VOCAB - 1), max_size=40), max_size=6),
    st.sampled_from([0.15, 0.4, 1.0]),
    st.booleans(),
    st.integers(0, 1000),
)
def test_choice_equals_the_slow_twin(rows, rate, whole_words, seed):
    continues = np.zeros(VOCAB, bool)
    if whole_words:
        continues[25:] = True
    ids = np.array([i for row in rows for i in row], np.int64)
    lengths = np.array([len(row) for row in rows], np.int64)
    masker = Masker(VOCAB, MASK, SPECIAL, rate=rate, continues_word=continues)
    keys = Keys(seed)
    chosen = masker.choose(ids, lengths, keys)
    expected = choose_slowly(
        ids.tolist(), lengths.tolist(), rate, continues, getattr(keys, "keys", [])
    )
    assert chosen.tolist() == expected


@pytest.mark.parametrize("whole_words", [False, True])
def test_shares_are_those_of_the_paper(whole_words):
    rng = np.random.default_rng(7)
    continues = np.zeros(VOCAB, bool)
    continues[40:] = True
    lengths = rng.integers(20, 200, size=2000)
    ids = rng.integers(5, VOCAB, size=lengths.sum())
    ids[splits(lengths)[:-1]] = 2
    before = ids.copy()
    masker = Masker(VOCAB, MASK, SPECIAL, continues_word=continues if whole_words else None)
    out = masker(ids, lengths, rng)
    assert (ids == before).all()
    assert (out.labels == before[out.positions]).all()
    assert (np.diff(out.positions) > 0).all()
    assert not np.isin(out.labels, [*SPECIAL, MASK]).any()
    elsewhere = np.ones(len(ids), bool)
    elsewhere[out.positions] = False
    assert (out.input_ids[elsewhere] == before[elsewhere]).all()
    row = np.repeat(np.arange(len(lengths)), lengths)
    per_row = np.bincount(row[out.positions], minlength=len(lengths))
    assert (per_row <= 0.15 * (lengths - 1)).all()
    total = len(out.positions)
    assert 0.14 < total / (lengths - 1).sum() <= 0.15
    shown = out.input_ids[out.positions]
    share_mask = (shown == MASK).mean()
    share_same = (shown == out.labels).mean()
    # Of the 10 % random tokens one in 45 is the true one; 4 standard deviations either way.
    for share, expected in ((share_mask, 0.8), (share_same, 0.1 + 0.1 / 45)):
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / total)
    swapped = shown[(shown != MASK) & (shown != out.labels)]
    counts = np.bincount(swapped, minlength=VOCAB)
    assert counts[[*SPECIAL, MASK]].sum() == 0
    mean = counts[5:].mean()
    assert (np.abs(counts[5:] - mean) < 6 * np.sqrt(mean)).all()
    # Every place in a sequence is chosen equally often (single tokens).
    if not whole_words:
        owner = row[out.positions]
        place = (out.positions - splits(lengths)[owner])[lengths[owner] > 100]
        low, high = (place <= 50).mean(), ((place > 50) & (place <= 100)).mean()
        assert abs(low - high) < 0.02


def test_whole_words_are_never_cut():
    rng = np.random.default_rng(3)
    continues = np.zeros(VOCAB, bool)
    continues[25:] = True
    ids = rng.integers(5, VOCAB, size=3000)
    chosen = set(
        Masker(VOCAB, MASK, SPECIAL, continues_word=continues)
        .choose(ids, np.full(10, 300), rng)
        .tolist()
    )
    assert len(chosen) > 300
    for position in range(1, 3000):
        if position % 300 and continues[ids[position]]:
            assert (position in chosen) == (position - 1 in chosen)


def test_same_seed_same_mask_and_empty_batch():
    masker = Masker(VOCAB, MASK, SPECIAL)
    ids = np.arange(5, 45)
    one, two = (masker(ids, np.array([40]), np.random.default_rng(5)) for _ in range(2))
    assert (one.input_ids == two.input_ids).all()
    empty = masker(np.array([], np.int64), np.array([], np.int64), np.random.default_rng(0))
    assert len(empty.positions) == 0
    only_special = masker(np.array([2, 3]), np.array([2]), np.random.default_rng(0))
    assert len(only_special.positions) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Masker(10, 4, [0], rate=0), "rate must be above 0"),
        (lambda: Masker(10, 4, [0], mask_share=0.8, random_share=0.3), "sum to at most 1"),
        (lambda: Masker(10, 10, [0]), r"0\.\.9"),
        (lambda: Masker(2, 0, [0, 1]), "nothing to predict"),
        (lambda: Masker(10, 4, [0], continues_word=np.zeros(9, bool)), r"\(10,\)"),
        (
            lambda: Masker(10, 4, [0])(np.array([1, 2]), np.array([3]), np.random.default_rng(0)),
            "lengths must sum",
        ),
        (
            lambda: Masker(10, 4, [0])(np.array([10]), np.array([1]), np.random.default_rng(0)),
            "ids must lie in",
        ),
    ],
)
def test_bad_masking_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


corpora = st.lists(
    st.lists(st.integers(1, 30), min_size=1, max_size=12), min_size=2, max_size=8
).filter(lambda documents: any(len(d) > 1 for d in documents))


@settings(max_examples=200, deadline=None)
@given(corpora, st.integers(2, 60), st.integers(0, 100))
def test_pairs_keep_the_rules(documents, max_tokens, seed):
    sentence_splits = splits([n for d in documents for n in d])
    document_splits = splits([len(d) for d in documents])
    bounds = sentence_splits[document_splits]
    pairs = next_sentence_pairs(
        sentence_splits, document_splits, max_tokens, np.random.default_rng(seed)
    )
    assert len(pairs.a) == len(pairs.b) == len(pairs.is_random) > 0
    for a, b, is_random in zip(pairs.a, pairs.b, pairs.is_random, strict=True):
        size_a, size_b = a[1] - a[0], b[1] - b[0]
        assert size_a >= 1
        assert size_b >= 1
        assert size_a + size_b <= max_tokens
        home_a = np.searchsorted(bounds, a, side="right") - 1
        home_b = np.searchsorted(bounds, b, side="right") - 1
        assert bounds[home_a[0] + 1] >= a[1]
        assert bounds[home_b[0] + 1] >= b[1]
        if is_random:
            assert home_a[0] != home_b[0]
        else:
            assert home_a[0] == home_b[0]
            assert a[1] <= b[0]


def test_half_of_the_pairs_are_random_and_neighbours_touch():
    rng = np.random.default_rng(11)
    documents = [rng.integers(5, 40, size=rng.integers(2, 60)) for _ in range(400)]
    sentence_splits = splits(np.concatenate(documents))
    document_splits = splits([len(d) for d in documents])
    pairs = next_sentence_pairs(sentence_splits, document_splits, 10_000, rng, short_rate=0.0)
    assert pairs.dropped > 0  # a document cut in two leaves a last sentence alone now and then
    follows = pairs.is_random == 0
    assert (pairs.a[follows, 1] == pairs.b[follows, 0]).all()
    pairs = next_sentence_pairs(sentence_splits, document_splits, 128, rng)
    share = pairs.is_random.mean()
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(len(pairs.a))
    assert np.median((pairs.a[:, 1] - pairs.a[:, 0]) + (pairs.b[:, 1] - pairs.b[:, 0])) == 128


def test_pairs_refuse_a_corpus_without_pairs():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="at least 2 documents"):
        next_sentence_pairs(np.array([0, 3, 6]), np.array([0, 2]), 8, rng)
    with pytest.raises(ValueError, match="no document has two sentences"):
        next_sentence_pairs(np.array([0, 3, 6]), np.array([0, 1, 2]), 8, rng)
    with pytest.raises(ValueError, match="at least 2"):
        next_sentence_pairs(np.array([0, 3, 6]), np.array([0, 1, 2]), 1, rng)


@given(corpora, st.integers(1, 40))
def test_single_spans_cover_every_token_once(documents, max_tokens):
    sentence_splits = splits([n for d in documents for n in d])
    document_splits = splits([len(d) for d in documents])
    expected = []
    for start, stop in zip(
        sentence_splits[document_splits][:-1], sentence_splits[document_splits][1:], strict=True
    ):
        expected += [[s, min(s + max_tokens, stop)] for s in range(start, stop, max_tokens)]
    pairs = single_segments(sentence_splits, document_splits, max_tokens)
    assert pairs.a.tolist() == expected
    assert (pairs.b[:, 0] == pairs.b[:, 1]).all()
    with pytest.raises(ValueError, match="at least 1"):
        single_segments(sentence_splits, document_splits, 0)
