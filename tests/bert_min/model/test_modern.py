"""ModernBERT beside transformers: layers, masked words, its settings, and what is refused."""

import json

import numpy as np
import pytest
import torch

from bert_min import BertConfig, BertForMaskedLM, BertModel, Embedder
from bert_min.attention.maps import attention_maps
from bert_min.model.modern import near_by
from bert_min.model.weight_names import disk_name
from subword import Tokenizer
from tests.bert_min.conftest import TINY, padded_batch

transformers = pytest.importorskip("transformers", reason="the parity tests compare with it")
SIZES = {**TINY, "pad_token_id": 0, "num_hidden_layers": 7}
CASES = {
    "as published": {},
    "a short reach": {"local_attention": 4},
    "with biases": {
        "norm_bias": True, "attention_bias": True, "mlp_bias": True, "classifier_bias": True,
        "decoder_bias": False,
    },
    "others settings": {
        "hidden_activation": "silu", "classifier_activation": "relu", "norm_eps": 1e-3,
        "local_attention": 7, "layer_types": ["sliding_attention", "full_attention"] * 3
        + ["sliding_attention"],
        "rope_parameters": {
            "full_attention": {"rope_type": "default", "rope_theta": 500.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 20.0},
        },
    },
}  # fmt: skip


def pair(kind, folder, case, dtype, attention="sdpa"):
    config = transformers.ModernBertConfig(**SIZES, **CASES[case], attn_implementation=attention)
    theirs = getattr(transformers, f"ModernBert{kind}")(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(0, 0.2)
    theirs.save_pretrained(folder)
    ours = {"Model": BertModel, "ForMaskedLM": BertForMaskedLM}[kind]
    return theirs.to(dtype), ours.from_pretrained(folder, dtype=dtype)


@pytest.fixture
def rotate_in_double(monkeypatch):
    """transformers rotates in float32, whatever the model computes in."""
    module = transformers.models.modernbert.modeling_modernbert

    def rotate(q, k, cos, sin, unsqueeze_dim=1):
        cos, sin = cos.unsqueeze(unsqueeze_dim), sin.unsqueeze(unsqueeze_dim)
        return tuple(x * cos + module.rotate_half(x) * sin for x in (q, k))

    monkeypatch.setattr(module, "apply_rotary_pos_emb", rotate)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
def test_hidden_states_and_attention_match_transformers(
    case, dtype, limit, tmp_path, rotate_in_double
):
    eager = dtype == torch.float32  # its softmax is in float32, and it alone returns attentions
    theirs, ours = pair("Model", tmp_path, case, dtype, "eager" if eager else "sdpa")
    assert ours.load_report.initialised == ours.load_report.ignored == []
    ids, mask, _ = padded_batch([30, 7, 12, 3], 30)
    want = theirs(ids, attention_mask=mask, output_hidden_states=True, output_attentions=eager)
    have = ours(ids, mask, output_hidden_states=True, output_attentions=True)
    keep = mask.bool()
    for a, b in zip(want.hidden_states, have.hidden_states, strict=True):
        torch.testing.assert_close(b[keep], a[keep], atol=limit, rtol=0)
    for a, b in zip(want.attentions if eager else [], have.attentions, strict=eager):
        a = a * mask[:, None, :, None]
        torch.testing.assert_close(b, a, atol=limit, rtol=0)
    packed = ours.forward_packed(ids[2, :12], [12]).last_hidden_state
    torch.testing.assert_close(packed, want.last_hidden_state[2, :12], atol=limit, rtol=0)


@pytest.mark.parametrize("case", CASES)
def test_masked_words_their_loss_and_gradients_match_transformers(case, tmp_path, rotate_in_double):
    theirs, ours = pair("ForMaskedLM", tmp_path / "theirs", case, torch.float64)
    ids, mask, _ = padded_batch([12, 9, 12], 12)
    labels = ids.masked_fill(torch.rand(ids.shape) < 0.7, -100).masked_fill(mask == 0, -100)
    want, have = theirs(ids, attention_mask=mask, labels=labels), ours(ids, mask, None, labels)
    keep = mask.bool()
    torch.testing.assert_close(have.logits[keep], want.logits[keep], atol=1e-10, rtol=1e-10)
    # theirs computes the loss in float32
    loss = torch.nn.functional.cross_entropy(want.logits.flatten(0, 1), labels.flatten())
    torch.testing.assert_close(want.loss.double(), loss, atol=1e-5, rtol=0)
    torch.testing.assert_close(have.loss, loss, atol=1e-10, rtol=0)
    loss.backward()
    have.loss.backward()
    mine = {disk_name(name, "modernbert"): p.grad for name, p in ours.named_parameters()}
    expected = {name: p.grad for name, p in theirs.named_parameters()}
    assert set(mine) == set(expected)
    for name, gradient in expected.items():
        torch.testing.assert_close(mine[name], gradient, atol=1e-10, rtol=1e-8, msg=name)
    ours.save_pretrained(tmp_path / "ours")
    again, info = transformers.ModernBertForMaskedLM.from_pretrained(
        tmp_path / "ours", output_loading_info=True
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    found = again.double().eval()(ids, attention_mask=mask, labels=labels).loss
    torch.testing.assert_close(found, want.loss, atol=1e-5, rtol=0)


def test_an_old_configuration_means_the_same_as_a_new_one():
    """The files of answerdotai/ModernBERT-base name bases and layers in another way."""
    old = BertConfig.from_dict({
        "model_type": "modernbert", "num_hidden_layers": 4, "global_attn_every_n_layers": 2,
        "global_rope_theta": 9.0, "local_rope_theta": 3.0, "local_attention": 8,
        "position_embedding_type": "absolute",
    })  # fmt: skip
    assert old.modern.layer_types == ("full_attention", "sliding_attention") * 2
    assert (old.modern.global_rope_theta, old.modern.local_rope_theta) == (9, 3)
    assert BertConfig.from_dict(old.to_dict()) == old.replace(id2label={0: "LABEL_0", 1: "LABEL_1"})
    plain = BertConfig.from_dict({"model_type": "modernbert"})
    theirs = transformers.ModernBertConfig()
    assert list(plain.modern.layer_types) == theirs.layer_types
    assert (plain.vocab_size, plain.longest_text) == (theirs.vocab_size, 8192)
    assert plain.modern.global_rope_theta == theirs.rope_parameters["full_attention"]["rope_theta"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"layer_types": ["full_attention"]}, "must name 22 layers, got 1"),
        ({"num_hidden_layers": 1, "layer_types": ["causal"]}, "layer_types must be"),
        ({"rope_parameters": {"full_attention": {"rope_type": "yarn"}}}, "only the default type"),
        ({"rope_scaling": {"factor": 2}}, "rope_scaling = .* is not implemented"),
        ({"classifier_pooling": "max"}, "classifier_pooling must be 'cls' or 'mean'"),
        ({"classifier_activation": "mish"}, "classifier_activation must be one of"),
        ({"hidden_activation": "mish"}, "hidden_act must be one of"),
        ({"local_attention": 1}, "local_attention must be at least 2, got 1"),
        ({"local_attention": "many"}, "config.json: "),
        ({"pad_token_id": 60_000}, "pad_token_id must be in"),
    ],
)
def test_what_is_not_implemented_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        BertConfig.from_dict({"model_type": "modernbert", **values}, "config.json")


