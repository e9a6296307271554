"""Search finds what sorting all scores finds, whatever the block, the bits and the ties."""

import numpy as np
import pytest
import torch

from bert_min import calibrate, quantize, search, similarity
from bert_min.retrieval import scorers
from bert_min.retrieval import search as module
from bert_min.retrieval.best import Best


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(3_000, 40)).astype(np.float32)


@pytest.fixture
def queries():
    return np.random.default_rng(1).normal(size=(7, 40)).astype(np.float32)


def by_sorting(scores, k):
    order = np.argsort(-scores, 1, kind="stable")[:, :k]
    return np.take_along_axis(scores, order, 1), order


@pytest.mark.parametrize("metric", ["cosine", "dot"])
@pytest.mark.parametrize("one", [False, True])
def test_search_is_sorting_all_similarities(vectors, queries, metric, one, monkeypatch):
    monkeypatch.setattr(scorers, "BLOCK_BYTES", 1)  # blocks of the least size
    wanted = queries[:1] if one else queries
    scores, rows = search(wanted, vectors, 10, metric=metric)
    expected, order = by_sorting(similarity(wanted, vectors, metric), 10)
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_allclose(scores, expected, rtol=2e-5, atol=1e-6)
    assert scores.dtype == np.float32
    assert rows.dtype == np.int64


