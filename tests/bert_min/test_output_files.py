"""Whatever bert_min writes is whole or not there, and as private as the umask says."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from bert_min import BertConfig, BertModel, cli
from bert_min.embedding.embedder import Embedder
from bert_min.embedding.vector_files import open_writer
from bert_min.tasks.finetune import write_metrics
from bert_min.tasks.settings import TaskSettings
from bert_min.text.tokenizers import load_tokenizer, save_tokenizer
from bert_min.training.curves import draw_curves
from subword import Tokenizer
from tests.helpers.full_disk import fill

ROOT = Path(__file__).parents[2]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "a", "the"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    (folder / "vocab.txt").write_text("\n".join(VOCAB) + "\n", encoding="utf-8")
    Tokenizer.from_wordpiece(folder / "vocab.txt").save(folder / "tokenizer.json")
    config = BertConfig(
        vocab_size=len(VOCAB), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=32,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def umask_077():
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def modes(folder):
    return {path.name: oct(mode(path)) for path in folder.iterdir()}


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


def texts(folder):
    for name in ("train.tsv", "dev.tsv"):
        lines = ["sentence\tlabel"] + ["a good film\tyes", "the bad film\tno"] * 8
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "texts.txt").write_text("a good film\nthe bad film\n", encoding="utf-8")


def tune(bert, data, out, *more):
    return run(
        "finetune", "--task", "classification", "--model", bert, "--train", data / "train.tsv",
        "--dev", data / "dev.tsv", "--out", out, "--epochs", 1, "--device", "cpu", *more,
    )  # fmt: skip


def test_every_file_of_a_run_follows_the_umask_and_keeps_its_mode(bert, tmp_path, umask_077):
    texts(tmp_path)
    out = tmp_path / "out"
    assert tune(bert, tmp_path, out) == 0
    written = {
        "checkpoint.pt", "config.json", "curves.png", "log.jsonl", "metrics.json",
        "model.safetensors", "task.json", "tokenizer.json", "vocab.txt",
    }  # fmt: skip
    assert modes(out) == dict.fromkeys(written, "0o600")
    for path in out.iterdir():
        path.chmod(0o664)
    assert tune(bert, tmp_path, out) == 0
    assert modes(out) == dict.fromkeys(written, "0o664")
    more = tmp_path / "more"
    more.mkdir()
    model = ("--model", out, "--device", "cpu")
    commands = (
        ("predict", *model, "--input", tmp_path / "texts.tsv", "--output", more / "p.jsonl"),
        ("evaluate", *model, "--data", tmp_path / "dev.tsv", "--out", more / "m.json"),
        ("embed", tmp_path / "texts.txt", "--model", bert, "-o", more / "v.npy"),
        ("embed", tmp_path / "texts.txt", "--model", bert, "-o", more / "v.parquet"),
        ("show", "a good film", "--model", bert, "-o", more / "bert.png"),
    )
    (tmp_path / "texts.tsv").write_text("sentence\na good film\n")
    for command in commands:
        assert run(*command) == 0
    assert modes(more) == dict.fromkeys(
        ("p.jsonl", "m.json", "v.npy", "v.parquet", "bert.png"), "0o600"
    )
    for path in more.iterdir():
        path.chmod(0o640)
    for command in commands:
        assert run(*command) == 0
    assert set(modes(more).values()) == {"0o640"}


def test_weights_are_as_readable_as_the_umask_says(bert, tmp_path):
    before = os.umask(0o022)
    try:
        BertModel.from_pretrained(bert).save_pretrained(tmp_path)
        save_tokenizer(load_tokenizer(bert), tmp_path)
    finally:
        os.umask(before)
    names = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
    assert modes(tmp_path) == dict.fromkeys(names, "0o644")


def test_a_full_disk_leaves_the_old_files_and_the_retry_works(bert, tmp_path, monkeypatch):
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"step": 1, "loss_x": 1.0}) + "\n")
    vectors = np.ones((64, 16), np.float32)

    def embed(name):
        with open_writer(str(tmp_path / name), 16) as writer:
            writer.write(vectors)

    writers = {
        "config.json": lambda: BertConfig().save_pretrained(tmp_path),
        "task.json": lambda: TaskSettings(task="classification").save(tmp_path),
        "metrics.json": lambda: write_metrics(tmp_path / "metrics.json", {"x" * 200: 1}),
        "tokenizer.json": lambda: save_tokenizer(load_tokenizer(bert), tmp_path),
        "tokenizer_config.json": lambda: save_tokenizer(load_tokenizer(bert), tmp_path),
        "curves.png": lambda: draw_curves(log),
        "v.npy": lambda: embed("v.npy"),
        "v.parquet": lambda: embed("v.parquet"),
        "p.png": lambda: run("show", "a film", "--model", bert, "-o", tmp_path / "p.png"),
    }
    for name, write in writers.items():
        (tmp_path / name).write_text("old")
        there = sorted(tmp_path.iterdir())
        with monkeypatch.context() as patch:
            fill(patch)
            if name == "p.png":
                assert write() == 1
            else:
                with pytest.raises(OSError, match="No space left"):
                    write()
        assert (name, (tmp_path / name).read_text()) == (name, "old")
        assert sorted(tmp_path.iterdir()) == there
        write()
        assert (tmp_path / name).read_bytes() != b"old"


def test_weights_that_do_not_fit_leave_the_old_ones(bert, tmp_path):
    import resource

    model = BertModel.from_pretrained(bert)
    model.save_pretrained(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"model\.safetensors: cannot be written"):
            model.save_pretrained(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    model.save_pretrained(tmp_path)


def test_a_full_disk_while_training_is_one_line_and_the_retry_works(
    bert, tmp_path, monkeypatch, capsys
):
    texts(tmp_path)
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        fill(patch)
        assert tune(bert, tmp_path, out) == 1
    assert "No space left on device" in capsys.readouterr().err.splitlines()[-1]
    assert os.listdir(out) == ["log.jsonl"]
    assert tune(bert, tmp_path, out) == 0
    before = sorted(os.listdir(out))
    old = (out / "checkpoint.pt").read_bytes()
    capsys.readouterr()

    from bert_min.training import checkpoint

    with monkeypatch.context() as patch:  # the model fits, the checkpoint does not
        write = checkpoint.write_content
        patch.setattr(
            checkpoint, "write_content", lambda state, file: (fill_file(file), write(state, file))
        )
        assert tune(bert, tmp_path, out) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said.splitlines()[-1]
    assert "checkpoint.pt" in said.splitlines()[-1]
    assert sorted(os.listdir(out)) == before
    assert (out / "checkpoint.pt").read_bytes() == old
    assert tune(bert, tmp_path, out) == 0


def fill_file(file):
    """Let the disk be full behind an open file."""
    os.dup2(os.open("/dev/full", os.O_WRONLY), file.fileno())


@pytest.mark.parametrize("name", ["v.npy", "v.parquet"])
@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, 130), (OSError("broken"), 1), (ValueError("x"), 1)]
)
def test_what_ends_embedding_midway_leaves_the_old_vectors(
    bert, tmp_path, monkeypatch, capfd, name, error, status
):
    texts(tmp_path)
    stream = Embedder.stream

    def broken(*args):
        yield from stream(*args)
        raise error

    monkeypatch.setattr(Embedder, "stream", broken)
    (tmp_path / name).write_text("old")
    there = sorted(os.listdir(tmp_path))
    capfd.readouterr()
    assert run("embed", tmp_path / "texts.txt", "--model", bert, "-o", tmp_path / name) == status
    said = [line for line in capfd.readouterr().err.splitlines() if "texts" not in line]
    assert len(said) == 1
    assert said[0].startswith("bert-min: ")
    assert (tmp_path / name).read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == there


def test_a_mistyped_file_leaves_the_old_vectors(bert, tmp_path, capsys):
    np.save(tmp_path / "v.npy", np.ones((3, 4)))
    assert run("embed", tmp_path / "typo.txt", "--model", bert, "-o", tmp_path / "v.npy") == 1
    assert "typo.txt" in capsys.readouterr().err
    assert np.load(tmp_path / "v.npy").shape == (3, 4)
    assert os.listdir(tmp_path) == ["v.npy"]


def bert_min(*arguments, **more):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bert_min.cli", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler), **more,
    )  # fmt: skip


@pytest.mark.slow
def test_ctrl_c_while_embedding_ends_with_one_line_and_130(bert, tmp_path):
    (tmp_path / "v.npy").write_text("old")
    process = bert_min(
        "embed", "-", "--model", bert, "-o", tmp_path / "v.npy", stdin=subprocess.PIPE
    )
    try:
        end = time.monotonic() + 100
        while len(os.listdir(tmp_path)) == 1 and time.monotonic() < end:
            time.sleep(0.1)  # until the file beside is there
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, said) == (130, "bert-min: interrupted\n")
    assert os.listdir(tmp_path) == ["v.npy"]
    assert (tmp_path / "v.npy").read_text() == "old"


def test_closed_streams_are_one_clear_line(bert, tmp_path, monkeypatch, capsys):
    texts(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    assert run("embed", "-", "--model", bert, "-o", tmp_path / "v.npy") == 1
    assert capsys.readouterr().err.endswith("bert-min: standard input is closed\n")
    assert not (tmp_path / "v.npy").exists()
    out = tmp_path / "out"
    assert tune(bert, tmp_path, out) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdout", None)
    assert run("predict", "--model", out, "a good film", "--device", "cpu") == 1
    assert capsys.readouterr().err.endswith("bert-min: standard output is closed\n")
    torch.manual_seed(0)


def test_a_pipe_with_the_name_of_an_array_is_refused(bert, tmp_path, capsys):
    texts(tmp_path)
    os.mkfifo(tmp_path / "v.npy")
    reader = os.open(tmp_path / "v.npy", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("embed", tmp_path / "texts.txt", "--model", bert, "-o", tmp_path / "v.npy") == 1
    finally:
        os.close(reader)
    assert "cannot be written to a pipe" in capsys.readouterr().err
