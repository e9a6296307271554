"""Every head against transformers: outputs, losses and gradients, on random weights."""

import pytest
import torch

import bert_min
from bert_min.model.weight_names import disk_name, split_qkv
from tests.bert_min.conftest import TINY, padded_batch

transformers = pytest.importorskip("transformers", reason="the parity tests compare with it")

LENGTHS = [7, 12, 12, 3]
B, S = len(LENGTHS), 12
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}
# QA alone is compared without padding: transformers lets padding into the softmax over positions
CASES = {
    "BertModel": {},
    "BertForMaskedLM": {"labels": "tokens"},
    "BertForPreTraining": {"labels": "tokens", "next_sentence_label": "pairs"},
    "BertForNextSentencePrediction": {"labels": "pairs"},
    "BertForTokenClassification": {"labels": "tags"},
    "BertForQuestionAnswering": {"start_positions": "starts", "end_positions": "ends"},
    "BertForSequenceClassification": {"labels": "classes"},
    "BertForSequenceClassification multi": {"labels": "flags"},
    "BertForSequenceClassification regression": {"labels": "numbers"},
}


def make_labels(kind, mask):
    tokens = torch.randint(0, 99, (B, S))
    return {
        "tokens": tokens.where((torch.rand(B, S) < 0.3) & (mask > 0), -100),
        "tags": torch.randint(0, 3, (B, S)).where((torch.rand(B, S) < 0.7) & (mask > 0), -100),
        "pairs": torch.randint(0, 2, (B,)),
        "classes": torch.randint(0, 3, (B,)),
        "flags": torch.randint(0, 2, (B, 3)).double(),
        "numbers": torch.randn(B),
        "starts": torch.tensor([1, 3, 0, 50]),  # the last is outside the text: no loss
        "ends": torch.tensor([2, 5, 11, 50]),
    }[kind]


def make_pair(case, dtype, folder):
    """The same random weights in transformers' class and in ours."""
    name, _, problem = case.partition(" ")
    labels = {"regression": 1, "BertForQuestionAnswering": 2}.get(problem or name, 3)
    config = transformers.BertConfig(**TINY, num_labels=labels, attn_implementation="eager")
    theirs = getattr(transformers, name)(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(0, 0.2)
    theirs.save_pretrained(folder)
    ours = getattr(bert_min, name).from_pretrained(folder, dtype=dtype)
    return theirs.to(dtype), ours


def check_gradients(ours, theirs, tolerance):
    model_type = ours.config.model_type
    mine = {name: p.grad for name, p in ours.named_parameters() if p.grad is not None}
    mine = {disk_name(name, model_type): grad for name, grad in split_qkv(mine).items()}
    expected = {name: p.grad for name, p in theirs.named_parameters() if p.grad is not None}
    assert set(mine) == set(expected)
    for name, grad in expected.items():
        torch.testing.assert_close(mine[name], grad, atol=tolerance, rtol=1e-4, msg=name)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["fp32", "fp64"])
@pytest.mark.parametrize("case", CASES)
def test_padded_call_matches_transformers(case, dtype, tmp_path):
    theirs, ours = make_pair(case, dtype, tmp_path)
    ids, mask, types = padded_batch([S] * B if "Question" in case else LENGTHS, S)
    labels = {key: make_labels(kind, mask) for key, kind in CASES[case].items()}
    labels = {k: v.to(dtype) if v.is_floating_point() else v for k, v in labels.items()}
    expected = theirs(ids, attention_mask=mask, token_type_ids=types, **labels)
    got = ours(ids, mask, types, **labels)
    tolerance = TOLERANCE[dtype]
    keep = mask.bool()
    compared = 0
    for name in ("last_hidden_state", "pooler_output", "logits", "prediction_logits",
                 "seq_relationship_logits", "start_logits", "end_logits"):  # fmt: skip
        want = getattr(expected, name, None)
        if want is None:
            continue
        have = getattr(got, name)
        if want.shape[:2] == ids.shape:
            want, have = want[keep], have[keep]
        torch.testing.assert_close(have, want, atol=tolerance, rtol=0)
        compared += 1
    assert compared >= 1
    if not labels:
        want, have = (
            (out.last_hidden_state * keep[..., None]).sin().sum() + out.pooler_output.sum()
            for out in (expected, got)
        )
    else:
        want, have = expected.loss, got.loss
    torch.testing.assert_close(have, want, atol=tolerance, rtol=1e-6)
    want.backward()
    have.backward()
    check_gradients(ours, theirs, tolerance)


