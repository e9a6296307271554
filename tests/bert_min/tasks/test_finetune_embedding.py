"""`bert-min finetune --task embedding`: from files to vectors that are near as they should be."""

import json
import re

import numpy as np
import pytest
import torch

from bert_min import BertConfig, BertModel, Embedder
from bert_min.cli import main
from bert_min.tasks import embedding_objective as objective_module
from bert_min.tasks.embedding_scores import embedding_scores
from bert_min.tasks.hard_negatives import mine_negatives
from bert_min.tasks.text_groups import TextGroups, read_text_groups
from subword import Tokenizer
from tests.bert_min.conftest import TINY

COLOURS = ["red", "blue", "green", "white", "black", "pink", "grey", "gold"]
THINGS = ["sky", "dog", "cat", "car", "house", "tree", "cup", "hat"]
FILLER = ["the", "a", "my", "this"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*special, *COLOURS, *THINGS, *FILLER]) + "\n")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    BertModel(BertConfig(**TINY).replace(vocab_size=25, initializer_range=0.2)).save_pretrained(
        folder
    )
    return folder


def pairs(path, count, seed, columns=("anchor", "positive")):
    """A text and another with the same colour and thing in other words."""
    rng = np.random.default_rng(seed)
    rows = ["\t".join(columns)]
    for _ in range(count):
        colour, thing = rng.choice(COLOURS), rng.choice(THINGS)
        texts = [f"{rng.choice(FILLER)} {colour} {thing}", f"{thing} {rng.choice(FILLER)} {colour}"]
        texts += [f"{rng.choice(COLOURS)} {rng.choice(THINGS)}" for _ in columns[2:]]
        rows.append("\t".join(texts))
    path.write_text("\n".join(rows) + "\n")
    return path


def scored(path, count, seed):
    """Pairs that are the more alike the nearer their things are in a row; colours mean nothing."""
    rng = np.random.default_rng(seed)
    rows = ["sentence1\tsentence2\tscore"]
    for _ in range(count):
        (a, x), (b, y) = ((rng.choice(COLOURS), rng.integers(5)) for _ in range(2))
        rows.append(f"the {a} {THINGS[x]}\tmy {b} {THINGS[y]}\t{4 - abs(x - y)}")
    path.write_text("\n".join(rows) + "\n")
    return path


def tune(model, out, *more):
    torch.set_num_threads(1)
    words = ["finetune", "--task", "embedding", "--model", model, "--out", out, "--device", "cpu"]
    words += ["--lr", "2e-3", "--batch-size", "64", "--seed", "1", *more]
    return main([str(word) for word in words])


def metrics(out):
    return json.loads((out / "metrics.json").read_text())


@pytest.mark.slow
def test_pairs_are_found_after_training(model, tmp_path, capsys):
    train, dev = pairs(tmp_path / "t.tsv", 600, 0), pairs(tmp_path / "d.tsv", 60, 1)
    out = tmp_path / "out"
    assert (
        tune(model, out, "--train", train, "--dev", dev, "--epochs", "6", "--matryoshka", 32, 8)
        == 0
    )
    assert "nDCG at 10" in capsys.readouterr().out
    after = metrics(out)
    assert main(["evaluate", "--model", str(model), "--data", str(dev), "--device", "cpu"]) == 1
    plain = Embedder.from_pretrained(model, device="cpu")
    plain.save_pretrained(tmp_path / "plain")
    capsys.readouterr()
    assert main(["evaluate", "--model", str(tmp_path / "plain"), "--data", str(dev)]) == 0
    before = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert after["ndcg_at_10"] > float(before["ndcg_at_10"]) + 0.1
    assert after["recall_at_10"] > 0.9
    assert main(["evaluate", "--model", str(out), "--data", str(dev), "--device", "cpu"]) == 0
    again = json.loads((out / "metrics-d.json").read_text())
    assert again == pytest.approx({k: v for k, v in after.items() if k != "best_step"}, abs=1e-6)
    short = Embedder.from_pretrained(out, device="cpu").encode(["a red dog"], truncate_dim=8)
    assert short.shape == (1, 8)
    lines = [json.loads(line) for line in (out / "log.jsonl").open()]
    assert any("loss_pairs" in line for line in lines)
    assert any("mrr_at_10" in line.get("evaluation", {}) for line in lines)


