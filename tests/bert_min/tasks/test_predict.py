"""Answers to what users have: tables, plain lines, folders that transformers wrote."""

import io
import json

import numpy as np
import pytest
import torch

from bert_min.cli import main
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.tasks.predict import load_task, predict_texts
from subword import Tokenizer

WORDS = ["good", "bad", "film", "the", "is", "kim", "rome", "who", "in", "."]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
SIZES = {
    "vocab_size": len(VOCABULARY),
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
}


def write_tokenizer(folder):
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    write_tokenizer(folder)
    torch.manual_seed(0)
    BertModel(BertConfig(**SIZES)).save_pretrained(folder)
    return folder


def run(*arguments):
    torch.set_num_threads(1)
    return main([str(argument) for argument in arguments])


def tune(base, folder, task, text, name="train.tsv", *more):
    (folder / name).write_text(text, encoding="utf-8")
    out = folder / "out"
    assert run(
        "finetune", "--task", task, "--model", base, "--train", folder / name, "--dev",
        folder / name, "--out", out, "--epochs", 1, "--device", "cpu", *more,
    ) == 0  # fmt: skip
    return out


@pytest.fixture(scope="module")
def classifier(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("classifier")
    return tune(base, folder, "classification", "text\tlabel\ngood film\tpos\nbad film\tneg\n")


@pytest.fixture(scope="module")
def tagger(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tagger")
    text = "kim B-PER\nis O\nin O\nrome B-LOC\n\nthe O\nfilm O\n"
    return tune(base, folder, "ner", text, "train.txt")


def answers(model, path, tmp_path, *more):
    out = tmp_path / "answers.jsonl"
    assert run("predict", "--model", model, "--input", path, "--output", out, *more) == 0
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.tsv", "id\ttext\n7\tgood film\n9\tbad\n", [("7", "good film"), ("9", "bad")]),
        ("a.csv", 'guid,text\nx,"good, bad"\n', [("x", "good, bad")]),
        ("a.jsonl", '{"idx": 3, "text": "good"}\n', [("3", "good")]),
        ("a.json", '[{"review": "good"}]', [(None, "good")]),
        ("a.txt", "document\tlabel\ngood\tpos\n", [(None, "good")]),
        ("a.txt", "good\n\nbad, film\n", [(None, "good"), (None, ""), (None, "bad, film")]),
        ("a", "good film\n", [(None, "good film")]),
        ("pipe", '{"text": "good"}\n{"text": "bad"}\n', [(None, "good"), (None, "bad")]),
    ],
)  # fmt: skip
def test_every_record_says_what_it_is_about(classifier, tmp_path, name, text, expected):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = answers(classifier, path, tmp_path)
    assert [(record.get("id"), record["text"]) for record in found] == expected
    for record in found:
        assert record["label"] in ("neg", "pos")
        assert record["score"] == record["probabilities"][record["label"]]
        assert record["score"] == max(record["probabilities"].values())


