"""The Unigram trainer against its twin, brute force, and what it promises."""

import math
import random

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

import subword
from subword.corpus.word_counts import WordCounts
from subword.reference import unigram_trainer as twin
from subword.trainers.unigram import train_unigram
from tests.helpers.effort import few

WORDS = st.dictionaries(
    st.text("abcé한\n", min_size=1, max_size=20),
    st.integers(1, 60) | st.integers(10**6, 10**9),
    min_size=1,
    max_size=20,
)
OPTIONS = st.fixed_dictionaries(
    {"vocab_size": st.integers(10, 60)},
    optional={
        "min_frequency": st.sampled_from([0, 1, 2, 5]),
        "special_tokens": st.sampled_from([["<unk>"], ["a", "<s>"], ["ab", "abc", "ab"]]),
        "limit_alphabet": st.integers(0, 4),
        "initial_alphabet": st.sampled_from([["x"], ["a", "zz"]]),
        "shrinking_factor": st.sampled_from([0.5, 0.9]),
        "n_sub_iterations": st.integers(1, 3),
        "max_piece_length": st.sampled_from([1, 2, 5, 70]),
        "seed_size": st.sampled_from([1, 9, 40]),
    },
)
TEXTS = ["the cat sat on the mat", "the mat was flat", "a cat is not a mat, a mat is no cat"] * 9
pytestmark = pytest.mark.filterwarnings("ignore:candidates ran out")


def random_words(seed, count):
    """Words of syllables, so that parts of them come again."""
    rng = random.Random(seed)
    syllables = ["".join(rng.choices("abdegiknorstu", k=rng.randint(1, 3))) for _ in range(60)]
    return {
        "▁" + "".join(rng.choices(syllables, k=rng.randint(1, 5))): int(10 ** rng.uniform(0, 4))
        for _ in range(count)
    }


def assert_same_pieces(learned, expected):
    assert dict(learned).keys() == dict(expected).keys()
    assert dict(learned) == pytest.approx(dict(expected), abs=1e-9)


@settings(max_examples=few(200), deadline=None)
@given(WORDS, OPTIONS)
def test_equals_the_reference(words, options):
    learned = train_unigram(WordCounts(words), **options)
    assert_same_pieces(learned, twin.train_unigram(words, **options))
    assert len(learned) <= options["vocab_size"]


def test_equals_the_reference_where_several_parts_are_added():
    words = random_words(1, 1500)
    options = {"vocab_size": 300, "seed_size": 2000}
    assert_same_pieces(
        train_unigram(WordCounts(words), **options), twin.train_unigram(words, **options)
    )


@settings(max_examples=few(200), deadline=None)
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=9), st.integers(1, 9), min_size=1),
    st.dictionaries(st.text("abc", min_size=2, max_size=4), st.floats(-9, 0), max_size=9),
)
def test_expected_counts_of_the_reference_are_those_over_all_segmentations(words, scores):
    scores = {**scores, "a": -1.0, "b": -2.5, "c": -0.5}
    expected = dict.fromkeys(scores, 0.0)
    for word, count in words.items():
        ways = twin.segmentations(word, scores)
        weights = [math.exp(sum(scores[piece] for piece in way)) for way in ways]
        for way, weight in zip(ways, weights, strict=True):
            for piece in way:
                expected[piece] += count * weight / sum(weights)
    assert twin.expected_counts(words, scores) == pytest.approx(expected)


def test_one_round_gives_the_expected_counts_over_all_segmentations():
    words = {"ab": 30, "a": 5, "b": 5, "abab": 8}
    scores = twin.seed_pieces(words, 16, 100, 2, 16)
    assert scores.keys() == {"a", "b", "ab"}
    expected = dict.fromkeys(scores, 0.0)
    for word, count in words.items():
        ways = twin.segmentations(word, scores)
        weights = [math.exp(sum(scores[piece] for piece in way)) for way in ways]
        for way, weight in zip(ways, weights, strict=True):
            for piece in way:
                expected[piece] += count * weight / sum(weights)
    expected = {piece: max(n, 0.5) for piece, n in expected.items()}
    total = sum(expected.values())
    # No piece is dropped, so that the first round is one step of expectation and maximisation; the
    # last one is another.
    by_hand = {p: twin.digamma(n) - twin.digamma(total) for p, n in expected.items()}
    by_hand = twin.maximise(words, by_hand, drop=False)
    learned = train_unigram(WordCounts(words), len(scores), n_sub_iterations=1)
    assert dict(learned) == pytest.approx(by_hand)