@pytest.mark.parametrize("case", CASES)
def test_packed_call_matches_padded_call(case, tmp_path):
    _, ours = make_pair(case, torch.float64, tmp_path)
    ids, mask, types = padded_batch(LENGTHS, S)
    keep = mask.bool()
    kinds = CASES[case]
    labels = {key: make_labels(kind, mask) for key, kind in kinds.items()}
    packed = {k: v[keep] if v.shape == ids.shape else v for k, v in labels.items()}
    wide = ours(ids, mask, types, **labels)
    flat = ours.forward_packed(ids[keep], LENGTHS, types[keep], **packed)
    rows = getattr(flat, "rows", None)
    compared = 0
    for name, have in vars(flat).items():
        if name in ("rows", "loss") or have is None:
            continue
        want = getattr(wide, name)
        if want.shape[:2] == ids.shape:
            want = want[keep] if rows is None else want[keep][rows]
        torch.testing.assert_close(have, want, atol=1e-12, rtol=0)
        compared += 1
    assert compared >= 1
    if labels:
        torch.testing.assert_close(flat.loss, wide.loss, atol=1e-12, rtol=0)


def test_masked_words_are_scored_alone(tiny):
    """With labels a packed batch computes the vocabulary only where there is one."""
    model = bert_min.BertForMaskedLM(tiny).eval()
    ids = torch.randint(1, 99, (9,))
    labels = torch.full((9,), -100)
    labels[[2, 7]] = torch.tensor([5, 6])
    out = model.forward_packed(ids, [4, 5], labels=labels)
    assert out.logits.shape == (2, 99)
    assert out.rows.tolist() == [2, 7]
    every = model.forward_packed(ids, [4, 5])
    assert every.logits.shape == (9, 99)
    torch.testing.assert_close(every.logits[out.rows], out.logits)
    chosen = model.forward_packed(ids, [4, 5], labels=labels, rows=torch.tensor([2, 7]))
    assert chosen.loss == out.loss


def test_hidden_states_and_attentions_match_transformers(tmp_path):
    theirs, ours = make_pair("BertModel", torch.float64, tmp_path)
    ids, mask, types = padded_batch(LENGTHS, S)
    mask[0, :2] = 0  # padding on the left
    mask[1, 4:6] = 0  # and a hole: places are counted as in the padded row
    expected = theirs(ids, attention_mask=mask, token_type_ids=types,
                      output_hidden_states=True, output_attentions=True)  # fmt: skip
    got = ours(ids, mask, types, output_hidden_states=True, output_attentions=True)
    keep = mask.bool()
    assert len(got.hidden_states) == 4
    for have, want in zip(got.hidden_states, expected.hidden_states, strict=True):
        torch.testing.assert_close(have[keep], want[keep], atol=1e-10, rtol=0)
        assert not have[~keep].any()
    both = keep[:, None, :, None] & keep[:, None, None, :]
    for have, want in zip(got.attentions, expected.attentions, strict=True):
        torch.testing.assert_close(have, want * both, atol=1e-10, rtol=0)


def test_real_model_matches_transformers(minilm):
    """Hidden states of all-MiniLM-L6-v2 on ids of real sentences, in float32."""
    theirs = transformers.BertModel.from_pretrained(minilm).eval()
    ours = bert_min.BertModel.from_pretrained(minilm)
    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm)
    texts = ["I love Paris", "He got bit by python.", "Python is my favorite programming language!"]
    batch = tokenizer([*texts, " ".join(texts * 12)], padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = theirs(**batch, output_hidden_states=True).hidden_states
        got = ours(batch.input_ids, batch.attention_mask, output_hidden_states=True).hidden_states
    keep = batch.attention_mask.bool()
    for have, want in zip(got, expected, strict=True):
        torch.testing.assert_close(have[keep], want[keep], atol=1e-5, rtol=0)


def test_golden_vector(minilm):
    """The published first numbers of "hello world", embedded by all-MiniLM-L6-v2."""
    model = bert_min.BertModel.from_pretrained(minilm)
    with torch.no_grad():
        out = model.forward_packed(torch.tensor([101, 7592, 2088, 102]), [4])
    vector = torch.nn.functional.normalize(out.last_hidden_state.mean(0), dim=0)
    golden = torch.tensor([-0.034477, 0.031023, 0.006735, 0.026109, -0.039362])
    torch.testing.assert_close(vector[:5], golden, atol=1e-5, rtol=0)
