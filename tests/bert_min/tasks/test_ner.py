"""CoNLL columns, alignment of words and subwords, entities as seqeval reads them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_min.model.packed_head import IGNORE
from bert_min.tasks.conll import read_conll
from bert_min.tasks.entities import Entity, entities, entity_metrics
from bert_min.tasks.ner import NerTask
from bert_min.tasks.sentences import Sentences
from bert_min.tasks.settings import TaskSettings
from bert_min.tasks.word_alignment import align_words
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenize import encode_texts
from tests.helpers.stand_in import Letters

TAGS = ["O", *(f"{prefix}-{kind}" for prefix in "BIES" for kind in ("PER", "LOC"))]
tag_rows = st.lists(st.sampled_from(TAGS), min_size=1, max_size=12)


def test_columns(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(
        "-DOCSTART- -X- O O\n\nEU NNP I-NP B-ORG\nrejects VBZ I-VP O\n\n\nU.S. NNP X S-LOC"
    )
    found = read_conll(path)
    assert found.words == [["EU", "rejects"], ["U.S."]]
    assert found.tags == [["B-ORG", "O"], ["S-LOC"]]
    assert found.where == [f"{path}:3", f"{path}:7"]
    assert found.document == [1, 1]
    path.write_text("a b\tO\n\nc\tB-X\n")
    assert read_conll(path).words == [["a b"], ["c"]]
    path.write_text("one\ntwo\n")
    assert read_conll(path, labelled=False).tags == [["O", "O"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EU B-ORG\nrejects\n", r"a\.txt:2: a line must hold a word and a tag"),
        ("EU B-ORG\nrejects X O\n", r"a\.txt:2: expected 2 columns"),
        ("EU B-ORG\nrejects ORG\n", r"a\.txt:2: a tag must be O, or B-, I-, E- or S-"),
        ("EU B-\n", r"a\.txt:1: a tag must be"),
        ("\n-DOCSTART- O\n\n", "at least one sentence"),
        ("", "at least one sentence"),
    ],
)
def test_broken_columns(tmp_path, text, message):
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_conll(path)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(tag_rows, tag_rows), min_size=1, max_size=4))
def test_scores_equal_seqeval(rows):
    seqeval = pytest.importorskip("seqeval.metrics")
    from seqeval.metrics.sequence_labeling import get_entities

    expected = [a[: len(b)] for a, b in rows]
    predicted = [b[: len(a)] for a, b in rows]
    for tags in expected:
        theirs = [Entity(kind, start, stop + 1) for kind, start, stop in get_entities(tags)]
        assert entities(tags) == theirs
    found = entity_metrics(predicted, expected)
    ours = [found[name] for name in ("precision", "recall", "f1", "accuracy")]
    theirs = [
        seqeval.precision_score(expected, predicted, zero_division=0),
        seqeval.recall_score(expected, predicted, zero_division=0),
        seqeval.f1_score(expected, predicted, zero_division=0),
        seqeval.accuracy_score(expected, predicted),
    ]
    assert ours == pytest.approx(theirs)


def test_metrics_refuse_rows_of_unequal_length():
    with pytest.raises(ValueError, match="1 predicted tags for 2 expected"):
        entity_metrics([["O"]], [["O", "O"]])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet="ab\x01", max_size=6), min_size=1, max_size=8),
        min_size=1,
        max_size=4,
    ),
    st.integers(3, 12),
)
def test_every_word_begins_once(sentences, max_length):
    tokenizer = Letters()
    flat_words = [word.replace("\x01", " ") for sentence in sentences for word in sentence]
    flat = encode_texts(tokenizer, flat_words, add_special_tokens=False)
    special = SpecialIds.of(tokenizer)
    found = align_words(sentences, range(len(sentences)), flat, special, max_length)
    assert (found.inputs.lengths <= max_length).all()
    begins = found.word[found.word >= 0].tolist()
    assert begins == np.flatnonzero(flat.lengths > 0).tolist()
    owner = [i for i, sentence in enumerate(sentences) for _ in sentence]
    for row in range(len(found.inputs)):
        part = slice(found.inputs.splits[row], found.inputs.splits[row + 1])
        ids, word = found.inputs.ids[part], found.word[part]
        assert ids[0] == special.cls
        assert ids[-1] == special.sep
        assert word[0] == word[-1] == -1
        assert len({owner[w] for w in word if w >= 0}) <= 1
        for at in np.flatnonzero(word >= 0):
            pieces = flat.ids[flat.splits[word[at]] : flat.splits[word[at] + 1]]
            kept = pieces[: max_length - 2]
            assert ids[at : at + len(kept)].tolist() == kept.tolist()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.lists(st.text("ab", min_size=1, max_size=3)), st.booleans())),
    st.integers(3, 12),
)
def test_sentences_of_a_document_share_inputs(rows, max_length):
    tokenizer = Letters()
    sentences = [words for words, _ in rows]
    documents = np.cumsum([new for _, new in rows]).tolist()
    flat = encode_texts(
        tokenizer, [word for sentence in sentences for word in sentence], add_special_tokens=False
    )
    found = align_words(sentences, documents, flat, SpecialIds.of(tokenizer), max_length)
    room, size = max_length - 2, np.minimum(flat.lengths, max_length - 2)
    owner = np.repeat(np.arange(len(sentences)), [len(words) for words in sentences])
    row = np.repeat(np.arange(len(found.inputs)), found.inputs.lengths)[found.word >= 0]
    assert found.word[found.word >= 0].tolist() == list(range(len(owner)))
    for sentence in range(len(sentences)):
        if size[owner == sentence].sum() <= room:
            assert len(set(row[owner == sentence].tolist())) <= 1
    for at in range(len(found.inputs) - 1):
        here, after = owner[row == at], owner[row == at + 1]
        assert len({documents[i] for i in here}) == 1
        if documents[after[0]] == documents[here[0]] and here[-1] != after[0]:
            assert size[row == at].sum() + size[owner == after[0]].sum() > room


def test_labels_on_first_subwords_only():
    tokenizer = Letters()
    task = NerTask(TaskSettings(task="ner"), tokenizer)
    data = Sentences([["ab", "c"], ["de"]], [["B-PER", "O"], ["I-PER"]], ["f:1", "f:4"], [0, 0])
    task.learn(data)
    assert task.labels == ("O", "B-PER", "I-PER")
    batch = task.objective(data).batch(np.array([0, 1]), np.random.default_rng(0))
    # sorted by length: [CLS] d ##e [SEP], then [CLS] a ##b c [SEP]
    assert batch.token_labels.tolist() == [
        IGNORE,
        2,
        IGNORE,
        IGNORE,
        IGNORE,
        1,
        IGNORE,
        0,
        IGNORE,
    ]
    with pytest.raises(ValueError, match=r"g:1: tag 'B-LOC' .* does not occur in the training set"):
        task.check(Sentences([["x"]], [["B-LOC"]], ["g:1"], [0]))
