"""`models.Unigram(alpha=, nbest_size=)` and `models.BPE.dropout`, beside the original."""

import collections
import math
import pickle

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours
from tests.helpers.effort import few

PIECES = [
    *(("<unk>", 0.0), ("a", -1.0), ("b", -2.0), ("c", -1.5), ("ab", -2.5), ("bc", -3.25)),
    *(("abc", -4.1), ("cb", -3.0)),
]
DRAWS = few(3000)


def frequencies(package, word, **options):
    model = package.models.Unigram(PIECES, 0, **options)
    tok = package.Tokenizer(model)
    found = collections.Counter(tuple(e.tokens) for e in tok.encode_batch([word] * DRAWS))
    one = collections.Counter(tuple(t.value for t in model.tokenize(word)) for _ in range(DRAWS))
    return found + one


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"alpha": 0.0},
        {"nbest_size": 4},
        {"alpha": 1.0},
        {"alpha": 1.0, "nbest_size": 0},
        {"alpha": 0.3, "nbest_size": 6},
        {"alpha": 0.3, "nbest_size": 1},
        {"alpha": 2, "nbest_size": 3},
    ],
)
def test_segmentations_are_as_frequent_as_in_the_original(options):
    mine = frequencies(ours, "abcbz", **options)  # whose ways all have different scores
    other = frequencies(theirs, "abcbz", **options)
    for tokens in mine | other:
        p, q = mine[tokens] / (2 * DRAWS), other[tokens] / (2 * DRAWS)
        mean = (p + q) / 2
        assert abs(p - q) < 6 * math.sqrt(mean * (1 - mean) / DRAWS) + 3 / DRAWS, tokens


def test_alpha_and_nbest_size_are_read_and_set_like_those_of_the_original():
    for package in (ours, theirs):
        model = package.models.Unigram(PIECES, 0, alpha=0.5, nbest_size=3)
        assert (model.alpha, model.nbest_size) == (0.5, 3)
        assert (package.models.Unigram().alpha, package.models.Unigram().nbest_size) == (None, None)
        model.alpha, model.nbest_size = 2, 0
        assert (model.alpha, type(model.alpha), model.nbest_size) == (2.0, float, 0)
        tok = package.Tokenizer(model)
        tok.model.alpha = None
        assert tok.model.alpha is None
        tok.model.alpha = 0.25
        assert tok.model.alpha == 0.25
        for name, value, error in (
            ("alpha", "x", TypeError),
            ("nbest_size", 2.0, TypeError),
            ("nbest_size", "x", TypeError),
            ("nbest_size", -1, OverflowError),
        ):
            with pytest.raises(error):
                setattr(model, name, value)
            with pytest.raises(error):
                package.models.Unigram(PIECES, 0, **{name: value})
        assert model.alpha == 0.25


def test_setting_alpha_changes_what_a_tokenizer_gives_at_once():
    tok = ours.Tokenizer(ours.models.Unigram(PIECES, 0))
    best = tok.encode("abcabc").ids
    assert all(tok.encode("abcabc").ids == best for _ in range(20))
    tok.model.alpha = 0.1
    assert len({tuple(tok.encode("abcabc").ids) for _ in range(50)}) > 3
    tok.model.alpha = None
    assert tok.encode("abcabc").ids == best
    with pytest.raises(ValueError, match="alpha must be at least 0 and finite, got nan"):
        tok.model.alpha = math.nan
    assert tok.model.alpha is None


def test_no_file_holds_alpha_as_none_of_the_original_does():
    for package in (ours, theirs):
        tok = package.Tokenizer(package.models.Unigram(PIECES, 0, alpha=0.5, nbest_size=3))
        assert "alpha" not in tok.to_str()
        assert "nbest" not in tok.to_str()
        assert package.Tokenizer.from_str(tok.to_str()).model.alpha is None
        with_fields = tok.to_str().replace('"unk_id"', '"alpha":0.5,"nbest_size":3,"unk_id"')
        assert package.Tokenizer.from_str(with_fields).model.alpha is None
    model = ours.models.Unigram(PIECES, 0, alpha=0.5, nbest_size=3)
    assert pickle.loads(pickle.dumps(model)).alpha == 0.5


def test_dropout_can_be_set_and_read():
    for package in (ours, theirs):
        vocab = {"a": 0, "b": 1, "ab": 2}
        tok = package.Tokenizer(package.models.BPE(vocab, [("a", "b")]))
        assert {tuple(tok.encode("abab").ids) for _ in range(20)} == {(2, 2)}
        tok.model.dropout = 1.0
        assert tok.encode("abab").ids == [0, 1, 0, 1]
        tok.model.dropout = 0.5
        assert len({tuple(tok.encode("abab" * 9).ids) for _ in range(20)}) > 3
        tok.model.dropout = None
        assert tok.encode("abab").ids == [2, 2]
