"""One text where several are meant is a TypeError, never a list of its letters."""

import pytest

from bert_min.tasks.classification import label_names
from bert_min.tasks.entities import entities
from bert_min.text.corpus import tokenize_documents
from bert_min.text.documents import read_documents
from bert_min.text.text_files import read_texts
from bert_min.text.tokenize import encode_texts
from bert_min.text.tokenizers import train_wordpiece


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
