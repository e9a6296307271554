"""Without a development file a share of the training set is set aside, fairly and repeatably."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bert_min import BertConfig, BertModel
from bert_min.cli import main
from bert_min.tasks import TaskSettings, make_task
from bert_min.tasks.dev_split import choose_rows
from subword import Tokenizer
from tests.helpers.stand_in import Letters


@given(
    st.lists(st.integers(0, 3), min_size=2, max_size=40),
    st.floats(0.01, 0.99),
    st.integers(0, 5),
)
def test_about_the_share_is_chosen_of_every_stratum(strata, share, seed):
    strata = np.array(strata)
    chosen = choose_rows(np.arange(len(strata)), strata, share, seed)
    assert chosen.tolist() == choose_rows(np.arange(len(strata)), strata, share, seed).tolist()
    assert 0 < chosen.sum() < len(strata)
    assert chosen.sum() == min(max(round(len(strata) * share), 1), len(strata) - 1)
    for stratum in set(strata.tolist()):
        here = strata == stratum
        assert abs(chosen[here].sum() - here.sum() * chosen.mean()) < 1


def test_another_seed_chooses_others():
    rows = [choose_rows(np.arange(50), np.zeros(50, int), 0.2, seed).tolist() for seed in (0, 1)]
    assert rows[0] != rows[1]


@pytest.mark.parametrize("share", [0, 1, -0.5, 2])
def test_a_share_must_leave_something_on_both_sides(share):
    with pytest.raises(ValueError, match=f"must lie between 0 and 1, got {share}"):
        choose_rows(np.arange(3), np.zeros(3, int), share, 0)
    with pytest.raises(ValueError, match=r"needs at least 2 examples .* got 1"):
        choose_rows(np.zeros(3, int), np.zeros(1, int), 0.5, 0)


def split(tmp_path, task, name, text, share=0.5):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = make_task(TaskSettings(task=task), Letters())
    data = found.read(path)
    found.learn(data)
    return (data, *found.split(data, share, 0))


def test_texts_keep_their_columns_together(tmp_path):
    rows = "".join(f"{i}\ttext{i}\tpair{i}\t{'ab'[i % 2]}\n" for i in range(20))
    whole, train, dev = split(
        tmp_path, "nli", "a.tsv", "id\tsentence1\tsentence2\tlabel\n" + rows, 0.2
    )
    assert (len(train.first), len(dev.first)) == (16, 4)
    assert sorted(dev.labels) == ["a", "a", "b", "b"]
    columns = list(
        zip(whole.first, whole.second, whole.labels, whole.where, whole.ids, strict=True)
    )
    for part in (train, dev):
        found = zip(part.first, part.second, part.labels, part.where, part.ids, strict=True)
        assert set(found) <= {*columns}
    assert sorted(train.first + dev.first) == sorted(whole.first)


def test_documents_stay_whole(tmp_path):
    documents = ["".join(f"w{d}{s} O\nkim B-PER\n\n" for s in range(3)) for d in range(6)]
    text = "".join(f"-DOCSTART- O\n\n{document}" for document in documents)
    _, train, dev = split(tmp_path, "ner", "a.txt", text)
    assert not {*train.document} & {*dev.document}
    assert (len(train.words), len(dev.words)) == (9, 9)
    assert [train.text(0), train.where[0]] == [" ".join(train.words[0]), train.where[0]]
    _, train, dev = split(tmp_path, "ner", "b.txt", documents[0])
    assert len(train.words) + len(dev.words) == 3


def test_passages_stay_whole(tmp_path):
    def question(number, passage):
        answer = {"text": [passage[:1]], "answer_start": [0]}
        return {"id": str(number), "context": passage, "question": "?", "answers": answer}

    records = [question(i, "abcd"[i // 3] * 3) for i in range(12)]
    _, train, dev = split(tmp_path, "qa", "a.jsonl", "\n".join(map(json.dumps, records)))
    assert not {*train.passages} & {*dev.passages}
    for part in (train, dev):
        assert len(part.questions) == 6
        for q in part.questions:
            assert part.passages[q.passage][:1] == q.answers[0][0]
    _, train, dev = split(tmp_path, "qa", "a.jsonl", "\n".join(map(json.dumps, records[:3])))
    assert train.passages == dev.passages == ["aaa"]


def test_finetune_needs_no_development_file(tmp_path, capsys):
    torch.set_num_threads(1)
    model = tmp_path / "model"
    model.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]
    (model / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    Tokenizer.from_wordpiece(str(model / "vocab.txt")).save(str(model / "tokenizer.json"))
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    BertModel(config).save_pretrained(model)
    data = tmp_path / "a.tsv"
    data.write_text("text\tlabel\n" + "good\t1\nbad\t0\n" * 20)
    command = [
        *("finetune", "--task", "classification", "--model", str(model), "--train", str(data)),
        *("--epochs", "1", "--device", "cpu", "--out"),
    ]
    assert main([*command, str(tmp_path / "one")]) == 0
    assert "36 inputs to train on, 4 set aside to judge by, on cpu" in capsys.readouterr().out
    assert main([*command, str(tmp_path / "two"), "--dev-share", "0.25"]) == 0
    assert "30 inputs to train on, 10 set aside to judge by" in capsys.readouterr().out
    assert "accuracy" in json.loads((tmp_path / "two/metrics.json").read_text())
    assert main([*command, str(tmp_path / "x"), "--dev", str(data), "--dev-share", "0.25"]) == 1
    assert "dev_share 0.25 is for a run without a development file" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "x"), "--dev-share", "0"]) == 1
    assert "must lie between 0 and 1, got 0" in capsys.readouterr().err
