"""`bert-min finetune --task few-shot`: vectors from labels, then a logistic regression on them."""

import json

import numpy as np
import pytest
import torch

from bert_min import BertConfig, BertModel, Embedder
from bert_min.cli import main
from bert_min.finetune import finetune
from bert_min.predict import load_task, predict_texts
from bert_min.tasks import TaskSettings
from bert_min.tasks.few_shot import pairs_of_labels
from bert_min.tasks.vector_classifier import logistic_regression
from bert_min.train import TrainConfig
from subword import Tokenizer
from tests.bert_min.conftest import TINY

GROUPS = {"colour": ["red", "blue", "green", "white"], "thing": ["sky", "dog", "cat", "car"]}
FILLER = ["the", "a", "my", "this", "that", "one"]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *GROUPS["colour"], *GROUPS["thing"], *FILLER]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    tokenizer = Tokenizer.from_wordpiece(str(folder / "vocab.txt"))
    torch.manual_seed(0)
    config = BertConfig(**TINY).replace(
        vocab_size=len(WORDS), initializer_range=0.2, num_hidden_layers=1
    )
    Embedder(
        BertModel(config), tokenizer, normalize=True, prompts={"x": "this "}, default_prompt="this "
    ).save_pretrained(folder)
    for name, count in (("train", 16), ("dev", 30)):
        rng = np.random.default_rng(count)
        rows = ["text\tlabel"]
        for label, words in GROUPS.items():
            for _ in range(count):
                text = [rng.choice(FILLER), rng.choice(words), rng.choice(FILLER)]
                rows.append(f"{' '.join(text)}\t{label}")
        (folder / f"{name}.tsv").write_text("\n".join(rows) + "\n")
    return folder


def tune(model, out, *more):
    torch.set_num_threads(1)
    words = ["finetune", "--task", "few-shot", "--model", model, "--out", out, "--device", "cpu"]
    words += ["--train", model / "train.tsv", "--lr", "3e-3", "--seed", 1, *more]
    return main([str(word) for word in words])


@pytest.mark.parametrize("count", [2, 3])
def test_the_regression_is_that_of_scikit_learn(count):
    library = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 6)).astype(np.float32)
    y = rng.integers(0, count, 40)
    x[np.arange(40), y] += 1
    theirs = library.LogisticRegression(tol=1e-10, max_iter=5_000).fit(x.astype(np.float64), y)
    weight, bias = logistic_regression(x, y, count)
    scores = torch.from_numpy(x).double() @ weight.T + bias
    np.testing.assert_allclose(scores.softmax(1).numpy(), theirs.predict_proba(x), atol=1e-5)


def test_pairs_are_of_the_same_label_or_of_others():
    texts, labels = [f"t{n}" for n in range(9)], np.array([0, 0, 0, 0, 1, 1, 1, 1, 2])
    found = pairs_of_labels(texts, labels, texts, 3, 0)
    number = {text: n for n, text in enumerate(texts)}
    for (a, b), score, where in zip(*found, strict=True):
        assert (labels[number[a]] == labels[number[b]]) == score
        assert a == where
        assert a != b or a == "t8"  # the only one of its label
    assert len(found.texts) == 8 * 6 + 4
    assert pairs_of_labels(texts, labels, texts, 3, 0).texts == found.texts
    assert pairs_of_labels(texts, labels, texts, 3, 1).texts != found.texts


@pytest.mark.slow
def test_labels_are_told_apart_after_training(model, tmp_path, capsys):
    out = tmp_path / "out"
    assert tune(model, out, "--dev", model / "dev.tsv", "--epochs", 5, "--pairs", 6) == 0
    assert "32 texts of 2 labels to train on: 384 pairs" in capsys.readouterr().out
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["accuracy"] > 0.9
    assert main(["evaluate", "--model", str(out), "--data", str(model / "dev.tsv")]) == 0
    again = json.loads((out / "metrics-dev.json").read_text())
    assert again == pytest.approx({k: v for k, v in metrics.items() if k != "best_step"})
    capsys.readouterr()
    assert main(["predict", "--model", str(out), "that red one"]) == 0
    assert capsys.readouterr().out.startswith("colour ")
    # the probabilities are those of a regression on the vectors of the embedder, prompt included
    classifier, task = load_task(out, "cpu")
    vectors = Embedder.from_pretrained(out, "cpu").encode(["the dog"], progress=False)
    weights = classifier.classifier
    logits = torch.from_numpy(vectors) @ weights.weight.T + weights.bias
    share = predict_texts(classifier, task, "the dog")["probabilities"]
    assert list(share.values()) == pytest.approx(logits.softmax(1)[0].tolist(), abs=1e-5)


def test_a_resumed_run_is_the_run_that_was_not_stopped(model, tmp_path, capsys):
    options = ("--steps", 4, "--eval-every", 1, "--dev-share", 0.25)
    tune(model, tmp_path / "whole", *options)
    assert "24 texts of 2 labels to train on, 8 set aside" in capsys.readouterr().out
    tune(model, tmp_path / "parts", *options, "--stop-at", 2)
    tune(model, tmp_path / "parts", *options, "--resume")
    states = [
        torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["model"]
        for name in ("whole", "parts")
    ]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert tune(model, tmp_path / "parts", *options, "--resume", "--pairs", 3) == 1


WRONG = {
    "no pairs": (["--pairs", "0"], "pairs must be at least 1, got 0"),
    "parts": (["--accumulate", "2"], "the task few-shot takes accumulate 1 and one process"),
    "another task's": (["--matryoshka", "8"], "--matryoshka means nothing to the task few-shot"),
    "a share besides": (["--dev-share", "0.1", "--dev", "x"], "is for a run without a dev"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_trained_is_refused(model, tmp_path, capsys, case):
    more, message = WRONG[case]
    assert tune(model, tmp_path / "out", *more) == 1
    assert message in capsys.readouterr().err


def test_a_classifier_that_does_not_fit_is_refused(model, tmp_path, capsys):
    out = tmp_path / "out"
    tune(model, out, "--steps", 1)
    with pytest.raises(ValueError, match="is trained by finetune_few_shot, not by finetune"):
        finetune(
            TaskSettings(task="few-shot"), model, model / "train.tsv", None, out, TrainConfig()
        )
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        assert (out / name).is_file()
    (out / "classifier" / "model.safetensors").unlink()
    capsys.readouterr()
    assert main(["predict", "--model", str(out), "a dog"]) == 1
    assert "classifier" in capsys.readouterr().err
