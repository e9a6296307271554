"""Files of pairs, triplets, scored pairs and texts: all forms, and what is wrong with them."""

import json
import math

import numpy as np
import pytest

from bert_min.tasks.text_groups import join_groups, read_text_groups


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


FORMS = {
    "pairs": ("a.tsv", "anchor\tpositive\na\tb\nc\td\n", [("a", "b"), ("c", "d")]),
    "a question and its answer": ("a.csv", "question,answer\na,b\n", [("a", "b")]),
    "triplets": ("a.tsv", "query\tpositive\tnegative\na\tb\tc\n", [("a", "b", "c")]),
    "several negatives": (
        "a.tsv", "anchor\tpositive\tnegative_1\tnegative_2\na\tb\tc\td\n", [("a", "b", "c", "d")],
    ),
    "JSON Lines": ("a.jsonl", lines({"anchor": "a", "positive": "b"}), [("a", "b")]),
    "lists": (
        "a.jsonl", lines({"query": "a", "pos": ["b", "c"], "neg": ["d", "e"]}),
        [("a", "b", "d", "e"), ("a", "c", "d", "e")],
    ),
    "texts": ("a.txt", "one text\nanother\n", [("one text",) * 2, ("another",) * 2]),
    "a column of texts": ("a.tsv", "id\ttext\n1\ta\n", [("a", "a")]),
    "lines of pairs": ("a.txt", "a\tb\nc\td\n", [("a", "b"), ("c", "d")]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_file_is_read(tmp_path, form):
    name, content, expected = FORMS[form]
    found = read_text_groups(write(tmp_path, name, content))
    assert found.texts == expected
    assert np.isnan(found.scores).all()
    assert found.alone is form.endswith("texts")
    assert found.where[0].startswith(str(tmp_path / name))


def test_scores_are_read_beside_their_pairs(tmp_path):
    path = write(tmp_path, "s.tsv", "score\tsentence1\tsentence2\n4.5\ta\tb\n0\tc\td\n")
    found = read_text_groups(path, max_score=5)
    assert found.texts == [("a", "b"), ("c", "d")]
    assert found.scores.tolist() == [4.5, 0]
    path = write(tmp_path, "s.jsonl", lines({"u": "a", "v": "b", "w": 1}))
    found = read_text_groups(path, text_column="u", pair_column="v", label_column="w")
    assert (found.texts, found.scores.tolist()) == ([("a", "b")], [1])
    joined = join_groups([found, read_text_groups(write(tmp_path, "t.txt", "x\n"))])
    assert joined.texts == [("a", "b"), ("x", "x")]
    assert math.isnan(joined.scores[1])
    assert not joined.alone
    assert joined.take(np.array([1])).alone


WRONG = {
    "an empty side": ("a.tsv", "anchor\tpositive\na\tb\nc\t \n", r"a\.tsv:3.* its second text"),
    "an empty first text": ("a.jsonl", lines({"anchor": "", "positive": "b"}), "its first text"),
    "an empty negative": (
        "a.jsonl", lines({"query": "a", "pos": ["b"], "neg": ["c", ""]}), "as its negative",
    ),
    "an empty line": ("a.txt", "a\n\nb\n", r"a\.txt:2: no text of an example may be empty"),
    "a score that is no number": (
        "a.tsv", "sentence1\tsentence2\tscore\na\tb\thigh\n", r"a\.tsv:2: .*finite.*'high'",
    ),
    "a score out of range": (
        "a.tsv", "sentence1\tsentence2\tscore\na\tb\t6\n", r"a\.tsv:2: .* lie in 0 to 5, got '6'",
    ),
    "a score below the range": (
        "a.jsonl", lines({"text_a": "a", "text_b": "b", "score": -0.5}),
        r"a\.jsonl:1.* lie in 0 to 5, got -0\.5",
    ),
    "a score of NaN": (
        "a.tsv", "sentence1\tsentence2\tscore\na\tb\t1\nc\td\tnan\n", r"a\.tsv:3: .*finite.*'nan'",
    ),
    "a score of infinity": (
        "a.jsonl", '{"text_a": "a", "text_b": "b", "score": Infinity}\n', r"a\.jsonl:1.*finite",
    ),
    "a line without its score": (
        "a.jsonl", lines(
            {"text_a": "a", "text_b": "b", "score": 1}, {"text_a": "a", "text_b": "b"},
        ), r"a\.jsonl:2.*finite number, got None",
    ),
    "too few columns": (
        "a.tsv", "anchor\tpositive\na\tb\nc\n", r"a\.tsv:3: expected 2 columns as in line 1, got 1",
    ),
    "too many columns": (
        "a.csv", "anchor,positive\na,b\nc,d,e\n", r"a\.csv:3: expected 2 columns as in line",
    ),
    "a number for a text": ("a.jsonl", lines({"anchor": "a", "positive": 3}), "a text or a list"),
    "no positives": ("a.jsonl", lines({"query": "a", "pos": []}), "a text or a list of texts"),
    "no column": ("a.tsv", "foo\tbar\na\tb\n", "no column for the text"),
    "nothing": ("a.tsv", "anchor\tpositive\n", "at least one example"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_place(tmp_path, case):
    name, content, message = WRONG[case]
    with pytest.raises(ValueError, match=message):
        read_text_groups(write(tmp_path, name, content), max_score=5)
