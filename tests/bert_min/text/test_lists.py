"""One text where several are meant is a TypeError, never a list of its letters."""

import numpy as np
import pytest

from bert_min import Reranker, SparseEncoder, encode_tokens, rank, search
from bert_min.tasks.classification import label_names
from bert_min.tasks.entities import entities
from bert_min.text.corpus import tokenize_documents
from bert_min.text.documents import read_documents
from bert_min.text.text_files import read_texts
from bert_min.text.tokenize import encode_texts
from bert_min.text.tokenizers import train_wordpiece
from bert_min.text.whole_numbers import check_count


@pytest.fixture
def tok(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("one two\n\nthree\n")
    return train_wordpiece([str(path)], 60, None)


@pytest.mark.parametrize("one", ["aa", b"aa", {"a": 1}, 5], ids=lambda one: type(one).__name__)
def test_one_text_for_several_is_a_type_error(tok, tmp_path, monkeypatch, one):
    (tmp_path / "a").write_text("a file whose name is the letter of the text\n")
    monkeypatch.chdir(tmp_path)
    for call in (
        lambda: list(read_texts(one)),
        lambda: list(read_documents(one)),
        lambda: train_wordpiece(one, 60, None),
        lambda: tokenize_documents([one], tok),
        lambda: encode_texts(tok, one),
        lambda: label_names(one),
        lambda: entities(one),
    ):
        with pytest.raises(TypeError, match=f"must be a list of str, got {type(one).__name__}"):
            call()


NO_LISTS = {
    "a set": ({"red"}, "must be a list of str, got set"),
    "a generator": ((text for text in ["red"]), "must be a list of str, got generator"),
    "one text": ("red", "must be a list of str, got str"),
    "nothing": (None, "must be a list of str, got NoneType"),
    "None in it": (["red", None], "must be str, got NoneType in row 1: None"),
    "bytes in it": ([b"red"], "must be str, got bytes in row 0"),
    "a list in it": (["a", "b", ["red"]], "must be str, got list in row 2"),
}


@pytest.mark.parametrize("case", NO_LISTS)
def test_what_is_no_list_of_texts_is_refused_before_a_model_runs(case):
    texts, message = NO_LISTS[case]
    untouched = object()
    for call in (
        lambda: rank("red", texts, untouched),
        lambda: Reranker.score(untouched, texts, ["red"]),
        lambda: Reranker.score(untouched, ["red"], texts),
        lambda: SparseEncoder.encode(untouched, texts),
        lambda: encode_tokens(untouched, texts),
    ):
        with pytest.raises(TypeError, match=message):
            call()


def test_what_counts_is_a_whole_number_of_at_least_one():
    assert check_count("k", np.int64(3)) == 3
    for call in (
        lambda k: rank("red", ["dog"], object(), k),
        lambda k: SparseEncoder.encode(object(), ["red"], most=k),
        lambda k: search(np.ones(2), np.ones((3, 2)), k),
    ):
        for value in (1.5, "2", 3.0):
            with pytest.raises(TypeError, match=f"must be a whole number, got {value!r}"):
                call(value)
        with pytest.raises(ValueError, match="must be at least 1, got 0"):
            call(0)
