"""ELECTRA and DistilBERT are fine-tuned, predict, and load in transformers with the same scores."""

import json

import pytest
import torch

from bert_min.cli import main
from tests.bert_min.conftest import TINY

transformers = pytest.importorskip("transformers", reason="it reads what was fine-tuned")

VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "a", "the"]
SIZES = {
    "DistilBert": {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 32},
    "Electra": {**TINY, "embedding_size": 16},
}


@pytest.mark.parametrize("family", SIZES)
def test_a_relative_learns_to_classify(family, tmp_path, capsys):
    torch.set_num_threads(1)
    sizes = {**SIZES[family], "vocab_size": len(VOCAB), "max_position_embeddings": 40}
    sizes["initializer_range"] = 0.1
    config = getattr(transformers, f"{family}Config")(**sizes)
    getattr(transformers, f"{family}Model")(config).save_pretrained(tmp_path / "model")
    (tmp_path / "model/vocab.txt").write_text("\n".join(VOCAB) + "\n")
    rows = ["a good film\tyes", "the bad film\tno", "good\tyes", "bad\tno"] * 8
    (tmp_path / "data.tsv").write_text("\n".join(["sentence\tlabel", *rows]) + "\n")
    data, out = f"{tmp_path}/data.tsv", tmp_path / "out"
    words = ["--task", "classification", "--model", f"{tmp_path}/model", "--train", data]
    more = ["--dev", data, "--out", str(out), "--lr", "5e-3", "--epochs", "12", "--device", "cpu"]
    assert main(["finetune", *words, *more, "--max-length", "16", "--batch-size", "8"]) == 0
    assert json.loads((out / "metrics.json").read_text())["accuracy"] == 1.0
    capsys.readouterr()
    assert main(["predict", "--model", str(out), "a good film", "--json", "--device", "cpu"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["label"] == "yes"
    theirs = getattr(transformers, f"{family}ForSequenceClassification").from_pretrained(out)
    ids = transformers.AutoTokenizer.from_pretrained(out)("a good film", return_tensors="pt")
    with torch.no_grad():
        scores = theirs.eval()(input_ids=ids["input_ids"]).logits.softmax(-1)[0]
    assert theirs.config.id2label == {0: "no", 1: "yes"}
    assert float(scores[1]) == pytest.approx(record["probabilities"]["yes"], abs=1e-5)
