"""Regression: correlations as those of scipy, and the whole way from a file to a score."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bert_min.cli import main
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.tasks import TASKS, TaskSettings, make_task
from bert_min.tasks.regression import pearson, ranks, regression_metrics
from bert_min.tasks.settings import TASK_NAMES
from subword import Tokenizer

WORDS = ["good", "bad", "film", "the", "is"]
numbers = st.lists(
    st.tuples(st.integers(-4, 4).map(float), st.floats(-1e3, 1e3)), min_size=2, max_size=30
)


@given(numbers)
def test_correlations_equal_those_of_scipy(pairs):
    stats = pytest.importorskip("scipy.stats")
    a, b = (np.array(column) for column in zip(*pairs, strict=True))
    assert ranks(a).tolist() == stats.rankdata(a).tolist()
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        assert pearson(a, b) == 0
        return
    found = regression_metrics(a, b)
    assert found["spearman"] == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
    if np.ptp(b) > 1e-6 * np.abs(b).max():  # scipy warns of less
        assert found["pearson"] == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-6)
    assert found["mean_squared_error"] == pytest.approx(np.mean((a - b) ** 2))


def test_correlations_of_large_and_small_numbers_are_finite():
    a = np.array([1e-200, 2e-200, 4e-200])
    assert pearson(a, a * 1e300) == pytest.approx(1)
    assert pearson(np.array([0.0, 0, 1]), np.full(3, 1.2997507680621826e-65)) == 0
    with pytest.raises(ValueError, match="at least one"):
        regression_metrics(np.zeros(0), np.zeros(0))


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.1,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


def write_pairs(path, count, seed):
    """Pairs whose score is how often the second is in the first."""
    rng = np.random.default_rng(seed)
    lines = ["sentence1\tsentence2\tscore"]
    for _ in range(count):
        first = rng.choice(["good", "bad"], size=4).tolist()
        lines.append(f"{' '.join(first)}\tgood\t{first.count('good') + 0.25:.3f}")
    path.write_text("\n".join(lines) + "\n")


def run(*arguments):
    torch.set_num_threads(1)
    assert main([str(argument) for argument in arguments]) == 0


def test_regression_of_pairs_from_file_to_score(model_folder, tmp_path, capsys):
    for name, count, seed in (("train.tsv", 300, 0), ("dev.tsv", 60, 1)):
        write_pairs(tmp_path / name, count, seed)
    out = tmp_path / "out"
    run(
        "finetune", "--task", "regression", "--model", model_folder, "--train",
        tmp_path / "train.tsv", "--dev", tmp_path / "dev.tsv", "--out", out, "--epochs", 12,
        "--lr", "3e-3", "--batch-size", 16, "--device", "cpu",
    )  # fmt: skip
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["pearson"] > 0.9
    assert metrics["spearman"] > 0.9
    lines = [json.loads(line) for line in (out / "log.jsonl").open()]
    steps = [line for line in lines if "loss_label" in line]
    assert steps[-1]["loss_label"] < steps[0]["loss_label"]
    assert not any("accuracy_label" in line for line in lines)  # numbers are not right or wrong
    capsys.readouterr()
    for first in ("good good good good", "bad bad bad bad"):
        run("predict", "--model", out, first, "good")
    high, low = map(float, capsys.readouterr().out.split())
    assert high - low > 2
    run("evaluate", "--model", out, "--data", tmp_path / "dev.tsv", "--out", tmp_path / "m.json")
    again = json.loads((tmp_path / "m.json").read_text())
    assert again["pearson"] == pytest.approx(metrics["pearson"])
    assert main(["predict", "--model", str(out), "one text"]) == 1
    assert "the task regression takes two texts, got 1" in capsys.readouterr().err

    transformers = pytest.importorskip("transformers")
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(out).eval()
    assert theirs.config.problem_type == "regression"
    ids = transformers.AutoTokenizer.from_pretrained(out)("good " * 4, "good", return_tensors="pt")
    with torch.no_grad():
        assert theirs(**ids).logits.item() == pytest.approx(high, abs=1e-3)


def test_regression_of_single_texts(model_folder, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"good, good",1.5\nbad,-2\n')
    task = make_task(TaskSettings(task="regression"), Tokenizer.from_wordpiece(
        str(model_folder / "vocab.txt")))  # fmt: skip
    data = task.read(path)
    task.learn(data)
    assert task.settings.pair is False
    examples = task.training_examples(data)
    assert examples.row_labels.tolist() == [[1.5], [-2.0]]
    assert examples.row_labels.dtype == np.float32


@pytest.mark.parametrize("label", ["nan", "inf", "x", "1,5"])
def test_a_score_that_is_no_finite_number_is_named(model_folder, tmp_path, label):
    path = tmp_path / "a.tsv"
    path.write_text(f"text\tscore\ngood\t1\nbad\t{label}\n")
    task = make_task(TaskSettings(task="regression"), Tokenizer.from_wordpiece(
        str(model_folder / "vocab.txt")))  # fmt: skip
    with pytest.raises(ValueError, match=rf"a\.tsv:3: the score must be .*, got '{label}'"):
        task.check(task.read(path))


def test_every_task_has_its_name_and_names_its_options():
    assert sorted([*TASKS, "embedding"]) == list(TASK_NAMES)
    fields = set(TaskSettings.__dataclass_fields__)
    for task in TASKS.values():
        assert task.options <= fields
