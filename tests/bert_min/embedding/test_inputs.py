"""Texts, lengths and vocabularies that do not fit: told at the start, with the place."""

import json
import warnings

import numpy as np
import pytest
import torch

from bert_min import BertForSequenceClassification, BertModel, Embedder, load_pretrained
from bert_min.cli import main
from bert_min.embedding import passes as embed_module
from bert_min.tasks.predict import load_task
from bert_min.tasks.settings import TaskSettings

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "blue"]
POSITIONS = 40


@pytest.fixture
def folder(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertForSequenceClassification(tiny.replace(vocab_size=len(WORDS))).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.parametrize("bad", [None, float("nan"), {"text": "red"}, b"red", 3, ["red"], np.nan])
@pytest.mark.parametrize("row", [0, 5])
def test_what_is_no_text_is_a_type_error_with_its_row(folder, monkeypatch, bad, row):
    monkeypatch.setattr(embed_module, "CHUNK_TEXTS", 2)  # rows count through all chunks
    texts = ["red"] * 7
    texts[row] = bad
    embedder = Embedder.from_pretrained(folder, device="cpu")
    with pytest.raises(TypeError, match=rf"got {type(bad).__name__} in row {row}: ") as error:
        embedder.encode(texts)
    assert "texts must be str" in str(error.value)


@pytest.mark.parametrize("texts", [b"red", {"red": 1}, {"red"}, iter(["red"]), None, 3])
def test_what_is_no_list_of_texts_is_a_type_error(folder, texts):
    embedder = Embedder.from_pretrained(folder, device="cpu")
    with pytest.raises(TypeError, match=f"texts must be a list of str, got {type(texts).__name__}"):
        embedder.encode(texts)


def test_lists_of_other_libraries_are_texts(folder):
    embedder = Embedder.from_pretrained(folder, device="cpu")
    want = embedder.encode(["red", "sky"])
    for texts in (("red", "sky"), np.array(["red", "sky"]), np.array(["red", "sky"], object)):
        np.testing.assert_array_equal(embedder.encode(texts), want)


def test_a_max_length_over_the_positions_is_lowered_with_a_note(folder):
    embedder = Embedder.from_pretrained(folder, device="cpu")
    long = "red " * 99
    with pytest.warns(UserWarning, match="is lowered to") as caught:
        got = embedder.encode([long], max_length=POSITIONS + 1)
    first = f"max_length {POSITIONS + 1} is lowered to the {POSITIONS} positions of the model"
    assert str(caught[0].message).startswith(first)
    with pytest.warns(UserWarning, match=f"were cut to {POSITIONS} tokens"):
        np.testing.assert_array_equal(got, embedder.encode([long], max_length=POSITIONS))


def test_a_folder_with_more_tokens_than_positions_is_told_at_loading(folder):
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 512}')
    with pytest.warns(UserWarning, match=f"max_length 512 is lowered to the {POSITIONS} positions"):
        embedder = Embedder.from_pretrained(folder, device="cpu")
    assert embedder.max_length == POSITIONS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        embedder.encode(["red"] * 3)


def test_a_length_of_zero_is_not_taken_for_none(folder, capsys):
    (folder / "t.txt").write_text("red\n")
    words = ["embed", f"{folder}/t.txt", "--model", str(folder), "-o", f"{folder}/v.npy"]
    assert main([*words, "--max-length", "0"]) == 1
    assert "max_length must lie in [3, max_position_embeddings = 40], got 0" in (
        capsys.readouterr().err
    )


def test_a_fine_tuned_model_has_no_more_tokens_than_positions(folder):
    TaskSettings(task="classification", labels=("a", "b"), max_length=99).save(folder)
    with pytest.warns(UserWarning, match=f"lowered to the {POSITIONS} positions"):
        _, task = load_task(folder, "cpu")
    assert task.max_length == POSITIONS


def added(folder):
    """Tokens that were added to the tokenizer, and not to the model."""
    path = folder / "added_tokens.json"
    path.write_text(json.dumps({"[NEW]": len(WORDS), "[E]": len(WORDS) + 1}))


LOADERS = {
    "Embedder": lambda folder: Embedder.from_pretrained(folder, device="cpu"),
    "load_pretrained": load_pretrained,
    "load_task": lambda folder: load_task(folder, "cpu"),
}


@pytest.mark.parametrize("loader", LOADERS)
def test_added_tokens_beyond_the_embedding_are_told_at_loading(folder, loader):
    TaskSettings(task="classification", labels=("a", "b"), max_length=9).save(folder)
    LOADERS[loader](folder)
    added(folder)
    with pytest.raises(ValueError, match="the tokenizer has ids up to 9") as error:
        LOADERS[loader](folder)
    said = str(error.value)
    assert said.startswith(f"{folder}: ")
    assert "('[E]'), 10 tokens, but the model's token embedding has 8 rows" in said


@pytest.mark.parametrize("command", ["embed", "show", "finetune"])
def test_commands_tell_of_added_tokens_at_the_start(folder, capsys, command):
    added(folder)
    (folder / "t.tsv").write_text("text\tlabel\nred\ta\nsky\tb\n")
    words = {
        "embed": [f"{folder}/t.tsv", "-o", f"{folder}/v.npy"],
        "show": ["red sky", "-o", f"{folder}/p.png"],
        "finetune": [
            "--task", "classification", "--train", f"{folder}/t.tsv", "--dev", f"{folder}/t.tsv",
            "--out", f"{folder}/out",
        ],
    }[command]  # fmt: skip
    assert main([command, *words, "--model", str(folder)]) == 1
    assert "but the model's token embedding has 8 rows" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_a_vocabulary_smaller_than_the_embedding_is_fine(tiny, folder):
    BertModel(tiny).save_pretrained(folder)  # padded to 99 rows, as many models are
    assert Embedder.from_pretrained(folder, device="cpu").encode(["red"]).shape == (1, 32)


@pytest.mark.parametrize(
    ("pieces", "family"),
    [
        (["▁red", "▁sky", "blue"], "SentencePiece"),
        (["Ġred", "Ġsky", "blue"], "byte-level BPE"),
        (["red</w>", "sky</w>", "bl"], "BPE with </w>"),
        (["re@@", "s@@", "blue"], "BPE with @@"),
    ],
)
def test_a_vocabulary_of_another_family_is_warned_of_at_loading(folder, pieces, family):
    (folder / "vocab.txt").write_text("\n".join([*WORDS[:5], *pieces]) + "\n")
    match = f"2 of 8 tokens, such as {pieces[0]!r}, look like a vocabulary of {family}; read as"
    with pytest.warns(UserWarning, match=match):
        Embedder.from_pretrained(folder, device="cpu")


def test_a_tenth_of_unknown_tokens_is_warned_of_in_the_first_batch(folder, tmp_path):
    embedder = Embedder.from_pretrained(folder, device="cpu")
    torch.manual_seed(0)
    match = r"8 of the first 40 tokens \(20%\) are unknown to the vocabulary"
    with pytest.warns(UserWarning, match=match):
        embedder.encode(["red sky blue sky grün"] * 8)
    with pytest.warns(UserWarning, match="8 of the first 40 tokens"):
        embedder.encode(["red sky blue sky grün"] * 8, long_texts="windows")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        embedder.encode(["red sky blue sky"] * 7 + ["grün"] * 3)  # a tenth, and no more
        embedder.encode(["grün"] * 3)  # too few to say