def test_tokens_near_by_are_those_within_reach():
    assert near_by(5, 4, torch.zeros(1)) is None
    found = near_by(6, 2, torch.zeros(1))[0]
    expected = [[abs(i - j) > 2 for j in range(6)] for i in range(6)]
    assert found.isinf().tolist() == expected


def test_a_modernbert_embeds_texts_also_in_eight_bits(tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog", "runs"]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
    Tokenizer.from_wordpiece(str(tmp_path / "vocab.txt")).save(str(tmp_path / "tokenizer.json"))
    config = {**SIZES, "model_type": "modernbert", "vocab_size": 9, "initializer_range": 0.3}
    BertModel(BertConfig.from_dict(config)).save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == [
        "ModernBertModel"
    ]
    embedder = Embedder.from_pretrained(tmp_path, device="cpu")
    texts = ["red sky", "dog runs", "red dog runs red dog runs"]
    vectors = embedder.encode(texts, progress=False, normalize=True)
    for text, vector in zip(texts, vectors, strict=True):
        alone = embedder.encode([text], progress=False, normalize=True)[0]
        np.testing.assert_allclose(alone, vector, atol=1e-6)
    small = Embedder.from_pretrained(tmp_path, device="cpu", quantize="int8")
    assert ((small.encode(texts, progress=False, normalize=True) * vectors).sum(1) > 0.99).all()
    found = attention_maps(embedder.model, embedder.tokenizer, "red dog runs", layer=1)
    ids = torch.tensor([embedder.tokenizer.encode("red dog runs").ids])
    weights = embedder.model(ids, output_attentions=True).attentions[1][0]
    np.testing.assert_allclose(found.weights, weights.detach().numpy(), atol=1e-6)
