"""ELECTRA and DistilBERT with the heads they have in transformers: scores, losses, gradients."""

import pytest
import torch

import bert_min
from bert_min.model.config import BertConfig
from bert_min.model.weight_names import disk_name, split_qkv
from tests.bert_min.conftest import TINY, padded_batch

transformers = pytest.importorskip("transformers", reason="the parity tests compare with it")

SIZES = {
    "DistilBert": {
        "vocab_size": 99, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64,
        "max_position_embeddings": 40,
    },
    "Electra": {**TINY, "embedding_size": 16},
}  # fmt: skip
LENGTHS = [12, 12, 12]


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
        for model, own in ((theirs, ("dropout", "classifier")), (ours, ("dropout", "classifier")))
    ]  # fmt: skip
    assert set(rates[0]) == set(rates[1])


def test_a_relative_has_no_next_sentence():
    config = BertConfig.from_dict({**TINY, "model_type": "electra"})
    with pytest.raises(ValueError, match="needs a pooler, which 'electra' models do not have"):
        bert_min.BertForNextSentencePrediction(config)
