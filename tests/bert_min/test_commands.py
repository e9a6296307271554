"""`bert-min pretrain | finetune | predict | evaluate` on small files, with subword's tokenizer."""

import argparse
import json

import numpy as np
import pytest
import torch

from bert_min.cli import evaluate, finetune, predict, pretrain
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.text.tokenizers import load_tokenizer
from subword import Tokenizer

WORDS = ["good", "bad", "fine", "poor", "film", "cat", "dog", "sat", "mat", "red", "blue", "is"]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", "the", "##s", *WORDS]


def run(*arguments):
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(required=True)
    for module in (pretrain, finetune, predict, evaluate):
        module.register(subparsers)
    options = parser.parse_args([str(argument) for argument in arguments])
    torch.set_num_threads(1)
    options.run(options)


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    (folder / "vocab.txt").write_text("\n".join(VOCAB) + "\n", encoding="utf-8")
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(VOCAB), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
            intermediate_size=64, max_position_embeddings=64, initializer_range=0.1,
        )
    ).save_pretrained(folder)  # fmt: skip
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    return folder


def sentences(rng, count):
    return [" ".join(rng.choice(WORDS, size=rng.integers(2, 8))) for _ in range(count)]


def tune(model_folder, out, task, train, dev, *more):
    run(
        "finetune", "--task", task, "--model", model_folder, "--train", train, "--dev", dev,
        "--out", out, "--lr", "3e-3", "--batch-size", "16", "--device", "cpu", *more,
    )  # fmt: skip
    return json.loads((out / "metrics.json").read_text())


