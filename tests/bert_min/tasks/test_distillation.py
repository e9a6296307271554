"""`bert-min finetune --task embedding --teacher`: a small model learns the vectors of another."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from bert_min import BertConfig, BertModel, Embedder, similarity
from bert_min.cli import main
from bert_min.tasks.distillation import DistillationObjective, similarity_loss, vector_loss
from bert_min.tasks.text_vectors import TextVectors
from bert_min.text.tokenize import encode_texts
from subword import Tokenizer
from tests.bert_min.conftest import TINY

COLOURS = ["red", "blue", "green", "white", "black", "pink"]
THINGS = ["sky", "dog", "cat", "car", "house", "tree"]
TEXTS = [f"{colour} {thing}" for colour in COLOURS for thing in THINGS]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *COLOURS, *THINGS]


def write(folder, seed, **changes):
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    Tokenizer.from_wordpiece(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    torch.manual_seed(seed)
    config = BertConfig(**TINY).replace(vocab_size=len(WORDS), initializer_range=0.3, **changes)
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    (root / "texts.txt").write_text("\n".join(TEXTS) + "\n")
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    write(root / "student", 0, num_hidden_layers=1, **still)
    write(root / "same", 1, num_hidden_layers=1)
    write(root / "wide", 2, hidden_size=48, num_hidden_layers=1)
    return root


def tune(folders, out, teacher, *more, train="texts.txt"):
    torch.set_num_threads(1)
    words = ["finetune", "--task", "embedding", "--model", folders / "student", "--device", "cpu"]
    words += ["--train", folders / train, "--out", out, "--seed", 1, "--batch-size", 18]
    words += ["--teacher", folders / teacher] if teacher else []
    return main([str(word) for word in [*words, *more]])


def vectors(folder):
    return Embedder.from_pretrained(folder, "cpu").encode(TEXTS, progress=False)


def cosine(a, b):
    return F.cosine_similarity(torch.from_numpy(a), torch.from_numpy(b)).mean().item()


def test_losses_by_hand():
    rng = torch.Generator().manual_seed(0)
    x, teacher = torch.randn(5, 4, generator=rng), torch.randn(5, 4, generator=rng)
    expected = (x - teacher).square().mean(1).sum()  # MSELoss of sentence-transformers, times 5
    torch.testing.assert_close(vector_loss(x, teacher), expected)
    wide = torch.randn(5, 7, generator=rng)
    error = sum(
        (F.cosine_similarity(x[i], x[j], 0) - F.cosine_similarity(wide[i], wide[j], 0)) ** 2
        for i in range(5) for j in range(5) if i != j
    )  # fmt: skip
    torch.testing.assert_close(similarity_loss(x, wide), error / 4)
    assert similarity_loss(x[:1], wide[:1]) == pytest.approx(0, abs=1e-12)


def test_a_student_that_is_its_teacher_has_nothing_to_learn(folders):
    embedder = Embedder.from_pretrained(folders / "student", "cpu")
    rows = encode_texts(embedder.tokenizer, TEXTS, 40)
    model = TextVectors(embedder.model, "mean", None).eval()
    for distill in ("vectors", "similarities"):
        objective = DistillationObjective(
            rows, TEXTS, vectors(folders / "student"), distill, batch_tokens=9
        )
        batch = objective.batch(np.arange(len(TEXTS))[::-1].copy(), np.random.default_rng(0))
        (term,) = objective.loss(model, batch, torch.device("cpu")).values()
        assert term.loss.item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("normalize", [False, True])
def test_the_vectors_that_are_compared_are_those_of_encode(folders, normalize):
    embedder = Embedder.from_pretrained(folders / "student", "cpu")
    objective = DistillationObjective(
        encode_texts(embedder.tokenizer, TEXTS, 40), TEXTS, vectors(folders / "same"),
        normalize=normalize,
    )  # fmt: skip
    batch = objective.batch(np.array([3, 1]), np.random.default_rng(0))
    model = TextVectors(embedder.model, "mean", None).eval()
    (term,) = objective.loss(model, batch, torch.device("cpu")).values()
    mine = embedder.encode([TEXTS[3], TEXTS[1]], normalize=normalize, progress=False)
    expected = ((mine - vectors(folders / "same")[[3, 1]]) ** 2).mean(1).sum()
    assert term.loss.item() == pytest.approx(expected, rel=1e-4)


def test_vectors_come_near_to_those_of_the_teacher(folders, tmp_path):
    before = cosine(vectors(folders / "student"), vectors(folders / "same"))
    assert tune(folders, tmp_path / "out", "same", "--epochs", 15, "--lr", "1e-2") == 0
    after = cosine(vectors(tmp_path / "out"), vectors(folders / "same"))
    assert before < 0.5
    assert after > 0.9
    lines = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").open()]
    losses = [line["loss_teacher"] for line in lines if "loss_teacher" in line]
    assert losses[-1] < losses[0] / 2


def test_a_dense_layer_makes_the_width_of_the_teacher(folders, tmp_path, capsys):
    out = tmp_path / "out"
    assert tune(folders, out, "wide", "--epochs", 15, "--lr", "1e-2") == 0
    assert "a dense layer makes 48 numbers of 32" in capsys.readouterr().out
    found = vectors(out)
    assert found.shape == (len(TEXTS), 48)
    assert cosine(found, vectors(folders / "wide")) > 0.8
    library = pytest.importorskip("sentence_transformers")
    theirs = library.SentenceTransformer(str(out), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(found, theirs, atol=1e-5)


def test_similarities_are_learnt_in_any_width(folders, tmp_path):
    def error(folder):
        mine, wanted = (similarity(x, x) for x in (vectors(folder), vectors(folders / "wide")))
        return float(((mine - wanted) ** 2).mean())

    more = ("--distill", "similarities", "--epochs", 15, "--lr", "1e-2")
    assert tune(folders, tmp_path / "out", "wide", *more) == 0
    assert vectors(tmp_path / "out").shape[1] == 32
    assert error(tmp_path / "out") < error(folders / "student") / 2


def test_a_resumed_run_is_the_run_that_was_not_stopped(folders, tmp_path, capsys):
    options = ("--steps", 4, "--checkpoint-every", 1)
    tune(folders, tmp_path / "whole", "wide", *options)
    tune(folders, tmp_path / "parts", "wide", *options, "--stop-at", 2)
    tune(folders, tmp_path / "parts", "wide", *options, "--resume")
    assert np.array_equal(vectors(tmp_path / "whole"), vectors(tmp_path / "parts"))
    capsys.readouterr()
    assert tune(folders, tmp_path / "parts", "same", *options, "--resume") == 1
    assert "training data" in capsys.readouterr().err


def test_files_of_pairs_are_texts_to_a_teacher(folders, tmp_path):
    rows = [f"{a}\t{b}" for a, b in zip(TEXTS[:9], TEXTS[9:18], strict=True)]
    (folders / "pairs.tsv").write_text("\n".join(["anchor\tpositive", *rows]) + "\n")
    more = ("--steps", 1, "--dev", folders / "pairs.tsv")
    assert tune(folders, tmp_path / "out", "same", *more, train="pairs.tsv") == 0
    assert "ndcg_at_10" in json.loads((tmp_path / "out" / "metrics.json").read_text())


WRONG = {
    "distill alone": (None, ["--distill", "vectors"], "distill 'vectors' needs a teacher, got"),
    "matryoshka": ("same", ["--matryoshka", "8"], "mean nothing where the vectors of a teacher"),
    "no model": ("texts.txt", [], "texts.txt"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_distilled_is_refused(folders, tmp_path, capsys, case):
    teacher, more, message = WRONG[case]
    assert tune(folders, tmp_path / "out", teacher, *more) == 1
    assert message in capsys.readouterr().err
