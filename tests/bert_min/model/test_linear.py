"""The dense layer against its plain twin, values and gradients."""

import pytest
import torch
import torch.nn.functional as F
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_min.model.activations import ACTIVATIONS
from bert_min.model.dtypes import check_dtype
from bert_min.model.int8 import Int8Linear
from bert_min.model.linear import HAS_ONEDNN, Linear, linear

SIZES = st.integers(1, 40)
NAMES = [None, *ACTIVATIONS]


@settings(deadline=None, max_examples=30)
@given(SIZES, SIZES, SIZES, st.sampled_from(NAMES), st.booleans(), st.integers(0, 99))
def test_linear_equals_the_plain_layer(rows, inner, outer, name, bias, seed):
    activation = None if name is None else ACTIVATIONS[name]
    plain_activation = transformers.activations.ACT2FN[name] if name else lambda y: y
    torch.manual_seed(seed)
    x, weight = torch.randn(rows, inner), torch.randn(outer, inner)
    b = torch.randn(outer) if bias else None
    expected = F.linear(x.double(), weight.double(), None if b is None else b.double())
    expected = plain_activation(expected).float()
    with torch.no_grad():
        torch.testing.assert_close(linear(x, weight, b, activation), expected, atol=1e-5, rtol=1e-5)
    leaves = [t.clone().requires_grad_() for t in (x, weight, b) if t is not None]
    twins = [t.clone().double().requires_grad_() for t in (x, weight, b) if t is not None]
    linear(leaves[0], leaves[1], leaves[2] if bias else None, activation).sin().sum().backward()
    plain = F.linear(twins[0], twins[1], twins[2] if bias else None)
    plain_activation(plain).sin().sum().backward()
    for have, want in zip(leaves, twins, strict=True):
        torch.testing.assert_close(have.grad, want.grad.float(), atol=1e-4, rtol=1e-4)


def test_onednn_is_used_where_torch_has_it(monkeypatch):
    if not HAS_ONEDNN:
        pytest.skip("this build of torch has no oneDNN")
    calls = []
    real = torch.ops.mkldnn._linear_pointwise
    monkeypatch.setattr("bert_min.model.linear.onednn", lambda *a: calls.append(1) or real(
        a[0], a[1], a[2] if len(a) > 2 else None, "none", [], ""))  # fmt: skip
    x = torch.randn(3, 4)
    weight = torch.randn(5, 4, requires_grad=True)
    linear(x, weight, None).sum().backward()
    assert len(calls) == 2  # forward, and the gradient of weight alone
    with torch.no_grad():
        linear(x, weight, None)
    assert len(calls) == 3
    linear(x.double(), weight.double(), None)
    with torch.autocast("cpu", torch.bfloat16):
        assert linear(x, weight, None).dtype == torch.bfloat16
    assert len(calls) == 3


@pytest.mark.parametrize("activation", [None, "gelu", "gelu_new", "silu"])
def test_int8_is_close_and_rows_do_not_touch(activation):
    layer = Linear(64, 48, activation)
    quantized = Int8Linear(layer)
    x = torch.randn(20, 64) * torch.logspace(-2, 2, 20)[:, None]  # rows of very different size
    x[7] = 0
    with torch.inference_mode():
        expected, got = layer(x), quantized(x)
        scale = expected.abs().amax(1, keepdim=True) + 0.1
        assert ((got - expected).abs() / scale).max() < 0.03
        for row in range(20):
            alone = quantized(x[row : row + 1])
            torch.testing.assert_close(alone[0], got[row], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("device", "dtype", "quantize", "message"),
    [
        ("cpu", torch.float16, None, "float16 is not computed"),
        ("cpu", torch.int32, None, "floating-point"),
        ("cpu", torch.bfloat16, "int8", "float32 weights on a CPU"),
        ("cuda", None, "int8", "float32 weights on a CPU"),
        ("cpu", None, "int4", "quantize must be None or 'int8'"),
    ],
)
def test_arithmetic_a_processor_cannot_do_is_refused(device, dtype, quantize, message):
    with pytest.raises(ValueError, match=message):
        check_dtype(torch.device(device), dtype, quantize)


@pytest.mark.parametrize("able", [False, True])
def test_bfloat16_needs_a_cpu_that_has_it(able, monkeypatch):
    monkeypatch.setattr("bert_min.model.dtypes.cpu_has_bfloat16", lambda: able)
    if able:
        check_dtype(torch.device("cpu"), torch.bfloat16, None)
    else:
        with pytest.raises(ValueError, match="neither AVX512-BF16 nor AMX"):
            check_dtype(torch.device("cpu"), torch.bfloat16, None)
