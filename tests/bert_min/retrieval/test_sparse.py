"""SPLADE vectors are those of sentence-transformers; their products those of scipy."""

import json

import numpy as np
import pytest
import torch

from bert_min import BertForMaskedLM, BertModel, SparseEncoder
from bert_min.retrieval.sparse import SparseVectors

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog", "runs", "blue", "the"]
TEXTS = ["the dog runs", "red", "blue sky the dog runs red red", "dog"]


@pytest.fixture
def folder(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    config = tiny.replace(vocab_size=len(WORDS), initializer_range=0.5)
    BertForMaskedLM(config).save_pretrained(tmp_path)
    return tmp_path


def dense(vectors):
    found = np.zeros((vectors.rows, vectors.width), np.float32)
    for number, line in enumerate(found):
        ids, weights = vectors.row(number)
        line[ids] = weights
    return found


def test_weights_are_those_of_sentence_transformers(folder):
    library = pytest.importorskip("transformers")
    pooling = pytest.importorskip("sentence_transformers.sparse_encoder.modules").SpladePooling
    model = library.BertForMaskedLM.from_pretrained(folder).eval()
    inputs = library.BertTokenizerFast(str(folder / "vocab.txt"))(
        TEXTS, padding=True, return_tensors="pt"
    )
    with torch.no_grad():
        found = pooling("max")(
            {"token_embeddings": model(**inputs).logits, "attention_mask": inputs["attention_mask"]}
        )
    encoder = SparseEncoder.from_pretrained(folder, device="cpu")
    vectors = encoder.encode(TEXTS)
    expected = found["sentence_embedding"].numpy()
    np.testing.assert_allclose(dense(vectors), expected, atol=1e-5)
    assert 0 < len(vectors.weights) < expected.size
    assert (vectors.weights > 0).all()
    alone = encoder.encode(TEXTS[1:2])
    np.testing.assert_allclose(dense(alone)[0], expected[1], atol=1e-5)
    words = vectors.words(encoder.tokenizer)[2]
    assert list(words.values()) == sorted(words.values(), reverse=True)
    assert words == {
        WORDS[i]: pytest.approx(w, abs=1e-5) for i, w in enumerate(expected[2]) if w > 0
    }


def test_the_heaviest_words_are_kept(folder):
    encoder = SparseEncoder.from_pretrained(folder, device="cpu")
    full, few = encoder.encode(TEXTS), encoder.encode(TEXTS, most=2)
    for number in range(len(TEXTS)):
        best = sorted(full.row(number)[1].tolist(), reverse=True)[:2]
        assert sorted(few.row(number)[1].tolist(), reverse=True) == pytest.approx(best, abs=1e-6)


def test_products_are_those_of_scipy():
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(0)
    both = []
    for rows in (5, 7):
        full = rng.random((rows, 20), np.float32) * (rng.random((rows, 20)) < 0.2)
        full[[0, 3]] = 0  # rows of nothing
        theirs = sparse.csr_array(full)
        parts = theirs.data, theirs.indices, theirs.indptr.astype(np.int64)
        both.append((SparseVectors(*parts, 20), theirs))
    (a, his), (b, hers) = both
    np.testing.assert_allclose(a.similarity(b), (his @ hers.T).toarray(), rtol=1e-5)
    empty = SparseVectors(a.weights[:0], a.ids[:0], np.zeros(4, np.int64), 20)
    assert a.similarity(empty).tolist() == np.zeros((5, 3)).tolist()
    with pytest.raises(ValueError, match="one vocabulary, got 20 and 21 words"):
        a.similarity(b._replace(width=21))


def test_what_makes_no_sparse_vectors_is_refused(folder, tiny, tmp_path):
    encoder = SparseEncoder.from_pretrained(folder, device="cpu")
    with pytest.raises(TypeError, match="texts must be"):
        encoder.encode("red")
    with pytest.raises(ValueError, match="most must be at least 1, got 0"):
        encoder.encode(["red"], most=0)
    assert encoder.encode([]).rows == 0
    with pytest.warns(UserWarning, match="1 of 2 texts were cut to 40 tokens"):
        encoder.encode(["red", "dog " * 50])
    (folder / "1_SpladePooling").mkdir()
    path = folder / "1_SpladePooling" / "config.json"
    path.write_text(json.dumps({"pooling_strategy": "sum"}))
    with pytest.raises(ValueError, match="pooling_strategy = 'sum' is not implemented"):
        SparseEncoder.from_pretrained(folder)
    path.write_text(json.dumps({"pooling_strategy": "max", "activation_function": "relu"}))
    BertModel(tiny.replace(vocab_size=len(WORDS))).save_pretrained(folder)
    with pytest.raises(ValueError, match="need the head of masked words, these weights are not"):
        SparseEncoder.from_pretrained(folder)
