"""Texts to vectors: pooling, order, long texts, files, and the real model."""

import json
import warnings

import numpy as np
import pytest
import torch

from bert_min import BertModel, Embedder, attention_maps, load_pretrained
from bert_min.attention.token_vectors import flatten, token_vectors
from bert_min.cli import main
from bert_min.embedding import passes as embed_module
from bert_min.text.batch import length_batches
from bert_min.text.flat_rows import FlatRows
from subword import Tokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "##ish", "sky", "."]
TEXTS = ["red", "", "blue sky .", "greenish blue sky", "sky " * 9, "red", "bluish sky . " * 7]


@pytest.fixture
def folder(tiny, tmp_path):
    """A tiny random model with a vocabulary of eleven words."""
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    model = BertModel(tiny.replace(vocab_size=len(WORDS)))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    model.save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def embedder(folder):
    return Embedder.from_pretrained(folder, device="cpu")


def token_states(embedder, text, layer=-1, max_length=40):
    ids = embedder.tokenizer.encode(text).ids
    if len(ids) > max_length:
        ids = ids[: max_length - 1] + ids[-1:]
    with torch.no_grad():
        out = embedder.model.forward_packed(
            torch.tensor(ids), [len(ids)], output_hidden_states=True
        )
    return out.hidden_states[layer], out.pooler_output[0]


BY_HAND = {
    "mean": lambda states, pooled: states.mean(0),
    "max": lambda states, pooled: states.amax(0),
    "cls": lambda states, pooled: states[0],
    "pooler": lambda states, pooled: pooled,
}


@pytest.mark.parametrize("batch_tokens", [1, 30, 10_000])
@pytest.mark.parametrize("pooling", BY_HAND)
def test_vectors_equal_those_of_each_text_alone(embedder, pooling, batch_tokens):
    got = embedder.encode(TEXTS, pooling=pooling, batch_tokens=batch_tokens)
    assert got.shape == (len(TEXTS), 32)
    assert got.dtype == np.float32
    for text, vector in zip(TEXTS, got, strict=True):
        want = BY_HAND[pooling](*token_states(embedder, text)).numpy()
        np.testing.assert_allclose(vector, want, atol=1e-5)


def test_layers_are_summed_or_concatenated(embedder):
    parts = [token_states(embedder, TEXTS[2], layer)[0].mean(0).numpy() for layer in (0, 2, -1)]
    got = embedder.encode(TEXTS[2:3], layers=(0, 2, -1))[0]
    np.testing.assert_allclose(got, np.concatenate(parts), atol=1e-5)
    got = embedder.encode(TEXTS[2:3], layers=(0, 2, -1), combine="sum")[0]
    np.testing.assert_allclose(got, sum(parts), atol=1e-5)
    got = embedder.encode(TEXTS[2:3], layers=1)[0]
    np.testing.assert_allclose(got, token_states(embedder, TEXTS[2], 1)[0].mean(0), atol=1e-5)


def test_chunks_do_not_show(embedder, monkeypatch):
    whole = embedder.encode(TEXTS)
    monkeypatch.setattr(embed_module, "CHUNK_TEXTS", 2)
    np.testing.assert_allclose(embedder.encode(TEXTS), whole, atol=1e-5)
    monkeypatch.setattr(embed_module, "CHUNK_CHARS", 3)
    np.testing.assert_allclose(embedder.encode(TEXTS), whole, atol=1e-5)
    assert embedder.encode([]).shape == (0, 32)


def test_normalize(embedder):
    plain, unit = embedder.encode(TEXTS), embedder.encode(TEXTS, normalize=True)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(unit * np.linalg.norm(plain, axis=1)[:, None], plain, atol=1e-5)


