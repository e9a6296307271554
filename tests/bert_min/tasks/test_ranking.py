"""`bert-min finetune --task ranking`: a cross-encoder that orders documents."""

import json

import numpy as np
import pytest
import torch

from bert_min import BertConfig, BertModel, rank
from bert_min.cli import main
from bert_min.retrieval.scores import retrieval_scores
from subword import Tokenizer
from tests.bert_min.conftest import TINY

WORDS = ["red", "blue", "green", "white", "sky", "dog", "cat", "the"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*special, *WORDS]) + "\n")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    BertModel(BertConfig(**TINY).replace(vocab_size=13, initializer_range=0.2)).save_pretrained(
        folder
    )
    return folder


def labelled(path, count, seed, highest):
    """A document answers a query of one word if it has that word."""
    rng = np.random.default_rng(seed)
    rows = ["sentence1\tsentence2\tscore"]
    for _ in range(count):
        query = rng.choice(WORDS[:4])
        document = " ".join(rng.choice(WORDS, size=4, replace=False))
        rows.append(f"{query}\t{document}\t{highest * (query in document.split())}")
    path.write_text("\n".join(rows) + "\n")
    return str(path)


@pytest.mark.slow
def test_ranking_from_files_to_an_order(model, tmp_path, capsys):
    torch.set_num_threads(1)
    train, dev = labelled(tmp_path / "t.tsv", 700, 0, 5), labelled(tmp_path / "d.tsv", 80, 1, 5)
    out = tmp_path / "out"
    assert main([
        "finetune", "--task", "ranking", "--model", str(model), "--train", train, "--dev", dev,
        "--out", str(out), "--lr", "3e-3", "--epochs", "8", "--max-score", "5", "--device", "cpu",
    ]) == 0  # fmt: skip
    found = json.loads((out / "metrics.json").read_text())
    assert found["spearman"] > 0.75
    assert found["ndcg_at_10"] > 0.95
    scores, rows = rank("green", ["red dog", "the green cat", "white sky"], out)
    assert rows[0] == 1
    assert 0 <= scores.min() <= scores.max() <= 1
    capsys.readouterr()
    assert main(["predict", "--model", str(out), "green", "the green cat"]) == 0
    shown = capsys.readouterr().out
    assert float(shown) > 0.5
    assert main(["evaluate", "--model", str(out), "--data", dev, "--device", "cpu"]) == 0
    again = json.loads((out / "metrics-d.json").read_text())
    assert again["spearman"] == pytest.approx(found["spearman"], abs=1e-6)


def test_sentence_transformers_gives_the_same_scores(model, tmp_path):
    library = pytest.importorskip("sentence_transformers")
    train = labelled(tmp_path / "t.tsv", 40, 0, 1)
    out = tmp_path / "out"
    words = ["finetune", "--task", "ranking", "--model", model, "--train", train, "--out", out]
    assert main([str(word) for word in (*words, "--steps", 2, "--device", "cpu")]) == 0
    documents = ["red dog", "the green cat", "white sky"]
    scores, rows = rank("green", documents, out)
    theirs = library.CrossEncoder(str(out), device="cpu").predict([("green", d) for d in documents])
    np.testing.assert_allclose(scores, theirs[rows], atol=1e-5)


@pytest.mark.parametrize(
    ("score", "message"),
    [("2", "t.tsv:2: the score must lie in 0 to 1, got 2"), ("-0.5", "got -0.5"), ("x", "got 'x'")],
)
def test_scores_out_of_range_are_refused(model, tmp_path, capsys, score, message):
    (tmp_path / "t.tsv").write_text(f"sentence1\tsentence2\tscore\nred\tdog\t{score}\n")
    words = ["finetune", "--task", "ranking", "--model", model, "--train", tmp_path / "t.tsv"]
    words += ["--dev", tmp_path / "t.tsv", "--out", tmp_path / "out"]
    assert main([str(word) for word in words]) == 1
    assert message in capsys.readouterr().err


def test_scores_of_a_search_by_hand():
    found = np.array([[5, 1, 2, 3], [0, 4, 6, 7]])
    one = retrieval_scores(found, [{1, 3, 9}, {8}], 3)
    discounts = 1 / np.log2([2, 3, 4])
    assert one == {
        "ndcg_at_3": pytest.approx(discounts[1] / discounts.sum() / 2),
        "mrr_at_3": 0.25,
        "recall_at_3": pytest.approx(1 / 6),
    }
    assert retrieval_scores(found, [{5}, {0}]) == {
        "ndcg_at_10": 1, "mrr_at_10": 1, "recall_at_10": 1,
    }  # fmt: skip
    with pytest.raises(ValueError, match="query 1 has none"):
        retrieval_scores(found, [{1}, set()])
    with pytest.raises(ValueError, match="got 2 and 1"):
        retrieval_scores(found, [{1}])


def test_ndcg_is_that_of_sklearn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20, 30))
    truth = rng.random((20, 30)) < 0.2
    truth[:, 0] = True
    order = np.argsort(-scores, 1)[:, :10]
    relevant = [set(np.flatnonzero(row).tolist()) for row in truth]
    expected = metrics.ndcg_score(truth, scores, k=10)
    assert retrieval_scores(order, relevant)["ndcg_at_10"] == pytest.approx(expected)
