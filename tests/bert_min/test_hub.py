"""A name of the Hub is found in the cache without a network, and else downloaded."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bert_min import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    Embedder,
    Reranker,
    load_pretrained,
)
from bert_min.cli import main
from bert_min.hub import find_folder
from bert_min.tasks.predict import load_task
from bert_min.text.tokenizers import load_tokenizer
from tests.bert_min.conftest import TINY

hub = pytest.importorskip("huggingface_hub")
NAME = "someone/a-small-model"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog"]


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    config = BertConfig(**TINY).replace(vocab_size=len(WORDS), num_labels=1)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of huggingface_hub, and no network."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_OFFLINE", True)
    return folder


def put(cache, model, files=("*",)):
    """Lay a model into the cache as huggingface_hub does."""
    root = cache / f"models--{NAME.replace('/', '--')}"
    commit = "0123456789abcdef0123456789abcdef01234567"
    snapshot = root / "snapshots" / commit
    snapshot.mkdir(parents=True, exist_ok=True)
    (root / "refs").mkdir(exist_ok=True)
    (root / "refs" / "main").write_text(commit)
    for pattern in files:
        for path in model.glob(pattern):
            shutil.copy(path, snapshot)
    return snapshot


def test_every_way_to_load_a_model_takes_a_name_of_the_cache(cache, model, tmp_path):
    snapshot = put(cache, model)
    assert find_folder(NAME) == snapshot
    expected = Embedder.from_pretrained(model, device="cpu").encode(["red sky"], progress=False)
    found = Embedder.from_pretrained(NAME, device="cpu").encode(["red sky"], progress=False)
    np.testing.assert_array_equal(found, expected)
    assert BertConfig.from_pretrained(NAME) == BertConfig.from_pretrained(model)
    assert BertModel.from_pretrained(NAME).config.hidden_size == 32
    assert load_pretrained(NAME)[1].encode("red").tokens == ["[CLS]", "red", "[SEP]"]
    assert load_tokenizer(NAME).vocab_size == len(WORDS)
    np.testing.assert_array_equal(
        Reranker.from_pretrained(NAME, device="cpu").score(["red"], ["sky"]),
        Reranker.from_pretrained(model, device="cpu").score(["red"], ["sky"]),
    )
    assert load_task(NAME, "cpu")[1].settings.task == "regression"


def test_every_command_takes_a_name_of_the_cache(cache, model, tmp_path, capsys):
    snapshot = put(cache, model)
    before = sorted(path.name for path in snapshot.iterdir())
    texts = tmp_path / "t.txt"
    texts.write_text("red sky\ndog\n")
    scores = tmp_path / "scores.tsv"
    scores.write_text("sentence\tscore\n" + "red sky\t1\ndog red\t0\nsky\t0.5\n" * 4)
    out, found = tmp_path / "out", tmp_path / "m.json"
    for words in (
        ["embed", texts, "-o", tmp_path / "v.npy"],
        ["search", "red", "--corpus", texts],
        ["rank", "red", "--documents", texts],
        ["predict", "red sky"],
        ["evaluate", "--data", scores, "--out", found],
        ["finetune", "--task", "regression", "--train", scores, "--out", out, "--steps", "1"],
    ):
        command = [str(word) for word in (*words, "--model", NAME, "--device", "cpu")]
        assert main(command) == 0, capsys.readouterr().err
    assert (out / "vocab.txt").exists()
    assert json.loads(found.read_text())
    assert sorted(path.name for path in snapshot.iterdir()) == before
    assert main(["evaluate", "--data", str(scores), "--model", NAME, "--device", "cpu"]) == 1
    assert "out must name a file for the scores" in capsys.readouterr().err


def test_a_name_that_is_nowhere_says_what_to_do(cache, model):
    for load in (Embedder.from_pretrained, BertModel.from_pretrained, load_tokenizer, load_task):
        with pytest.raises(OSError, match=r"no folder here.*hf download someone/a-small-model"):
            load(NAME)
    put(cache, model, ["vocab.txt", "config.json"])  # as after loading its tokenizer alone
    with pytest.raises(OSError, match="not whole in the cache"):
        BertModel.from_pretrained(NAME)


@pytest.mark.parametrize("name", ["./model", "/no/model", "a/b/c", "~/model", Path("model")])
def test_a_path_is_never_looked_for_on_the_hub(name, monkeypatch):
    monkeypatch.setattr(hub, "snapshot_download", lambda *a, **k: pytest.fail("asked the Hub"))
    with pytest.raises(OSError, match=r"config\.json"):
        BertModel.from_pretrained(name)


@pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
def test_a_download_takes_one_kind_of_weights_and_no_copies_for_others(
    cache, model, tmp_path, monkeypatch, weights
):
    from fnmatch import fnmatch

    listed = ["config.json", "vocab.txt", weights, "onnx/model.bin", "tf_model.h5", "README.md"]
    listed += ["pytorch_model.bin"]
    asked = []

    def download(name, *, revision=None, local_files_only=False, allow_patterns=(),
                 ignore_patterns=()):  # fmt: skip
        folder = tmp_path / "got"
        if local_files_only:
            raise FileNotFoundError(name)
        folder.mkdir(exist_ok=True)
        for file in listed:
            wanted = any(fnmatch(file, pattern) for pattern in allow_patterns)
            if wanted and not any(fnmatch(file, pattern) for pattern in ignore_patterns):
                asked.append(file)
                (folder / file).write_bytes(b"")
        return str(folder)

    monkeypatch.setattr(hub, "snapshot_download", download)
    assert find_folder(NAME) == tmp_path / "got"
    assert {file for file in asked if "." + file.split(".")[-1] in (".bin", ".safetensors")} == {
        weights
    }
    assert {"config.json", "vocab.txt"} <= set(asked)
    assert not {"onnx/model.bin", "tf_model.h5", "README.md"} & set(asked)


@pytest.mark.parametrize("name", [None, 3, b"model"])
def test_what_is_no_name_of_a_model_is_refused(name):
    with pytest.raises(TypeError, match=r"named by its folder or its name of the Hub, got "):
        find_folder(name)


def test_without_huggingface_hub_the_message_names_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"install huggingface_hub.*subword\[hub\]"):
        find_folder(NAME)
