"""Questions beyond SQuAD: KorQuAD's score, and the flat records of `datasets`."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_min.tasks.qa import QuestionAnsweringTask
from bert_min.tasks.settings import TaskSettings
from bert_min.tasks.squad import Question, read_squad
from bert_min.tasks.squad_scores import squad_metrics
from tests.helpers.stand_in import Letters

PASSAGE = "the cat sat on the mat"


def korquad_slowly(guess, gold):
    """(exact match, F1) by the rules of KorQuAD's script, a step at a time."""
    plain = []
    for answer in (guess, gold):
        for mark in ("'", '"', "《", "》", "<", ">", "〈", "〉", "(", ")", "‘", "’"):
            answer = answer.replace(mark, " ")
        kept = [c for c in answer.lower() if c not in string.punctuation]
        plain.append(" ".join("".join(kept).split()))
    left, right = ([c for c in answer if c != " "] for answer in plain)
    shared = sum(min(left.count(c), right.count(c)) for c in set(left))
    if not shared:
        return float(plain[0] == plain[1]), 0.0
    precision, recall = shared / len(left), shared / len(right)
    return float(plain[0] == plain[1]), 2 * precision * recall / (precision + recall)


answers = st.text(alphabet="가나 the a.(《‘-", max_size=8)


@given(answers, answers)
def test_korquad_is_scored_by_syllables_as_by_its_script(guess, gold):
    question = Question("1", "?", 0, ((gold, 0),), "f")
    found = squad_metrics({"1": guess}, [question], False, "ko")
    exact, f1 = korquad_slowly(guess, gold)
    assert found == {"exact_match": 100 * exact, "f1": pytest.approx(100 * f1)}


def test_korean_particles_cost_part_of_an_answer_not_all_of_it():
    question = Question("1", "?", 0, (("서울", 0),), "f")
    assert squad_metrics({"1": "서울에서"}, [question], False)["f1"] == 0
    assert squad_metrics({"1": "서울에서"}, [question], False, "ko")["f1"] == pytest.approx(200 / 3)
    assert squad_metrics({"1": "the 서울"}, [question], False, "ko")["exact_match"] == 0


@pytest.mark.parametrize(
    ("version", "wanted", "language"),
    [
        ("KorQuAD_v1.0_dev", None, "ko"),
        ("1.1", None, "en"),
        ("1.1", "ko", "ko"),
        ("KorQuAD_v1.0_train", "en", "en"),
    ],
)
def test_the_file_or_the_setting_says_whose_rules_score(tmp_path, version, wanted, language):
    task = QuestionAnsweringTask(TaskSettings(task="qa", language=wanted), Letters())
    path = tmp_path / "a.json"
    question = {"id": "1", "question": "?", "answers": [{"text": "cat", "answer_start": 4}]}
    paragraph = {"context": PASSAGE, "qas": [question]}
    path.write_text(json.dumps({"version": version, "data": [{"paragraphs": [paragraph]}]}))
    data = task.read(path)
    assert task.language(data) == language
    assert any("by syllables" in note for note in task.remarks(data)) == (language == "ko")
    score = task.score([{"id": "1", "answer": "ca"}], data)["f1"]
    assert score == pytest.approx(80.0 if language == "ko" else 0.0)


def test_another_language_has_no_rules():
    task = QuestionAnsweringTask(TaskSettings(task="qa", language="fr"), Letters())
    with pytest.raises(ValueError, match="language must be one of en, ko, got 'fr'"):
        task.language(task.example(["who?", PASSAGE], "f"))


FLAT = [
    {
        "id": "1",
        "title": "cats",
        "context": PASSAGE,
        "question": "who?",
        "answers": {"text": ["cat", "the cat"], "answer_start": [4, 0]},
    },
    {
        "id": "2",
        "context": PASSAGE,
        "question": "why?",
        "answers": {"text": [], "answer_start": []},
    },
    {
        "id": "3",
        "context": "a dog",
        "question": "who?",
        "answers": {"text": ["dog"], "answer_start": [2]},
    },
]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps(FLAT)),
        ("a.json", json.dumps({"version": "0.1.0", "data": FLAT})),
        ("a.json", "\n".join(map(json.dumps, FLAT))),
        ("a.jsonl", "\n".join(map(json.dumps, FLAT))),
        ("a", json.dumps(FLAT, indent=1)),
    ],
)
def test_flat_questions_of_datasets_are_read(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    data = read_squad(path)
    assert data.passages == [PASSAGE, "a dog"]
    assert [(q.id, q.passage, q.answers) for q in data.questions] == [
        ("1", 0, (("cat", 4), ("the cat", 0))),
        ("2", 0, ()),
        ("3", 1, (("dog", 2),)),
    ]
    assert data.may_be_unanswerable
    assert not read_squad(path, labelled=False).may_be_unanswerable


def test_questions_without_answers_come_from_tables_too(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f'id,question,context\n7,"who, then?",{PASSAGE}\n')
    data = read_squad(path, labelled=False)
    question = data.questions[0]
    assert (data.passages, question.id, question.text) == ([PASSAGE], "7", "who, then?")
    with pytest.raises(ValueError, match=r"a\.csv:2 \(id 7\): .*'answers'"):
        read_squad(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"answers": {"text": ["cat"], "answer_start": [5]}},
            r"record 1 \(id 1\): an answer must",
        ),
        ({"answers": {"text": ["cat"], "answer_start": []}}, "1 answers must have as many starts"),
        ({"answers": {"text": ["cat"]}}, r"record 1: .* the field 'answer_start'"),
        ({"answers": {"text": "cat", "answer_start": 4}}, "'text' must be of type list, got str"),
        ({"context": None}, "record 1: the field 'context' must be of type str"),
        ({"question": "\ud800"}, "lone surrogate"),
    ],
)
def test_broken_flat_questions_are_named(tmp_path, changes, message):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{**FLAT[0], **changes}]))
    with pytest.raises(ValueError, match=message):
        read_squad(path)
