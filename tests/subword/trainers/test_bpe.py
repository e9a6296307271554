"""The BPE trainer against its plain twin and against `tokenizers`."""

import json
import random

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers, trainers

from subword.corpus.stages import algorithm_stages
from subword.corpus.word_counts import WordCounts
from subword.reference import trainers as twin
from subword.trainers.bpe import train_bpe
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import few

WORDS = st.dictionaries(
    st.text("ab#é한Ġ", min_size=1, max_size=12), st.integers(1, 50), min_size=1, max_size=12
)
OPTIONS = st.fixed_dictionaries(
    {"vocab_size": st.integers(8, 80), "min_frequency": st.integers(0, 5)},
    optional={
        "special_tokens": st.sampled_from([[], ["<s>"], ["ab", "##a"], ["aa", "b", "aa"]]),
        "limit_alphabet": st.integers(0, 6),
        "initial_alphabet": st.sampled_from([[], ["z", "yes"], ["a"]]),
        "continuing_subword_prefix": st.sampled_from(["##", "#", ""]),
        "end_of_word_suffix": st.sampled_from(["</w>", "b", ""]),
        "max_token_length": st.integers(1, 9),
        "byte_level": st.booleans(),
    },
)


def learn(words, **options):
    """Train, with the vocabulary size raised to what the alphabet needs."""
    try:
        return train_bpe(WordCounts(words), **options), options
    except ValueError as error:
        if "vocab_size must be at least" not in str(error):
            raise
    options["vocab_size"] += 1
    return learn(words, **options)


@settings(max_examples=few(200), deadline=None)
@given(WORDS, OPTIONS)
def test_equals_the_reference(words, options):
    learned, options = learn(words, **options)
    assert learned == twin.train_bpe(words, **options)


@settings(max_examples=few(60), deadline=None)
@given(WORDS, st.integers(2**40, 2**48))
def test_counts_of_any_size(words, factor):
    small, _ = learn(words, vocab_size=40)
    assert learn({word: n * factor for word, n in words.items()}, vocab_size=40)[0] == small


def oracle(texts, pre_tokenizer, **options):
    """Return vocabulary and merges of `tokenizers`' BpeTrainer."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(show_progress=False, **options)
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), [tuple(m) for m in model["merges"]]


@settings(max_examples=few(150), deadline=None)
@given(
    st.lists(st.text("abcé", min_size=1, max_size=20), min_size=1, max_size=30),
    st.fixed_dictionaries(
        {"vocab_size": st.integers(8, 200), "min_frequency": st.integers(0, 4)},
        optional={
            "special_tokens": st.sampled_from([["<s>"], ["ab"], ["aa", "b", "aa"]]),
            "initial_alphabet": st.sampled_from([["z", "yes"], ["a"]]),
            "max_token_length": st.integers(1, 9),
        },
    ),
)
def test_equals_tokenizers(texts, options):
    words = {text: texts.count(text) for text in texts}
    learned, options = learn(words, **options)
    assert learned == oracle(texts, pre_tokenizers.WhitespaceSplit(), **options)


@pytest.mark.parametrize("algorithm", ["bpe", "byte_level_bpe"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"special_tokens": ["<s>", "</s>", "th"], "min_frequency": 3},
        {"max_token_length": 5, "limit_alphabet": 40},
    ],
    ids=["plain", "specials", "limits"],
)
def test_equals_tokenizers_on_real_text(lines, algorithm, options):
    byte_level = algorithm == "byte_level_bpe"
    stages = algorithm_stages(algorithm)
    counter = stages.counter()
    counter.count_texts(lines)
    options = {**options, "vocab_size": 4000, "initial_alphabet": CHARS if byte_level else ()}
    if byte_level:
        options.pop("limit_alphabet", None)
    elif "limit_alphabet" in options:
        options["limit_alphabet"] = untied_limit(lines, options["limit_alphabet"])
    theirs = pre_tokenizers.ByteLevel(False) if byte_level else pre_tokenizers.Whitespace()
    learned = train_bpe(counter.finish(), byte_level=byte_level, **options)
    assert learned == oracle(
        lines, theirs, **{**options, "initial_alphabet": list(options["initial_alphabet"])}
    )


def untied_limit(lines, limit):
    """Return a limit near `limit` without a tie, where the oracle would choose by chance."""
    counts = WordCounts()
    for line in lines:
        for character in line:
            if not character.isspace():
                counts.add(character)
    ranked = [n for _, n in counts.most_common()]
    while limit < len(ranked) and ranked[limit] == ranked[limit - 1]:
        limit += 1
    return limit


def test_result_does_not_depend_on_the_order_of_words():
    words = {"".join(random.Random(i).choices("abcd", k=1 + i % 9)): 1 + i % 5 for i in range(300)}
    shuffled = list(words.items())
    random.Random(0).shuffle(shuffled)
    assert train_bpe(WordCounts(words), 200) == train_bpe(WordCounts(dict(shuffled)), 200)


def test_forms_with_prefix_and_suffix_follow_the_alphabet_in_order():
    vocab, merges = train_bpe(
        WordCounts({"cab": 1, "b": 1}), 9, continuing_subword_prefix="##", end_of_word_suffix="</w>"
    )
    assert vocab == ["a", "b", "c", "##a", "##b</w>", "b</w>", "ca", "cab</w>"]
    assert merges == [("c", "##a"), ("ca", "##b</w>")]


def test_ties_at_the_cut_of_the_alphabet_keep_the_smaller_code_points():
    assert train_bpe(WordCounts({"dcba": 2, "d": 1}), 9, limit_alphabet=2)[0] == ["a", "d", "da"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocab_size": 2}, r"vocab_size must be at least 4 \(3 characters of the alphabet \+ 1"),
        ({"vocab_size": 0}, "vocab_size must be at least 1"),
        ({"limit_alphabet": -1}, "limit_alphabet must be at least 0"),
        ({"max_token_length": 0}, "max_token_length must be at least 1"),
        ({"min_frequency": -1}, "min_frequency must be at least 0"),
        ({"special_tokens": [""]}, "special_tokens must be strings of at least one character"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        train_bpe(WordCounts({"abc": 1}), **{"special_tokens": ["<s>"], **options})


def test_bad_types():
    with pytest.raises(TypeError, match="vocab_size must be an int, got float"):
        train_bpe(WordCounts({"abc": 1}), 10.0)
    with pytest.raises(TypeError, match="WordCounts"):
        train_bpe({"abc": 1})


def test_nothing_to_learn_from():
    with pytest.raises(ValueError, match="no words to learn from"):
        train_bpe(WordCounts(), 10)


def test_progress_and_interruption():
    words = {f"{a}{b}{c}": 1 for a in CHARS[65:90] for b in CHARS[65:90] for c in CHARS[65:90]}
    seen = []
    train_bpe(WordCounts(words), 3000, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 3000

    def interrupt(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_bpe(WordCounts(words), 3000, progress=interrupt)
