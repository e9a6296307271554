"""A loss that is no number names its examples, and a text that is cut is said to be."""

import json
import re

import pytest
import torch

from bert_min import BertConfig, BertModel
from bert_min.cli import main
from bert_min.tasks.predict import load_task
from bert_min.training.checkpoint import CHECKPOINT
from subword import Tokenizer
from tests.bert_min.conftest import TINY

WORDS = ["red", "blue", "dog", "cat", "sky", "the", "is", "##x", "broken"]
SIZE = 5 + len(WORDS)
TASKS = ("classification", "few-shot", "nli", "regression", "ranking", "ner", "qa", "embedding")
PAIRS, NUMBERS = ("nli", "ranking"), ("regression", "ranking")
ODD = 7  # the example that is not as the others


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model whose vector of the last word is too large for float32."""
    folder = tmp_path_factory.mktemp("model")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*special, *WORDS]) + "\n")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    encoder = BertModel(BertConfig(**TINY).replace(vocab_size=SIZE, num_hidden_layers=1))
    with torch.no_grad():
        encoder.embeddings.word.weight[SIZE - 1] = 3e38 * (-1.0) ** torch.arange(32)
    encoder.save_pretrained(folder)
    return folder


def texts(count):
    return [f"the {WORDS[n % 5]} is {WORDS[n // 5 % 5]}" for n in range(count)]


def write(path, task, found):
    """Write texts as a file of a task; return where each is in it, as a pattern."""
    if task == "embedding" and path.name == "d":
        task = "ranking"  # vectors are measured on pairs
    if task == "ner":
        tags = {"dog": "B-X"}
        lines = [[f"{word} {tags.get(word, 'O')}" for word in text.split()] for text in found]
        path = path.with_suffix(".txt")
        path.write_text("\n".join("\n".join((*line, "")) for line in lines))
        return path, [rf"\.txt:{1 + 5 * n}\b" for n in range(len(found))]
    if task == "qa":
        path = path.with_suffix(".jsonl")
        answers = {"text": ["sky"], "answer_start": [0]}
        rows = [
            {"id": f"n{n}", "question": text, "context": "sky cat", "answers": answers}
            for n, text in enumerate(found)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        path = path.with_suffix(".tsv")
        rows = [(text, "the sky", str(n % 2)) for n, text in enumerate(found)]
        names = ("sentence1", "sentence2", "score" if task in NUMBERS else "label")
        if task not in PAIRS:
            rows, names = [(row[0], row[2]) for row in rows], ("text", names[2])
        if task == "embedding":
            rows, names = [row[:1] for row in rows], ("text",)
        path.write_text("".join("\t".join(row) + "\n" for row in (names, *rows)))
    first = 1 if task == "qa" else 2
    return path, [rf"{re.escape(path.name)}:{n + first}\b" for n in range(len(found))]


def tune(model, folder, task, found, *more):
    """Train on some texts; return the status, and where each text is."""
    train, places = write(folder / "a", task, found)
    dev, _ = write(folder / "d", task, texts(4))
    torch.set_num_threads(1)
    words = (
        "finetune", "--task", task, "--model", model, "--train", train, "--dev", dev, "--out",
        folder / "out", "--device", "cpu", "--batch-size", 4, "--epochs", 1, *more,
    )  # fmt: skip
    return main([*map(str, words)]), places


@pytest.mark.parametrize("task", [*TASKS, "distillation"])
def test_a_loss_that_is_no_number_names_its_example(model, tmp_path, capsys, task):
    more = ["--checkpoint-every", 1]
    name = "embedding" if task == "distillation" else task
    if task == "distillation":
        teacher = tmp_path / "teacher"
        BertModel(BertConfig(**TINY).replace(vocab_size=SIZE)).save_pretrained(teacher)
        Tokenizer.from_file(str(model / "tokenizer.json")).save(str(teacher / "tokenizer.json"))
        more += ["--teacher", teacher]
    found = texts(16)
    found[ODD] = "the sky is broken"
    status, places = tune(model, tmp_path, name, found, *more)
    assert status == 1
    said = capsys.readouterr().err
    assert re.search(places[ODD], said), said
    named = [place for place in places if re.search(place, said)]
    if task != "few-shot":  # which pairs each text with others
        assert named == [places[ODD]], said
    saved = tmp_path / "out" / CHECKPOINT
    if step := re.search(r"at step (\d+)", said):
        before = int(step[1]) - 1
        expected = f"the last checkpoint is of step {before}" if before else "no checkpoint yet"
        assert expected in said
        assert saved.exists() is bool(before)
        assert not before or torch.load(saved, weights_only=True)["step"] == before


@pytest.mark.parametrize("pairs", [True, False])
def test_pretraining_names_the_text_of_a_loss_that_is_no_number(model, tmp_path, capsys, pairs):
    documents = ["the dog is red\nthe sky is blue"] * 30
    documents[ODD] = "the cat is broken\nthe broken sky"
    (tmp_path / "corpus.txt").write_text("\n\n".join(documents) + "\n")
    torch.set_num_threads(1)
    words = (
        "pretrain", tmp_path / "corpus.txt", "--model", model, "--out", tmp_path / "out",
        "--steps", 30, "--batch-size", 4, "--max-length", 16, "--device", "cpu",
        *([] if pairs else ["--mlm-only"]),
    )  # fmt: skip
    assert main([*map(str, words)]) == 1
    said = capsys.readouterr().err
    assert "at step" in said
    assert re.search(rf"of .*document {ODD + 1} .*broken|document \d+ from its token", said), said


@pytest.mark.parametrize("task", TASKS)
def test_training_says_which_texts_are_cut(model, tmp_path, task):
    found, more = texts(16), ["--max-length", 16, "--steps", 1]
    found[ODD] = "red dog " * 20
    what, limit = "pairs" if task in PAIRS else "texts", 16
    if task == "ner":
        found[ODD] = "the red" + "x" * 20 + " is sky"
        what, limit = "words", 14
    elif task == "qa":
        what, limit, more = "questions", 8, ["--max-question-tokens", 8, "--steps", 1]
    with pytest.warns(UserWarning, match=f"^1 of [0-9]+ {what} were cut to {limit} tokens") as said:
        status, places = tune(model, tmp_path, task, found, *more)
    assert status == 0
    lines = [str(warning.message) for warning in said if "were cut" in str(warning.message)]
    assert any(re.search(rf"\(the first: .*{places[ODD]}.*\)$", line) for line in lines), lines


def test_answers_say_which_texts_are_cut_and_where_scores_are_no_numbers(model, tmp_path, capsys):
    assert tune(model, tmp_path, "classification", texts(16), "--max-length", 16)[0] == 0
    path, places = write(tmp_path / "b", "classification", ["red", "red dog " * 20])
    for command, option in (("predict", "--input"), ("evaluate", "--data")):
        words = [command, "--model", str(tmp_path / "out"), option, str(path), "--device", "cpu"]
        with pytest.warns(UserWarning, match=rf"1 of 2 texts were cut to 16 tokens.*{places[1]}"):
            assert main(words) == 0
    bad, task = load_task(tmp_path / "out", "cpu")
    data = task.example(["sky is broken"], "here")
    with pytest.raises(ValueError, match=r"^here: the model's scores must be finite numbers"):
        task.predict(bad, data)
