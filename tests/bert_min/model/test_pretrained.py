"""Files others wrote: old names, missing pieces, other formats; and files they can read."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

import bert_min
from bert_min import BertConfig, BertForMaskedLM, BertForPreTraining, BertModel
from tests.bert_min.conftest import TINY

transformers = pytest.importorskip("transformers", reason="its files are read, and ours by it")


@pytest.fixture
def folder(tmp_path):
    """A pretraining checkpoint as transformers writes it, with distinct values everywhere."""
    model = transformers.BertForPreTraining(transformers.BertConfig(**TINY))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    model.save_pretrained(tmp_path)
    return tmp_path


def change(folder, edit):
    """Rewrite the weights of a folder."""
    tensors = load_file(folder / "model.safetensors")
    save_file(edit(tensors), folder / "model.safetensors", metadata={"format": "pt"})


def logits(folder, **options):
    model = BertForPreTraining.from_pretrained(folder, **options)
    with torch.no_grad():
        out = model.forward_packed(torch.arange(1, 10), [4, 5])
    return torch.cat([out.prediction_logits.flatten(), out.seq_relationship_logits.flatten()])


def rename(old, new):
    return lambda tensors: {name.replace(old, new): tensor for name, tensor in tensors.items()}


def before_all(prefix, encoder="bert."):
    """What wrappers of a model put before its names."""
    return lambda tensors: {
        prefix + (encoder + name[5:] if name.startswith("bert.") else name): tensor
        for name, tensor in tensors.items()
    }


def without(part):
    return lambda tensors: {name: t for name, t in tensors.items() if part not in name}


def with_another(name, size=1):
    return lambda tensors: {**tensors, name: torch.zeros(size)}


TASK = "; as it should be for this task"


def as_bin(folder, edit=dict, **options):
    tensors = load_file(folder / "model.safetensors")
    torch.save(edit(tensors), folder / "pytorch_model.bin", **options)
    (folder / "model.safetensors").unlink()


def as_shards(folder):
    tensors = load_file(folder / "model.safetensors")
    parts = [dict(list(tensors.items())[i::2]) for i in range(2)]
    weight_map = {}
    for number, part in enumerate(parts):
        name = f"model-{number}.safetensors"
        save_file(part, folder / name)
        weight_map |= dict.fromkeys(part, name)
    (folder / "model.safetensors").unlink()
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


MUTANTS = {
    "old LayerNorm names": lambda f: change(
        f, lambda t: rename("LayerNorm.bias", "LayerNorm.beta")(
            rename("LayerNorm.weight", "LayerNorm.gamma")(t))),
    "no prefix": lambda f: change(f, rename("bert.", "")),
    "stored positions": lambda f: change(
        f, lambda t: {**t, "bert.embeddings.position_ids": torch.arange(40)[None]}),
    "stored decoder": lambda f: change(
        f, lambda t: {**t, "cls.predictions.decoder.weight":
                      t["bert.embeddings.word_embeddings.weight"].clone()}),
    "bias under its other name": lambda f: change(
        f, rename("cls.predictions.bias", "cls.predictions.decoder.bias")),
    "pytorch_model.bin": as_bin,
    "pytorch_model.bin, old format": lambda f: as_bin(f, _use_new_zipfile_serialization=False),
    "shards": as_shards,
    "DataParallel": lambda f: change(f, before_all("module.")),
    "torch.compile": lambda f: change(f, before_all("_orig_mod.")),
    "a module called model": lambda f: change(f, before_all("model.")),
    "sentence-transformers": lambda f: change(f, before_all("0.auto_model.", "")),
    "two wrappers": lambda f: change(f, before_all("module.model.")),
    "a wrapped bias under its other name": lambda f: change(f, lambda t: before_all("model.")(
        rename("cls.predictions.bias", "cls.predictions.decoder.bias")(t))),
    "state_dict of a training loop": lambda f: as_bin(
        f, lambda t: {"epoch": 3, "state_dict": before_all("model.")(t)}),
    "model_state_dict": lambda f: as_bin(f, lambda t: {"step": 3, "model_state_dict": t}),
    "model": lambda f: as_bin(f, lambda t: {"model": t, "optimizer": {}}),
    "module": lambda f: as_bin(f, lambda t: {"module": before_all("module.")(t)}),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_other_forms_of_the_same_weights_load_the_same(folder, mutant):
    expected = logits(folder)
    MUTANTS[mutant](folder)
    assert torch.equal(logits(folder), expected)


def test_an_untied_decoder_is_loaded_and_saved(folder, tmp_path):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"tie_word_embeddings": False}))
    weight = torch.randn(99, 32)
    change(folder, lambda t: {**t, "cls.predictions.decoder.weight": weight.clone()})
    model = BertForMaskedLM.from_pretrained(folder)
    assert torch.equal(model.predictions.decoder.weight, weight)
    assert not torch.equal(model.bert.embeddings.word.weight, weight)
    model.save_pretrained(tmp_path / "again")
    again = BertForMaskedLM.from_pretrained(tmp_path / "again")
    assert torch.equal(again.predictions.decoder.weight, weight)


def test_half_precision_is_widened_and_reported(folder):
    expected = logits(folder)
    change(folder, lambda tensors: {name: t.half() for name, t in tensors.items()})
    model = BertForPreTraining.from_pretrained(folder)
    assert model.load_report.dtype == torch.float16
    assert model.bert.embeddings.word.weight.dtype == torch.float32
    torch.testing.assert_close(logits(folder), expected, atol=0.05, rtol=0.01)
    assert logits(folder, dtype=torch.bfloat16).dtype == torch.bfloat16


def test_report_is_exact(folder):
    change(folder, lambda t: {**t, "bert.embeddings.position_ids": torch.arange(40)[None]})
    stored = set(load_file(folder / "model.safetensors"))
    report = bert_min.BertForTokenClassification.from_pretrained(folder).load_report
    assert report.initialised == ["classifier.weight", "classifier.bias"]
    assert set(report.loaded) | set(report.ignored) == stored
    assert all(name.startswith(("cls.", "bert.pooler.", "bert.embeddings.position_ids"))
               for name in report.ignored)  # fmt: skip
    assert len(report.loaded) == 5 + 16 * 3
    assert "newly initialised 2: classifier.weight, classifier.bias" in str(report)
    assert str(report).endswith("; as it should be for this task")
    whole = BertForPreTraining.from_pretrained(folder).load_report
    assert whole.initialised == []
    assert whole.ignored == ["bert.embeddings.position_ids"]


@pytest.mark.parametrize(
    ("head", "edit", "verdict"),
    [
        (BertModel, lambda tensors: tensors, "; as it should be"),
        (BertModel, without("pooler"), ""),
        (BertForMaskedLM, lambda tensors: tensors, TASK),
        (BertForMaskedLM, without("pooler"), TASK),
        (BertForMaskedLM, without("transform.dense"), ""),  # a head that is new in part
        (BertForPreTraining, without("cls."), TASK),
        (BertForPreTraining, lambda tensors: tensors, ""),  # nothing to judge
        (BertForPreTraining, with_another("bert.encoder.layer.3.output.dense.bias"), ""),
        (BertForPreTraining, with_another("electra.discriminator_predictions.dense.bias"), TASK),
        (bert_min.BertForSequenceClassification, lambda tensors: tensors, TASK),
        (bert_min.BertForSequenceClassification, with_another("classifier.bias", 2), ""),
        (bert_min.BertForQuestionAnswering, without("pooler"), TASK),
    ],
)
def test_the_report_says_what_is_as_it_should_be(folder, head, edit, verdict):
    change(folder, edit)
    said = str(head.from_pretrained(folder).load_report)
    assert (said + "; ").endswith(f"{verdict}; ")
    assert ("as it should be" in said) == bool(verdict)


@pytest.mark.parametrize("name", [n for n in bert_min.__all__ if n.startswith("BertFor")])
def test_transformers_loads_what_we_save(name, tiny, tmp_path):
    ours = getattr(bert_min, name)(tiny).eval()
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.normal_(0, 0.2)
    ours.save_pretrained(tmp_path)
    theirs, info = getattr(transformers, name).from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    ids = torch.randint(1, 99, (2, 7))
    with torch.no_grad():
        have, want = ours(ids), theirs.eval()(ids)
    for field in ("logits", "prediction_logits", "seq_relationship_logits", "start_logits"):
        if hasattr(have, field):
            torch.testing.assert_close(getattr(have, field), getattr(want, field),
                                       atol=1e-5, rtol=0)  # fmt: skip
    again = getattr(bert_min, name).from_pretrained(tmp_path)
    for key, tensor in ours.state_dict().items():
        assert torch.equal(again.state_dict()[key], tensor)
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == [name]


@pytest.mark.parametrize("kind", ["DistilBert", "Electra", "Electra wide"])
def test_relatives_load_by_their_own_names(kind, tmp_path):
    if kind == "DistilBert":
        sizes = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}
        config = transformers.DistilBertConfig(vocab_size=99, max_position_embeddings=40, **sizes)
    else:
        config = transformers.ElectraConfig(**TINY, embedding_size=16 if "wide" in kind else 32)
    family = kind.split()[0]
    theirs = getattr(transformers, f"{family}Model")(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(0, 0.3)
    theirs.save_pretrained(tmp_path / "theirs")
    ours = BertModel.from_pretrained(tmp_path / "theirs")
    assert ours.load_report.ignored == []
    ids = torch.randint(1, 99, (2, 7))
    with torch.no_grad():
        have = ours(ids)
        torch.testing.assert_close(
            have.last_hidden_state, theirs(ids).last_hidden_state, atol=1e-5, rtol=0
        )
    assert have.pooler_output is None
    ours.save_pretrained(tmp_path / "ours")
    again = getattr(transformers, f"{family}Model").from_pretrained(tmp_path / "ours").eval()
    with torch.no_grad():
        assert torch.equal(again(ids).last_hidden_state, theirs(ids).last_hidden_state)
    with pytest.raises(ValueError, match="is not implemented"):
        BertForMaskedLM.from_pretrained(tmp_path / "theirs")


def drop(name):
    return lambda t: {key: tensor for key, tensor in t.items() if key != name}


QUERY = "bert.encoder.layer.1.attention.self.query.weight"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (drop(QUERY), "1 tensors are missing: encoder.layer.1.attention.self.query.weight"),
        (lambda t: {**t, QUERY: torch.zeros(3, 3)}, r"must have shape \(32, 32\), got \(3, 3\)"),
        (lambda t: {**t, QUERY: t[QUERY] * float("nan")}, "query.weight holds NaN or infinity"),
    ],
)
def test_damaged_weights_are_refused(folder, edit, message):
    change(folder, edit)
    with pytest.raises(ValueError, match=message):
        BertModel.from_pretrained(folder)


def test_missing_files_are_named(folder, tmp_path):
    with pytest.raises(OSError, match=r"must hold a config\.json"):
        BertModel.from_pretrained(tmp_path / "nowhere")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ValueError, match="cannot be read as weights"):
        BertModel.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(OSError, match=r"one of model\.safetensors, pytorch_model\.bin"):
        BertModel.from_pretrained(folder)
    index = {"weight_map": {"a": "model-0.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(OSError, match=r"named by model\.safetensors\.index\.json, but not there"):
        BertModel.from_pretrained(folder)


def test_a_bin_file_that_runs_code_is_refused(folder):
    class Evil:
        def __reduce__(self):
            return print, ("ran",)

    (folder / "model.safetensors").unlink()
    torch.save({"x": Evil()}, folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="cannot be read as weights"):
        BertModel.from_pretrained(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "t5"}, "model_type must be one of .* got 't5'"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type = 'relative_key'"),
        ({"hidden_act": "mish"}, "hidden_act must be one of gelu, .* got 'mish'"),
        ({"is_decoder": True}, "is_decoder = True is not implemented"),
        ({"num_attention_heads": 5}, "multiple of num_attention_heads, got 32 and 5"),
        ({"hidden_size": 0}, "hidden_size must be a whole number of at least 1, got 0"),
        ({"layer_norm_eps": 0}, "layer_norm_eps must be positive"),
        ({"hidden_dropout_prob": 1.5}, "hidden_dropout_prob must be at least 0 and below 1"),
        ({"pad_token_id": 99}, "pad_token_id must be in"),
        ({"problem_type": "guess"}, "problem_type must be one of"),
        ({"type_vocab_size": -1}, "type_vocab_size must not be negative"),
    ],
)
def test_models_we_do_not_implement_are_refused_by_name(folder, changes, message):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ValueError, match=message) as error:
        BertModel.from_pretrained(folder)
    assert str(path) in str(error.value)


def test_config_without_the_newer_keys_has_berts_defaults(tmp_path):
    """Google's own files name neither the type nor the epsilon."""
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    config = BertConfig.from_pretrained(tmp_path)
    assert (config.model_type, config.layer_norm_eps) == ("bert", 1e-12)
    for text, message in (("{", "not valid JSON"), ("[]", "expected a JSON object, got list")):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(ValueError, match=message):
            BertConfig.from_pretrained(tmp_path)


