"""TSV, JSON Lines and JSON tables of texts, and what is said when one is broken."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_min.tasks.classification import classification_metrics, label_ids, label_names
from bert_min.tasks.labelled_texts import read_texts


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_tsv_keeps_quotes_and_odd_line_breaks(tmp_path):
    path = write(tmp_path, "a.tsv", 'id\tdocument\tlabel\n1\t"so\u2028so" \t0\n2\t\t1\n')
    found = read_texts(path, pair=False)
    assert found.first == ['"so\u2028so" ', ""]
    assert found.labels == ["0", "1"]
    assert found.where == [f"{path}:2", f"{path}:3"]


def test_windows_line_ends_and_byte_order_mark(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes("\ufeffsentence\tlabel\r\ngood\tpos\r\n".encode())
    assert read_texts(path, pair=False).first == ["good"]
    assert read_texts(path, pair=False).labels == ["pos"]


@pytest.mark.parametrize(
    "names",
    [
        ("sentence1", "sentence2", "label"),
        ("premise", "hypothesis", "gold_label"),
        ("sentence_A", "sentence_B", "entailment_judgment"),
    ],
)
def test_pairs_under_the_usual_names(tmp_path, names):
    path = write(tmp_path, "a.tsv", "\t".join(names) + "\nfirst\tsecond\tyes\n")
    found = read_texts(path, pair=True)
    assert (found.first, found.second, found.labels) == (["first"], ["second"], ["yes"])


def test_json_lines_and_arrays(tmp_path):
    records = [{"text": "a", "label": 1, "more": [1]}, {"text": "b", "label": 0}]
    lines = write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, records)) + "\n\n")
    array = write(tmp_path, "a.json", json.dumps(records))
    for path in (lines, array):
        found = read_texts(path, pair=False)
        assert (found.first, found.labels) == (["a", "b"], ["1", "0"])


def test_columns_by_name_and_unlabelled(tmp_path):
    path = write(tmp_path, "a.tsv", "x\ty\tz\none\ttwo\tthree\n")
    found = read_texts(path, pair=True, text_column="z", pair_column="x", label_column="y")
    assert (found.first, found.second, found.labels) == (["three"], ["one"], ["two"])
    assert read_texts(path, pair=False, labelled=False, text_column="y").labels is None


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tsv", "sentence\tlabel\ngood\t1\nbad\n", r"a\.tsv:3: expected 2 columns .* got 1"),
        ("a.tsv", "sentence\tlabel\ngood\t \n", r"a\.tsv:2: the label .* must not be empty"),
        ("a.tsv", "sentence\tlabel\n", r"a\.tsv: the file must hold at least one example"),
        ("a.tsv", "words\tlabel\ngood\t1\n", "no column for the text: .*--text-column"),
        ("a.tsv", "sentence\tclazz\ngood\t1\n", "no column for the label: .*--label-column"),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": }\n', r"a\.jsonl:2: a line must be JSON"),
        ("a.jsonl", "[1]\n", r"a\.jsonl:1: expected an object, got list"),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": "b"}\n', r"a\.jsonl:2: .* field 'label'"),
        ("a.json", '{"text": "a"}', "expected an array of objects, got dict"),
        ("a.json", "[1,\n,]", r"a\.json:2: the file must be JSON"),
    ],
)
def test_broken_tables(tmp_path, name, text, message):
    path = write(tmp_path, name, text)
    with pytest.raises(ValueError, match=message):
        read_texts(path, pair=False)


def test_not_utf8_and_not_there(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"sentence\tlabel\n\xff\t1\n")
    with pytest.raises(ValueError, match=r"a\.tsv: the file must be UTF-8"):
        read_texts(path, pair=False)
    with pytest.raises(OSError, match=r"none\.tsv"):
        read_texts(tmp_path / "none.tsv", pair=False)


def test_labels():
    assert label_names(["10", "9", "10"]) == ["9", "10"]
    assert label_names(["b", "a"]) == ["a", "b"]
    assert label_ids(["b", "a"], ["a", "b"], ["f:1", "f:2"]).tolist() == [1, 0]
    with pytest.raises(ValueError, match="at least 2 labels"):
        label_names(["a", "a"])
    with pytest.raises(ValueError, match=r"f:2: label 'c' does not occur in the training set"):
        label_ids(["a", "c"], ["a", "b"], ["f:1", "f:2"])


@pytest.mark.parametrize("label", ["3.8", "0.5", "-1.25", "1e-3"])
def test_scores_are_no_labels_and_the_task_for_them_is_named(label):
    with pytest.raises(ValueError, match=rf"f:2: .* got '{label}': .*--task regression"):
        label_names(["1.0", label, "2.0"], ["f:1", "f:2", "f:3"])


@pytest.mark.parametrize("label", ["nan", "NaN", "-nan"])
def test_nan_is_no_label(label):
    with pytest.raises(ValueError, match=rf"f:2: the label '{label}' is none"):
        label_names(["a", label, "b", label], ["f:1", "f:2", "f:3", "f:4"])


def test_whole_numbers_are_labels_as_in_scikit_learn():
    assert label_names(["10.0", "9.0", "-1.0", "x"]) == ["-1.0", "x", "9.0", "10.0"]
    assert label_names(["infinity", "nothing"]) == ["infinity", "nothing"]


def test_labels_that_hardly_occur_twice_are_refused():
    many = [str(i) for i in range(30)]
    with pytest.raises(ValueError, match=r"50 examples have 30 labels, such as '0' and '29'"):
        label_names([*many, *many[:20]])
    assert len(label_names(many * 2)) == 30
    assert len(label_names(many[:20])) == 20


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8))
def test_macro_f1_is_the_default_of_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    predicted, expected = np.array(pairs).T
    found = classification_metrics(predicted, expected, list("abcde"))
    theirs = metrics.f1_score(expected, predicted, average="macro", zero_division=0)
    assert found["macro_f1"] == pytest.approx(theirs)


def test_metrics_equal_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    predicted, expected = rng.integers(0, 4, size=(2, 200))
    found = classification_metrics(predicted, expected, list("abcd"))
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(expected, predicted))
    by_label = metrics.f1_score(expected, predicted, average=None)
    assert [found[f"f1_{c}"] for c in "abcd"] == pytest.approx(by_label)
    assert found["macro_f1"] == pytest.approx(by_label.mean())
    with pytest.raises(ValueError, match="at least one"):
        classification_metrics(np.array([], int), np.array([], int), ["a", "b"])
