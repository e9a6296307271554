"""`--resume` goes on from the same run only, and a complete run can be made longer."""

import json

import pytest
import torch

from bert_min import BertConfig, BertModel
from bert_min.cli import main
from subword import Tokenizer

VOCAB = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "good",
    "bad",
    "film",
    "a",
    "the",
    ".",
    "##s",
]


@pytest.fixture
def place(tmp_path):
    """Two models and two files of labelled texts."""
    for number, name in enumerate(("model", "other")):
        torch.manual_seed(number)
        config = BertConfig(
            vocab_size=len(VOCAB), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=16, max_position_embeddings=32,
        )  # fmt: skip
        BertModel(config).save_pretrained(tmp_path / name)
        (tmp_path / name / "vocab.txt").write_text("\n".join(VOCAB) + "\n")
    for name in ("train.tsv", "dev.tsv"):
        rows = ["a good film\tthe film\tyes\tno", "the bad film\ta film\tno\tyes"] * 8
        (tmp_path / name).write_text("\n".join(["sentence\tsentence2\tlabel\ttone", *rows]) + "\n")
    return tmp_path


def tune(place, *more, task="classification", model="model", epochs=2, out="out"):
    torch.set_num_threads(1)
    return main([
        "finetune", "--task", task, "--model", f"{place}/{model}", "--train", f"{place}/train.tsv",
        "--dev", f"{place}/dev.tsv", "--out", f"{place}/{out}", "--epochs", str(epochs),
        "--batch-size", "8", "--device", "cpu", "--seed", "1", *map(str, more),
    ])  # fmt: skip


def append(name, line):
    def change(place):
        with (place / name).open("a") as file:
            file.write(line + "\n")

    return change


def turn_words(place):
    path = place / "train.tsv"
    path.write_text(path.read_text().replace("a good film", "a film good", 1))


def swap_tokens(place):
    words = [*VOCAB[:5], "bad", "good", *VOCAB[7:]]
    (place / "model/vocab.txt").write_text("\n".join(words) + "\n")