@pytest.mark.slow
def test_scores_are_ordered_after_training(model, tmp_path):
    train, dev = scored(tmp_path / "s.tsv", 300, 0), scored(tmp_path / "d.tsv", 80, 2)
    before = embedding_scores(Embedder.from_pretrained(model, "cpu"), read_text_groups(dev))
    more = ("--max-score", 4, "--batch-size", 32, "--lr", "3e-3", "--epochs", 6)
    tune(model, tmp_path / "out", "--train", train, "--dev", dev, *more)
    assert metrics(tmp_path / "out")["spearman"] > before["spearman"] + 0.1


def test_several_files_of_several_kinds_are_trained_on_at_once(model, tmp_path):
    files = [scored(tmp_path / "s.tsv", 60, 0), pairs(tmp_path / "p.tsv", 60, 1)]
    more = ("--steps", 2, "--log-every", 1)
    assert tune(model, tmp_path / "out", "--train", *files, *more) == 0
    assert {"spearman", "pearson", "ndcg_at_10"} <= metrics(tmp_path / "out").keys()
    lines = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").open()]
    assert any({"loss_pairs", "loss_scores"} <= line.keys() for line in lines)


def test_texts_alone_are_trained_against_themselves(model, tmp_path):
    texts = tmp_path / "t.txt"
    texts.write_text("".join(f"{f} {c} {t}\n" for f in FILLER[:2] for c in COLOURS for t in THINGS))
    assert tune(model, tmp_path / "out", "--train", texts, "--epochs", 1) == 0
    assert metrics(tmp_path / "out") == {"best_step": 0}
    assert Embedder.from_pretrained(tmp_path / "out", device="cpu").encode(["a dog"]).shape == (
        1,
        32,
    )
    dev = scored(tmp_path / "d.tsv", 30, 0)
    assert tune(model, tmp_path / "o2", "--train", texts, "--dev", dev, "--steps", 1) == 0
    assert "spearman" in metrics(tmp_path / "o2")


@pytest.mark.slow
def test_a_resumed_run_is_the_run_that_was_not_stopped(model, tmp_path):
    train, dev = pairs(tmp_path / "t.tsv", 100, 0), pairs(tmp_path / "d.tsv", 20, 1)
    options = ("--train", train, "--dev", dev, "--steps", 4, "--eval-every", 1)
    tune(model, tmp_path / "whole", *options)
    tune(model, tmp_path / "parts", *options, "--stop-at", 2)
    tune(model, tmp_path / "parts", *options, "--resume")
    states = [
        torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["model"]
        for name in ("whole", "parts")
    ]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert metrics(tmp_path / "whole") == metrics(tmp_path / "parts")
    assert tune(model, tmp_path / "parts", *options, "--resume", "--scale", 5) == 1


def test_vectors_that_are_not_finite_stop_a_run_and_leave_its_last_checkpoint(
    model, tmp_path, capsys, monkeypatch
):
    train, dev = pairs(tmp_path / "t.tsv", 200, 0), pairs(tmp_path / "d.tsv", 9, 1)
    options = ("--train", train, "--dev", dev, "--steps", 3, "--checkpoint-every", 1)
    assert tune(model, tmp_path / "whole", *options) == 0
    steps, whole = [], objective_module.vectors_of

    def broken(*arguments):
        steps.append(0)
        x = whole(*arguments)
        return x * torch.nan if len(steps) == 3 else x

    monkeypatch.setattr(objective_module, "vectors_of", broken)
    capsys.readouterr()
    assert tune(model, tmp_path / "parts", *options) == 1
    assert re.search(r"t\.tsv:\d+: the vectors of an example must be", capsys.readouterr().err)
    monkeypatch.undo()
    assert tune(model, tmp_path / "parts", *options, "--resume") == 0  # from step 2
    states = [
        torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["model"]
        for name in ("whole", "parts")
    ]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_texts_alone_are_no_development_file(model, tmp_path, capsys):
    train = pairs(tmp_path / "t.tsv", 9, 0)
    (tmp_path / "d.txt").write_text("a text\nanother\n")
    assert tune(model, tmp_path / "out", "--train", train, "--dev", tmp_path / "d.txt") == 1
    assert "d.txt: vectors are measured on pairs, got texts alone" in capsys.readouterr().err


