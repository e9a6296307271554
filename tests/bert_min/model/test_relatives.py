"""BERT's relatives with the heads they have in transformers: scores, losses, gradients."""

import pytest
import torch

import bert_min
from bert_min.model.activations import ACTIVATIONS
from bert_min.model.attention import attention_by_runs, attention_padded, attention_weights
from bert_min.model.config import BertConfig
from bert_min.model.packing import PackedLayout
from bert_min.model.weight_names import disk_name, split_qkv
from tests.bert_min.conftest import TINY, padded_batch

transformers = pytest.importorskip("transformers", reason="the parity tests compare with it")

SIZES = {
    "DistilBert": {
        "vocab_size": 99, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64,
        "max_position_embeddings": 40,
    },
    "Electra": {**TINY, "embedding_size": 16},
    "Roberta": {**TINY, "type_vocab_size": 1, "pad_token_id": 1, "layer_norm_eps": 1e-5},
    "XLMRoberta": {**TINY, "type_vocab_size": 1, "pad_token_id": 1},
    "MPNet": {**TINY, "max_position_embeddings": 300, "pad_token_id": 1},
    "Camembert": {**TINY, "type_vocab_size": 1, "pad_token_id": 3, "hidden_act": "gelu_new"},
}  # fmt: skip
SIZES["ModernBert"] = {
    **TINY, "pad_token_id": 0, "local_attention": 6, "norm_bias": True, "attention_bias": True,
    "classifier_pooling": "mean", "classifier_dropout": 0.1, "num_hidden_layers": 4,
}  # fmt: skip
LENGTHS = [12, 12, 12]


@pytest.fixture(autouse=True)
def _rotations_as_precise_as_the_model(monkeypatch):
    """transformers rotates in float32, whatever the model computes in."""
    module = transformers.models.modernbert.modeling_modernbert

    def rotate(q, k, cos, sin, unsqueeze_dim=1):
        cos, sin = cos.unsqueeze(unsqueeze_dim), sin.unsqueeze(unsqueeze_dim)
        return tuple(x * cos + module.rotate_half(x) * sin for x in (q, k))

    monkeypatch.setattr(module, "apply_rotary_pos_emb", rotate)


def labels_of(head):
    if head == "QuestionAnswering":
        return {
            "start_positions": torch.tensor([1, 0, 4]),
            "end_positions": torch.tensor([3, 2, 4]),
        }
    size = (3, 12) if head == "TokenClassification" else (3,)
    return {"labels": torch.randint(0, 4, size)}


