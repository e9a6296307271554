"""Dense, LayerNorm, Normalize: by hand, beside sentence-transformers, and saved again."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bert_min import BertConfig, BertModel, Embedder
from bert_min.embedding.after_pooling import ACTIVATIONS
from tests.bert_min.conftest import TINY

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog", "runs", "blue"]
TEXTS = ["red sky", "blue dog runs", "sky", "dog dog dog red"]


def write(path, values):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(values))


def draw(*shape):
    return torch.randn(*shape) * 0.3


@pytest.fixture
def folder(tmp_path):
    """An encoder, a Dense with a residual, a LayerNorm, another Dense, and a length of 1."""
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    write(tmp_path / "tokenizer_config.json", {"do_lower_case": True})
    config = BertConfig(**TINY).replace(vocab_size=len(WORDS), initializer_range=0.3)
    BertModel(config).save_pretrained(tmp_path)
    kinds = ["Transformer", "Pooling", "Dense", "LayerNorm", "Dense", "Normalize"]
    write(tmp_path / "modules.json", [
        {"idx": i, "name": str(i), "path": f"{i}_{kind}" if i else "",
         "type": f"sentence_transformers.models.{kind}"} for i, kind in enumerate(kinds)
    ])  # fmt: skip
    write(tmp_path / "1_Pooling/config.json", {
        "word_embedding_dimension": 32, "pooling_mode_mean_tokens": True,
    })  # fmt: skip
    write(tmp_path / "2_Dense/config.json", {
        "in_features": 32, "out_features": 20, "bias": False, "use_residual": True,
        "activation_function": "torch.nn.modules.activation.Tanh",
    })  # fmt: skip
    save_file(
        {"linear.weight": draw(20, 32), "residual.weight": draw(20, 32)},
        tmp_path / "2_Dense/model.safetensors",
    )
    write(tmp_path / "3_LayerNorm/config.json", {"dimension": 20})
    save_file(
        {"norm.weight": draw(20), "norm.bias": draw(20)}, tmp_path / "3_LayerNorm/model.safetensors"
    )
    write(tmp_path / "4_Dense/config.json", {
        "in_features": 20, "out_features": 12,
        "activation_function": "torch.nn.modules.linear.Identity",
    })  # fmt: skip
    torch.save(
        {"linear.weight": draw(12, 20), "linear.bias": draw(12)},
        tmp_path / "4_Dense/pytorch_model.bin",
    )
    write(tmp_path / "5_Normalize/config.json", {})
    write(tmp_path / "config_sentence_transformers.json", {
        "prompts": {"query": "red ", "document": ""}, "similarity_fn_name": "dot",
    })  # fmt: skip
    write(tmp_path / "sentence_bert_config.json", {"max_seq_length": 5, "do_lower_case": False})
    return tmp_path


def load(folder):
    return Embedder.from_pretrained(folder, device="cpu")


def encode(embedder, texts=TEXTS, **options):
    return embedder.encode(texts, progress=False, **options)


def test_modules_after_the_pooling_run_in_their_order(folder):
    embedder = load(folder)
    encoder = Embedder(embedder.model, embedder.tokenizer, max_length=5)
    x = torch.from_numpy(encode(encoder))
    first, norm, second = embedder.after
    y = torch.tanh(x @ first.linear.weight.T) + x @ first.residual.weight.T
    y = (y - y.mean(1, True)) / (y.var(1, unbiased=False, keepdim=True) + 1e-5).sqrt()
    y = (y * norm.norm.weight + norm.norm.bias) @ second.linear.weight.T + second.linear.bias
    expected = (y / y.norm(dim=1, keepdim=True)).detach().numpy()
    np.testing.assert_allclose(encode(embedder), expected, atol=1e-6)
    np.testing.assert_allclose(encode(embedder, normalize=False), y.detach().numpy(), atol=1e-5)
    assert encode(embedder, truncate_dim=5).shape == (4, 5)
    assert encode(embedder, []).shape == (0, 12)
    assert embedder.metric == "dot"
    with pytest.raises(ValueError, match="take vectors of 32 numbers, got 64"):
        encode(embedder, layers=(-1, -2))


def test_a_normalization_in_the_middle_is_a_module_like_others(folder):
    modules = json.loads((folder / "modules.json").read_text())
    modules[3:] = [modules[5]]
    write(folder / "modules.json", [*modules, modules[2] | {"path": "9_Dense"}])
    shutil.copytree(folder / "4_Dense", folder / "9_Dense")
    embedder = load(folder)
    assert not embedder.normalize
    assert len(embedder.after) == 3
    x = torch.from_numpy(encode(Embedder(embedder.model, embedder.tokenizer, max_length=5)))
    first, _, last = embedder.after
    expected = last(torch.nn.functional.normalize(first(x))).detach().numpy()
    np.testing.assert_allclose(encode(embedder), expected, atol=1e-6)


def test_sentence_transformers_opens_what_is_saved_with_the_same_vectors(folder, tmp_path_factory):
    library = pytest.importorskip("sentence_transformers")
    ours, out = load(folder), tmp_path_factory.mktemp("out")
    ours.save_pretrained(out)
    for path in (folder, out):
        theirs = library.SentenceTransformer(str(path), device="cpu")
        assert theirs.similarity_fn_name == "dot"
        assert theirs.max_seq_length == 5
        for name in ("encode", "encode_query", "encode_document"):
            found = getattr(ours, name)(TEXTS, progress=False)
            np.testing.assert_allclose(getattr(theirs, name)(TEXTS), found, atol=1e-5)


def test_a_saved_folder_has_the_same_vectors_and_settings(folder, tmp_path_factory):
    ours, out = load(folder), tmp_path_factory.mktemp("out")
    ours.save_pretrained(out)
    again = load(out)
    for name in ("encode", "encode_query", "encode_document"):
        expected = getattr(ours, name)(TEXTS, progress=False)
        np.testing.assert_array_equal(getattr(again, name)(TEXTS, progress=False), expected)
    for name in ("pooling", "normalize", "max_length", "prompts", "default_prompt", "metric"):
        assert getattr(again, name) == getattr(ours, name)


def test_texts_are_lower_cased_after_saving_as_before(folder, tmp_path_factory):
    write(folder / "tokenizer_config.json", {"do_lower_case": False})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 9, "do_lower_case": True})
    ours, out = load(folder), tmp_path_factory.mktemp("out")
    ours.save_pretrained(out)
    np.testing.assert_array_equal(encode(load(out), ["RED Sky"]), encode(ours, ["red sky"]))


def test_what_has_no_name_in_a_folder_is_not_saved(folder, tmp_path):
    embedder = load(folder)
    embedder.default_prompt = "find: "
    with pytest.raises(ValueError, match="must be one of the prompts, got 'find: '"):
        embedder.save_pretrained(tmp_path / "a")
    embedder.default_prompt, embedder.pooling = "", "pooler"
    with pytest.raises(ValueError, match="pooling 'pooler' has no name"):
        embedder.save_pretrained(tmp_path / "a")
    small = Embedder.from_pretrained(folder, device="cpu", quantize="int8")
    with pytest.raises(ValueError, match="8-bit integers cannot be saved"):
        small.save_pretrained(tmp_path / "a")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_saved_under_the_name_it_is_loaded_by(folder, name, tmp_path_factory):
    config = json.loads((folder / "4_Dense/config.json").read_text())
    write(folder / "4_Dense/config.json", config | {"activation_function": f"torch.nn.{name}"})
    ours, out = load(folder), tmp_path_factory.mktemp("out")
    ours.save_pretrained(out)
    stored = json.loads((out / "4_Dense/config.json").read_text())["activation_function"]
    module, _, kind = stored.rpartition(".")
    assert getattr(__import__(module, fromlist=[kind]), kind) is ACTIVATIONS[name]
    np.testing.assert_array_equal(encode(load(out)), encode(ours))


DENSE = {"in_features": 20, "out_features": 12}
BROKEN = {
    "an unknown activation": (
        "4_Dense/config.json", DENSE | {"activation_function": "mine.Swish"},
        "activation_function = 'mine.Swish' is not implemented",
    ),
    "tokens": (
        "4_Dense/config.json", DENSE | {"module_input_name": "token_embeddings"},
        "module_input_name = 'token_embeddings' is not implemented",
    ),
    "a width that is no number": ("4_Dense/config.json", {"in_features": "20"}, "got '20'"),
    "another width than before": (
        "3_LayerNorm/config.json", {"dimension": 21}, "weights of LayerNorm must be",
    ),
    "weights of another shape": (
        "4_Dense/config.json", DENSE | {"out_features": 13},
        r"weights of Dense must be .*\(13, 20\)",
    ),
    "an unknown similarity": (
        "config_sentence_transformers.json", {"similarity_fn_name": "jaccard"},
        "similarity_fn_name must be one of .*'jaccard'",
    ),
    "an unknown module": (
        "modules.json", [{"type": "sentence_transformers.models.WordWeights"}],
        "the module 'WordWeights' is not implemented",
    ),
    "a Dense before the pooling": (
        "modules.json", [{"type": "sentence_transformers.models.Dense"}],
        "'Dense' before the pooling is not implemented",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_module_that_cannot_be_followed_is_refused_by_name(folder, case):
    file, values, message = BROKEN[case]
    write(folder / file, values)
    with pytest.raises(ValueError, match=message) as error:
        load(folder)
    assert file.split("/")[0] in str(error.value)


def test_modules_must_fit_each_other(folder):
    modules = json.loads((folder / "modules.json").read_text())
    write(folder / "modules.json", [*modules[:2], modules[4], modules[2]])
    with pytest.raises(ValueError, match="takes vectors of 32 numbers, the module before makes 12"):
        load(folder)
