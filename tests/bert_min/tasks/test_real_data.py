"""The real task files: they are read whole, and every answer is found again from its tokens."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from bert_min.tasks import TaskSettings, make_task
from bert_min.tasks.conll import read_conll
from bert_min.tasks.passage_windows import answer_tokens
from bert_min.tasks.squad import read_squad
from bert_min.text.tokenizers import load_tokenizer

DATA = Path(os.environ.get("SUBWORD_DATA", Path(__file__).parents[4] / "shared/data"))
TASKS = DATA / "tasks"
VOCABULARY = DATA / "tokenizers/bert-base-uncased"
pytestmark = pytest.mark.skipif(not TASKS.is_dir(), reason="needs the data of SUBWORD_DATA")


@pytest.mark.parametrize(
    ("name", "task", "rows", "labels"),
    [
        ("sst2/train.tsv", "classification", 67_349, 2),
        ("nsmc/train.txt", "classification", 20_000, 2),
        ("rte/train.tsv", "nli", 2_490, 2),
        ("sick/SICK.txt", "nli", 9_927, 3),
        ("kornli/xnli.test.ko.tsv", "nli", 5_010, 3),
        ("klue/klue-nli-v1.1_dev.json", "nli", 3_000, 3),
    ],
)
def test_tables(name, task, rows, labels):
    found = make_task(TaskSettings(task=task), load_tokenizer(VOCABULARY))
    data = found.read(TASKS / name)
    found.learn(data)
    assert (len(data.first), len(found.labels)) == (rows, labels)


@pytest.mark.parametrize(
    ("name", "rows", "least", "most"),
    [
        ("stsb/train.tsv", 5_749, 0.0, 5.0),
        ("korsts/sts-train.tsv", 5_749, 0.0, 5.0),
        ("sick/SICK.txt", 9_927, 1.0, 5.0),
    ],
)
def test_scores(name, rows, least, most):
    found = make_task(TaskSettings(task="regression"), load_tokenizer(VOCABULARY))
    data = found.read(TASKS / name)
    if "sick" in name:  # it has classes too
        found = make_task(
            TaskSettings(task="regression", label_column="relatedness_score"), found.tokenizer
        )
        data = found.read(TASKS / name)
    found.learn(data)
    assert found.settings.pair
    scores = found.training_examples(data._replace(first=["a"] * rows, second=["b"] * rows))
    assert scores.row_labels.shape == (rows, 1)
    assert (scores.row_labels.min(), scores.row_labels.max()) == (least, most)
    task = "nli"
    other = make_task(TaskSettings(task=task, label_column="score"), found.tokenizer)
    if "sick" not in name:
        with pytest.raises(ValueError, match="--task regression"):
            other.learn(other.read(TASKS / name))


def test_conll():
    for name, sentences, words in (("train", 14_041, 203_621), ("test", 3_453, 46_435)):
        data = read_conll(TASKS / f"conll2003/{name}.txt")
        assert (len(data.words), sum(map(len, data.words))) == (sentences, words)


def test_klue_ner_as_it_is_published():
    path = TASKS / "klue/klue-ner-v1.1_dev.tsv"
    data = read_conll(path)
    assert len(data.words) == 5_000
    assert "5,005 lines of comment left out" in data.notes
    assert "60,379 blank tokens left out" in data.notes
    task = make_task(TaskSettings(task="ner"), load_tokenizer(VOCABULARY))
    task.learn(data)
    assert task.settings.characters
    kinds = ("DT", "LC", "OG", "PS", "QT", "TI")
    assert task.labels == ("O", *(f"B-{k}" for k in kinds), *(f"I-{k}" for k in kinds))
    published = re.findall(r"^## klue-ner.*\t(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"<(.*?):(?:DT|LC|OG|PS|QT|TI)>", r"\1", text) for text in published]
    same = [data.text(number) == text for number, text in enumerate(plain)]
    assert sum(same) > 4_950  # others have a < of their own
    for number in range(len(data.words)):
        text = data.text(number)
        assert [text[start:stop] for start, stop in data.spans(number)] == data.words[number]


@pytest.mark.parametrize(
    ("name", "count", "may_be_unanswerable"),
    [
        ("squad/dev-v1.1.json", 10_570, False),
        ("squad/dev-v2.0.json", 11_873, True),
        ("korquad/KorQuAD_v1.0_dev.json", 5_774, False),
    ],
)
def test_every_answer_is_found_again(name, count, may_be_unanswerable):
    data = read_squad(TASKS / name)
    assert (len(data.questions), data.may_be_unanswerable) == (count, may_be_unanswerable)
    korean = "korquad" in name
    folder = DATA / "tokenizers/kcbert-base" if korean else VOCABULARY
    task = make_task(TaskSettings(task="qa", max_length=384), load_tokenizer(folder))
    windows, offsets, splits = task.windows(data)
    assert windows.inputs.lengths.max() <= 384
    assert len(windows.question) > count
    passage_of = np.array([q.passage for q in data.questions])
    starts = np.array([q.answers[0][1] if q.answers else -1 for q in data.questions])
    stops = starts + [len(q.answers[0][0]) if q.answers else 0 for q in data.questions]
    first, last = answer_tokens(windows, starts, stops, passage_of, offsets, splits)
    seen = np.zeros(count, bool)
    exact = 0
    for row in np.flatnonzero(first):
        q = windows.question[row]
        begin = splits[passage_of[q]] + windows.begin[row] - windows.offset[row]
        a, b = offsets[begin + first[row], 0], offsets[begin + last[row], 1]
        assert a <= starts[q]
        assert not data.passages[passage_of[q]][b : stops[q]].strip()  # no token is a space
        exact += not seen[q] and (a, b) == (starts[q], stops[q])
        seen[q] = True
    answered = starts >= 0
    assert seen.sum() >= 0.99 * answered.sum()  # the rest is cut by every window, or unseen
    assert not seen[~answered].any()
    # a Korean answer often ends inside a word of the vocabulary
    assert exact >= (0.5 if korean else 0.97) * answered.sum()