@pytest.mark.parametrize(
    "head", ["SequenceClassification", "TokenClassification", "QuestionAnswering"]
)
@pytest.mark.parametrize("family", SIZES)
def test_heads_of_relatives_match_transformers(family, head, tmp_path):
    labels = {} if head == "QuestionAnswering" else {"num_labels": 4}
    config = getattr(transformers, f"{family}Config")(**SIZES[family], **labels)
    theirs = getattr(transformers, f"{family}For{head}")(config).eval().double()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(0, 0.2)
    theirs.save_pretrained(tmp_path / "theirs")
    kind = getattr(bert_min, f"BertFor{head}")
    ours = kind.from_pretrained(tmp_path / "theirs", dtype=torch.float64)
    assert ours.load_report.initialised == ours.load_report.ignored == []
    ids, mask, _ = padded_batch(LENGTHS, 12)
    given = labels_of(head)
    want, have = theirs(ids, attention_mask=mask, **given), ours(ids, mask, None, **given)
    for name in ("loss", "logits", "start_logits", "end_logits"):
        if getattr(want, name, None) is not None:
            torch.testing.assert_close(getattr(have, name), getattr(want, name))
    want.loss.backward()
    have.loss.backward()
    mine = {name: p.grad for name, p in ours.named_parameters() if p.grad is not None}
    mine = {disk_name(name, ours.config.model_type): g for name, g in split_qkv(mine).items()}
    expected = {name: p.grad for name, p in theirs.named_parameters() if p.grad is not None}
    assert set(mine) == set(expected)
    for name, gradient in expected.items():
        torch.testing.assert_close(mine[name], gradient, msg=name)
    ours.save_pretrained(tmp_path / "ours")
    again, info = getattr(transformers, f"{family}For{head}").from_pretrained(
        tmp_path / "ours", output_loading_info=True
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    torch.testing.assert_close(
        again.double().eval()(ids, attention_mask=mask, **given).loss, want.loss
    )


@pytest.mark.parametrize("family", SIZES)
@pytest.mark.parametrize("head", ["SequenceClassification", "TokenClassification"])
def test_heads_of_relatives_drop_out_as_much_as_theirs(family, head):
    config = getattr(transformers, f"{family}Config")(**SIZES[family])
    theirs = getattr(transformers, f"{family}For{head}")(config)
    ours = getattr(bert_min, f"BertFor{head}")(BertConfig.from_dict(config.to_dict()))
    rates = [
        sorted(module.p for name, module in model.named_modules()
               if isinstance(module, torch.nn.Dropout) and name.split(".")[0] in own)
        for own in [("dropout", "drop", "classifier")] for model in (theirs, ours)
    ]  # fmt: skip
    assert set(rates[0]) == set(rates[1])


ROBERTAS = ("Roberta", "XLMRoberta", "Camembert", "MPNet")


def random_pair(family, head, folder):
    """The same random weights in transformers' class and in ours."""
    config = getattr(transformers, f"{family}Config")(**SIZES[family], attn_implementation="eager")
    theirs = getattr(transformers, family + head)(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(0, 0.2)
    theirs.save_pretrained(folder)
    return theirs.double(), getattr(bert_min, f"Bert{head}").from_pretrained(
        folder, dtype=torch.float64
    )


def test_a_distance_counts_where_there_is_padding_too(tmp_path):
    theirs, ours = random_pair("MPNet", "Model", tmp_path)
    layout = PackedLayout.of([150, 7, 7, 60], torch.device("cpu"))
    q, k, v = torch.randn(3, 224, 4, 8, dtype=torch.float64).unbind(0)
    bias = ours.distance_bias(150)
    expected = theirs.encoder.compute_position_bias(torch.zeros(1, 150, 1))[0]
    torch.testing.assert_close(bias, expected, atol=0, rtol=0)
    by_runs = attention_by_runs(q, k, v, layout, 0.0, bias)
    padded = attention_padded(q, k, v, layout, 0.0, bias)
    torch.testing.assert_close(padded, by_runs, atol=1e-12, rtol=0)
    weights = attention_weights(q, k, layout, bias)
    mixed = (weights @ layout.to_padded(v).transpose(1, 2)).transpose(1, 2).flatten(0, 1)
    torch.testing.assert_close(mixed[layout.padded_index], by_runs, atol=1e-12, rtol=0)


@pytest.mark.parametrize("family", ROBERTAS)
def test_positions_begin_after_padding(family, tmp_path):
    theirs, ours = random_pair(family, "Model", tmp_path)
    pad, rows = SIZES[family]["pad_token_id"], SIZES[family]["max_position_embeddings"]
    assert ours.config.longest_text == rows - pad - 1
    ids, mask, _ = padded_batch([12, 7, 12, 3], 12)
    ids[mask == 0] = pad
    ids[0, :3], mask[0, :3] = pad, 0  # padding on the left
    ids[2, 5] = pad  # an id of padding within a text
    want = theirs(ids, attention_mask=mask, output_hidden_states=True)
    have = ours(ids, mask, output_hidden_states=True)
    keep = mask.bool()
    for theirs_, ours_ in zip(want.hidden_states, have.hidden_states, strict=True):
        torch.testing.assert_close(ours_[keep], theirs_[keep], atol=1e-10, rtol=0)
    whole = mask[:, 0] == 1  # else the first token is padding
    torch.testing.assert_close(
        have.pooler_output[whole], want.pooler_output[whole], atol=1e-10, rtol=0
    )
    packed = ours.forward_packed(ids[2], [12]).last_hidden_state
    torch.testing.assert_close(packed, want.last_hidden_state[2], atol=1e-10, rtol=0)
    longest = torch.full((1, ours.config.longest_text), 5)
    torch.testing.assert_close(
        ours(longest).last_hidden_state, theirs(longest).last_hidden_state, atol=1e-10, rtol=0
    )
    message = f"max_position_embeddings - pad_token_id - 1 = {longest.numel()} tokens, got"
    with pytest.raises(ValueError, match=message):
        ours(torch.full((1, rows - pad), 5))


@pytest.mark.parametrize("family", ROBERTAS)
def test_masked_words_of_relatives_match_transformers(family, tmp_path):
    theirs, ours = random_pair(family, "ForMaskedLM", tmp_path / "theirs")
    assert ours.load_report.initialised == ours.load_report.ignored == []
    ids, mask, _ = padded_batch([12, 7, 3], 12)
    ids[mask == 0] = SIZES[family]["pad_token_id"]
    labels = torch.randint(0, 99, ids.shape).where((torch.rand(ids.shape) < 0.5) & (mask > 0), -100)
    want, have = theirs(ids, attention_mask=mask, labels=labels), ours(ids, mask, labels=labels)
    torch.testing.assert_close(have.loss, want.loss, atol=1e-10, rtol=0)
    torch.testing.assert_close(have.logits[mask > 0], want.logits[mask > 0], atol=1e-10, rtol=0)
    ours.save_pretrained(tmp_path / "ours")
    again, info = getattr(transformers, f"{family}ForMaskedLM").from_pretrained(
        tmp_path / "ours", output_loading_info=True
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    again = again.double().eval()(ids, attention_mask=mask, labels=labels)
    torch.testing.assert_close(again.loss, want.loss)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "gelu"])
def test_other_activations_match_transformers(activation, tmp_path):
    config = transformers.BertConfig(**TINY, hidden_act=activation)
    theirs = transformers.BertForMaskedLM(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(0, 0.2)
    theirs.save_pretrained(tmp_path)
    theirs.double()
    ours = bert_min.BertForMaskedLM.from_pretrained(tmp_path, dtype=torch.float64)
    ids = torch.randint(1, 99, (2, 9))
    torch.testing.assert_close(ours(ids).logits, theirs(ids).logits, atol=1e-10, rtol=0)
    assert ours.config.hidden_act == activation


def test_a_relative_has_no_next_sentence():
    config = BertConfig.from_dict({**TINY, "model_type": "electra"})
    with pytest.raises(ValueError, match="is BERT's, 'electra' models do not have it"):
        bert_min.BertForNextSentencePrediction(config)