def test_very_improbable_ways_keep_their_proportions():
    # One word of many characters, each rare beside the word itself: ways of 2 ** -2000.
    word = "".join(map(chr, range(0x4E00, 0x4E00 + 60)))
    words = {word: 2**50, word[:20]: 2**40, word[40:]: 3}
    options = {"vocab_size": 70, "max_piece_length": 64}
    learned = train_unigram(WordCounts(words), **options)
    assert all(math.isfinite(score) for _, score in learned)
    assert dict(learned)[word] == pytest.approx(0, abs=1e-2)


def test_the_result_does_not_depend_on_threads_or_the_order_of_words():
    words = random_words(2, 6000)
    backwards = WordCounts(dict(reversed(words.items())))
    first = train_unigram(WordCounts(words), 400, threads=1)
    assert train_unigram(backwards, 400, threads=3) == first


def test_added_and_saved_counts_train_the_same(tmp_path):
    counts = subword.count_words(TEXTS, algorithm="unigram", progress=False)
    half = subword.count_words(TEXTS[:10], algorithm="unigram", progress=False)
    rest = subword.count_words(TEXTS[10:], algorithm="unigram", progress=False)
    (half + rest).save(tmp_path / "counts")
    loaded = WordCounts.load(tmp_path / "counts")
    options = {"algorithm": "unigram", "vocab_size": 30, "progress": False}
    whole = subword.train_from_counts(counts, **options).to_str()
    assert subword.train_from_counts(loaded, **options).to_str() == whole
    assert subword.train(TEXTS, **options).to_str() == whole


def test_the_trained_file_gives_the_same_ids_in_tokenizers(tmp_path):
    tok = subword.train(TEXTS, "unigram", 27, special_tokens=["<s>", "<unk>"], progress=False)
    assert tok.get_vocab()["<s>"] == 0
    assert tok.vocab_size == 27
    tok.save(tmp_path / "tokenizer.json")
    oracle = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for text in [*TEXTS[:3], "  the\tmatter,\nnot a ﬂat qat <s> ", "", "고양이 cat"]:
        ours, theirs = tok.encode(text), oracle.encode(text)
        assert (ours.ids, ours.tokens, ours.offsets) == (theirs.ids, theirs.tokens, theirs.offsets)
        assert tok.decode(ours.ids) == oracle.decode(theirs.ids)


def test_the_pieces_make_text_as_likely_as_those_of_tokenizers():
    words = random_words(3, 3000)
    rng = random.Random(4)
    held_out = dict(rng.sample(sorted(words.items()), 500))
    learned = {w: n for w, n in words.items() if w not in held_out}
    trainer = tokenizers.trainers.UnigramTrainer(vocab_size=200, show_progress=False)
    oracle = tokenizers.Tokenizer(tokenizers.models.Unigram())
    repeated = (w for w, n in learned.items() for _ in range(min(n, 30)))
    oracle.train_from_iterator(repeated, trainer)
    theirs = dict(subword.Tokenizer.from_str(oracle.to_str()).model.pieces)
    ours = dict(train_unigram(WordCounts({w: min(n, 30) for w, n in learned.items()}), 200))

    def likelihood(scores):
        ways = (twin.best_segmentation(word, scores) for word in held_out)
        return sum(sum(scores[piece] for piece in way) for way in ways)

    assert len(ours) == 200
    assert likelihood(ours) > likelihood(theirs) * 1.001


def test_a_word_that_no_other_begins_with_is_a_piece_if_it_is_frequent():
    words = {"abab": 90, "abcab": 1, "bcbc": 9}
    assert "abcab" not in dict(train_unigram(WordCounts(words), 12, min_frequency=1))
    assert "abab" in dict(train_unigram(WordCounts(words), 12, min_frequency=1))


