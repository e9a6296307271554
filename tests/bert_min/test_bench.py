"""The arithmetic of the benchmark of embedding, and its GPU part at a size a CPU can run."""

import subprocess
import sys

import numpy as np
import torch

from bert_min import BertConfig
from tests.helpers.bert_speed import device_suite, interleave, model_flops, peak_runs, ratio
from tests.helpers.data import ROOT


def test_gpu_part_runs_anywhere(tiny):
    rates = device_suite(torch.device("cpu"), tiny, tokens=512, repeats=2)
    assert set(rates) == {"fixed tok/s", "variable tok/s", "single s"}
    assert all(value > 0 for value in rates.values())


def test_operations_are_counted_as_published():
    """BERT-base at 128 tokens: 174.6 million a token."""
    flops = model_flops(BertConfig(), np.array([128, 128]))
    assert round(flops / 256 / 1e6, 1) == 174.6
    runs, operations = peak_runs(BertConfig(), rows=4)
    assert operations == 2 * 4 * (4 * 768**2 + 2 * 768 * 3072)
    for run in runs.values():
        run()


def test_rounds_are_interleaved_and_the_first_is_not_counted():
    calls = []
    ticks = iter(range(100))
    seconds = interleave(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2, lambda: next(ticks)
    )
    assert calls == ["a", "b"] * 3
    assert seconds == {"a": [1, 1], "b": [1, 1]}
    assert ratio([1.0, 2.0, 4.0], [2.0, 6.0, 4.0]) == 2.0


def test_memory_is_reported(minilm):
    command = [sys.executable, "-m", "benchmarks.bert.embed", "--memory", "--texts", "200"]
    run = subprocess.run(
        [*command, "--model", str(minilm)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "200 texts: peak memory" in run.stdout
