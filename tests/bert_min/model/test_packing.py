"""Packing: a text's vectors are its own, whatever stands beside it."""

import itertools

import pytest
import torch

from bert_min import BertForQuestionAnswering, BertModel
from bert_min.model import attention as model_module
from bert_min.model.attention import (
    attention,
    attention_by_runs,
    attention_padded,
    attention_weights,
)
from bert_min.model.packing import PackedLayout, PaddedBatch
from tests.bert_min.conftest import padded_batch

LENGTHS = [5, 9, 9, 1, 12, 5]
CPU = torch.device("cpu")


@pytest.fixture
def model(tiny):
    model = BertModel(tiny).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    return model


@pytest.fixture
def qkv():
    return torch.randn(3, sum(LENGTHS), 4, 8, dtype=torch.float64).unbind(0)


def test_text_alone_equals_text_in_any_batch(model):
    ids, mask, types = padded_batch(LENGTHS, 12)
    keep = mask.bool()
    padded = model(ids, mask, types).last_hidden_state
    packed = model.forward_packed(ids[keep], LENGTHS, types[keep]).last_hidden_state
    assert not padded[~keep].any()
    torch.testing.assert_close(packed, padded[keep], atol=1e-6, rtol=0)
    for i, length in enumerate(LENGTHS):
        alone = model.forward_packed(ids[i, :length], [length], types[i, :length])
        torch.testing.assert_close(padded[i, :length], alone.last_hidden_state, atol=1e-6, rtol=0)


def test_permuting_the_batch_permutes_the_output(model):
    ids, mask, types = padded_batch(LENGTHS, 12)
    order = torch.tensor([3, 0, 5, 2, 4, 1])
    first = model(ids, mask, types)
    second = model(ids[order], mask[order], types[order])
    torch.testing.assert_close(
        second.last_hidden_state, first.last_hidden_state[order], atol=1e-6, rtol=0
    )
    torch.testing.assert_close(second.pooler_output, first.pooler_output[order], atol=1e-6, rtol=0)


def test_no_mask_means_all_real_and_no_segments_mean_segment_zero(model):
    ids, mask, _ = padded_batch([12, 12], 12)
    bare = model(ids).last_hidden_state
    torch.testing.assert_close(bare, model(ids, mask, torch.zeros_like(ids)).last_hidden_state)
    ones = model(ids, mask, torch.ones_like(ids)).last_hidden_state
    assert (bare - ones).abs().max() > 1e-3


def test_every_way_to_attend_agrees(qkv):
    q, k, v = qkv
    layout = PackedLayout.of(LENGTHS, CPU)
    expected = attention_by_runs(q, k, v, layout, 0.0, None)
    torch.testing.assert_close(attention_padded(q, k, v, layout, 0.0, None), expected)
    weights = attention_weights(q, k, layout)  # (B, H, S, S)
    by_hand = (weights @ layout.to_padded(v).transpose(1, 2)).transpose(1, 2)
    torch.testing.assert_close(by_hand.flatten(0, 1)[layout.padded_index], expected)
    torch.testing.assert_close(
        weights.sum(-1),
        (layout.to_padded(layout.positions, -1) >= 0)[:, None].expand(6, 4, 12) * 1.0,
        check_dtype=False,
    )


def test_gpu_kernel_is_called_with_the_layout_it_documents(qkv, monkeypatch):
    """No GPU here: a stand-in with varlen_attn's signature computes what its documentation says."""
    calls = []

    def varlen_attn(query, key, value, cu_seq_q, cu_seq_k, max_q, max_k):
        assert cu_seq_q.dtype == cu_seq_k.dtype == torch.int32
        calls.append((max_q, max_k))
        out = torch.empty_like(query)
        for start, end in itertools.pairwise(cu_seq_q):
            q, k, v = (x[start:end].transpose(0, 1) for x in (query, key, value))  # (H, S, D)
            weights = (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1)
            out[start:end] = (weights @ v).transpose(0, 1)
        return out

    class OnGpu(torch.Tensor):
        is_cuda = True
        dtype = torch.bfloat16

    monkeypatch.setattr(model_module, "varlen_attn", varlen_attn)
    layout = PackedLayout.of(LENGTHS, CPU)
    q, k, v = qkv
    fake = q.as_subclass(OnGpu)
    got = attention(fake, k, v, layout._replace(equal_length_runs=()))
    torch.testing.assert_close(
        got.as_subclass(torch.Tensor), attention_by_runs(q, k, v, layout, 0.0, None)
    )
    assert calls == [(12, 12)]
    # attention dropout needs the padded way, which has it
    attention(fake, k, v, layout._replace(equal_length_runs=()), dropout=0.5)
    assert len(calls) == 1