def test_long_texts_are_cut_and_counted(embedder):
    with pytest.warns(UserWarning, match="2 of 7 texts were cut to 8 tokens"):
        got = embedder.encode(TEXTS, max_length=8)
    np.testing.assert_allclose(
        got[4], token_states(embedder, TEXTS[4], max_length=8)[0].mean(0), atol=1e-5
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # exactly max_length tokens are not too many
        embedder.encode(TEXTS[4:5], max_length=11)
    with pytest.raises(ValueError, match="2 texts have more than max_length = 8 tokens"):
        embedder.encode(TEXTS, max_length=8, long_texts="error")


def test_windows_cover_a_long_text(embedder):
    ids = embedder.tokenizer.encode(TEXTS[6], add_special_tokens=False).ids
    total, weight = 0, 0
    assert len(ids) > 20
    for first in range(0, len(ids) - 2, 4):  # 6 tokens a window, 2 of them shared
        window = [2, *ids[first : first + 6], 3]
        with torch.no_grad():
            states = embedder.model.forward_packed(torch.tensor(window), [len(window)])
        total = total + states.last_hidden_state.mean(0).numpy() * len(window)
        weight += len(window)
    got = embedder.encode([TEXTS[0], TEXTS[6]], max_length=8, long_texts="windows", overlap=2)
    np.testing.assert_allclose(got[1], total / weight, atol=1e-5)
    np.testing.assert_allclose(got[0], embedder.encode(TEXTS[:1])[0], atol=1e-5)


def test_length_batches_keep_the_budget_and_lose_no_text():
    lengths = np.array([5, 1, 9, 9, 2, 30, 4])
    batches = [batch.tolist() for batch in length_batches(lengths, 18)]
    assert batches == [[5], [2, 3], [0, 6, 4, 1]]
    rows = FlatRows(np.arange(6, dtype=np.int32), np.array([0, 1, 4, 6]))
    taken = rows.take(np.array([2, 0]))
    assert (taken.ids.tolist(), taken.lengths.tolist()) == ([4, 5, 0], [2, 1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "median"}, "pooling must be one of"),
        ({"layers": 4}, r"layers must lie in \[-4, 3\], got 4"),
        ({"layers": ()}, "at least one layer"),
        ({"max_length": 2}, r"max_length must lie in \[3, max_position_embeddings = 40\], got 2"),
        ({"max_length": 0}, "max_length must lie in"),
        ({"batch_tokens": 0}, "batch_tokens must be at least 1, got 0"),
        ({"combine": "mean"}, "combine must be one of"),
        ({"long_texts": "drop"}, "long_texts must be one of"),
        ({"pooling": "pooler", "layers": (1, 2)}, "reads the last layer only"),
        ({"max_length": 8, "long_texts": "windows", "overlap": 6}, "overlap must be at least 0"),
    ],
)
def test_bad_options_are_named(embedder, options, message):
    with pytest.raises(ValueError, match=message):
        embedder.encode(TEXTS, **options)


def test_bad_input_is_named(embedder, folder):
    with pytest.raises(TypeError, match="got a single str"):
        embedder.encode("red")
    with pytest.raises(TypeError):
        embedder.encode(["red", None])
    (folder / "vocab.txt").unlink()
    with pytest.raises(OSError, match=r"tokenizer.json or vocab.txt"):
        Embedder.from_pretrained(folder)
    model, tokenizer = load_pretrained(folder)
    assert isinstance(model, BertModel)
    assert tokenizer is None


def test_pooler_that_was_not_stored_is_refused(folder):
    BertModel(BertModel.from_pretrained(folder).config, add_pooling_layer=False).save_pretrained(
        folder
    )
    with pytest.raises(ValueError, match="stored with its pooler"):
        Embedder.from_pretrained(folder).encode(["red"], pooling="pooler")


