"""Column files as they are published: each in its own way, all read as one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_min.tasks.conll import read_conll
from bert_min.tasks.entities import entities
from bert_min.tasks.ner import NerTask
from bert_min.tasks.sentences import Sentences
from bert_min.tasks.settings import TaskSettings
from bert_min.tasks.tag_schemes import normal_names, retag
from tests.helpers.stand_in import Letters

WORDS = [["Kim", "Min", "saw", "Rome"], ["Bob", "Ann"]]
IOB2 = [["B-PER", "I-PER", "O", "B-LOC"], ["B-PER", "B-PER"]]


def columns(tags, separator="\t", words=WORDS):
    return "\n\n".join(
        "\n".join(f"{word}{separator}{tag}" for word, tag in zip(*pair, strict=True))
        for pair in zip(words, tags, strict=True)
    )


def write(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("tags", "expected", "note"),
    [
        (IOB2, IOB2, None),
        (
            [["I-PER", "I-PER", "O", "I-LOC"], ["I-PER", "B-PER"]],  # IOB1
            IOB2,
            "3 tags I- that begin an entity are read as B-",
        ),
        (
            [["B-PER", "L-PER", "O", "U-LOC"], ["U-PER", "U-PER"]],  # BILOU
            [["B-PER", "E-PER", "O", "S-LOC"], ["S-PER", "S-PER"]],
            "tags such as L-PER are read as E-PER",
        ),
        (
            [["B-PER", "E-PER", "O", "W-LOC"], ["W-PER", "W-PER"]],  # BMEWO
            [["B-PER", "E-PER", "O", "S-LOC"], ["S-PER", "S-PER"]],
            "tags such as W-LOC are read as S-LOC",
        ),
        (
            [["PER-B", "PER-I", "O", "LOC-B"], ["PER-B", "PER-B"]],
            IOB2,
            "tags such as LOC-B are read as B-LOC",
        ),
        (
            [["PER_B", "PER_I", "-", "LOC_B"], ["PER_B", "PER_B"]],
            IOB2,
            "tags such as - are read as O",
        ),
        ([[tag + " " for tag in row] for row in IOB2], IOB2, None),
    ],
)
def test_every_scheme_is_read_and_said_in_a_note(tmp_path, tags, expected, note):
    found = read_conll(write(tmp_path, columns(tags)))
    assert (found.words, found.tags) == (WORDS, expected)
    assert found.notes == (() if note is None else (note,))
    assert [entities(row) for row in found.tags] == [entities(row) for row in IOB2]


def test_one_file_has_its_letters_before_the_type_or_behind_it(tmp_path):
    with pytest.raises(ValueError, match=r"a\.txt:2: a tag must be .*got 'PER-B'"):
        read_conll(write(tmp_path, "a\tB-PER\nb\tPER-B\n"))


def test_a_sentence_a_line_with_its_tags(tmp_path):
    tags = [["PER-B", "PER-I", "O", "LOC-B"], ["PER-B", "PER-B"]]
    lines = [f"{' '.join(w)}\t{' '.join(t)}" for w, t in zip(WORDS, tags, strict=True)]
    path = write(tmp_path, "\n".join(lines) + "\n")
    found = read_conll(path)
    assert (found.words, found.tags) == (WORDS, IOB2)
    assert found.where == [f"{path}:1", f"{path}:2"]
    assert found.notes[0] == "read as a sentence a line, with a tag for each word"


@pytest.mark.parametrize("begin", [0, 1])
def test_a_column_that_counts_the_words_is_left_out(tmp_path, begin):
    text = "\n\n".join(
        "\n".join(f"{i}\t{w}\t{t}" for i, (w, t) in enumerate(zip(*pair, strict=True), begin))
        for pair in zip(WORDS, IOB2, strict=True)
    )
    found = read_conll(write(tmp_path, text))
    assert (found.words, found.tags) == (WORDS, IOB2)
    assert found.notes == ("the first column counts the words and is left out",)
    numbers = read_conll(write(tmp_path, "1\tCD\tO\n3\tCD\tO\n"))
    assert numbers.words == [["1", "3"]]


@pytest.mark.parametrize("names", [("tokens", "ner_tags"), ("words", "labels")])
def test_tokens_and_tags_of_datasets_are_read(tmp_path, names):
    records = [dict(zip(names, pair, strict=True)) for pair in zip(WORDS, IOB2, strict=True)]
    task = NerTask(TaskSettings(task="ner"), Letters())
    for name, text in (
        ("a.jsonl", "\n".join(map(json.dumps, records))),
        ("a.json", json.dumps(records)),
    ):
        (tmp_path / name).write_text(text)
        data = task.read(tmp_path / name)
        assert (data.words, data.tags) == (WORDS, IOB2)
        bare = task.read(tmp_path / name, labelled=False)
        assert (bare.words, {*bare.tags[0]}) == (WORDS, {"O"})


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"tokens": ["a"], "ner_tags": [3]}, "must be text, got 3: numbers of tags"),
        ({"tokens": ["a", "b"], "ner_tags": ["O"]}, "2 tokens must have as many tags, got 1"),
        ({"tokens": ["a"], "ner_tags": ["X"]}, "a tag must be .* got 'X'"),
        ({"tokens": ["a"]}, "expected a list under ner_tags or tags or labels"),
        ({"text": "a"}, "expected a list under tokens or words"),
    ],
)
def test_broken_records_of_tags_are_named(tmp_path, record, message):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + "\n")
    with pytest.raises(ValueError, match=rf"a\.jsonl:1: .*{message}"):
        NerTask(TaskSettings(task="ner"), Letters()).read(path)


def test_comments_and_blank_tokens_of_klue(tmp_path):
    path = write(
        tmp_path,
        "## 컬럼명 : CHAR\tNE_TAG\n## id_1\t<김 민:PS> 씨\n"
        "김\tB-PS\n \tI-PS\n민\tI-PS\n \tO\n씨\tO\n\n## id_2\t#1\n#\tO\n1\tO\n",
    )
    found = read_conll(path)
    assert found.words == [["김", "민", "씨"], ["#", "1"]]
    assert found.tags == [["B-PS", "I-PS", "O"], ["O", "O"]]
    assert [found.text(0), found.text(1)] == ["김 민 씨", "# 1"]
    assert [list(span) for span in found.spans(0)] == [[0, 1], [2, 3], [4, 5]]
    assert found.notes == ("3 lines of comment left out", "2 blank tokens left out")
    assert found.where == [f"{path}:3", f"{path}:10"]


def test_a_token_that_looks_like_a_comment_is_a_token(tmp_path):
    assert read_conll(write(tmp_path, "# O\n## O\n#a O\n")).words == [["#", "##", "#a"]]
    assert read_conll(write(tmp_path, "# text = a b\na O\nb O\n")).words == [["a", "b"]]


def task_of(tags):
    task = NerTask(TaskSettings(task="ner"), Letters())
    data = read_rows(tags)
    task.learn(data)
    return task


def read_rows(tags):
    return Sentences(WORDS, tags, ["f:1", "f:6"], [0, 0])


IOBES = [retag(row, ends=True) for row in IOB2]


@pytest.mark.parametrize(("ours", "theirs"), [(IOB2, IOBES), (IOBES, IOB2)])
def test_files_in_two_schemes_are_fitted_to_the_training_set(ours, theirs):
    task, data = task_of(ours), read_rows(theirs)
    task.check(data)
    assert len(task.remarks(data)) == 1
    assert "as in the training set" in task.remarks(data)[0]
    assert task.remarks(read_rows(ours)) == ()
    records = [{"tags": row} for row in ours]
    assert task.score(records, data)["f1"] == task.score(records, data)["accuracy"] == 1
    examples = task.training_examples(data)
    assert np.array_equal(
        examples.token_labels, task.training_examples(read_rows(ours)).token_labels
    )


def test_a_letter_that_the_training_set_lacks_is_no_error_of_the_other_file():
    task = NerTask(TaskSettings(task="ner", labels=("O", "B-PER", "B-LOC")), Letters())
    task.check(read_rows(IOB2))
    labels = task.training_examples(read_rows(IOB2)).token_labels
    assert sorted(labels[labels != -100]) == [0, 1, 1, 1, 2]  # Min's I-PER is left out
    with pytest.raises(ValueError, match=r"'B-LOC' .* does not occur in the training set"):
        NerTask(TaskSettings(task="ner", labels=("O", "B-PER")), Letters()).check(read_rows(IOB2))


tags = st.sampled_from(["O", *(f"{letter}-{kind}" for letter in "BI" for kind in ("PER", "LOC"))])


@settings(max_examples=200, deadline=None)
@given(st.lists(tags, min_size=1, max_size=10), st.booleans())
def test_retagging_keeps_every_entity(row, ends):
    found = retag(row, ends=ends)
    assert entities(found) == entities(row)
    assert retag(found, ends=False) == retag(row, ends=False)
    swapped = [tag if tag == "O" else "-".join(reversed(tag.split("-"))) for tag in found]
    names = normal_names(sorted(set(swapped)), {})
    assert [names[tag] for tag in swapped] == found


def test_a_model_of_characters_cuts_raw_text_into_characters():
    task = NerTask(TaskSettings(task="ner"), Letters())
    task.learn(Sentences([["김", "씨"], ["a"]], [["B-PS", "O"], ["O"]], ["f:1", "f:4"], [0, 0]))
    assert task.settings.characters
    assert task.example(["김 씨가"], "f").words == [["김", "씨", "가"]]
    task.learn(read_rows(IOB2))
    assert not task.settings.characters
    data = task.example(["In the U.S."], "f")
    assert data.words == [["In", "the", "U.S."]]
    assert [list(span) for span in data.spans(0)] == [[0, 2], [3, 6], [7, 11]]
