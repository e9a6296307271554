"""An embedder as an ONNX file, compared with the embedder before it is where it should be."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.embedding.embedder import Embedder
from bert_min.embedding.pooling import pool
from bert_min.export.encoder_graph import IDS, MASK, input_names
from bert_min.export.graph import Graph
from bert_min.export.text_graph import TEXT, TOKENS, check_pooling, embed, made_width
from subword.file_access import atomic_path

Precision = Literal["float32", "int8"]
OPSET, IR_VERSION = 20, 9  # of 2024: programs from onnxruntime 1.17 on read them
LARGEST: Final = 2**31 - 1  # bytes of a file, by the rule of protobuf
FARTHEST: Final = 1e-4  # that a number of a vector in float32 may be from ours, of the largest one
NEAREST: Final = 0.95  # least cosine of a vector in int8 with ours
LENGTHS: Final = (3, 17, 40, 5)  # tokens of the texts that are compared
Arrays = dict[str, NDArray[Any]]


class Exported(NamedTuple):
    """What the comparison found.

    Attributes:
        runner: Which program ran the file.
        farthest: By how much a number of a vector differs at most.
        cosine: The smallest cosine between a vector and ours.
    """

    runner: str
    farthest: float
    cosine: float


def export_onnx(embedder: Embedder, path: str | Path, precision: Precision = "float32") -> Exported:
    """Write a model as an ONNX file that makes the vectors of `Embedder.encode`.

    The file takes ``input_ids`` and ``attention_mask``, (batch, length) int64, and
    ``token_type_ids`` where the model has several types; any batch and length will do. It makes
    ``last_hidden_state``, (batch, length, E) with zeros on padding, and ``sentence_embedding``,
    (batch, W): pooled, put through the folder's Dense and LayerNorm modules, of length 1 and
    shortened if the folder says so. Tokenizing and prompts are left to the caller: the prompts and
    the longest text are in the file's metadata.

    Args:
        embedder: In float32, on any device.
        path: The file. It is there only once it has been run and compared with `embedder`: by
            onnxruntime if that is installed, else by the evaluator of the package onnx.
        precision: "int8" stores the dense layers of the encoder and the token embeddings in bytes,
            and multiplies in 8 bits with a scale for every token; the vectors then stay near to
            those of float32, and do not depend on the batch.

    Returns:
        How near the file's vectors are.

    Raises:
        ImportError: The package onnx is missing.
        ValueError: An embedder that is not in float32, a file of more than 2 GB, or vectors that
            are not ours.
        OSError: The file cannot be written.
    """
    if precision not in ("float32", "int8"):
        raise ValueError(f"precision must be float32 or int8, got {precision!r}")
    if importlib.util.find_spec("onnx") is None:
        raise ImportError("ONNX files need the package onnx: pip install 'subword[onnx]'")
    kinds = {str(x.dtype) for x in embedder.model.parameters() if x.is_floating_point()}
    if embedder.is_quantized or kinds != {"torch.float32"}:
        raise ValueError(
            "the embedder must be in float32: load it without quantize and dtype, and name the "
            "precision of the file"
        )
    check_pooling(embedder)
    graph = Graph(int8=precision == "int8")
    embed(graph, embedder)
    size = sum(array.nbytes for array in graph.constants.values())
    if size > LARGEST:
        raise ValueError(
            f"an ONNX file must have at most {LARGEST:,} bytes, got {size:,}: int8 takes a quarter"
        )
    model = _protocol(graph, embedder, precision)
    with atomic_path(path) as temporary:
        Path(temporary).write_bytes(model.SerializeToString())
        return compare(embedder, temporary, precision)


def compare(embedder: Embedder, path: str | Path, precision: Precision = "float32") -> Exported:
    """Run an ONNX file beside the embedder it was made of, on random ids of several lengths.

    Args:
        embedder: In float32.
        path: The file.
        precision: Of the file; decides how near its vectors must be.

    Returns:
        How near they are.

    Raises:
        ValueError: They are not near enough.
    """
    config = embedder.model.config
    lengths = [min(size, embedder.max_length) for size in LENGTHS]
    rng = np.random.default_rng(0)
    ids = np.full((len(lengths), max(lengths)), config.pad_token_id)
    mask = (np.arange(ids.shape[1]) < np.array(lengths)[:, None]).astype(np.int64)
    others = np.setdiff1d(np.arange(config.vocab_size), [config.pad_token_id])
    ids[mask == 1] = rng.choice(others, int(mask.sum()))
    arrays = {name: np.zeros_like(ids) for name in input_names(embedder.model)}
    runner, run = _runner(path)
    tokens, texts = run({**arrays, IDS: ids, MASK: mask})
    ours = _vectors(embedder, ids, mask, lengths)
    farthest = max(
        float(np.abs(have - want).max(initial=0) / max(np.abs(want).max(initial=0), 1))
        for have, want in zip((tokens, texts), ours, strict=True)
    )
    a, b = (F.normalize(torch.from_numpy(np.asarray(x))) for x in (texts, ours[1]))
    cosine = float((a * b).sum(1).min())
    # of float32 the cosine is asked for NaN, which `farthest` may pass over
    near = cosine >= NEAREST and (precision == "int8" or farthest <= FARTHEST)
    if not near:
        raise ValueError(
            f"the vectors of an exported file must be those of the model, within {FARTHEST:g} "
            f"(int8: a cosine of {NEAREST}), got {farthest:.2g} and a cosine of {cosine:.4f} from "
            f"{runner}"
        )
    return Exported(runner, farthest, cosine)


def _vectors(
    embedder: Embedder, ids: NDArray[np.int64], mask: NDArray[np.int64], lengths: list[int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make token vectors (B, S, E) and text vectors (B, W) of ids, as the embedder does."""
    device = embedder.model.embeddings.word.weight.device
    with torch.inference_mode():
        out = embedder.model(*(torch.from_numpy(x).to(device) for x in (ids, mask)))
        packed = out.last_hidden_state[torch.from_numpy(mask).bool().to(device)]
        x = out.pooler_output
        if embedder.pooling != "pooler" or x is None:
            x = pool(packed, lengths, embedder.pooling)
        x = x if embedder.after is None else embedder.after(x)
        x = (F.normalize(x) if embedder.normalize else x)[:, : embedder.truncate_dim]
        return out.last_hidden_state.cpu().numpy(), x.cpu().numpy()