def test_classification(model_folder, tmp_path, capsys):
    rng = np.random.default_rng(0)
    files = []
    for name, count in (("train.tsv", 300), ("dev.tsv", 60)):
        rows = [f"{text}\t{'pos' if 'good' in text else 'neg'}" for text in sentences(rng, count)]
        files.append(tmp_path / name)
        files[-1].write_text("sentence\tlabel\n" + "\n".join(rows) + "\n")
    out = tmp_path / "out"
    metrics = tune(model_folder, out, "classification", *files, "--epochs", "8")
    assert capsys.readouterr().out.splitlines()[-1].startswith("best: accuracy ")
    assert metrics["accuracy"] > 0.9
    assert (out / "log.jsonl").exists()
    assert (out / "curves.png").exists()
    lines = [json.loads(line) for line in (out / "log.jsonl").open()]
    losses = [line["evaluation"]["loss"] for line in lines if "evaluation" in line]
    assert len(losses) == 8
    assert 0 < losses[-1] < losses[0]
    assert metrics["loss"] in losses
    config = json.loads((out / "config.json").read_text())
    assert config["id2label"] == {"0": "neg", "1": "pos"}
    run("evaluate", "--model", out, "--data", files[1], "--out", tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert again["accuracy"] == metrics["accuracy"]
    capsys.readouterr()
    run("predict", "--model", out, "the film is good")
    assert capsys.readouterr().out.startswith("pos ")
    run("predict", "--model", out, "--input", files[1], "--output", tmp_path / "found.jsonl")
    found = [json.loads(line) for line in (tmp_path / "found.jsonl").open()]
    expected = [line.split("\t")[1] for line in files[1].read_text().splitlines()[1:]]
    right = sum(a["label"] == b for a, b in zip(found, expected, strict=True))
    assert right / len(expected) == pytest.approx(metrics["accuracy"])
    with pytest.raises(ValueError, match="takes one text, got 2"):
        run("predict", "--model", out, "one", "two")
    with pytest.raises(ValueError, match="one or two texts, or --input"):
        run("predict", "--model", out)
    (tmp_path / "odd.tsv").write_text("sentence\tlabel\ngood\tmixed\n")
    with pytest.raises(ValueError, match=r"odd\.tsv:2: label 'mixed' does not occur"):
        run("evaluate", "--model", out, "--data", tmp_path / "odd.tsv")


def test_pairs(model_folder, tmp_path, capsys):
    rng = np.random.default_rng(1)
    files = []
    for name, count in (("train.jsonl", 400), ("dev.jsonl", 60)):
        rows = []
        for text in sentences(rng, count):
            answer = rng.choice(["good", "bad"])
            label = "entailment" if answer == "good" else "contradiction"
            rows.append({"premise": text, "hypothesis": f"is {answer}", "gold_label": label})
        files.append(tmp_path / name)
        files[-1].write_text("\n".join(map(json.dumps, rows)))
    out = tmp_path / "out"
    assert tune(model_folder, out, "nli", *files, "--epochs", "5")["accuracy"] > 0.9
    capsys.readouterr()
    run("predict", "--model", out, "--text", "the cat sat", "--pair", "is bad", "--json")
    assert json.loads(capsys.readouterr().out)["label"] == "contradiction"
    with pytest.raises(ValueError, match="takes two texts, got 1"):
        run("predict", "--model", out, "the cat sat")


def test_ner(model_folder, tmp_path, capsys):
    rng = np.random.default_rng(2)
    tags = {"cat": "B-PET", "dog": "B-PET", "film": "B-ART"}
    files = []
    for name, count in (("train.txt", 200), ("dev.txt", 50)):
        blocks = [
            "\n".join(f"{word} {tags.get(word, 'O')}" for word in text.split())
            for text in sentences(rng, count)
        ]
        files.append(tmp_path / name)
        files[-1].write_text("\n\n".join(blocks) + "\n")
    out = tmp_path / "out"
    metrics = tune(model_folder, out, "ner", *files, "--epochs", "5")
    assert metrics["f1"] > 0.95
    assert {"precision", "recall", "f1_PET", "f1_ART"} <= set(metrics)
    capsys.readouterr()
    run("predict", "--model", out, "The red cat sat.")
    assert capsys.readouterr().out == "The red [PET cat] sat .\n"
    text = "The U.S. dog is  the cat."
    run("predict", "--model", out, text, "--json")
    record = json.loads(capsys.readouterr().out)
    assert record["words"] == ["The", "U.S.", "dog", "is", "the", "cat", "."]
    assert record["text"] == text
    assert [text[start:stop] for start, stop in record["offsets"]] == record["words"]
    assert [entity["text"] for entity in record["entities"]] == ["dog", "cat"]
    for entity in record["entities"]:
        assert text[entity["start_chars"] : entity["stop_chars"]] == entity["text"]
        assert 0.5 < entity["score"] <= 1
    text = "The U.S. dog is  the cat."
    run("predict", "--model", out, text, "--json")
    record = json.loads(capsys.readouterr().out)
    assert record["words"] == ["The", "U.S.", "dog", "is", "the", "cat", "."]
    assert record["text"] == text
    assert [text[start:stop] for start, stop in record["offsets"]] == record["words"]
    assert [entity["text"] for entity in record["entities"]] == ["dog", "cat"]
    for entity in record["entities"]:
        assert text[entity["start_chars"] : entity["stop_chars"]] == entity["text"]
        assert 0.5 < entity["score"] <= 1
    (tmp_path / "words.txt").write_text("dog\n\nfilm\n")
    run("predict", "--model", out, "--input", tmp_path / "words.txt")
    assert capsys.readouterr().out == "[PET dog]\n[ART film]\n"


def squad(rng, count, unanswerable):
    paragraphs = []
    for i in range(count):
        words = rng.choice(["is", "sat", "the", "fine", "poor"], size=30).tolist()
        words[rng.integers(30)] = rng.choice(["cat", "dog"])
        passage = " ".join(words)
        qas = []
        animal = "cat" if "cat" in passage else "dog"
        answer = {"text": animal, "answer_start": passage.find(animal)}
        qas.append({"id": f"{i}a", "question": f"{animal}?", "answers": [answer]})
        if unanswerable:
            nothing = {"answers": [], "is_impossible": True}
            qas.append({"id": f"{i}b", "question": "film?", **nothing})
        paragraphs.append({"context": passage, "qas": qas})
    return {"version": "v2.0" if unanswerable else "1.1", "data": [{"paragraphs": paragraphs}]}


@pytest.mark.parametrize("unanswerable", [False, True])
def test_question_answering(model_folder, tmp_path, capsys, unanswerable):
    rng = np.random.default_rng(3)
    files = []
    for name, count in (("train.json", 250), ("dev.json", 40)):
        files.append(tmp_path / name)
        files[-1].write_text(json.dumps(squad(rng, count, unanswerable)))
    out = tmp_path / "out"
    metrics = tune(
        model_folder, out, "qa", *files, "--epochs", "10", "--max-length", "28", "--stride", "6",
        "--lr", "1e-3", "--max-question-tokens", "9",
    )  # fmt: skip
    assert metrics["f1"] > 80
    assert json.loads((out / "task.json").read_text())["max_question_tokens"] == 9
    assert ("best_f1_threshold" in metrics) == unanswerable
    run("predict", "--model", out, "--input", files[1], "--output", tmp_path / "found.jsonl")
    passages = {
        qa["id"]: paragraph["context"]
        for paragraph in json.loads(files[1].read_text())["data"][0]["paragraphs"]
        for qa in paragraph["qas"]
    }
    for line in (tmp_path / "found.jsonl").open():
        record = json.loads(line)
        for found in ({**record, "text": record["answer"]}, *record["candidates"]):
            start, stop = found.get("start_chars", found.get("start")), found.get("stop_chars")
            stop = found["end"] if stop is None else stop
            assert passages[record["id"]][start:stop] == found["text"]
    capsys.readouterr()
    run("predict", "--model", out, "--question", "cat?", "--passage", "the cat sat", "--json")
    assert json.loads(capsys.readouterr().out)["answer"] in ("cat", "the cat", "cat sat", "")


def test_finetune_refuses(model_folder, tmp_path):
    good = tmp_path / "good.tsv"
    good.write_text("sentence\tlabel\ngood\t1\nbad\t0\n")
    new = tmp_path / "new.tsv"
    new.write_text("sentence\tlabel\ngood\t2\n")
    out = tmp_path / "out"
    with pytest.raises(ValueError, match=r"new\.tsv:2: label '2' does not occur"):
        tune(model_folder, out, "classification", good, new)
    with pytest.warns(UserWarning, match="max_length 65 is lowered to the 64 positions of the m"):
        tune(model_folder, out, "classification", good, good, "--max-length", "65")
    assert json.loads((out / "task.json").read_text())["max_length"] == 64
    with pytest.raises(OSError, match=r"task\.json"):
        run("predict", "--model", model_folder, "good")
    (tmp_path / "task.json").write_text("{}")
    with pytest.raises(ValueError, match=r"task\.json: not the settings of a task"):
        run("predict", "--model", tmp_path, "good")


def test_resume_from_the_command_line(model_folder, tmp_path):
    rng = np.random.default_rng(0)
    file = tmp_path / "a.tsv"
    rows = [f"{text}\t{int('good' in text)}" for text in sentences(rng, 64)]
    file.write_text("sentence\tlabel\n" + "\n".join(rows) + "\n")
    weights = []
    for name, cuts in (("straight", [None]), ("cut", ["3", None])):
        out = tmp_path / name
        for i, cut in enumerate(cuts):
            more = (["--stop-at", cut] if cut else []) + (["--resume"] if i else [])
            run(
                "finetune", "--task", "classification", "--model", model_folder, "--train", file,
                "--dev", file, "--out", out, "--batch-size", "16", "--steps", "8", *more,
            )  # fmt: skip
        weights.append((out / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]


@pytest.mark.parametrize("more", [[], ["--mlm-only", "--whole-words"]])
def test_pretrain_and_go_on(model_folder, tmp_path, more):
    rng = np.random.default_rng(4)
    corpus = tmp_path / "corpus.txt"
    documents = [". ".join(sentences(rng, 6)) for _ in range(40)]
    corpus.write_text("<|end|>".join(documents), encoding="utf-8")
    config = tmp_path / "small.json"
    config.write_text((model_folder / "config.json").read_text())
    out = tmp_path / "out"
    run(
        "pretrain", corpus, "--separator", "<|end|>", "--tokenizer", model_folder, "--config",
        config, "--out", out, "--steps", "12", "--max-length", "48", "--held-out", "0.1", *more,
    )  # fmt: skip
    names = {file.name for file in out.iterdir()}
    assert {
        "model.safetensors",
        "config.json",
        "tokenizer.json",
        "log.jsonl",
        "curves.png",
    } <= names
    assert load_tokenizer(out).vocab_size == len(VOCAB)
    transformers = pytest.importorskip("transformers")
    assert transformers.AutoTokenizer.from_pretrained(out)("good film")["input_ids"][0] == 2
    run(
        "pretrain", corpus, "--separator", "<|end|>", "--tokenizer", out, "--model", out, "--dev",
        corpus, "--out", tmp_path / "more", "--steps", "2", "--max-length", "48", *more,
    )  # fmt: skip
