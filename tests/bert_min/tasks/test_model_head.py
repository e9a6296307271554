"""Fine-tuning goes on from the head of a folder where it fits, and says what it does with it."""

import json

import pytest
import torch

from bert_min import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
)
from bert_min.tasks import TaskSettings, make_task
from bert_min.tasks.finetune import finetune
from bert_min.tasks.model_head import load_with_head
from bert_min.training.train_config import TrainConfig
from subword import Tokenizer

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "kim"]


def save(folder, kind, *labels, model_type="bert"):
    folder.mkdir(exist_ok=True)
    torch.manual_seed(0)
    types = {} if model_type == "bert" else {"type_vocab_size": 0}
    config = BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, model_type=model_type, num_labels=len(labels) or 2,
        id2label=dict(enumerate(labels)) or None, **types,
    )  # fmt: skip
    model = kind(config)
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    return model


def task_of(folder, *labels, task="classification"):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return make_task(TaskSettings(task=task, labels=labels), tokenizer)


@pytest.mark.parametrize("model_type", ["bert", "distilbert"])
def test_another_number_of_labels_gets_a_new_head(tmp_path, model_type):
    before = save(
        tmp_path / "m", BertForSequenceClassification, "a", "b", "c", model_type=model_type
    )
    model, said = load_with_head(task_of(tmp_path / "m", "x", "y"), tmp_path / "m")
    counts = "has 3 labels (a, b, c), this task 2 labels (x, y): a new head"
    assert said == f"the head of {tmp_path / 'm'} {counts}"
    assert model.classifier.weight.shape == (2, 16)
    for name, value in before.bert.state_dict().items():
        assert torch.equal(model.bert.state_dict()[name], value)


@pytest.mark.parametrize(
    ("labels", "said"),
    [(("a", "b"), "is kept"), (("x", "y"), "is kept; its labels a, b are now x, y")],
)
def test_the_same_number_of_labels_keeps_the_head(tmp_path, labels, said):
    before = save(tmp_path / "m", BertForSequenceClassification, "a", "b")
    model, line = load_with_head(task_of(tmp_path / "m", *labels), tmp_path / "m")
    assert line == f"the head of {tmp_path / 'm'} {said}"
    assert torch.equal(model.classifier.weight, before.classifier.weight)


def test_the_head_of_another_task_is_not_taken_for_this_one(tmp_path):
    before = save(tmp_path / "m", BertForTokenClassification, "O", "B-PER")
    model, said = load_with_head(task_of(tmp_path / "m", "x", "y"), tmp_path / "m")
    assert said.endswith("is for another task (BertForTokenClassification): a new one")
    assert not torch.equal(model.classifier.weight, before.classifier.weight)


def test_without_a_head_nothing_is_said_and_that_of_answers_is_kept(tmp_path):
    save(tmp_path / "m", BertForQuestionAnswering)
    assert load_with_head(task_of(tmp_path / "m", task="qa"), tmp_path / "m")[1].endswith("is kept")
    assert load_with_head(task_of(tmp_path / "m", "x", "y"), tmp_path / "m")[1] == ""


def test_labels_keep_their_numbers_when_a_model_is_trained_on(tmp_path, capsys):
    """A head that is kept would otherwise begin with its labels exchanged."""
    save(tmp_path / "m", BertForSequenceClassification, "positive", "negative")
    data = tmp_path / "a.tsv"
    data.write_text("text\tlabel\ngood\tpositive\nbad\tnegative\n")
    out = tmp_path / "out"
    finetune(
        TaskSettings(task="classification", max_length=16), tmp_path / "m", data, data, out,
        TrainConfig(epochs=1), device="cpu",
    )  # fmt: skip
    assert json.loads((out / "task.json").read_text())["labels"] == ["positive", "negative"]
    assert json.loads((out / "config.json").read_text())["id2label"] == {
        "0": "positive",
        "1": "negative",
    }
    assert f"the head of {tmp_path / 'm'} is kept\n" in capsys.readouterr().out