@pytest.mark.parametrize("style", ["flags", "name", "list"])
def test_sentence_transformers_folder(folder, tmp_path_factory, style):
    root = tmp_path_factory.mktemp("st")
    folder.rename(root / "0_Transformer")
    modules = ["Transformer", "Pooling", "Normalize"]
    (root / "modules.json").write_text(json.dumps([
        {"type": f"sentence_transformers.models.{kind}", "path": f"{i}_{kind}"}
        for i, kind in enumerate(modules)
    ]))  # fmt: skip
    (root / "1_Pooling").mkdir()
    flags = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    config = {"flags": flags, "name": {"pooling_mode": "cls"}, "list": {"pooling_mode": ["cls"]}}
    (root / "1_Pooling" / "config.json").write_text(json.dumps(config[style]))
    (root / "sentence_bert_config.json").write_text('{"max_seq_length": 16}')
    embedder = Embedder.from_pretrained(root)
    assert (embedder.pooling, embedder.normalize, embedder.max_length) == ("cls", True, 16)
    by_hand = embedder.encode(TEXTS[:4], pooling="cls", normalize=True)
    np.testing.assert_array_equal(embedder.encode(TEXTS[:4], normalize=None), by_hand)
    (root / "1_Pooling" / "config.json").write_text('{"pooling_mode_lasttoken": true}')
    with pytest.raises(ValueError, match="this pooling is not implemented"):
        Embedder.from_pretrained(root)


@pytest.mark.parametrize("ending", ["npy", "parquet"])
@pytest.mark.parametrize("source", ["txt", "jsonl", "parquet", "stdin"])
def test_command_line(folder, embedder, tmp_path, monkeypatch, capsys, source, ending):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    given = str(tmp_path / f"texts.{source}")
    if source == "parquet":
        parquet.write_table(pyarrow.table({"text": TEXTS}), given)
    elif source == "jsonl":
        with open(given, "w") as file:
            file.writelines(json.dumps({"text": text}) + "\n" for text in TEXTS)
    else:
        with open(given, "w") as file:
            file.writelines(text + "\n" for text in TEXTS)
    if source == "stdin":
        monkeypatch.setattr("sys.stdin", open(given))  # noqa: SIM115
        given = "-"
    monkeypatch.setattr(embed_module, "CHUNK_TEXTS", 3)
    out = str(tmp_path / f"out.{ending}")
    words = ["embed", given, "--model", str(folder), "-o", out, "--max-length", "20"]
    assert main([*words, "--pooling", "max"]) == 0
    if ending == "npy":
        got = np.load(out, mmap_mode="r")
    else:
        got = np.array(parquet.read_table(out)["embedding"].to_pylist(), np.float32)
    want = embedder.encode(TEXTS[:6], pooling="max", max_length=20)
    np.testing.assert_allclose(got[:6], want, atol=1e-5)
    assert got.shape == (7, 32)
    assert "7 texts," in (said := capsys.readouterr().err)
    assert "1 texts cut to 20 tokens" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["embed", "nowhere.txt", "--model", "{}", "-o", "x.npy"], "nowhere.txt"),
        (["embed", "nowhere.txt", "--model", "{}", "-o", "x.csv"], "must end in .npy or .parquet"),
        (["embed", "{}/bad.jsonl", "--model", "{}", "-o", "x.npy"], "bad.jsonl:2: expected a JSON"),
        (["embed", "-", "--model", "nowhere", "-o", "x.npy"], "config.json"),
        (["show", "red", "--model", "{}", "--layer", "9"], "layer must lie in"),
        (["show", "red", "--model", "{}", "--head", "5"], "head must lie in 1 to 4, got 5"),
        (["show", "red", "--model", "{}", "--head", "0"], "head must lie in 1 to 4, got 0"),
    ],
)
def test_command_line_errors_name_the_place(folder, tmp_path, monkeypatch, capsys, words, message):
    (folder / "bad.jsonl").write_text('{"text": "red"}\n{"test": "blue"}\n')
    monkeypatch.chdir(tmp_path)
    assert main([word.format(folder) for word in words]) == 1
    assert message in capsys.readouterr().err


