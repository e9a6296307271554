"""Pieces drawn at random, and the best ways to cut a word, beside the twin that lists all ways."""

import collections
import math
import pickle
import random

import pytest

from subword.models import BPE, Unigram
from subword.models.piece_unigram import PieceUnigram
from subword.reference.sampling import best_ways, dropout_probabilities, way_probabilities
from subword.reference.unigram import Unigram as ReferenceUnigram
from tests.helpers.effort import few
from tests.helpers.random_configs import random_unigram

PIECES = [
    *(("<unk>", 0.0), ("a", -1.0), ("b", -2.0), ("c", -1.5), ("ab", -2.5), ("bc", -3.2)),
    *(("abc", -4.0), ("가", -2.0), ("가a", -2.25)),
]
DRAWS = few(4000)
MERGES = [("a", "b"), ("ab", "c"), ("ab", "ab"), ("c", "a")]
TOKENS = {t: i for i, t in enumerate(["a", "b", "c", "x", "ab", "abc", "abab", "ca"])}


def twin_of(pieces, unk_id=0):
    return ReferenceUnigram({"vocab": pieces, "unk_id": unk_id})


def tokens_of(word, way, model):
    """The tokens of a way: unknown characters side by side are one."""
    tokens = []
    for start, end in way:
        index = model.vocab.get(word[start:end], model.unk_id)
        first, last = len(word[:start].encode()), len(word[:end].encode())
        if index == model.unk_id and tokens and tokens[-1][0] == index:
            tokens[-1] = (index, tokens[-1][1], last)
        else:
            tokens.append((index, first, last))
    return tuple(tokens)


def check_frequencies(drawn, expected):
    """What was drawn is as frequent as its probability, but for six standard deviations."""
    counts = collections.Counter(drawn)
    assert not counts.keys() - expected.keys()
    for outcome, p in expected.items():
        q = counts[outcome] / len(drawn)
        assert abs(p - q) < 6 * math.sqrt(p * (1 - p) / len(drawn)) + 1e-3, (outcome, p, q)


@pytest.mark.parametrize("word", ["abcabc", "가abz가zza", "abcabcab"])
@pytest.mark.parametrize("nbest_size", [None, 4, 1])
@pytest.mark.parametrize("alpha", [0.0, 0.2, 1.0, 3.0])
def test_ways_are_drawn_as_often_as_their_probability_says(word, alpha, nbest_size):
    twin = twin_of(PIECES)
    expected = collections.Counter()
    for way, p in way_probabilities(twin, word, alpha, nbest_size or 0).items():
        expected[tokens_of(word, way, twin)] += p
    model = Unigram(PIECES, 0, alpha=alpha, nbest_size=nbest_size)
    drawn = [tuple(model.tokenize_word(word, seed)) for seed in range(DRAWS)]
    check_frequencies(drawn, expected)


def test_pieces_of_a_sentencepiece_model_are_drawn_by_the_same_rule():
    kinds = bytes([2] + [1] * (len(PIECES) - 1))
    twin = twin_of(PIECES)
    for nbest_size in (-1, 3):
        model = PieceUnigram(PIECES, kinds, alpha=0.5, nbest_size=nbest_size)
        expected = way_probabilities(twin, "abcabc", 0.5, nbest_size)
        ways = {tokens_of("abcabc", way, twin): p for way, p in expected.items()}
        drawn = [tuple(model.tokenize_word("abcabc", seed)) for seed in range(DRAWS)]
        check_frequencies(drawn, ways)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_ways_are_those_of_the_twin_in_its_order_also_where_sums_are_equal(seed):
    rng = random.Random(seed)
    alphabet = rng.choice(["ab", "abcde", "a가é"])
    config = {**random_unigram(rng, alphabet), "byte_fallback": False}
    twin, model = ReferenceUnigram(config), Unigram(config["vocab"], config["unk_id"])
    for _ in range(few(20)):
        word = "".join(rng.choices(alphabet + "z", k=rng.randint(0, 9)))
        count = rng.choice([1, 2, 5, 1000])
        expected = best_ways(twin, word, count)
        found = model.nbest(word, count)
        assert [score for _, score in found] == [score for _, score in expected]
        texts = [[word.encode()[a:b].decode() for _, a, b in tokens] for tokens, _ in found]
        assert list(map("".join, texts)) == [word] * len(expected)
        if twin.vocab.keys() >= set(word):  # otherwise unknown tokens side by side are one
            assert [tuple(tokens) for tokens, _ in found] == [
                tokens_of(word, way, twin) for way, _ in expected
            ]


