"""`ParityBpeTrainer` learns what the original learns."""

import pickle
import random

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours
from tests.helpers.effort import few


def trained(package, languages, dev=None, ratio=None, pre_tokenizer="Whitespace", **options):
    tok = package.Tokenizer(package.models.BPE())
    tok.pre_tokenizer = getattr(package.pre_tokenizers, pre_tokenizer)()
    trainer = package.trainers.ParityBpeTrainer(show_progress=False, **options)
    if dev is not None:
        dev = [iter(texts) for texts in dev]
    trainer.train_from_iterator(tok, [iter(texts) for texts in languages], dev, ratio)
    return tok


def corpus(rng, alphabet, size):
    words = ["".join(rng.choices(alphabet, k=rng.randint(1, 7))) for _ in range(12)]
    return [" ".join(rng.choices(words, k=rng.randint(1, 9))) for _ in range(size)]


@pytest.mark.parametrize("seed", range(few(60)))
def test_merges_are_those_of_the_original_on_random_corpora(seed):
    rng = random.Random(seed)
    alphabets = rng.sample(["abc", "abcdef", "cdeé", "가나다", "xyz", "aab"], k=rng.randint(1, 4))
    languages = [corpus(rng, alphabet, rng.randint(1, 30)) for alphabet in alphabets]
    options = {
        "num_merges": rng.choice([0, 5, 40, 200]),
        "min_frequency": rng.choice([0, 0, 2, 5]),
        "global_merges": rng.choice([0, 0, 3, 50]),
        "max_token_length": rng.choice([None, None, 3, 5]),
        "total_symbols": rng.random() < 0.3,
        "special_tokens": rng.choice([[], ["<s>", "a"]]),
        "initial_alphabet": rng.choice([[], ["q", "a"]]),
        "pre_tokenizer": rng.choice(["Whitespace", "ByteLevel"]),
    }
    if rng.random() < 0.4:
        options |= {"variant": "window", "window_size": rng.choice([1, 5, 100])}
        options["alpha"] = len(languages) * rng.choice([1.0, 2.0])  # less is without end there
    kind = rng.choice(["dev", "ratio", None])
    if kind == "dev":
        options["dev"] = [corpus(rng, alphabet, 5) for alphabet in alphabets]
    if kind == "ratio" or rng.random() < 0.1:
        options["ratio"] = [rng.choice([0.5, 1.0, 1.3]) for _ in languages]
    expected, got = trained(theirs, languages, **options), trained(ours, languages, **options)
    assert got.to_str() == expected.to_str()


def test_a_window_passes_over_a_language_that_was_chosen_too_often():
    languages = [["aab abb " * 3, "aabb"], ["cd dc ccd"], ["efe"]]
    for alpha in (0.6, 1.0, 1.5):
        options = {"variant": "window", "window_size": 4, "alpha": alpha, "num_merges": 5}
        expected, got = trained(theirs, languages, **options), trained(ours, languages, **options)
        assert got.to_str() == expected.to_str()


def test_a_prefix_and_a_suffix_are_those_of_the_trainer():
    options = {"continuing_subword_prefix": "##", "end_of_word_suffix": "</w>", "num_merges": 6}
    languages = [["abab abb"], ["cdc cd"]]
    tok, other = trained(ours, languages, **options), trained(theirs, languages, **options)
    assert set(tok.get_vocab()) == set(other.get_vocab())
    assert tok.model.continuing_subword_prefix == "##"
    assert tok.encode("abab").tokens == other.encode("abab").tokens


def test_attributes_are_those_of_the_original_and_can_be_set():
    mine, other = (package.trainers.ParityBpeTrainer() for package in (ours, theirs))
    for name in {each for each in dir(other) if not each.startswith("_")} - {"train_from_iterator"}:
        assert getattr(mine, name) == getattr(other, name)
    for trainer in (mine, other):
        trainer.num_merges, trainer.alpha, trainer.total_symbols = 7, 3.0, True
        assert (trainer.num_merges, trainer.alpha, trainer.total_symbols) == (7, 3.0, True)
        with pytest.raises(AttributeError):
            trainer.variant = "window"
        with pytest.raises(OverflowError if trainer is other else ValueError):
            trainer.num_merges = -1
    assert pickle.loads(pickle.dumps(mine)).num_merges == 7


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda t: t(variant="x"), ValueError, "Unknown variant 'x'. Use 'base' or 'window'."),
        (lambda t: t(initial_alphabet=["ab"]), ValueError, "expected a string of length 1"),
        (lambda t: t(min_frequency="x"), TypeError, "min_frequency must be an int"),
        (lambda t: train(t(), []), ValueError, "train_iterators must not be empty"),
        (lambda t: train(t(), "ab"), TypeError, "train_iterators must be a list"),
        (lambda t: train(t(), [["a"]], "ab"), TypeError, "dev_iterators must be a list"),
        (lambda t: train(t(), [["a"]], []), ValueError, r"length \(0\) must match train_iter"),
        (lambda t: train(t(), [["a"]], None, [1.0, 2.0]), ValueError, "ratio must have one entry"),
        (lambda t: train(t(), [["a"]], None, [-1.0]), ValueError, r"ratio\[0\] must be positive"),
        (lambda t: train(t(variant="window", window_size=0), [["a"]]), ValueError, "window_size"),
        (lambda t: train(t(variant="window", alpha=-1), [["a"]]), ValueError, "alpha must be pos"),
        (lambda t: train(t(), [["a"]], model="WordPiece"), ValueError, "trains BPE, got WordPiece"),
        (lambda t: tokenizer().train_from_iterator(["a"], t()), TypeError, "trains by its own"),
    ],
)
def test_what_cannot_be_trained_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call(ours.trainers.ParityBpeTrainer)


def tokenizer(model="BPE"):
    return ours.Tokenizer(getattr(ours.models, model)())


def train(trainer, languages, dev=None, ratio=None, model="BPE"):
    trainer.show_progress = False
    trainer.train_from_iterator(tokenizer(model), languages, dev, ratio)


def test_a_bpe_trainer_tells_how_many_words_it_saw():
    for package in (ours, theirs):
        trainer = package.trainers.BpeTrainer(show_progress=False)
        assert trainer.get_word_count() == 0
        tok = package.Tokenizer(package.models.BPE())
        tok.pre_tokenizer = package.pre_tokenizers.Whitespace()
        tok.train_from_iterator(["the cat the mat", "a cat"], trainer)
        assert trainer.get_word_count() == 4
