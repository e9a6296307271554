"""SQuAD files, windows, spans and the official scores."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_min.tasks.passage_windows import answer_tokens, make_windows
from bert_min.tasks.qa import QuestionAnsweringTask
from bert_min.tasks.settings import TaskSettings
from bert_min.tasks.squad import Question, Squad, read_squad
from bert_min.tasks.squad_answers import best_spans, best_threshold, max_context
from bert_min.tasks.squad_scores import exact_match, normalize_answer, squad_metrics, token_f1
from bert_min.text.flat_rows import FlatRows
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenize import encode_texts
from tests.helpers.stand_in import Letters

PASSAGE = "the cat sat on the mat"


def document(*qas, version="v2.0", context=PASSAGE):
    return {"version": version, "data": [{"paragraphs": [{"context": context, "qas": list(qas)}]}]}


def qa(name="1", text="cat", start=4, **more):
    return {
        "id": name,
        "question": "who?",
        "answers": [{"text": text, "answer_start": start}],
    } | more


def write(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_both_versions(tmp_path):
    one = read_squad(write(tmp_path, document(qa(), version="1.1")))
    assert not one.may_be_unanswerable
    assert one.questions[0].answers == (("cat", 4),)
    none = {"id": "2", "question": "why?", "answers": [], "is_impossible": True}
    two = read_squad(write(tmp_path, document(qa(), none)))
    assert two.may_be_unanswerable
    assert [bool(q.answers) for q in two.questions] == [True, False]
    bare = {"id": "3", "question": "why?"}
    assert read_squad(write(tmp_path, document(bare, version="1.1")), labelled=False).questions


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"a\.json:1: the file must be JSON"),
        ({"data": 3}, r"a\.json: the field 'data' must be of type list, got int"),
        ([], "expected an object with the field 'data'"),
        (document(), "at least one question"),
        (document(qa(start=5)), r"qas\[0\] \(id 1\): an answer must stand .* got 'at '"),
        (document(qa(text="dog")), "an answer must stand in its passage"),
        (document(qa(start=-1)), "an answer must stand in its passage"),
        (document(qa(text="")), "an answer must stand in its passage"),
        (document(qa(), qa()), "the id '1' must be unique"),
        (
            document({"id": "1", "question": "who?", "answers": []}, version="1.1"),
            "needs an answer",
        ),
        (document({"id": "1", "question": "who?"}), "the field 'answers'"),
    ],
)
def test_broken_files(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        read_squad(write(tmp_path, content))


def test_scores_by_hand():
    assert normalize_answer("An  Apple, the «pie»") == "apple «pie»"
    assert exact_match("The cat!", "cat") == 1
    assert token_f1("black cat sat", "the cat") == pytest.approx(0.5)
    question = Question("1", "?", 0, (("cat", 4), ("the cat", 0)), "f")
    nothing = Question("2", "?", 0, (), "f")
    found = squad_metrics({"1": "big cat", "2": ""}, [question, nothing], True)
    assert found["exact_match"] == pytest.approx(50)
    assert found["f1"] == pytest.approx(100 * (2 / 3 + 1) / 2)
    assert found["has_answer_f1"] == pytest.approx(100 * 2 / 3)
    assert found["no_answer_exact_match"] == 100
    # an accepted answer of articles alone is empty: version 2 drops it, version 1.1 gives it F1 0
    article = Question("1", "?", 0, (("the", 0),), "f")
    assert squad_metrics({"1": ""}, [article], True)["f1"] == 100
    assert squad_metrics({"1": "a"}, [article], False) == {"exact_match": 100, "f1": 0}
    with pytest.raises(ValueError, match="no answer was predicted"):
        squad_metrics({}, [question], False)
    with pytest.raises(ValueError, match="no answer to compare with"):
        squad_metrics({"2": "x"}, [nothing], False)
    with pytest.raises(ValueError, match="at least one question"):
        squad_metrics({}, [], False)


texts = st.text(alphabet="ab ", min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(texts, min_size=1, max_size=3),
    st.lists(texts, min_size=1, max_size=3),
    st.integers(8, 30),
    st.integers(0, 12),
)
def test_windows_show_every_token(questions, passages, max_length, stride):
    tokenizer = Letters()
    special = SpecialIds.of(tokenizer)
    asked = encode_texts(tokenizer, questions, add_special_tokens=False)
    flat = encode_texts(tokenizer, passages, add_special_tokens=False)
    passage_of = np.arange(len(questions)) % len(passages)
    windows = make_windows(
        asked, flat, passage_of, special, max_length=max_length, stride=stride, max_question=4
    )
    assert (windows.inputs.lengths <= max_length).all()
    for q in range(len(questions)):
        rows = np.flatnonzero(windows.question == q)
        total = int(flat.lengths[passage_of[q]])
        passage = flat.ids[flat.splits[passage_of[q]] :][:total]
        shown = np.zeros(total, int)
        for row in rows:
            begin, size = windows.begin[row], windows.size[row]
            shown[begin : begin + size] += 1
            ids = windows.inputs.ids[windows.inputs.splits[row] : windows.inputs.splits[row + 1]]
            at = windows.offset[row]
            assert ids[at : at + size].tolist() == passage[begin : begin + size].tolist()
            assert ids[0] == special.cls
            assert ids[at - 1] == ids[at + size] == ids[-1] == special.sep
        assert (shown > 0).all()
        room = max_length - 3 - min(int(asked.lengths[q]), 4)
        overlap = min(stride, room // 2)
        for left, right in itertools.pairwise(rows):
            end = windows.begin[left] + windows.size[left]
            assert end - windows.begin[right] == overlap
        assert len(rows) == 1 or total > room


def test_windows_without_room():
    flat = FlatRows(np.arange(4), np.array([0, 4]))
    special = SpecialIds(2, 3)
    with pytest.raises(ValueError, match="leave room for the passage"):
        make_windows(flat, flat, np.array([0]), special, max_length=7, stride=1)
    with pytest.raises(ValueError, match="stride"):
        make_windows(flat, flat, np.array([0]), special, max_length=20, stride=-1)


@settings(max_examples=200, deadline=None)
@given(texts.filter(str.strip), st.data())
def test_labels_are_the_answer_and_decode_to_it(passage, data):
    tokenizer = Letters()
    ragged = tokenizer.encode_ragged([passage], add_special_tokens=False, return_offsets=True)
    first = data.draw(st.integers(0, len(ragged.ids) - 1))
    last = data.draw(st.integers(first, len(ragged.ids) - 1))
    a, b = int(ragged.offsets[first, 0]), int(ragged.offsets[last, 1])
    windows = make_windows(
        FlatRows(np.array([7]), np.array([0, 1])),
        FlatRows(ragged.ids.astype(np.int64), ragged.row_splits),
        np.array([0]),
        SpecialIds(2, 3),
        max_length=12,
        stride=3,
    )
    starts, ends = answer_tokens(
        windows, np.array([a]), np.array([b]), np.array([0]), ragged.offsets, ragged.row_splits
    )
    scores = []
    for row in range(len(windows.question)):
        holds = windows.begin[row] <= first and last < windows.begin[row] + windows.size[row]
        assert (starts[row] > 0) == holds
        scores.append([np.zeros(windows.inputs.lengths[row]) for _ in range(2)])
        scores[-1][0][starts[row]] = scores[-1][1][ends[row]] = 5.0
    if starts.any():
        found = best_spans(
            [s for s, _ in scores], [e for _, e in scores], windows.begin, windows.offset,
            windows.size, passage, ragged.offsets, may_be_unanswerable=True, max_answer_tokens=50,
        )  # fmt: skip
        best = found.best(None)
        assert passage[best.start_chars : best.stop_chars] == best.text
        owner = max_context(windows.begin, windows.size, len(ragged.ids))
        if starts[owner[first]]:
            assert (best.start_chars, best.stop_chars) == (a, b)
            assert best.score == 10


def spans_slowly(starts, ends, begin, offset, size, longest):
    """All spans by the rules, one after the other."""
    found = []
    for w in range(len(begin)):
        for i in range(size[w]):
            context = []
            for v in range(len(begin)):
                left, right = begin[w] + i - begin[v], begin[v] + size[v] - 1 - begin[w] - i
                if min(left, right) >= 0:
                    context.append((min(left, right) + 0.01 * size[v], -v))
            if max(context) != (min(i, size[w] - 1 - i) + 0.01 * size[w], -w):
                continue
            for j in range(i, min(i + longest, size[w])):
                score = starts[w][offset[w] + i] + ends[w][offset[w] + j]
                found.append((float(score), int(begin[w] + i), int(begin[w] + j)))
    return sorted(found, key=lambda item: -item[0])


def test_the_tokens_of_a_question_are_an_option():
    data = Squad([PASSAGE], [Question("1", "where is it?", 0, (), "here")], True)

    def tokens_of_question(**options):
        task = QuestionAnsweringTask(TaskSettings(task="qa", **options), Letters())
        return (task.windows(data)[0].offset - 2).tolist()

    assert tokens_of_question() == [len("whereisit?")]
    assert tokens_of_question(max_question_tokens=5) == [5]
    with pytest.raises(ValueError, match="max_question_tokens must be at least 1, got 0"):
        tokens_of_question(max_question_tokens=0)
    assert TaskSettings(task="qa").max_question_tokens == 64


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 25), st.integers(1, 6), st.integers(1, 5), st.integers(0, 1000))
def test_best_spans_equal_the_slow_twin(tokens, longest, n_best, seed):
    rng = np.random.default_rng(seed)
    passage = "x" * tokens
    chars = np.stack((np.arange(tokens), np.arange(tokens) + 1), axis=1)
    windows = make_windows(
        FlatRows(np.array([7, 7]), np.array([0, 2])),
        FlatRows(np.full(tokens, 9), np.array([0, tokens])),
        np.array([0]), SpecialIds(2, 3), max_length=13, stride=4,
    )  # fmt: skip
    starts = [rng.normal(size=n) for n in windows.inputs.lengths]
    ends = [rng.normal(size=n) for n in windows.inputs.lengths]
    places = windows.begin, windows.offset, windows.size
    found = best_spans(
        starts, ends, *places, passage, chars,
        may_be_unanswerable=True, n_best=n_best, max_answer_tokens=longest,
    )  # fmt: skip
    expected = spans_slowly(starts, ends, *places, longest)[:n_best]
    ours = [(c.score, c.start_chars, c.stop_chars - 1) for c in found.candidates if c.text]
    assert ours == expected
    null = min(s[0] + e[0] for s, e in zip(starts, ends, strict=True))
    assert found.null_margin == pytest.approx(null - expected[0][0])
    shares = np.exp([c.log_probability for c in found.candidates])
    assert shares.sum() == pytest.approx(1)
    assert found.best(found.null_margin - 1e-9).text == ""
    assert found.best(found.null_margin + 1e-9).text != ""


def test_scores_do_not_overflow_and_must_be_finite():
    chars = np.array([[0, 1], [1, 2]])
    places = np.array([0]), np.array([2]), np.array([2])
    big = [np.array([0.0, 0.0, 3000.0, 2000.0, 0.0])]
    found = best_spans(big, big, *places, "ab", chars, may_be_unanswerable=True)
    assert found.candidates[0].text == "a"
    assert np.isfinite([c.log_probability for c in found.candidates]).all()
    with pytest.raises(ValueError, match="finite"):
        best_spans([big[0] * np.nan], big, *places, "ab", chars, may_be_unanswerable=True)
    with pytest.raises(ValueError, match="at least 1"):
        best_spans(big, big, *places, "ab", chars, may_be_unanswerable=True, n_best=0)
    nothing = np.array([0]), np.array([2]), np.array([0])
    empty = best_spans(
        [np.zeros(3)], [np.zeros(3)], *nothing, "", np.zeros((0, 2), int), may_be_unanswerable=False
    )
    assert empty.best(None).text == ""


@given(st.lists(st.tuples(st.integers(-5, 5), st.floats(-1, 1)), min_size=1, max_size=12))
def test_threshold_is_the_best_there_is(pairs):
    margins, gain = (np.array(column, float) for column in zip(*pairs, strict=True))

    def value(threshold):
        return gain[margins <= threshold].sum()

    best = best_threshold(margins, gain)
    assert value(best) == pytest.approx(max(value(t) for t in np.arange(-6, 6.5, 0.5)))


def test_threshold_without_any_span():
    assert best_threshold(np.array([np.inf]), np.array([0.5])) == 0.0
