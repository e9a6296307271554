"""RoBERTa, with inputs ``<s> A </s></s> B </s>``: inputs, vectors, scores of transformers."""

import json

import numpy as np
import pytest
import torch
from tokenizers import AddedToken, ByteLevelBPETokenizer, Tokenizer
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import RobertaProcessing

from bert_min import Embedder
from bert_min.cli import main
from bert_min.tasks.passage_windows import make_windows
from bert_min.text.examples import assemble
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenize import encode_texts, encode_words
from bert_min.text.tokenizers import load_tokenizer
from tests.bert_min.conftest import TINY

transformers = pytest.importorskip("transformers", reason="the parity tests compare with it")

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
CORPUS = ["a good film", "the bad film is long", "Kim lives in Rome, he said"] * 9


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    tok = ByteLevelBPETokenizer()
    special = [AddedToken(token, lstrip=token == "<mask>") for token in SPECIAL]
    tok.train_from_iterator(CORPUS, 330, min_frequency=1, special_tokens=special)
    tok.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tok.save(str(folder / "tokenizer.json"))
    sizes = {**TINY, "vocab_size": tok.get_vocab_size(), "type_vocab_size": 1, "pad_token_id": 1}
    torch.manual_seed(0)
    config = transformers.RobertaConfig(**sizes, initializer_range=0.1)
    transformers.RobertaModel(config).save_pretrained(folder)
    fast(folder).save_pretrained(folder)
    return folder


def fast(folder):
    return transformers.RobertaTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))


def rows_of(examples):
    return np.split(examples.ids, examples.splits[1:-1])


def test_inputs_are_those_of_transformers(model):
    mine, their = load_tokenizer(model), fast(model)
    special = SpecialIds.of(mine)
    assert special == (0, 2, 2)
    first, second = ["a good film", "the"], ["he is long", "Rome in Rome he said"]
    sides = [encode_texts(mine, texts, add_special_tokens=False) for texts in (first, second)]
    for examples, expected in (
        (assemble(special, 40, sides[0]), their(first)),
        (assemble(special, 40, *sides), their(first, second)),
        (assemble(special, 8, *sides), None),
    ):
        rows = [row.tolist() for row in rows_of(examples)]
        if expected is None:
            assert [len(row) for row in rows] == [8, 8]
            assert all(row[0] == 0 and row.count(2) == 3 and row[-1] == 2 for row in rows)
        else:
            assert rows == expected["input_ids"]
    with pytest.raises(ValueError, match="max_length must be at least 6, got 5"):
        assemble(special, 5, *sides)


def test_windows_of_a_passage_know_where_it_begins(model):
    tok = load_tokenizer(model)
    questions, passages = (
        encode_texts(tok, texts, add_special_tokens=False)
        for texts in (["who is he"], ["Kim lives in Rome, he said " * 4])
    )
    windows = make_windows(
        questions, passages, np.zeros(1, np.int64), SpecialIds.of(tok), max_length=20, stride=3
    )
    assert len(windows.question) > 2
    for row, begin, size, offset in zip(
        rows_of(windows.inputs), windows.begin, windows.size, windows.offset, strict=True
    ):
        assert row[offset : offset + size].tolist() == passages.ids[begin : begin + size].tolist()
        assert len(row) == offset + size + 1 <= 20


def test_words_begin_with_a_space(model):
    words = ["Kim", "lives", "in", "Rome", ",", "film"]
    rows = encode_words(load_tokenizer(model), words)
    their = Tokenizer.from_file(str(model / "tokenizer.json"))
    their.pre_tokenizer = ByteLevel(add_prefix_space=True)
    expected = their.encode(words, is_pretokenized=True, add_special_tokens=False)
    assert rows.ids.tolist() == expected.ids
    starts = np.flatnonzero(np.diff([-1, *expected.word_ids])).tolist()
    assert rows.splits[:-1].tolist() == starts


def test_vectors_are_those_of_transformers(model):
    texts = ["a good film", "Kim lives in Rome, he said he is a bad film", "the"]
    theirs = transformers.RobertaModel.from_pretrained(model).eval()
    given = fast(model)(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = theirs(**given).last_hidden_state
    mask = given["attention_mask"][..., None]
    expected = (hidden * mask).sum(1) / mask.sum(1)
    embedder = Embedder.from_pretrained(model)
    assert embedder.max_length == 38
    np.testing.assert_allclose(embedder.encode(texts), expected.numpy(), atol=1e-5)


def test_it_learns_pairs_and_scores_as_in_transformers(model, tmp_path, capsys):
    torch.set_num_threads(1)
    rows = ["a good film\tthe film is good\tyes", "the film\tKim lives in Rome\tno"] * 8
    data, out = tmp_path / "data.tsv", tmp_path / "out"
    data.write_text("\n".join(["sentence1\tsentence2\tlabel", *rows]) + "\n")
    words = ["finetune", "--task", "nli", "--model", model, "--train", data, "--dev", data, "--out"]
    more = [out, "--lr", "5e-3", "--epochs", "8", "--device", "cpu", "--batch-size", "8"]
    assert main([*map(str, words), *map(str, more), "--max-length", "32"]) == 0
    assert json.loads((out / "metrics.json").read_text())["accuracy"] == 1.0
    capsys.readouterr()
    pair = ["a good film", "the film is good"]
    assert main(["predict", "--model", str(out), *pair, "--json", "--device", "cpu"]) == 0
    record = json.loads(capsys.readouterr().out)
    theirs = transformers.RobertaForSequenceClassification.from_pretrained(out).eval()
    given = transformers.AutoTokenizer.from_pretrained(out)(*pair, return_tensors="pt")
    with torch.no_grad():
        scores = theirs(**given).logits.softmax(-1)[0]
    for index, label in theirs.config.id2label.items():
        assert float(scores[index]) == pytest.approx(record["probabilities"][label], abs=1e-5)
