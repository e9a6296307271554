"""`bert-min export --to onnx`: every architecture, beside ours, by onnxruntime and by onnx."""

import json
from importlib.util import find_spec

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from bert_min import BertConfig, BertModel, Embedder
from bert_min.cli import main
from bert_min.embedding.after_pooling import AfterPooling, Dense, LayerNorm
from bert_min.export import onnx_file
from bert_min.export.onnx_file import export_onnx
from subword import Tokenizer
from tests.bert_min.conftest import TINY, padded_batch

onnx = pytest.importorskip("onnx", reason="ONNX files are written with it")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{number}" for number in range(94))]
FAMILIES = {
    "bert": {"hidden_act": "gelu_new"},
    "distilbert": {"type_vocab_size": 0},
    "electra": {"embedding_size": 16, "hidden_act": "relu"},
    "roberta": {"type_vocab_size": 1, "pad_token_id": 1},
    "xlm-roberta": {"type_vocab_size": 1, "pad_token_id": 1, "hidden_act": "silu"},
    "camembert": {"type_vocab_size": 1, "pad_token_id": 3},
    "mpnet": {"max_position_embeddings": 300, "pad_token_id": 1, "type_vocab_size": 0},
    "modernbert": {
        "pad_token_id": 0, "local_attention": 6, "norm_bias": False, "attention_bias": True,
        "num_hidden_layers": 4, "max_position_embeddings": 80,
    },
}  # fmt: skip


