"""Whatever a user gets wrong ends in one line and the status 1; --traceback shows more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from bert_min import BertConfig, BertModel
from bert_min.cli import main, run
from subword import cli as subword_cli
from subword.cli import run as subword_run
from tests.bert_min.conftest import TINY

ROOT = Path(__file__).parents[3]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertModel(BertConfig(**TINY).replace(vocab_size=len(WORDS))).save_pretrained(tmp_path)
    (tmp_path / "texts.txt").write_text("red sky\n")
    return tmp_path


def embed(folder, *more):
    out = str(folder / "v.npy")
    return main(["embed", str(folder / "texts.txt"), "--model", str(folder), "-o", out, *more])


def as_json(**changes):
    return lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def as_bin(content):
    def edit(path):
        (path.parent / "model.safetensors").unlink()
        torch.save(content, path.parent / "pytorch_model.bin")

    return edit


BROKEN = {
    "config is a list": ("config.json", lambda p: p.write_text("[]"), "JSON object"),
    "config is empty": ("config.json", lambda p: p.write_text(""), "not valid JSON"),
    "config is no text": ("config.json", lambda p: p.write_bytes(b"\xff\xfe"), "config.json"),
    "a size is a str": ("config.json", as_json(hidden_size="32"), "hidden_size must be"),
    "a rate is a str": ("config.json", as_json(layer_norm_eps="1e-12"), "config.json: "),
    "a dropout is a list": ("config.json", as_json(hidden_dropout_prob=[]), "config.json: "),
    "labels are numbers": ("config.json", as_json(id2label=3), "id2label must name"),
    "labels have names for ids": ("config.json", as_json(id2label={"a": "b"}), "id2label must"),
    "weights of another size": ("config.json", as_json(hidden_size=16), "must have shape"),
    "weights are a list": ("config.json", as_bin([1, 2]), "expected tensors by name, got list"),
    "weights are numbers": ("config.json", as_bin({"a": 1}), "expected tensors by name"),
    "weights are text": (
        "model.safetensors", lambda p: p.write_text("red"), "cannot be read as weights",
    ),
    "vocabulary is empty": ("vocab.txt", lambda p: p.write_text(""), ""),
    "modules without a type": ("modules.json", lambda p: p.write_text("[{}]"), "modules.json"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_folder_is_one_line(folder, capsys, case):
    name, edit, message = BROKEN[case]
    edit(folder / name)
    assert embed(folder) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("bert-min: ")
    assert message in lines[0]
    assert not (folder / "v.npy").exists()


def test_an_index_without_its_table_is_one_line(folder, capsys):
    (folder / "model.safetensors").unlink()
    for text in ("{}", "[]", '{"weight_map": 3}', "{"):
        (folder / "model.safetensors.index.json").write_text(text)
        assert embed(folder) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "model.safetensors.index.json: expected a JSON object whose weight_map" in line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (KeyError("x"), "KeyError: 'x' (--traceback shows where)"),
        (AttributeError("no y"), "AttributeError: no y (--traceback shows where)"),
        (RuntimeError("a\n  b\nc"), "RuntimeError: a b c (--traceback shows where)"),
        (MemoryError(), "MemoryError (--traceback shows where)"),
        (ValueError("a rule\nand more"), "a rule and more"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
    ],
)
def test_every_error_is_one_line_and_a_traceback_only_if_asked_for(
    folder, monkeypatch, capsys, error, line
):
    def fail(args):
        raise error

    monkeypatch.setattr("bert_min.embedding.embed_files.embed_files", fail)
    assert embed(folder) == 1
    assert capsys.readouterr().err == f"bert-min: {line}\n"
    assert embed(folder, "--traceback") == 1
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback")
    assert shown.endswith(f"bert-min: {line}\n")
    assert run.message_of(error) == line


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("a\nb"), AttributeError("no y")])
def test_the_errors_of_subword_are_one_line_too(tmp_path, monkeypatch, capsys, error):
    def fail(options):
        raise error

    monkeypatch.setattr(subword_run, "run_command", fail)
    words = ["inspect", "-t", str(tmp_path), "text"]
    assert subword_cli.main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"subword: error: {type(error).__name__}: ")
    assert line.endswith("(--traceback shows where)")
    assert subword_cli.main([*words, "--traceback"]) == 2
    assert capsys.readouterr().err.startswith("Traceback")


def test_a_warning_of_a_command_is_one_line(folder):
    as_json(max_position_embeddings=8)(folder / "config.json")
    BertModel(BertConfig.from_pretrained(folder)).save_pretrained(folder)
    words = ["embed", folder / "texts.txt", "--model", folder, "-o", folder / "v.npy"]
    done = subprocess.run(
        [sys.executable, "-m", "bert_min.cli", *map(str, words), "--max-length", "20"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    first = done.stderr.splitlines()[0]
    assert first.startswith("bert-min: warning: max_length 20 is lowered to the 8 positions")