def test_lines_are_texts_where_that_is_asked_for(classifier, tagger, tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("text\tlabel\ngood\tpos\n")
    found = answers(classifier, path, tmp_path, "--lines")
    assert [record["text"] for record in found] == ["text\tlabel", "good\tpos"]
    path.write_text("kim\nrome\n")
    assert [record["words"] for record in answers(tagger, path, tmp_path)] == [["kim", "rome"]]
    found = answers(tagger, path, tmp_path, "--lines")
    assert [record["words"] for record in found] == [["kim"], ["rome"]]
    capsys.readouterr()
    assert run("predict", "--model", classifier, "--lines", "good") == 1
    assert "--lines says how to read --input" in capsys.readouterr().err


def test_plain_lines_come_from_the_standard_input(classifier, tmp_path, monkeypatch, capsys):
    stream = io.TextIOWrapper(io.BytesIO(b"good\nbad film\n"), encoding="ascii")
    monkeypatch.setattr("sys.stdin", stream)
    assert run("predict", "--model", classifier, "--input", "-", "--json") == 0
    said = capsys.readouterr()
    found = [json.loads(line) for line in said.out.splitlines()]
    assert [record["text"] for record in found] == ["good", "bad film"]
    assert said.err == "-: read as lines, each a text\n"


@pytest.mark.parametrize(
    ("name", "text", "texts"),
    [
        ("a.txt", "kim is in rome.\n\nthe film\n", ["kim is in rome.", "", "the film"]),
        ("a.txt", "kim O\nis O\n\nrome B-LOC\n", ["kim is", "rome"]),
        ("a.txt", "kim\tX\nis\tY\n\nrome\tX\n", ["kim is", "rome"]),
        ("a.txt", "kim\nis\n\nrome\n", ["kim is", "rome"]),
        ("a.txt", "text\tO\nis\tO\n", ["text is"]),
        ("a.txt", "[\nkim\n]\n", ["[ kim ]"]),
        ("a.csv", 'id,text\n1,"kim, is"\n2,rome\n', ["kim, is", "rome"]),
        ("a.csv", "text\nkim is\n", ["kim is"]),
        ("a.jsonl", '{"text": "kim is"}\n', ["kim is"]),
        ("a.tsv", "kim is\tO O\nin rome\tO B-LOC\n", ["kim is", "in rome"]),
    ],
)
def test_names_are_found_in_columns_tables_and_lines(tagger, tmp_path, name, text, texts):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = answers(tagger, path, tmp_path)
    assert [record["text"] for record in found] == texts
    for record in found:
        words = [record["text"][start:stop] for start, stop in record["offsets"]]
        assert words == record["words"]
        assert len(record["tags"]) == len(record["scores"]) == len(words)


def test_the_column_of_texts_can_be_named_for_names(tagger, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("body,n\nkim is,1\n")
    assert run("predict", "--model", tagger, "--input", path) == 1
    assert "no column for the text" in capsys.readouterr().err
    found = answers(tagger, path, tmp_path, "--text-column", "body")
    assert [record["text"] for record in found] == ["kim is"]
    assert run("evaluate", "--model", tagger, "--data", path, "--text-column", "body") == 1
    assert "--text-column names a column of a table without tags" in capsys.readouterr().err


def test_pairs_are_lines_with_a_tab(base, tmp_path, capsys):
    text = "premise\thypothesis\tlabel\ngood\tbad\tno\ngood\tgood\tyes\n"
    model = tune(base, tmp_path, "nli", text)
    path = tmp_path / "a.txt"
    path.write_text("good\tbad\nfilm\tthe film\n")
    found = answers(model, path, tmp_path)
    assert [(r["text"], r["pair"]) for r in found] == [("good", "bad"), ("film", "the film")]
    path.write_text("good\tbad\nfilm\n")
    capsys.readouterr()
    assert run("predict", "--model", model, "--input", path) == 1
    assert "a.txt:2: a line without column names must hold two texts" in capsys.readouterr().err


def test_columns_can_be_named_to_evaluate_and_predict(base, tmp_path, capsys):
    model = tune(base, tmp_path, "classification", "text\tlabel\ngood\t1\nbad\t0\n")
    other = tmp_path / "other.tsv"
    other.write_text("mine\tyours\ngood\t1\nbad\t0\n")
    capsys.readouterr()
    for command in (("evaluate", "--data"), ("predict", "--input")):
        assert run(command[0], "--model", model, command[1], other) == 1
        assert "--text-column" in capsys.readouterr().err
    columns = ("--text-column", "mine", "--label-column", "yours")
    assert run("evaluate", "--model", model, "--data", other, *columns) == 0
    assert "accuracy\t" in capsys.readouterr().out
    plain = tmp_path / "plain.txt"
    plain.write_text("good\nbad\n")
    assert run("predict", "--model", model, "--input", plain, "--text-column", "mine") == 1
    assert "no column for the text: expected mine, got good" in capsys.readouterr().err
    found = answers(model, other, tmp_path, "--text-column", "mine")
    assert [record["text"] for record in found] == ["good", "bad"]


def test_evaluate_leaves_the_scores_of_the_training(base, tmp_path):
    model = tune(base, tmp_path, "classification", "text\tlabel\ngood\t1\nbad\t0\n")
    before = (model / "metrics.json").read_bytes()
    assert b"best_step" in before
    test = tmp_path / "test.tsv"
    test.write_text("text\tlabel\ngood\t1\n")
    assert run("evaluate", "--model", model, "--data", test) == 0
    assert (model / "metrics.json").read_bytes() == before
    assert set(json.loads((model / "metrics-test.json").read_text())) >= {"accuracy", "macro_f1"}


def test_texts_that_the_vocabulary_does_not_know_are_warned_of(classifier, tmp_path):
    (tmp_path / "t.tsv").write_text("text\tlabel\n" + "good un known 是\tpos\n" * 9)
    match = r"27 of the first 36 tokens \(75%\) are unknown to the vocabulary"
    with pytest.warns(UserWarning, match=match):
        assert run("predict", "--model", classifier, "--input", tmp_path / "t.tsv") == 0
    with pytest.warns(UserWarning, match=match):
        assert run("evaluate", "--model", classifier, "--data", tmp_path / "t.tsv") == 0


def test_no_command_writes_over_what_it_reads(base, classifier, tmp_path, capsys):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "good", "label": "pos"}\n')
    before = path.read_bytes()
    commands = (
        ("predict", "--model", classifier, "--input", path, "--output", path),
        ("evaluate", "--model", classifier, "--data", path, "--out", path),
        ("finetune", "--task", "classification", "--model", base, "--train", path, "--dev", path,
         "--out", base),
    )  # fmt: skip
    for command in commands:
        assert run(*command) == 1
        assert "what is written must not be what is read" in capsys.readouterr().err
    vectors = tmp_path / "v.parquet"
    pytest.importorskip("pyarrow")
    from pyarrow import parquet, table

    parquet.write_table(table({"text": ["good"]}), vectors)
    assert run("embed", vectors, "--model", base, "-o", vectors) == 1
    assert parquet.read_table(vectors).column_names == ["text"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("classification", ("--stride", "64")),
        ("classification", ("--document-context",)),
        ("ner", ("--label-column", "x")),
        ("qa", ("--label-column", "x")),
        ("regression", ("--null-threshold", "0")),
    ],
)
def test_an_option_of_another_task_is_an_error(base, tmp_path, capsys, task, options):
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\ngood\t1\nbad\t0\n")
    assert run(
        "finetune", "--task", task, "--model", base, "--train", path, "--dev", path, "--out",
        tmp_path / "out", *options,
    ) == 1  # fmt: skip
    said = capsys.readouterr().err
    assert f"{options[0]} means nothing to the task {task}: it is an option of" in said


