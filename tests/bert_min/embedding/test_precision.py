"""Vectors in fewer bits are those of sentence-transformers, number by number."""

import numpy as np
import pytest

from bert_min import calibrate, quantize
from bert_min.embedding import precision as module


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(300, 21)).astype(np.float32)


@pytest.mark.parametrize("name", ["float32", "int8", "uint8", "binary"])
@pytest.mark.parametrize("given", [False, True])
def test_quantize_is_quantize_embeddings(vectors, name, given, monkeypatch):
    quantization = pytest.importorskip("sentence_transformers.quantization")
    monkeypatch.setattr(module, "BLOCK_ROWS", 64)
    vectors[:, 3] = 0.5  # a dimension that does not vary
    ranges = calibrate(vectors[:200]) if given else None
    theirs = quantization.quantize_embeddings(vectors, name, ranges=ranges)
    ours = quantize(vectors, name, ranges)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


def test_values_by_hand():
    x = np.array([[0.0, -255.0], [51.0, 0.0], [255.0, -128.0]])
    assert calibrate(x).tolist() == [[0, -255], [255, 0]]
    assert quantize(x, "uint8").tolist() == [[0, 0], [51, 255], [255, 127]]
    assert quantize(x, "int8").tolist() == [[-128, -128], [-77, 127], [127, -1]]
    outside = np.array([[300.0, -900.0]])
    assert quantize(outside, "uint8", calibrate(x)).tolist() == [[255, 0]]
    assert quantize(x, "binary").view(np.uint8).tolist() == [[128], [0], [0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((2, 3)), "int4"), "precision must be one of .*'int4'"),
        ((np.ones((1, 3)), "int8"), "more than one vector to find them in, got one"),
        ((np.ones(3), "int8"), r"\(N, E\) floats"),
        ((np.ones((2, 3), int), "int8"), r"\(N, E\) floats, got int64"),
        ((np.ones((2, 3)), "int8", np.ones((2, 4))), r"of shape \(2, 3\), got shape \(2, 4\)"),
        ((np.array([[1, np.inf], [1, 1]]), "uint8"), "finite, got .* in dimension 1"),
        ((np.array([[1, 1], [np.nan, 1]]), "int8", np.float32([[0, 0], [1, 1]])), "in row 1"),
        ((np.array([[1, 1], [-np.inf, 1]]), "binary"), "finite, got NaN or infinity in row 1"),
        ((np.ones((2, 2)), "int8", np.float32([[0, 2], [1, 1]])), "got 2 and 1 in dimension 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_quantized_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        quantize(*arguments)
    with pytest.raises(ValueError, match="at least one vector"):
        calibrate(np.ones((0, 3)))


def test_no_rows_are_no_error(vectors):
    assert quantize(vectors[:0], "int8").shape == (0, 21)
    assert quantize(vectors[:0], "binary").shape == (0, 3)
