"""Text files -> documents -> sentences -> flat ids."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_min.text import corpus, documents
from bert_min.text.corpus import Corpus, tokenize_documents
from bert_min.text.documents import read_documents, split_sentences


class Letters:
    """Stands in for a tokenizer: one id a letter, none for anything else."""

    def encode_ragged(self, texts, add_special_tokens, **options):
        assert not add_special_tokens
        rows = [[ord(c) for c in text if c.isalpha()] for text in texts]
        self.ids = np.array([i for row in rows for i in row], np.uint32)
        self.row_splits = np.cumsum([0, *map(len, rows)])
        return self


def test_sentences():
    assert split_sentences("A b. C d? “E!” f\n\n g... h") == [
        "A b.",
        "C d?",
        "“E!”",
        "f",
        "g...",
        "h",
    ]
    assert split_sentences("3.14 is pi. 좋다! 다음。次") == ["3.14 is pi.", "좋다!", "다음。", "次"]
    assert split_sentences(" \n ") == []


@given(st.text(alphabet="ab. !?…\n。", max_size=60))
def test_sentences_lose_no_text(text):
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_documents_by_blank_lines_and_by_separator(tmp_path):
    blank = tmp_path / "blank.txt"
    blank.write_text("One. Two.\nThree\n \n\nFour.\n", encoding="utf-8")
    other = tmp_path / "other.txt"
    other.write_text("Five", encoding="utf-8")
    assert list(read_documents([blank, other])) == [["One.", "Two.", "Three"], ["Four."], ["Five"]]
    cut = tmp_path / "cut.txt"
    cut.write_text("One.\n\nTwo<|end|>Three<|end|><|end|> ", encoding="utf-8")
    assert list(read_documents([cut], "<|end|>")) == [["One.", "Two"], ["Three"]]


@given(st.lists(st.text(alphabet="ab<>|", max_size=8), max_size=8), st.integers(1, 5))
def test_separator_across_chunks(tmp_path_factory, parts, size):
    path = tmp_path_factory.mktemp("corpus") / "text.txt"
    text = "<|>".join(parts)
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_CHARS_AT_ONCE", size)
        found = list(read_documents([path], "<|>"))
    assert found == [[part] for part in text.split("<|>") if part]


def test_bad_files(tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"fine\n\xff\n")
    with pytest.raises(ValueError, match=r"bad\.txt: text must be UTF-8"):
        list(read_documents([bad]))
    with pytest.raises(OSError, match=r"none\.txt"):
        list(read_documents([tmp_path / "none.txt"]))
    with pytest.raises(ValueError, match="separator must not be empty"):
        list(read_documents([bad], ""))


def test_tokenize_leaves_out_what_gives_no_token(monkeypatch):
    monkeypatch.setattr(corpus, "_SENTENCES_AT_ONCE", 2)
    found = tokenize_documents([["ab", "..", "c"], ["--"], ["de"], ["f", "gh"]], Letters())
    assert "".join(map(chr, found.ids)) == "abcdefgh"
    assert found.sentence_splits.tolist() == [0, 2, 3, 5, 6, 8]
    assert found.document_splits.tolist() == [0, 2, 3, 5]
    with pytest.raises(ValueError, match="corpus is empty"):
        tokenize_documents([["!"]], Letters())
    with pytest.raises(ValueError, match="corpus is empty"):
        tokenize_documents([], Letters())


def test_held_out_documents():
    found = Corpus(
        np.arange(8, dtype=np.int32), np.array([0, 2, 3, 5, 6, 8]), np.array([0, 2, 3, 5])
    )
    train, held_out = found.split(0.4)
    assert train.ids.tolist() == [0, 1, 2]
    assert train.document_splits.tolist() == [0, 2]
    assert held_out.ids.tolist() == [3, 4, 5, 6, 7]
    assert held_out.sentence_splits.tolist() == [0, 2, 3, 5]
    assert held_out.document_splits.tolist() == [0, 1, 3]
    with pytest.raises(ValueError, match="on both sides"):
        found.split(0.9)