def _runner(path: str | Path) -> tuple[str, Callable[[Arrays], list[NDArray[np.float32]]]]:
    if importlib.util.find_spec("onnxruntime") is not None:
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        name, run = "onnxruntime", session.run
    else:
        from onnx.reference import ReferenceEvaluator

        name, run = "onnx", ReferenceEvaluator(str(path)).run
    return name, lambda arrays: [np.asarray(each) for each in run([TOKENS, TEXT], arrays)]


def _protocol(graph: Graph, embedder: Embedder, precision: Precision) -> Any:
    """Turn a graph into the message of the package onnx."""
    from onnx import TensorProto, checker, helper, numpy_helper

    def settings(given: dict[str, Any]) -> dict[str, Any]:
        return {k: getattr(TensorProto, v) if k == "to" else v for k, v in given.items()}

    nodes = [
        helper.make_node(node.kind, node.inputs, node.outputs, **settings(node.settings))
        for node in graph.nodes
    ]
    width = embedder.model.config.hidden_size
    made = {TOKENS: ("batch", "length", width), TEXT: ("batch", made_width(embedder))}
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "bert_min",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ("batch", "length"))
                for name in input_names(embedder.model)
            ],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in made.items()
            ],
            [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="bert_min",
    )
    model.ir_version = IR_VERSION
    notes = {
        "max_length": embedder.max_length,
        "pooling": embedder.pooling,
        "normalize": embedder.normalize,
        "precision": precision,
        "prompts": embedder.prompts,
        "default_prompt": embedder.default_prompt,
        "metric": embedder.metric,
    }
    helper.set_model_props(model, {k: json.dumps(v) for k, v in notes.items()})
    checker.check_model(model)
    return model
