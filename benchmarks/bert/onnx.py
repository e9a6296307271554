"""The speed of bert_min's int8 beside onnxruntime's, the same model quantized by both.

    python -m benchmarks.bert.onnx

onnxruntime runs in the way that is fastest for it: texts sorted by length, batches of 16 padded to
their longest, the token vectors averaged in numpy; its time has no tokenizing, ours has. Both sides
take turns in one process; their vectors are compared with float32 before the timing.
Needs onnx, onnxruntime and transformers.
"""

import argparse
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic

from benchmarks.bert.embed import minilm, mixed_texts
from bert_min import Embedder
from tests.helpers.bert_speed import interleave, ratio
from tests.helpers.data import TASKS


class Exported:
    """One ONNX file, and the padded batches it is run on."""

    def __init__(self, path, rows, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self.order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        self.batches = [
            self.pad([rows[i] for i in self.order[at : at + 16]]) for at in range(0, len(rows), 16)
        ]

    @staticmethod
    def pad(rows):
        """Inputs of (B, S) for rows of ids."""
        width = max(len(row) for row in rows)
        ids = np.zeros((len(rows), width), np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}

    def vectors(self):
        """(N, hidden) means over the tokens, scaled to length one, in the order of the rows."""
        found = []
        for inputs in self.batches:
            hidden = self.session.run(["last_hidden_state"], inputs)[0]
            weights = inputs["attention_mask"][..., None].astype(np.float32)
            found.append((hidden * weights).sum(1) / weights.sum(1))
        stacked = np.concatenate(found)
        stacked /= np.linalg.norm(stacked, axis=1, keepdims=True)
        vectors = np.empty_like(stacked)
        vectors[self.order] = stacked
        return vectors


class TokenVectors(torch.nn.Module):
    """transformers' BERT with three inputs and one output, as the exporter wants it."""

    def __init__(self, folder):
        super().__init__()
        self.bert = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager")

    def forward(self, ids, mask, types):
        """(B, S) three times -> (B, S, hidden)."""
        found = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)
        return found.last_hidden_state


def export(folder, out):
    """Write the float32 and the dynamically quantized int8 model; returns both paths."""
    plain, small = out / "float32.onnx", out / "int8.onnx"
    example = torch.ones(2, 7, dtype=torch.int64)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {0: "batch", 1: "length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            TokenVectors(folder).eval(), (example, example, example), str(plain),
            input_names=names, output_names=["last_hidden_state"], opset_version=17, dynamo=False,
            dynamic_axes=dict.fromkeys([*names, "last_hidden_state"], axes),
        )  # fmt: skip
    quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
    return plain, small


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    folder = options.model or minilm()
    texts = mixed_texts(TASKS)
    sides = {
        "bert_min float32": Embedder.from_pretrained(folder, "cpu"),
        "bert_min int8": Embedder.from_pretrained(folder, "cpu", quantize="int8"),
    }
    plain = sides["bert_min float32"]
    ragged = plain.tokenizer.encode_ragged(texts, max_length=plain.max_length)
    rows = [ragged[i] for i in range(len(ragged))]
    calls = {
        name: lambda e=embedder: e.encode(texts, normalize=True, progress=False)
        for name, embedder in sides.items()
    }
    with tempfile.TemporaryDirectory() as out, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # texts truncated at the limit, as intended
        for name, path in zip(
            ("onnxruntime float32", "onnxruntime int8"), export(folder, Path(out)), strict=True
        ):
            calls[name] = Exported(path, rows, options.threads).vectors
        truth = calls["bert_min float32"]()
        nearest = {name: float((call() * truth).sum(1).min()) for name, call in calls.items()}
        seconds = interleave(calls, options.rounds, time.perf_counter)
    tokens = len(ragged.ids)
    print("| | tok/s | x onnxruntime int8 | smallest cosine with float32 |\n|---|---|---|---|")
    for name, mine in seconds.items():
        rate = tokens / float(np.median(mine))
        lead = ratio(mine, seconds["onnxruntime int8"])
        print(f"| {name} | {rate:,.0f} | {lead:.2f} | {nearest[name]:.4f} |")
    print(
        f"{options.threads} threads; onnxruntime {onnxruntime.__version__}, "
        f"torch {torch.__version__}"
    )


if __name__ == "__main__":
    main()
