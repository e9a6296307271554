"""How far long work is: a bar that moves, or a line now and then."""

import time

import numpy as np
import pytest

from bert_min import BertModel, Embedder, progress
from bert_min.embedding import passes as embed_module
from bert_min.embedding.options import EmbedOptions
from bert_min.progress import Progress
from subword import Tokenizer
from tests.helpers.screen import use_screen

VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue"]


@pytest.fixture
def embedder(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(VOCAB) + "\n")
    return Embedder(
        BertModel(tiny.replace(vocab_size=len(VOCAB))),
        Tokenizer.from_wordpiece(tmp_path / "vocab.txt"),
    )


def gaps(times):
    return np.diff(times)


def test_a_bar_moves_at_least_once_a_second_however_long_a_step_takes(monkeypatch):
    screen = use_screen(monkeypatch)
    with Progress(10, "steps") as shown:
        shown.advance(3, "loss 0.5")
        time.sleep(3.2)
    assert gaps(screen.times).max() < 1.5  # a second, and what a busy machine adds
    assert len(screen.times) >= 4
    assert "3/10" in screen.getvalue()
    assert "loss 0.5" in screen.getvalue()
    assert Progress._drawn is None


def test_work_within_other_work_is_told_at_the_end_of_its_bar(monkeypatch):
    screen = use_screen(monkeypatch)
    monkeypatch.setattr(progress, "REFRESH", 0.02)
    with Progress(10, "steps") as outer:
        outer.advance(1, "loss 0.5")
        with Progress(2000, "inputs", brief=True) as inner:
            inner.advance(412)
            time.sleep(0.2)
        time.sleep(0.2)
    lines = screen.getvalue().split("\r")
    assert any("1/10" in line and "412 of 2,000 inputs" in line for line in lines)
    assert not any("412/2000" in line for line in lines)
    assert "loss 0.5" in lines[-1]


def test_short_work_shows_no_bar(monkeypatch):
    screen = use_screen(monkeypatch)
    with Progress(1, "inputs", brief=True) as shown:
        shown.advance()
    assert screen.getvalue().strip() == ""


def test_without_a_terminal_there_is_a_line_now_and_then(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with Progress(3000, "steps") as shown:
        for second in range(1, 1001):
            now[0] = float(second)
            shown.advance(2, f"loss {second}")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "20 of 3,000 steps, 2.0 a second, 25 min left, loss 10"
    assert lines[1].startswith("40 of 3,000 steps")
    told = [int(line.split("loss ")[1]) for line in lines]
    assert told[:9] == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert 20 < len(told) < 40
    assert max(np.diff(told)) <= 101


def test_quick_work_and_other_processes_write_nothing(monkeypatch, capsys):
    with Progress(5, "steps") as shown:
        shown.advance(5)
    monkeypatch.setattr(progress, "FIRST_LINE", 0.0)
    monkeypatch.setenv("RANK", "1")
    with Progress(5, "steps") as shown:
        shown.advance(5)
    monkeypatch.setenv("RANK", "0")
    with Progress(5, "steps", shown=False) as shown:
        shown.advance(5)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr", None)
    with Progress(5, "steps") as shown:
        shown.advance(5)


@pytest.mark.parametrize("long_texts", ["truncate", "windows"])
def test_embedding_reports_every_batch_and_every_text_once(embedder, long_texts):
    texts = ["red", "green blue " * 30, "", "blue"] * 25
    options = EmbedOptions("mean", (-1,), "concat", False, 8, 64, long_texts, 0)
    told = []
    chunks = list(embedder.stream(texts, options, lambda *more: told.append(more)))
    assert len(chunks) == 1  # all in one chunk, and yet
    assert len(told) > 5
    assert sum(count for count, _ in told) == len(texts)
    assert sum(tokens for _, tokens in told) == chunks[0].tokens


def test_the_bar_of_encode_counts_texts(embedder, monkeypatch):
    screen = use_screen(monkeypatch)
    monkeypatch.setattr(embed_module, "CHUNK_TEXTS", 10)
    embedder.encode(["red blue"] * 25)
    assert "25/25" in screen.getvalue()
    before = screen.getvalue()
    embedder.encode(["red blue"] * 25, progress=False)
    assert screen.getvalue() == before