def test_the_other_name_of_the_exact_gelu_is_read(folder):
    expected = logits(folder)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"hidden_act": "gelu_python"}))
    assert torch.equal(logits(folder), expected)
    x = torch.linspace(-4, 4, 99)
    theirs = transformers.activations.ACT2FN
    torch.testing.assert_close(theirs["gelu_python"](x), theirs["gelu"](x))


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["no", "yes"], {0: "no", 1: "yes"}),
        ({"0": "no", "2": "yes"}, {0: "no", 1: "LABEL_1", 2: "yes"}),
        ({"1": "yes", "0": "no"}, {0: "no", 1: "yes"}),
        ({}, None),
        ([], None),
    ],
)
def test_labels_of_a_config_may_have_gaps_or_be_a_list(given, names):
    config = BertConfig.from_dict({**TINY, "id2label": given})
    assert config.id2label == names
    assert config.num_labels == len(names or "ab")


@pytest.mark.parametrize("family", ["Bert", "Electra"])
def test_labels_with_gaps_load_with_the_rows_that_transformers_made(family, tmp_path):
    names = {0: "no", 1: "so", 5: "yes"}
    config = getattr(transformers, f"{family}Config")(**TINY, id2label=names)
    theirs = getattr(transformers, f"{family}ForSequenceClassification")(config).eval()
    theirs.save_pretrained(tmp_path)
    ours = bert_min.BertForSequenceClassification.from_pretrained(tmp_path)
    assert ours.config.id2label == {0: "no", 1: "so", 2: "LABEL_2"}
    ids = torch.randint(1, 99, (2, 7))
    with torch.no_grad():
        torch.testing.assert_close(ours(ids).logits, theirs(ids).logits, atol=1e-5, rtol=0)
    again = bert_min.BertForSequenceClassification(ours.config.replace(id2label={
        0: "no", 1: "LABEL_1", 2: "yes"}))  # fmt: skip
    again.save_pretrained(tmp_path / "whole")
    path = tmp_path / "whole/config.json"
    values = json.loads(path.read_text())
    del values["id2label"]["1"]
    path.write_text(json.dumps(values))
    loaded = bert_min.BertForSequenceClassification.from_pretrained(tmp_path / "whole")
    assert loaded.config.id2label == {0: "no", 1: "LABEL_1", 2: "yes"}