def test_words_that_do_not_reach_the_least_count_are_no_pieces():
    words = {"abcd": 4, "efgh": 40}
    assert "abcd" in dict(train_unigram(WordCounts(words), 10, min_frequency=4))
    assert "abcd" not in dict(train_unigram(WordCounts(words), 10, min_frequency=5))


def test_no_piece_is_longer_than_asked_for():
    pieces = train_unigram(WordCounts(random_words(5, 300)), 100, max_piece_length=3)
    assert max(len(piece) for piece, _ in pieces) == 3


def test_special_tokens_come_first_and_are_no_pieces():
    learned = train_unigram(WordCounts({"abc": 9, "ab": 5}), 6, special_tokens=["<s>", "abc", "a"])
    assert learned[:3] == [("<s>", 0.0), ("abc", 0.0), ("a", 0.0)]
    assert {"abc", "a"}.isdisjoint(dict(learned[3:]))


def test_a_vocabulary_of_special_tokens_alone_is_made():
    assert train_unigram(WordCounts({"aa": 3}), 1, special_tokens=["a"]) == [("a", 0.0)]
    learned = train_unigram(WordCounts({"ab": 3}), 2, special_tokens=["a"], whole_alphabet=True)
    assert [piece for piece, _ in learned] == ["a", "b"]
    learned = train_unigram(WordCounts({"ab": 3}), 1, whole_alphabet=True)
    assert [piece for piece, _ in learned] == ["a", "b"]


def test_special_tokens_that_would_be_pieces_leave_their_room_to_others():
    words = random_words(8, 300)
    pieces = [piece for piece, _ in train_unigram(WordCounts(words), 120)]
    specials = [piece for piece in pieces if len(piece) > 1][::3]
    learned = train_unigram(WordCounts(words), 120, special_tokens=specials)
    assert len(learned) == len(dict(learned)) == 120


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"vocab_size": 2}, ValueError, r"at least 4 \(3 characters \+ 1 special tokens\), got 2"),
        ({"shrinking_factor": 1.0}, ValueError, "above 0 and below 1, got 1.0"),
        ({"shrinking_factor": "x"}, TypeError, "shrinking_factor must be a float, got str"),
        ({"n_sub_iterations": 0}, ValueError, "n_sub_iterations must be at least 1 .* got 0"),
        ({"max_piece_length": 0}, ValueError, "max_piece_length must be at least 1 .* got 0"),
        ({"seed_size": 2.5}, TypeError, "seed_size must be an int, got float: 2.5"),
        ({"min_frequency": -1}, ValueError, "min_frequency must be at least 0 .* got -1"),
        ({"threads": 0}, ValueError, "threads must be at least 1, got 0"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    options = {"vocab_size": 9, "special_tokens": ["<s>"], **options}
    with pytest.raises(error, match=message):
        train_unigram(WordCounts({"abc": 2}), **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [("score", "gain"), ("end_of_word_suffix", "</w>"), ("continuing_subword_prefix", "##")],
)
def test_options_of_other_algorithms_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} is for .*, not for unigram"):
        subword.train(TEXTS, "unigram", 50, progress=False, **{name: value})


def test_no_words_are_an_error():
    with pytest.raises(ValueError, match="no words to learn from"):
        subword.train([], "unigram", 50, progress=False)


def test_a_vocabulary_that_cannot_be_filled_is_told():
    with pytest.warns(UserWarning, match="candidates ran out: the vocabulary has 3 tokens, 50"):
        assert len(train_unigram(WordCounts({"ab": 3}), 50)) == 3


def test_progress_rises_to_the_vocabulary_size():
    seen = []
    train_unigram(WordCounts(random_words(6, 2000)), 100, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert len(seen) > 3


def test_the_stages_are_those_of_sentencepiece():
    counts = subword.count_words(
        ["  two\u3000words, ｗｉｄｅ \n"], algorithm="unigram", progress=False
    )
    assert dict(counts.items()) == {"▁two": 1, "▁words,": 1, "▁wide": 1}
