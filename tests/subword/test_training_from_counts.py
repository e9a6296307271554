"""Training on counts: they know what made their words, and train nothing else."""

import pytest

from subword import pre_tokenizers
from subword.corpus.counting import count_words
from subword.corpus.stages import ALGORITHMS
from subword.corpus.word_counts import WordCounts
from subword.training import train, train_from_counts

pytestmark = pytest.mark.filterwarnings("ignore:candidates ran out")
TEXTS = ["The cat sat on the mat", "the café is shut"] * 5


def test_counts_train_what_they_were_made_for(tmp_path):
    for algorithm in ALGORITHMS:
        for lowercase in (True, False):
            counts = count_words(TEXTS, algorithm=algorithm, lowercase=lowercase, progress=False)
            counts.save(tmp_path / "counts")
            loaded = WordCounts.load(tmp_path / "counts")
            options = {"vocab_size": 300, "progress": False}
            expected = train(TEXTS, algorithm, lowercase=lowercase, **options)
            got = train_from_counts(loaded, algorithm, lowercase=lowercase, **options)
            assert got.get_vocab() == expected.get_vocab()


@pytest.mark.parametrize(
    ("made", "wanted", "names"),
    [
        (("bpe", True), ("byte_level_bpe", True), "'bpe', so they cannot train 'byte_level_bpe'"),
        (("byte_level_bpe", True), ("bpe", True), "'byte_level_bpe', so they cannot train 'bpe'"),
        (("bpe", True), ("wordpiece", True), "'bpe', so they cannot train 'wordpiece'"),
        (
            ("wordpiece", False),
            ("wordpiece", True),
            r"'wordpiece' \(cased\), so they cannot train 'wordpiece'",
        ),
    ],
)
def test_counts_made_for_another_algorithm_are_refused(tmp_path, made, wanted, names):
    counts = count_words(TEXTS, algorithm=made[0], lowercase=made[1], progress=False)
    counts.save(tmp_path / "counts")
    for each in (counts, WordCounts.load(tmp_path / "counts"), counts.copy()):
        with pytest.raises(ValueError, match=f"the counts: made for {names}"):
            train_from_counts(each, wanted[0], 300, lowercase=wanted[1], progress=False)
        with pytest.raises(ValueError, match=names):
            train(each, wanted[0], 300, lowercase=wanted[1], progress=False)


def test_counts_of_stages_of_ones_own_are_told_by_the_stages():
    split = pre_tokenizers.WhitespaceSplit()
    counts = count_words(TEXTS, pre_tokenizer=split, progress=False)
    train_from_counts(counts, "bpe", 300, pre_tokenizer=split, progress=False)
    with pytest.raises(ValueError, match=r"the stages .*WhitespaceSplit.* cannot train 'bpe'"):
        train_from_counts(counts, "bpe", 300, progress=False)
    tok = train(TEXTS, "bpe", 60, progress=False)
    with pytest.raises(ValueError, match=r"the stages .*WhitespaceSplit.* cannot train 'bpe'"):
        tok.train_new(counts, 60, progress=False)
    again = tok.train_new(count_words(TEXTS, progress=False), 60, progress=False)
    assert again.get_vocab() == tok.get_vocab()


def test_counts_that_say_nothing_are_taken():
    counts = WordCounts(dict(count_words(TEXTS, progress=False).items()))
    assert counts.pipeline is None
    assert train_from_counts(counts, "bpe", 60, progress=False).vocab_size <= 60
