"""A cross-encoder orders documents; its scores are those of transformers."""

import json

import numpy as np
import pytest
import torch

from bert_min import BertForSequenceClassification, BertModel, Reranker, rank
from bert_min.cli import main

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog", "runs", "blue", "the"]
DOCUMENTS = ["the dog runs", "red sky", "blue sky the dog runs", "dog", "the sky"]


@pytest.fixture
def folder(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    config = tiny.replace(vocab_size=len(WORDS), num_labels=1, initializer_range=0.5)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    return tmp_path


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_rank_orders_by_the_scores_of_transformers(folder):
    library = pytest.importorskip("transformers")
    model = library.BertForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = library.BertTokenizerFast(str(folder / "vocab.txt"))
    inputs = tokenizer(["red sky"] * 5, DOCUMENTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = model(**inputs).logits[:, 0].numpy()
    change(folder / "config.json", sentence_transformers={"activation_fn": "torch.nn.Identity"})
    reranker = Reranker.from_pretrained(folder, device="cpu")
    np.testing.assert_allclose(reranker.score(["red sky"] * 5, DOCUMENTS), expected, atol=1e-5)
    scores, order = rank("red sky", DOCUMENTS, reranker)
    assert order.tolist() == np.argsort(-expected, kind="stable").tolist()
    assert (np.diff(scores) <= 0).all()
    best, where = rank("red sky", DOCUMENTS, folder, k=2)
    np.testing.assert_allclose(best, scores[:2], rtol=1e-6)
    assert where.tolist() == order[:2].tolist()


def test_the_score_goes_through_a_sigmoid_unless_the_folder_says_otherwise(folder):
    plain = Reranker.from_pretrained(folder, device="cpu")
    assert plain.sigmoid
    scores = plain.score(["sky"], ["dog"])
    for key in ("sbert_ce_default_activation_function", "activation_fn"):
        change(folder / "config.json", **{key: "torch.nn.modules.linear.Identity"})
        raw = Reranker.from_pretrained(folder, device="cpu")
        assert not raw.sigmoid
        np.testing.assert_allclose(
            1 / (1 + np.exp(-raw.score(["sky"], ["dog"]))), scores, rtol=1e-5
        )
    change(folder / "config.json", activation_fn="torch.nn.modules.activation.Tanh")
    with pytest.raises(ValueError, match=r"activation 'torch.*Tanh' of the score is not known"):
        Reranker.from_pretrained(folder)


def test_what_cannot_be_ranked_is_refused(folder, tiny, tmp_path_factory):
    reranker = Reranker.from_pretrained(folder, device="cpu")
    with pytest.raises(ValueError, match="at least one text, got none"):
        rank("a", [], reranker)
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        rank("a", ["b"], reranker, k=0)
    with pytest.raises(TypeError, match="documents must be a list of str, got str"):
        rank("a", "b", reranker)
    with pytest.raises(TypeError, match="query must be a str, got list"):
        rank(["a"], ["b"], reranker)
    with pytest.raises(ValueError, match="as many queries as documents, got 1 and 2"):
        reranker.score(["a"], ["b", "c"])
    with pytest.warns(UserWarning, match="1 of 2 pairs were cut to 40 tokens"):
        rank("red", ["dog", "dog " * 40], reranker)
    other = tmp_path_factory.mktemp("other")
    (other / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertModel(tiny.replace(vocab_size=len(WORDS), num_labels=1)).save_pretrained(other)
    with pytest.raises(ValueError, match=r"must have the weights of its head.*classifier"):
        Reranker.from_pretrained(other)
    change(other / "config.json", num_labels=2, id2label=None)
    BertForSequenceClassification(
        tiny.replace(vocab_size=len(WORDS), num_labels=2)
    ).save_pretrained(other)
    with pytest.raises(ValueError, match="one label, a score, got 2"):
        Reranker.from_pretrained(other)


def test_the_command_prints_the_best_first(folder, tmp_path, capsys):
    (tmp_path / "d.txt").write_text("\n".join(DOCUMENTS) + "\n")
    words = ["rank", "red sky", "--documents", str(tmp_path / "d.txt"), "--model", str(folder)]
    assert main([*words, "-k", "3", "--device", "cpu"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    scores, order = rank("red sky", DOCUMENTS, folder, 3)
    assert [int(row) for _, row, _ in lines] == order.tolist()
    assert [text for *_, text in lines] == [DOCUMENTS[i] for i in order]
    assert [float(score) for score, *_ in lines] == pytest.approx(scores.tolist(), abs=1e-4)