def test_show_draws_a_picture(folder, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    out = tmp_path / "bert.png"
    assert main(["show", "red sky", "blue .", "--model", str(folder), "-o", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    said = capsys.readouterr().out
    assert "red ->" in said
    assert said.startswith("attention in layer 3 of 3, the mean of 4 heads\n")
    more = ["--layer", "2", "--head", "1"]
    assert main(["show", "red sky", "--model", str(folder), "-o", str(out), *more]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "attention in layer 2 of 3, head 1 of 4"
    embedder = Embedder.from_pretrained(folder, device="cpu")
    row = embedder.attention_maps("red sky", 1).weights[0, 1]
    assert f"{row.max():.2f}" in said[3].split(",")[0]


def test_attention_maps_are_what_the_model_used(embedder):
    tokens, weights = attention_maps(embedder.model, embedder.tokenizer, "red sky", layer=1)
    assert tokens == ["[CLS]", "red", "sky", "[SEP]"]
    ids = torch.tensor(embedder.tokenizer.encode("red sky").ids)
    with torch.no_grad():
        out = embedder.model(ids[None], output_attentions=True)
    np.testing.assert_allclose(weights, out.attentions[1][0].numpy(), atol=1e-6)
    np.testing.assert_array_equal(embedder.attention_maps("red sky", 1).weights, weights)
    with pytest.raises(ValueError, match="layer must lie in"):
        embedder.attention_maps("red", 3)
    vectors = token_vectors(embedder.model, embedder.tokenizer, "red sky", 2)
    np.testing.assert_allclose(vectors.of("sky"), token_states(embedder, "red sky", 2)[0][2])
    with pytest.raises(ValueError, match="no token 'blue'"):
        vectors.of("blue")


def test_flatten_keeps_distances_of_a_plane():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(9, 2)).astype(np.float32)
    turned = plane @ np.linalg.qr(rng.normal(size=(6, 6)))[0][:2].astype(np.float32)
    flat = flatten(turned)
    distances = [np.linalg.norm(x[:, None] - x[None], axis=-1) for x in (plane, flat)]
    np.testing.assert_allclose(*distances, atol=1e-5)
    assert flatten(turned[:1]).tolist() == [[0, 0]]


def test_bfloat16_and_int8_stay_close(folder, embedder, monkeypatch):
    plain = embedder.encode(TEXTS, normalize=True)
    monkeypatch.setattr("bert_min.model.dtypes.cpu_has_bfloat16", lambda: True)
    for options in ({"dtype": torch.bfloat16}, {"quantize": "int8"}):
        other = Embedder.from_pretrained(folder, device="cpu", **options)
        cosines = (other.encode(TEXTS, normalize=True) * plain).sum(1)
        assert 0.98 < cosines.min() < 1 - 1e-7  # close, and yet computed in another way


def test_compiled_layers_give_the_same_vectors(folder, embedder):
    """The backend "eager" runs what torch.compile captured, without a C++ compiler."""
    model = Embedder.from_pretrained(folder, device="cpu").model
    torch.compiler.reset()
    model.compile_layers(backend="eager")
    compiled = Embedder(model, embedder.tokenizer)
    np.testing.assert_allclose(compiled.encode(TEXTS), embedder.encode(TEXTS), atol=1e-5)


def test_tokenizer_built_from_a_vocabulary_is_the_same(folder, embedder):
    tokenizer = Tokenizer.from_wordpiece(str(folder / "vocab.txt"), lowercase=True)
    other = Embedder(embedder.model, tokenizer)
    np.testing.assert_array_equal(other.encode(TEXTS), embedder.encode(TEXTS))


def test_golden_vector_of_the_real_model(minilm):
    """The published first numbers of "hello world", text to vector."""
    got = Embedder.from_pretrained(minilm, device="cpu").encode(["hello world"], normalize=None)
    golden = [-0.034477, 0.031023, 0.006735, 0.026109, -0.039362]
    np.testing.assert_allclose(got[0, :5], golden, atol=1e-5)