@pytest.mark.parametrize("given", [{"a": "b"}, {"-1": "b"}, "ab", 3, {"0.5": "a"}])
def test_labels_without_numbers_are_refused_by_name(given):
    with pytest.raises(ValueError, match=r"here: id2label must name labels by their numbers, got"):
        BertConfig.from_dict({**TINY, "id2label": given}, "here")


def test_a_file_of_two_encoders_is_refused(folder):
    change(
        folder, lambda t: before_all("query.")(t) | {f"two.{k}": x.clone() for k, x in t.items()}
    )
    with pytest.raises(ValueError, match="tensors are missing"):
        BertModel.from_pretrained(folder)


def test_config_round_trip_keeps_label_names(tiny, tmp_path):
    config = tiny.replace(id2label={0: "no", 1: "perhaps", 2: "yes"})
    assert config.num_labels == 3
    config.save_pretrained(tmp_path)
    assert BertConfig.from_pretrained(tmp_path) == config
    theirs = transformers.BertConfig.from_pretrained(tmp_path)
    assert theirs.id2label == config.id2label
    assert config.replace(num_labels=2).id2label is None
    with pytest.raises(ValueError, match="id2label must name the labels 0 to 1"):
        tiny.replace(num_labels=2, id2label={0: "a", 2: "b"})