CHANGES = {
    "max_length": (["--max-length", 9], {}, None),
    "task": (["--text-column", "sentence"], {"task": "nli"}, None),
    "label_column": (["--label-column", "tone"], {}, None),
    "text_column": (["--text-column", "sentence2"], {}, None),
    "model": ([], {"model": "other"}, None),
    "tokenizer": ([], {}, swap_tokens),
    "training data": ([], {}, turn_words),
    "development data": ([], {}, append("dev.tsv", "a film\tfilm\tyes\tno")),
    "seed": (["--seed", 2], {}, None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_run_that_is_not_the_same_is_refused_by_name(place, capsys, name):
    more, options, change = CHANGES[name]
    assert tune(place, "--stop-at", 2) == 0
    if change is not None:
        change(place)
    capsys.readouterr()
    assert tune(place, *more, "--resume", **options) == 1
    said = capsys.readouterr().err
    assert f"the run to go on from had {name} = " in said, said
    assert "use the same settings, or begin anew in another folder" in said


def test_other_labels_are_refused(place, capsys):
    assert tune(place, "--stop-at", 2) == 0
    for name in ("train.tsv", "dev.tsv"):
        path = place / name
        path.write_text(path.read_text().replace("yes", "maybe"))
    assert tune(place, "--resume") == 1
    assert "had labels = ['no', 'yes'], this one has ['maybe', 'no']" in capsys.readouterr().err


def test_the_same_run_under_other_paths_goes_on(place):
    """Names of folders and files are not what a run is made of."""
    assert tune(place) == 0
    straight = (place / "out/model.safetensors").read_bytes()
    assert tune(place, "--stop-at", 2, out="cut") == 0
    (place / "model").rename(place / "renamed")
    assert tune(place, "--resume", model="renamed", out="cut") == 0
    assert (place / "cut/model.safetensors").read_bytes() == straight


def test_a_complete_run_names_its_checkpoint_and_goes_on_with_more_epochs(place, capsys):
    assert tune(place) == 0
    said = capsys.readouterr().out
    assert "out/checkpoint.pt (" in said
    assert "is kept: more epochs or steps with --resume go on from it" in said
    assert tune(place, "--resume", epochs=4) == 0
    records = [json.loads(line) for line in (place / "out/log.jsonl").open()]
    assert [r["step"] for r in records if "evaluation" in r] == [2 * n + 2 for n in range(4)]
    assert torch.load(place / "out/checkpoint.pt")["step"] == 8
    assert tune(place, "--resume", epochs=3) == 1  # it cannot become shorter
    assert "had epochs = 4.0, this one has 3.0" in capsys.readouterr().err
    assert tune(place, "--resume", "--max-length", 9, epochs=5) == 1  # nor anything else
    assert "had max_length = " in capsys.readouterr().err


def test_a_run_that_patience_ended_goes_on_with_more_epochs(place):
    slow = ("--patience", 1, "--lr", "1e-12")  # nothing is learnt, so nothing gets better
    assert tune(place, *slow, epochs=5) == 0
    before = torch.load(place / "out/checkpoint.pt")
    assert (before["stopped"], before["step"]) == (True, 4)
    assert tune(place, *slow, "--resume", epochs=5) == 0
    assert torch.load(place / "out/checkpoint.pt")["step"] == 4
    assert tune(place, *slow, "--resume", epochs=6) == 0
    after = torch.load(place / "out/checkpoint.pt")
    assert (after["stopped"], after["step"]) == (True, 6)


def test_an_incomplete_run_keeps_its_length(place, capsys):
    assert tune(place, "--stop-at", 2) == 0
    assert tune(place, "--resume", epochs=4) == 1
    assert "had epochs = 2.0, this one has 4.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "name"),
    [
        (["--max-length", 12], "max_length"),
        (["--mask-rate", 0.3], "mask_rate"),
        (["--whole-words"], "whole_words"),
        (["--config", "{}/small"], "configuration"),
        (["--held-out", 0.3], "training data"),
    ],
)
def test_another_pretraining_is_refused_by_name(place, capsys, more, name):
    corpus = place / "corpus.txt"
    corpus.write_text("\n\n".join(["a good film. the film.", "the bad film. a film."] * 20))
    Tokenizer.from_wordpiece(place / "model/vocab.txt").save(place / "tokenizer.json")
    config = BertConfig.from_pretrained(place / "model").replace(num_hidden_layers=2)
    config.save_pretrained(place / "small")
    words = [
        "pretrain", corpus, "--out", place / "out", "--tokenizer", place / "tokenizer.json",
        "--config", place / "model", "--steps", 4, "--max-length", 16, "--mlm-only",
        "--held-out", "0.1", "--device", "cpu",
    ]  # fmt: skip
    assert main([*map(str, words), "--stop-at", "2"]) == 0
    more = [str(word).format(place) for word in more]
    assert main([*map(str, words), *more, "--resume"]) == 1
    assert f"the run to go on from had {name} = " in capsys.readouterr().err
    assert main([*map(str, words), "--resume"]) == 0


def test_a_log_whose_last_line_was_cut_off_does_not_stop_the_retry(place):
    assert tune(place, "--stop-at", 2, "--log-every", 1) == 0
    with (place / "out/log.jsonl").open("a") as file:
        file.write('{"step": 2, "epo')  # the disk was full
    assert tune(place, "--resume", "--log-every", 1) == 0
    records = [json.loads(line) for line in (place / "out/log.jsonl").open()]
    assert [r["step"] for r in records if "loss_label" in r] == [1, 2, 3, 4]


@pytest.mark.parametrize("content", [{"weight": torch.zeros(2)}, [1, 2], {"settings": {}}])
def test_what_is_no_checkpoint_is_one_line(place, capsys, content):
    (place / "out").mkdir()
    torch.save(content, place / "out/checkpoint.pt")
    for more in ((), ("--resume",)):
        assert tune(place, *more) == 1
        line = capsys.readouterr().err.splitlines()[-1]
        assert "out/checkpoint.pt: not a checkpoint of bert_min" in line