def test_dropout_acts_while_training_only(model):
    ids = torch.arange(1, 10)
    model.train()
    a, b = (model.forward_packed(ids, [4, 5]).last_hidden_state for _ in range(2))
    assert not torch.equal(a, b)
    model.eval()
    a, b = (model.forward_packed(ids, [4, 5]).last_hidden_state for _ in range(2))
    assert torch.equal(a, b)


def test_a_ready_layout_may_stand_for_lengths(model):
    ids = torch.arange(1, 10)
    layout = PackedLayout.of([4, 5], CPU)
    a = model.forward_packed(ids, layout).last_hidden_state
    assert torch.equal(a, model.forward_packed(ids, torch.tensor([4, 5])).last_hidden_state)


def test_layout():
    layout = PackedLayout.of([2, 2, 3], CPU)
    assert layout.cu_seqlens.tolist() == [0, 2, 4, 7]
    assert layout.positions.tolist() == [0, 1, 0, 1, 0, 1, 2]
    assert layout.padded_index.tolist() == [0, 1, 3, 4, 6, 7, 8]
    assert layout.equal_length_runs == ((0, 2, 2), (4, 1, 3))
    assert layout.to_padded(torch.arange(1, 8)).tolist() == [[1, 2, 0], [3, 4, 0], [5, 6, 7]]


def test_grid_puts_everything_back():
    ids, mask, _ = padded_batch(LENGTHS, 12)
    mask[4, :3] = 0
    grid = PaddedBatch(ids, mask)
    assert grid.lengths == sorted(mask.sum(1).tolist())
    assert torch.equal(grid.unpack(grid.pack(ids)), ids * mask)
    rows = torch.arange(6)
    assert torch.equal(grid.unpack_texts(grid.pack_texts(rows)), rows)
    # column 3 of text 4 is its first token; column 2 is padding, column 12 is not there
    for column, place in ((3, 0), (5, 2), (2, -1), (12, -1), (-1, -1)):
        places = grid.pack_columns(torch.full((6,), column))
        assert grid.unpack_texts(places)[4] == place


def test_heads_name_the_labels_they_take(tiny):
    ids = torch.ones(1, 3).long()
    labels = torch.zeros(1).long()
    head = BertForQuestionAnswering(tiny).eval()
    by_name = head(ids, start_positions=labels, end_positions=labels).loss
    assert torch.equal(head(ids, None, None, labels, labels).loss, by_name)
    with pytest.raises(TypeError, match=r"takes the labels start_positions, end_positions, got 0"):
        head(ids, labels=labels)
    with pytest.raises(TypeError, match="got 3 without a name"):
        head(ids, None, None, labels, labels, labels)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m(torch.ones(2, 3).long(), torch.tensor([[1, 1, 1], [0, 0, 0]])),
         "only zeros in text 1"),
        (lambda m: m(torch.ones(2, 3).long(), torch.ones(2, 4)), "shape of input_ids"),
        (lambda m: m(torch.ones(2, 3).long(), None, torch.ones(2, 4)), "shape of input_ids"),
        (lambda m: m(torch.ones(3).long()), r"\(B, S\)"),
        (lambda m: m(torch.ones(1, 41).long()), "max_position_embeddings = 40 tokens, got 41"),
        (lambda m: m(torch.tensor([[1, 99]])), r"input_ids must lie in \[0, 99\), got 99"),
        (lambda m: m(torch.tensor([[1, -3]])), "got -3"),
        (lambda m: m(torch.tensor([[1, 1]]), None, torch.tensor([[0, 2]])), "token_type_ids"),
        (lambda m: m.forward_packed(torch.ones(3).long(), [2, 2]), "sum of the lengths"),
        (lambda m: m.forward_packed(torch.ones(3).long(), [3, 0]), "got 0 in text 1"),
        (lambda m: m.forward_packed(torch.ones(0).long(), []), "at least one token"),
        (lambda m: m.forward_packed(torch.ones(41).long(), [41]), "got 41"),
    ],
)  # fmt: skip
def test_bad_input_is_named(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)