def test_an_option_of_another_task_is_an_error_of_predict(classifier, capsys):
    assert run("predict", "--model", classifier, "--null-threshold", "1", "good") == 1
    assert "--null-threshold means nothing" in capsys.readouterr().err


def transformers_folder(tmp_path, kind, **settings):
    """A folder as transformers writes it, with a tokenizer of ours."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(1)
    config = transformers.BertConfig(**SIZES, **settings)
    model = getattr(transformers, f"BertFor{kind}")(config).eval()
    model.save_pretrained(tmp_path)
    write_tokenizer(tmp_path)
    return model, transformers.BertTokenizerFast(str(tmp_path / "vocab.txt"))


def labels(*names):
    return {"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}}


@pytest.mark.parametrize("texts", [("good film",), ("good film", "the bad")])
def test_a_classifier_of_transformers_answers_as_it_does_there(tmp_path, texts):
    names = ("schlecht", "gut", "egal")
    theirs, tokenizer = transformers_folder(tmp_path, "SequenceClassification", **labels(*names))
    with torch.no_grad():
        shares = theirs(**tokenizer(*texts, return_tensors="pt")).logits.softmax(1)[0].tolist()
    model, task = load_task(tmp_path, "cpu")
    record = predict_texts(model, task, *texts)
    assert list(record["probabilities"]) == list(names)
    assert list(record["probabilities"].values()) == pytest.approx(shares, abs=1e-5)
    assert record["label"] == names[int(np.argmax(shares))]
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\ngood film\tgut\n")
    assert set(task.evaluate(model, task.read(path))) > {"accuracy"}
    path.write_text("text\tlabel\ngood film\tneu\n")
    with pytest.raises(ValueError, match=r"a\.tsv:2: label 'neu'"):
        task.evaluate(model, task.read(path))


def test_a_classifier_whose_label_ids_have_gaps_answers_with_the_rows_it_has(tmp_path):
    names = {"id2label": {0: "no", 1: "so", 5: "yes"}, "label2id": {"no": 0, "so": 1, "yes": 5}}
    theirs, tokenizer = transformers_folder(tmp_path, "SequenceClassification", **names)
    model, task = load_task(tmp_path, "cpu")
    found = predict_texts(model, task, "good film")["probabilities"]
    with torch.no_grad():
        scores = theirs(**tokenizer("good film", return_tensors="pt")).logits.softmax(-1)[0]
    assert list(found) == ["no", "so", "LABEL_2"]
    np.testing.assert_allclose(list(found.values()), scores.numpy(), atol=1e-5)


def test_a_regression_of_transformers_answers_as_it_does_there(tmp_path):
    theirs, tokenizer = transformers_folder(tmp_path, "SequenceClassification", num_labels=1)
    with torch.no_grad():
        score = theirs(**tokenizer("good", "bad", return_tensors="pt")).logits.item()
    model, task = load_task(tmp_path, "cpu")
    assert predict_texts(model, task, "good", "bad")["score"] == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize("names", [("O", "B-PER", "I-PER"), ("PER-B", "PER-I", "O")])
def test_a_tagger_of_transformers_answers_as_it_does_there(tmp_path, names):
    theirs, tokenizer = transformers_folder(tmp_path, "TokenClassification", **labels(*names))
    ids = tokenizer("kim is in rome", return_tensors="pt")
    with torch.no_grad():
        best = theirs(**ids).logits.argmax(2)[0, 1:-1].tolist()
    model, task = load_task(tmp_path, "cpu")
    canonical = {"PER-B": "B-PER", "PER-I": "I-PER"}
    expected = [canonical.get(names[i], names[i]) for i in best]
    assert predict_texts(model, task, "kim is in rome")["tags"] == expected


def test_answers_of_transformers_are_those_it_gives_there(tmp_path):
    theirs, tokenizer = transformers_folder(tmp_path, "QuestionAnswering")
    ids = tokenizer("who is in rome", "kim is good", return_tensors="pt")
    with torch.no_grad():
        out = theirs(**ids)
    passage = slice(6, 9)
    scores = out.start_logits[0, passage, None] + out.end_logits[0, None, passage]
    best = int(scores.masked_fill(torch.ones(3, 3).tril(-1).bool(), -1e9).argmax())
    words = ["kim", "is", "good"][best // 3 : best % 3 + 1]
    model, task = load_task(tmp_path, "cpu", max_length=64)
    found = predict_texts(model, task, "who is in rome", "kim is good")
    assert found["answer"] == " ".join(words)


def test_what_is_no_fine_tuned_model_is_refused_by_name(base, tmp_path):
    with pytest.raises(OSError, match=r"task\.json: .* got BertModel; see bert-min finetune"):
        load_task(base)
    many = {"problem_type": "multi_label_classification", **labels("a", "b")}
    transformers_folder(tmp_path, "SequenceClassification", **many)
    with pytest.raises(ValueError, match="multi_label_classification is not implemented"):
        load_task(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["architectures"] = ["BertForTokenClassification"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="a tag must be"):
        load_task(tmp_path)


def test_a_model_without_the_weights_of_its_head_gives_no_answers(classifier, tmp_path):
    for path in classifier.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    BertModel.from_pretrained(classifier).save_pretrained(tmp_path)
    config = (classifier / "config.json").read_bytes()
    (tmp_path / "config.json").write_bytes(config)
    with pytest.raises(ValueError, match=r"all of its weights, .*: classifier\.weight"):
        load_task(tmp_path)