def random_model(family="bert", **changes):
    values = {**TINY, "model_type": family, "initializer_range": 0.3, **FAMILIES[family], **changes}
    model = BertModel(BertConfig.from_dict(values)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    return model


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocab") / "vocab.txt"
    path.write_text("\n".join(WORDS) + "\n")
    return Tokenizer.from_wordpiece(str(path))


def run(path, ids, mask, types=None):
    """Run a file: token vectors and text vectors."""
    runtime = pytest.importorskip("onnxruntime", reason="runs ONNX files")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    names = [value.name for value in session.get_inputs()]
    out = session.run(
        ["last_hidden_state", "sentence_embedding"], {n: given[n].numpy() for n in names}
    )
    return [torch.from_numpy(x) for x in out]


def encode(embedder, tokenizer, path, texts):
    """The text vectors of a file for texts, padded together."""
    ragged = tokenizer.encode_ragged(texts)
    rows = [ragged[number].tolist() for number in range(len(texts))]
    size = max(map(len, rows))
    ids = torch.tensor([row + [0] * (size - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (size - len(row)) for row in rows])
    return run(path, ids, mask, torch.zeros_like(ids))[1].numpy()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_makes_the_vectors_of_every_architecture(family, tokenizer, tmp_path):
    model, path = random_model(family), tmp_path / "model.onnx"
    found = export_onnx(Embedder(model, tokenizer), path)
    assert found.farthest < 1e-5
    longest = min(model.config.longest_text, 60)
    for lengths, size in (([longest, 3, 9], longest), ([4, 1], 4)):
        ids, mask, types = padded_batch(lengths, size)
        ids[mask == 0] = model.config.pad_token_id
        if size > 4:  # a text with its padding on the left, and an id of padding within another
            ids[2], mask[2], ids[0, 2] = ids[2].flip(0), mask[2].flip(0), model.config.pad_token_id
        several = model.config.type_vocab_size > 1
        with torch.no_grad():
            want = model(ids, mask, types if several else None).last_hidden_state
        tokens, texts = run(path, ids, mask, types)
        torch.testing.assert_close(tokens, want, atol=1e-5, rtol=1e-5)
        mean = want.sum(1) / mask.sum(1, keepdim=True)
        torch.testing.assert_close(texts, mean, atol=1e-5, rtol=1e-5)


WAYS = {
    "mean": {"pooling": "mean", "normalize": True},
    "cls": {"pooling": "cls", "truncate_dim": 5, "normalize": True},
    "max": {"pooling": "max", "truncate_dim": 7},
    "pooler": {"pooling": "pooler"},
}


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("way", WAYS)
def test_what_follows_the_encoder_is_in_the_file(way, precision, tokenizer, tmp_path):
    after = AfterPooling(
        Dense(32, 20, activation="GELU", residual=True), LayerNorm(20), Dense(20, 20, residual=True)
    )
    embedder = Embedder(random_model(), tokenizer, after=after, max_length=30, **WAYS[way])
    path = tmp_path / "model.onnx"
    export_onnx(embedder, path, precision)
    texts = ["w1 w2 w3", "w9", "w5 w60 w61 w7 w8 w1"]
    want = embedder.encode(texts, progress=False)
    have = encode(embedder, tokenizer, path, texts)
    assert have.shape == want.shape
    if precision == "float32":
        np.testing.assert_allclose(have, want, atol=1e-5)
    else:
        a, b = (F.normalize(torch.from_numpy(x)) for x in (have, want))
        assert (a * b).sum(1).min() > 0.99
        alone = encode(embedder, tokenizer, path, texts[:1])
        np.testing.assert_allclose(alone[0], have[0], atol=1e-5)  # whatever it is padded with


def test_int8_is_smaller_and_near(tokenizer, tmp_path):
    embedder = Embedder(random_model(hidden_size=64, intermediate_size=256), tokenizer)
    sizes, found = {}, {}
    for precision in ("float32", "int8"):
        path = tmp_path / f"{precision}.onnx"
        found[precision] = export_onnx(embedder, path, precision)
        sizes[precision] = path.stat().st_size
    assert sizes["int8"] < sizes["float32"] / 3
    assert 0.99 < found["int8"].cosine < found["float32"].cosine + 1e-6
    kinds = {node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node}
    assert "MatMulInteger" in kinds


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_text_vectors_that_are_no_numbers_are_not_near(tokenizer, tmp_path, monkeypatch, precision):
    embedder = Embedder(random_model(), tokenizer)
    export_onnx(embedder, tmp_path / "m.onnx")
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(str(tmp_path / "m.onnx"))

    class Broken:
        def __init__(self, *_, **__):
            pass

        def run(self, names, arrays):
            tokens, texts = session.run(names, arrays)
            return [tokens, texts * np.nan]

    monkeypatch.setattr(runtime, "InferenceSession", Broken)
    with pytest.raises(ValueError, match="a cosine of nan from onnxruntime"):
        onnx_file.compare(embedder, tmp_path / "m.onnx", precision)


@pytest.mark.parametrize("family", ["bert", "mpnet", "modernbert"])
def test_without_onnxruntime_a_file_is_compared_by_onnx(family, tokenizer, tmp_path, monkeypatch):
    there = find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "onnxruntime" else there(name)
    )
    found = export_onnx(Embedder(random_model(family), tokenizer), tmp_path / "m.onnx")
    assert found.runner == "onnx"
    assert found.farthest < 1e-5


def test_a_file_says_what_it_cannot_do_itself(tokenizer, tmp_path):
    embedder = Embedder(random_model(), tokenizer, prompts={"query": "w1 "}, max_length=21)
    export_onnx(embedder, tmp_path / "m.onnx")
    notes = {p.key: json.loads(p.value) for p in onnx.load(tmp_path / "m.onnx").metadata_props}
    assert notes["prompts"] == {"query": "w1 "}
    assert notes["max_length"] == 21
    assert notes["pooling"] == "mean"


def test_a_file_that_is_not_ours_is_not_written(tokenizer, tmp_path, monkeypatch):
    embedder, path = Embedder(random_model(), tokenizer), tmp_path / "m.onnx"
    path.write_bytes(b"old")
    monkeypatch.setattr(onnx_file, "FARTHEST", -1.0)
    with pytest.raises(ValueError, match="must be those of the model, within -1"):
        export_onnx(embedder, path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["m.onnx"]


def test_what_cannot_be_exported_is_refused(tokenizer, tmp_path, monkeypatch):
    path = tmp_path / "m.onnx"
    with pytest.raises(ValueError, match="precision must be float32 or int8, got 'int4'"):
        export_onnx(Embedder(random_model(), tokenizer), path, "int4")
    with pytest.raises(ValueError, match="must be in float32: load it without"):
        export_onnx(Embedder(random_model().double(), tokenizer), path)
    with pytest.raises(ValueError, match="'pooler' needs a model stored with its pooler"):
        export_onnx(Embedder(random_model("distilbert"), tokenizer, pooling="pooler"), path)
    monkeypatch.setattr(onnx_file, "LARGEST", 1_000)
    with pytest.raises(ValueError, match="at most 1,000 bytes, got"):
        export_onnx(Embedder(random_model(), tokenizer), path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'subword\[onnx\]'"):
        export_onnx(Embedder(random_model(), tokenizer), path)
    assert not list(tmp_path.iterdir())


def test_the_command_writes_both_forms(tokenizer, tmp_path, capsys):
    folder, file = tmp_path / "folder", tmp_path / "m.onnx"
    Embedder(random_model(), tokenizer, normalize=True).save_pretrained(folder)
    words = ["export", "--model", str(folder)]
    assert main([*words, "-o", str(file), "--precision", "int8"]) == 0
    assert "cosine is at least 0.9" in capsys.readouterr().err
    assert file.stat().st_size > 1_000
    assert main([*words, "-o", str(tmp_path / "m.bin")]) == 1
    assert "must end in .onnx" in capsys.readouterr().err
    assert main([*words, "-o", str(folder)]) == 1
    assert "must not be what is read" in capsys.readouterr().err
    out, form = tmp_path / "st", ["--to", "sentence-transformers"]
    assert main([*words, *form, "-o", str(out)]) == 0
    ours, copy = (Embedder.from_pretrained(x, "cpu").encode(["w1 w2"]) for x in (folder, out))
    assert np.array_equal(ours, copy)
    assert main([*words, *form, "-o", str(out), "--precision", "int8"]) == 1
    assert "is in float32, got precision int8" in capsys.readouterr().err
    assert main([*words, "-o", str(tmp_path / "no" / "m.onnx")]) == 1


@pytest.mark.slow
def test_a_real_model_is_itself_in_both_precisions(minilm, tmp_path):
    embedder = Embedder.from_pretrained(minilm, "cpu")
    texts = ["The sky is blue.", "How do I get my money back?", "고양이", "a " * 100]
    want = embedder.encode(texts, progress=False)
    for precision, least in (("float32", 1 - 1e-6), ("int8", 0.98)):
        path = tmp_path / f"{precision}.onnx"
        export_onnx(embedder, path, precision)
        have = encode(embedder, embedder.tokenizer, path, texts)
        assert (have * want).sum(1).min() > least