def test_hard_negatives_are_near_and_do_not_belong(model):
    embedder = Embedder.from_pretrained(model, device="cpu")
    texts = [(f"the {c} {t}", f"{t} {c}") for c in COLOURS[:4] for t in THINGS[:4]]
    texts += [(texts[0][0], "my red dog")]  # one text, two answers
    data = TextGroups(texts, np.full(len(texts), np.nan), ["x"] * len(texts))
    found = mine_negatives(embedder, data, 2)
    vectors = {t: embedder.encode_document([t], progress=False)[0] for pair in texts for t in pair}

    def cosine(a, b):
        a, b = vectors[a], vectors[b]
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    mined = 0
    for (first, second), (a, b, *negatives) in zip(texts, found.texts, strict=True):
        assert (a, b) == (first, second)
        own = {other for text, other in texts if text == first}
        assert not own & set(negatives)
        limit = max(cosine(first, other) for other in own) * 0.95
        allowed = sorted(
            (float(cosine(first, t)) for t in dict.fromkeys(o for _, o in texts)
             if t not in own and cosine(first, t) < limit), reverse=True,
        )  # fmt: skip
        got = [float(cosine(first, t)) for t in negatives]
        assert got == pytest.approx(allowed[: len(got)], abs=1e-5)
        mined += len(got)
    assert mined > 5
    assert mine_negatives(embedder, data, 0) is data


def test_modules_after_the_pooling_are_trained_and_saved(model, tmp_path):
    from bert_min.embedding.after_pooling import AfterPooling, Dense

    embedder = Embedder.from_pretrained(model, device="cpu")
    start = Embedder(
        embedder.model, embedder.tokenizer, after=AfterPooling(Dense(32, 12)), normalize=True,
        prompts={"query": "the ", "document": "my "},
    )  # fmt: skip
    start.save_pretrained(tmp_path / "start")
    train = pairs(tmp_path / "t.tsv", 80, 0, ("query", "positive", "negative"))
    assert (
        tune(
            tmp_path / "start",
            tmp_path / "out",
            "--train",
            train,
            "--epochs",
            1,
            "--hard-negatives",
            1,
        )
        == 0
    )
    after = Embedder.from_pretrained(tmp_path / "out", device="cpu")
    assert after.prompts == {"query": "the ", "document": "my "}
    assert after.normalize
    before = start.after[0].linear.weight
    assert not torch.equal(after.after[0].linear.weight, before)


WRONG = {
    "a width over the model's": (["--matryoshka", "64"], "at most 32, that of the vectors, got 64"),
    "a scale of nothing": (["--scale", "0"], "scale must be above 0, got 0"),
    "accumulate": (["--accumulate", "2"], "takes accumulate 1 and one process, got 2 and 1"),
    "an option of another task": (
        ["--stride", "3"],
        "--stride means nothing to the task embedding",
    ),
    "fewer than no negatives": (["--hard-negatives", "-1"], "at least 0, got -1"),
    "a highest score of nothing": (["--max-score", "-1"], "max_score must be above 0, got -1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_trained_is_refused(model, tmp_path, capsys, case):
    more, message = WRONG[case]
    train = pairs(tmp_path / "t.tsv", 8, 0)
    assert tune(model, tmp_path / "out", "--train", train, *more) == 1
    assert message in capsys.readouterr().err


def test_options_of_embedding_mean_nothing_to_others(model, tmp_path, capsys):
    train = str(pairs(tmp_path / "t.tsv", 8, 0))
    words = ["finetune", "--task", "nli", "--model", str(model), "--out", str(tmp_path / "o")]
    assert main([*words, "--train", train, "--matryoshka", "8"]) == 1
    assert "--matryoshka means nothing to the task nli" in capsys.readouterr().err
    assert main([*words, "--train", train, train]) == 1
    assert "nli takes one, got 2" in capsys.readouterr().err
