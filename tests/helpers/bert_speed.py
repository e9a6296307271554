"""Measuring the speed of a BERT: runs in turns, operations counted, one model on one device."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from bert_min import BertConfig, BertModel
from bert_min.model.linear import HAS_ONEDNN, linear
from bert_min.model.packing import PackedLayout

Run = Callable[[], object]


def interleave(
    runs: dict[str, Run], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Time every run once in each round, after one round that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            start = clock()
            run()
            if number:
                seconds[name].append(clock() - start)
    return seconds


def ratio(mine: list[float], theirs: list[float]) -> float:
    """Return how many times faster mine is: the median over rounds."""
    return statistics.median(b / a for a, b in zip(mine, theirs, strict=True))


def peak_runs(config: BertConfig, rows: int) -> tuple[dict[str, Run], float]:
    """Multiply matrices of this model's shapes, with MKL and with oneDNN.

    Returns:
        The runs, and the floating-point operations of each.
    """
    e, i = config.hidden_size, config.intermediate_size
    pairs = [
        (torch.randn(rows, k), torch.randn(n, k)) for k, n in ((e, 3 * e), (e, e), (e, i), (i, e))
    ]

    def with_mkl() -> None:
        for x, weight in pairs:
            torch.mm(x, weight.t())

    @torch.inference_mode()
    def with_onednn() -> None:
        for x, weight in pairs:
            linear(x, weight, None)

    runs: dict[str, Run] = {"peak of torch.mm": with_mkl}
    if HAS_ONEDNN:
        runs["peak of oneDNN"] = with_onednn
    return runs, 2.0 * sum(x.shape[0] * weight.numel() for x, weight in pairs)


def model_flops(config: BertConfig, lengths: np.ndarray) -> float:
    """Count the floating-point operations of the encoder, dense layers and attention."""
    e, i = config.hidden_size, config.intermediate_size
    dense = 2 * (4 * e * e + 2 * e * i) * lengths.sum()
    attention = 4 * e * (lengths.astype(float) ** 2).sum()
    return float(config.num_hidden_layers * (dense + attention))


def device_suite(device: torch.device, config: BertConfig, tokens: int, repeats: int) -> dict:
    """Measure a model with fresh weights on one device.

    Returns:
        Tokens a second at a fixed length of 128 and at lengths drawn from N(256, 64), and the
        seconds for one text of 128 tokens.
    """
    torch.manual_seed(0)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    model = BertModel(config).to(device, dtype).eval()
    if device.type == "cuda":
        model.compile_layers()
    limit = config.max_position_embeddings
    drawn = torch.normal(256.0, 64.0, (max(tokens // 256, 1),)).round().clamp(16, limit)
    batches = {
        "fixed": [min(128, limit)] * max(tokens // 128, 1),
        "variable": sorted(drawn.int().tolist(), reverse=True),
        "single": [min(128, limit)],
    }
    seconds = {}
    for name, lengths in batches.items():
        ids = torch.randint(config.vocab_size, (sum(lengths),), device=device)
        layout = PackedLayout.of(lengths, device)
        seconds[name] = timed(model, ids, layout, repeats, graph=name == "single")
    return {
        "fixed tok/s": sum(batches["fixed"]) / seconds["fixed"],
        "variable tok/s": sum(batches["variable"]) / seconds["variable"],
        "single s": seconds["single"],
    }


@torch.inference_mode()
def timed(
    model: BertModel, ids: torch.Tensor, layout: PackedLayout, repeats: int, graph: bool
) -> float:
    """Return the median seconds of a forward pass; `graph` replays it as one CUDA graph."""
    on_gpu = ids.device.type == "cuda"

    def run() -> None:
        model.forward_packed(ids, layout)

    for _ in range(3):
        run()
    if graph and on_gpu:
        recorded = torch.cuda.CUDAGraph()
        with torch.cuda.graph(recorded):
            run()
        run = recorded.replay
    seconds = []
    for _ in range(repeats):
        if on_gpu:
            torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        if on_gpu:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