@pytest.mark.parametrize("metric", ["cosine", "dot"])
@pytest.mark.parametrize("width", [95, 96, 384, 768])
def test_one_query_of_any_width_finds_what_sorting_finds(metric, width):
    corpus = np.random.default_rng(2).normal(size=(700, width)).astype(np.float32)
    query = np.random.default_rng(3).normal(size=width)
    scores, rows = search(query, corpus, 10, metric=metric)
    expected, order = by_sorting(similarity(query, corpus, metric), 10)
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_allclose(scores, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("kind", ["floats", "bits"])
def test_threads_find_what_one_thread_finds(kind, tmp_path, monkeypatch):
    corpus = np.random.default_rng(2).integers(-2, 3, (9_000, 96)).astype(np.float32)  # has ties
    np.save(tmp_path / "v.npy", corpus if kind == "floats" else quantize(corpus, "binary"))
    stored = np.load(tmp_path / "v.npy", mmap_mode="r")
    monkeypatch.setattr(scorers, "BLOCK_BYTES", 1 << 14)
    monkeypatch.setattr(scorers, "LEAST_BITS", 512)
    monkeypatch.setattr(scorers, "BITS_SCORES", 512)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(module.torch, "get_num_threads", lambda threads=threads: threads)
        found.append(search(corpus[0], stored, 50, metric="dot"))
    np.testing.assert_array_equal(found[0], found[1])
    corpus[8_000, 3] = np.nan
    if kind == "floats":
        with pytest.raises(ValueError, match="NaN in row 8000"):
            search(corpus[0], corpus, 50, metric="dot")


@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_the_best_of_blocks_are_those_of_all_scores(kind):
    rng = np.random.default_rng(4)
    for k in (1, 3, 40):
        scores = rng.integers(-9, 9, (4, 300)).astype(kind)
        best, first = Best(4, k), 0
        while first < 300:
            size = int(rng.integers(1, 60))
            best.add(scores[:, first : first + size], first)
            first += size
        for found, expected in zip(best.found(), by_sorting(scores, k), strict=True):
            np.testing.assert_array_equal(found, expected)
    assert Best(0, 3).found()[1].shape == (0, 3)


def test_among_equal_scores_the_lower_row_goes_first():
    corpus = np.zeros((2_000, 4), np.float32)
    corpus[:, 0] = np.arange(2_000) % 3
    for coarse in (None, quantize(corpus, "binary"), quantize(corpus, "uint8")):
        _, rows = search(
            np.eye(4)[0], corpus, 5, metric="dot", coarse=coarse, ranges=calibrate(corpus),
            oversample=1,
        )  # fmt: skip
        best = {"binary": [1, 2, 4, 5, 7]} if coarse is not None and coarse.shape[1] == 1 else {}
        expected = [2, 5, 8, 11, 14]
        if best:  # the sign alone cannot tell 1 from 2: rows are chosen by it, ordered by floats
            expected = [2, 5, 1, 4, 7]
        assert rows.tolist() == [expected]


def test_groups_of_queries_and_a_memmap_change_nothing(vectors, queries, tmp_path, monkeypatch):
    expected = search(queries, vectors, 4)
    np.save(tmp_path / "v.npy", vectors)
    stored = np.load(tmp_path / "v.npy", mmap_mode="r")
    monkeypatch.setattr(module, "QUERIES", 3)
    for found, wanted in zip(search(queries, stored, 4), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_fewer_rows_than_k_are_all_returned(vectors, queries):
    scores, rows = search(queries, vectors[:3], 10)
    assert scores.shape == (7, 3)
    assert sorted(rows[0].tolist()) == [0, 1, 2]


@pytest.mark.parametrize("precision", ["int8", "uint8", "binary"])
@pytest.mark.parametrize("metric", ["cosine", "dot"])
def test_a_coarse_pass_over_all_rows_finds_what_floats_find(vectors, queries, precision, metric):
    coarse = quantize(vectors, precision)
    ranges = calibrate(vectors)
    whole = search(
        queries, vectors, 10, metric=metric, coarse=coarse, ranges=ranges, oversample=300
    )
    for found, wanted in zip(whole, search(queries, vectors, 10, metric=metric), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_bytes_find_all_after_rescoring_and_bits_the_more_the_more_are_rescored(vectors, queries):
    _, exact = search(queries, vectors, 10)

    def recall(precision, oversample=None):
        coarse, ranges = quantize(vectors, precision), calibrate(vectors)
        _, rows = search(queries, vectors, 10, coarse=coarse, ranges=ranges, oversample=oversample)
        return np.mean([len({*a} & {*b}) / 10 for a, b in zip(exact, rows, strict=True)])

    assert recall("int8") == recall("uint8") == 1
    assert recall("binary") == recall("binary", 40)
    assert 0.2 < recall("binary", 4) < recall("binary", 20) - 0.2 < recall("binary", 300) - 0.2


@pytest.mark.parametrize("precision", ["int8", "uint8"])
@pytest.mark.parametrize("metric", ["cosine", "dot"])
def test_scores_of_bytes_are_those_of_the_middle_of_their_steps(
    vectors, queries, precision, metric
):
    ranges = calibrate(vectors)
    stored = quantize(vectors, precision)
    scores, rows = search(queries, stored, 5, ranges=ranges, metric=metric)
    level = stored.astype(np.float64) + (128 if precision == "int8" else 0)
    middle = ranges[0] + (ranges[1] - ranges[0]) / 255 * (level + 0.5)
    expected, order = by_sorting(similarity(queries, middle, metric), 5)
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(not scorers.HAS_BYTES, reason="needs torch's product of bfloat16 with bytes")
@pytest.mark.parametrize("precision", ["int8", "uint8"])
def test_rough_scores_of_bytes_are_near_to_those_in_floats(precision):
    corpus = np.random.default_rng(0).normal(size=(1_003, 64)).astype(np.float32) + 0.5
    queries = np.random.default_rng(1).normal(size=(3, 64)).astype(np.float32)
    ranges = calibrate(corpus)
    small = quantize(corpus, precision, ranges)
    rough = scorers.RoughByteScorer(queries, small, ranges)
    plain = scorers.ByteScorer(queries, small, ranges, "dot")
    small.setflags(write=False)  # as a memmap
    for first, last in ((0, 500), (500, 1_003)):
        want = plain.scores(first, last)
        have = rough.shown(rough.scores(first, last))
        np.testing.assert_allclose(have, want, atol=0.01 * np.abs(want).max())
    full = scorers.RoughByteScorer.takes
    assert full(1, 64)
    assert not full(1, 40)  # the kernel would read beyond the row
    assert not full(17, 64)


@pytest.mark.parametrize("precision", ["int8", "uint8"])
@pytest.mark.parametrize("one", [False, True])
def test_a_first_pass_and_rescoring_find_what_floats_find(precision, one):
    corpus = np.random.default_rng(0).normal(size=(20_000, 64)).astype(np.float32)
    queries = np.random.default_rng(1).normal(size=(1 if one else 20, 64)).astype(np.float32)
    ranges, small = calibrate(corpus), quantize(corpus, precision)
    _, want = search(queries, corpus, 10, metric="dot")
    _, have = search(queries, corpus, 10, metric="dot", coarse=small, ranges=ranges)
    hits = [len({*a} & {*b}) for a, b in zip(have, want, strict=True)]
    assert sum(hits) / len(hits) > 9.8


@pytest.mark.parametrize("precision", ["int8", "uint8", "binary"])
@pytest.mark.parametrize("layout", ["memmap", "every second row", "columns first"])
def test_a_first_pass_takes_any_layout(precision, layout, tmp_path):
    corpus = np.random.default_rng(0).normal(size=(300, 32)).astype(np.float32)
    coarse, ranges = quantize(corpus, precision), calibrate(corpus)
    if layout == "memmap":
        np.save(tmp_path / "c.npy", coarse)
        laid = np.load(tmp_path / "c.npy", mmap_mode="r")
    elif layout == "every second row":
        corpus, laid = corpus[::2], coarse[::2]
        coarse = np.ascontiguousarray(laid)
    else:
        laid = np.asfortranarray(coarse)
    options = {"metric": "dot", "ranges": ranges}
    for found, expected in zip(
        search(corpus[:1], corpus, 9, coarse=laid, **options),
        search(corpus[:1], corpus, 9, coarse=coarse, **options), strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(found, expected)


def test_rows_of_counts_are_summed():
    rng = np.random.default_rng(0)
    for most, words in ((64, 6), (64, 12), (64, 7), (8, 64), (8, 1), (64, 2_000)):
        counts = rng.integers(0, most + 1, (9, words)).astype(np.uint8)
        counts[0] = most
        expected = counts.sum(1, dtype=np.int64)
        assert scorers.sum_of_rows(counts, most).tolist() == expected.tolist()


@pytest.mark.parametrize("width", [8, 12, 24, 40, 64])
def test_scores_of_bits_count_equal_signs(width):
    rng = np.random.default_rng(width)
    vectors, queries = rng.normal(size=(500, width)), rng.normal(size=(3, width))
    scores, rows = search(queries, quantize(vectors, "binary"), 6)
    equal = ((queries[:, None] > 0) == (vectors > 0)).sum(2)
    expected, order = by_sorting(2 * equal / width - 1, 6)
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_bits_are_counted_without_a_new_numpy():
    words = np.random.default_rng(0).integers(0, 2**63, 100, np.uint64)
    for size in (1, 2, 4, 8):
        parts = words.view(f"u{size}")
        np.testing.assert_array_equal(
            scorers.count_bits_by_table(parts), [int(word).bit_count() for word in parts]
        )


GOOD = np.ones((3, 4), np.float32)
BROKEN = {
    "no rows": ({"corpus": GOOD[:0]}, r"at least one row, got shape \(0, 4\)"),
    "another width": ({"corpus": GOOD[:, :3]}, "3|must be 4 wide for queries of 4 numbers, got 3"),
    "whole numbers": ({"corpus": GOOD.astype(np.int32)}, "floats, int8 or uint8, got int32"),
    "a list": ({"corpus": [[1.0]]}, "corpus must be an array of floats"),
    "k": ({"k": 0}, "k must be at least 1, got 0"),
    "oversample": ({"oversample": 0}, "oversample must be at least 1, got 0"),
    "k that is no whole number": ({"k": 2.5}, "k must be a whole number, got 2.5"),
    "no k": ({"k": None}, "k must be a whole number, got None"),
    "oversample that is no number": ({"oversample": "4"}, "oversample must be a whole number"),
    "complex queries": ({"queries": GOOD * 1j}, "queries must be .* of real numbers"),
    "a tensor": ({"corpus": torch.ones(3, 4)}, "corpus must be an array of floats.*, got Tensor"),
    "ranges upside down": (
        {"corpus": GOOD.astype(np.int8), "ranges": np.float32([[1] * 4, [0] * 4])},
        "smallest values and then the largest, got 1 and 0 in dimension 0",
    ),
    "metric": ({"metric": "manhattan"}, "metric must be one of .*'manhattan'"),
    "NaN in a query": ({"queries": GOOD * np.nan}, "queries must be finite.* in row 0"),
    "NaN in the corpus": (
        {"corpus": np.array([[1, 1, 1, 1], [np.nan, 0, 0, 0]], np.float32)}, "NaN in row 1",
    ),
    "bytes without ranges": ({"corpus": GOOD.astype(np.int8)}, "need the ranges"),
    "ranges of another width": (
        {"corpus": GOOD.astype(np.int8), "ranges": np.zeros((2, 3))}, r"shape \(2, 4\)",
    ),
    "coarse of other rows": ({"coarse": quantize(GOOD[:2], "binary")}, "the 3 rows of corpus"),
    "coarse over bytes": (
        {"corpus": GOOD.astype(np.int8), "coarse": quantize(GOOD, "binary")}, "must be floats",
    ),
    "three dimensions": ({"queries": GOOD[None]}, r"\(N, E\) vectors"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_searched_is_refused(case):
    changes, message = BROKEN[case]
    with pytest.raises((TypeError, ValueError), match=message):
        search(**{"queries": GOOD, "corpus": GOOD, "k": 2, **changes})


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean", "manhattan"])
def test_similarity_is_that_of_sentence_transformers(vectors, queries, metric):
    library = pytest.importorskip("sentence_transformers")
    theirs = library.SimilarityFunction.to_similarity_fn(metric)(queries, vectors).numpy()
    np.testing.assert_allclose(similarity(queries, vectors, metric), theirs, rtol=2e-5, atol=2e-6)


def test_similarity_takes_single_vectors_and_refuses_other_widths():
    assert similarity(np.ones(3), np.ones(3)).tolist() == [[pytest.approx(1)]]
    assert similarity(np.zeros(3), np.ones(3)).tolist() == [[0]]
    with pytest.raises(ValueError, match="of one width, got 3 and 2"):
        similarity(np.ones(3), np.ones((4, 2)))
    with pytest.raises(ValueError, match="metric must be one of"):
        similarity(np.ones(3), np.ones(3), "jaccard")