def test_the_first_of_the_best_is_the_best():
    rng = random.Random(1)
    for _ in range(few(100)):
        config = random_unigram(rng, "abc")
        model = Unigram(config["vocab"], config["unk_id"], config["byte_fallback"])
        word = "".join(rng.choices("abcz", k=rng.randint(1, 40)))
        for count in (1, 2, 30):
            assert model.nbest(word, count)[0][0] == model.tokenize_word(word)


def test_long_words_are_drawn_and_listed_too():
    model = Unigram(PIECES, 0, alpha=0.1)
    word = "abcab" * 400
    drawn = [model.tokenize_word(word, seed) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert [end for _, _, end in drawn[0]][:-1] == [start for _, start, _ in drawn[0]][1:]
    scores = [score for _, score in model.nbest(word, 50)]
    assert len(scores) == 50
    assert scores == sorted(scores, reverse=True)


def test_where_no_unknown_token_is_a_word_that_needs_one_is_an_error():
    model = Unigram([("a", -1.0), ("ab", -1.0), ("bz", -1.0)], None, alpha=1.0)
    assert model.tokenize_word("abz", 3) == [(0, 0, 1), (2, 1, 3)]  # ("ab", "z") leads nowhere
    assert model.nbest("abz", 5) == [([(0, 0, 1), (2, 1, 3)], -2.0)]
    for call in (lambda: model.tokenize_word("abq"), lambda: model.nbest("abq", 2)):
        with pytest.raises(ValueError, match="'q' needs an unknown token, but unk_id is None"):
            call()


def test_a_model_keeps_its_sampling_and_can_be_given_another():
    model = Unigram(PIECES, 0, alpha=0.5, nbest_size=7)
    for copy in (pickle.loads(pickle.dumps(model)), model.with_sampling(0.5, 7)):
        assert (copy.alpha, copy.nbest_size, copy.samples) == (0.5, 7, True)
        assert copy.tokenize_word("abcabc", 5) == model.tokenize_word("abcabc", 5)
    plain = model.with_sampling(None)
    assert not plain.samples
    assert plain.tokenize_word("abcabc") == Unigram(PIECES, 0).tokenize_word("abcabc")
    assert "alpha" not in model.options()
    pieces = PieceUnigram(PIECES, bytes([2] + [1] * 8), alpha=0.25)
    assert pickle.loads(pickle.dumps(pieces)).with_sampling(None).kinds == pieces.kinds


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"alpha": "x"}, TypeError, "alpha must be a number or None, got 'x'"),
        ({"alpha": True}, TypeError, "alpha must be a number"),
        ({"alpha": -0.5}, ValueError, "alpha must be at least 0 and finite, got -0.5"),
        ({"alpha": math.nan}, ValueError, "finite, got nan"),
        ({"alpha": math.inf}, ValueError, "finite, got inf"),
        ({"nbest_size": 1.5}, TypeError, "nbest_size must be an int or None, got 1.5"),
        ({"nbest_size": -2}, ValueError, "got -2"),
    ],
)
def test_wrong_numbers_are_refused(options, error, text):
    with pytest.raises(error, match=text):
        Unigram(PIECES, 0, **options)
    model = Unigram(PIECES, 0)
    for count in (0, -1):
        with pytest.raises(ValueError, match=f"count must be at least 1 .* got {count}"):
            model.nbest("a", count)
    with pytest.raises(TypeError, match="count must be an int"):
        model.nbest("a", 2.0)
    for seed in (-1, 2**64):
        with pytest.raises(ValueError, match="seed must be at least 0"):
            model.tokenize_word("a", seed)


@pytest.mark.parametrize("word", ["ab", "abab", "ababcab", "caabc", "ababcabcaab"])
@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("redraws", [True, False])
@pytest.mark.parametrize("others", [0, 70])
def test_merges_are_left_out_as_often_as_the_twin_says(word, dropout, redraws, others):
    ranks = {pair: rank for rank, pair in enumerate(MERGES)}
    outcomes = dropout_probabilities(tuple(word), ranks, dropout, redraws)
    assert sum(outcomes.values()) == pytest.approx(1.0)
    model = BPE(TOKENS, MERGES, dropout=dropout, redraws=redraws)
    text = "x" * others + word  # with many symbols, they lie in a heap
    spell = list(TOKENS)
    drawn = [
        tuple(spell[index] for index, _, _ in model.tokenize_word(text, seed))[others:]
        for seed in range(DRAWS // 2)
    ]
    check_frequencies(drawn, outcomes)


def test_dropout_keeps_its_rule():
    model = BPE(TOKENS, MERGES, dropout=0.5, redraws=False)
    for other in (pickle.loads(pickle.dumps(model)), model.with_dropout(0.25)):
        assert not other.redraws
    assert model.with_dropout(0.25).dropout == 0.25
    assert not model.with_dropout(None).samples
