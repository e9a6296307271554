"""Prompts of queries and documents, shortened vectors, fewer bits."""

import json

import numpy as np
import pytest

from bert_min import Embedder, calibrate, quantize

TEXTS = ["a red sky", "a dog", "how do I get my money back", "refunds are paid in two weeks"]


@pytest.fixture
def embedder(minilm):
    found = Embedder.from_pretrained(minilm, device="cpu")
    found.prompts = {"query": "query: ", "passage": "passage: "}
    found.default_prompt = "passage: "
    return found


def encode(embedder, texts, **options):
    return embedder.encode(texts, progress=False, **options)


def test_queries_and_documents_get_the_prompts_of_the_folder(embedder):
    query = embedder.encode_query(TEXTS, progress=False)
    np.testing.assert_array_equal(query, encode(embedder, TEXTS, prompt="query: "))
    passage = embedder.encode_document(TEXTS, progress=False)
    np.testing.assert_array_equal(passage, encode(embedder, TEXTS, prompt="passage: "))
    plain = encode(embedder, TEXTS, prompt="")
    assert np.abs(query - plain).max() > 0.01
    assert np.abs(query - passage).max() > 0.01
    given = embedder.encode_query(TEXTS, progress=False, prompt="")
    np.testing.assert_array_equal(given, plain)
    named = embedder.encode_query(TEXTS, progress=False, prompt_name="passage")
    np.testing.assert_array_equal(named, passage)


def test_without_a_prompt_for_queries_nothing_is_put_before_them(embedder):
    embedder.prompts = {"passage": "passage: "}
    plain = encode(embedder, TEXTS, prompt="")
    np.testing.assert_array_equal(embedder.encode_query(TEXTS, progress=False), plain)
    with pytest.raises(ValueError, match="prompt_name must be one of passage, got 'query'"):
        embedder.encode_query(TEXTS, prompt_name="query")


def test_shortened_vectors_are_the_first_numbers(embedder):
    whole = encode(embedder, TEXTS)
    short = encode(embedder, TEXTS, truncate_dim=64)
    np.testing.assert_array_equal(short, whole[:, :64])
    scaled = encode(embedder, TEXTS, truncate_dim=64, normalize=True)
    expected = whole[:, :64] / np.linalg.norm(whole[:, :64], axis=1, keepdims=True)
    np.testing.assert_allclose(scaled, expected, atol=1e-6)
    for wrong in (0, 385):
        with pytest.raises(ValueError, match=rf"\[1, 384\], the width of a vector, got {wrong}"):
            encode(embedder, TEXTS, truncate_dim=wrong)


@pytest.mark.parametrize("precision", ["int8", "uint8", "binary"])
def test_precision_is_that_of_quantize(embedder, precision):
    whole = encode(embedder, TEXTS)
    ranges = calibrate(whole) * 0.5
    found = encode(embedder, TEXTS, precision=precision, ranges=ranges)
    np.testing.assert_array_equal(found, quantize(whole, precision, ranges))
    found = encode(embedder, TEXTS, precision=precision)
    np.testing.assert_array_equal(found, quantize(whole, precision))
    with pytest.raises(ValueError, match="precision must be one of"):
        encode(embedder, TEXTS, precision="int4")


def test_sentence_transformers_makes_the_same_of_prompts_and_dimensions(minilm, tmp_path):
    library = pytest.importorskip("sentence_transformers")
    for path in minilm.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(minilm)).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / path.relative_to(minilm)).symlink_to(path)
    settings = tmp_path / "config_sentence_transformers.json"
    settings.unlink(missing_ok=True)
    settings.write_text(json.dumps({
        "prompts": {"query": "query: ", "document": "", "other": "other: "},
        "default_prompt_name": "other", "truncate_dim": 32, "similarity_fn_name": "cosine",
    }))  # fmt: skip
    theirs = library.SentenceTransformer(str(tmp_path), device="cpu", truncate_dim=32)
    ours = Embedder.from_pretrained(tmp_path, device="cpu")
    for name in ("encode", "encode_query", "encode_document"):
        wanted = getattr(theirs, name)(TEXTS)
        found = getattr(ours, name)(TEXTS, progress=False)
        assert found.shape == (4, 32)
        np.testing.assert_allclose(found, wanted, atol=1e-5)
