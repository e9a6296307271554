"""`bert-min search` finds what `search` finds, with vectors of a file or without."""

import json

import numpy as np
import pytest

from bert_min import Embedder, search
from bert_min.cli import main

CORPUS = ["a dog runs", "money is paid back in two weeks", "the sky is red", "a cat sleeps"]
QUERY = "how do I get a refund"


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "c.txt").write_text("\n".join(CORPUS) + "\n")
    return tmp_path / "c.txt"


def run(minilm, corpus, *more):
    words = ["search", QUERY, "--corpus", str(corpus), "--model", str(minilm), "--device", "cpu"]
    return main([*words, *map(str, more)])


def test_texts_are_found_with_and_without_a_file_of_vectors(minilm, corpus, capsys):
    embedder = Embedder.from_pretrained(minilm, device="cpu")
    vectors = embedder.encode_document(CORPUS, progress=False)
    scores, rows = search(embedder.encode_query([QUERY], progress=False), vectors, 2)
    assert rows[0, 0] == 1
    np.save(corpus.with_suffix(".npy"), vectors)
    for more in ([], ["--vectors", corpus.with_suffix(".npy")]):
        assert run(minilm, corpus, "-k", 2, *more) == 0
        lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
        assert [int(row) for _, row, _ in lines] == rows[0].tolist()
        assert [text for *_, text in lines] == [CORPUS[i] for i in rows[0]]
        assert [float(s) for s, *_ in lines] == pytest.approx(scores[0].tolist(), abs=1e-4)
    assert run(minilm, corpus, "-k", 1, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["row"] == 1
    assert record["text"] == CORPUS[1]
    assert record["query"] == QUERY


def test_vectors_of_other_texts_are_refused(minilm, corpus, capsys):
    np.save(corpus.with_suffix(".npy"), np.ones((3, 384), np.float32))
    assert run(minilm, corpus, "--vectors", corpus.with_suffix(".npy")) == 1
    assert "a vector for each of the 4 texts" in capsys.readouterr().err
    corpus.with_suffix(".npy").write_text("no vectors")
    assert run(minilm, corpus, "--vectors", corpus.with_suffix(".npy")) == 1
    assert "cannot be read as vectors" in capsys.readouterr().err


def test_a_corpus_without_texts_and_a_query_that_is_too_long(minilm, corpus, capsys):
    words = ["search", "refund " * 300, "--corpus", corpus, "--model", minilm, "--device", "cpu"]
    with pytest.warns(UserWarning, match="1 of 1 texts were cut to 256 tokens"):
        assert main([*map(str, words)]) == 0
    np.save(corpus.with_suffix(".npy"), np.ones((4, 7), np.float32))
    assert run(minilm, corpus, "--vectors", corpus.with_suffix(".npy")) == 1
    assert "must be 384 wide for queries of 384 numbers, got 7" in capsys.readouterr().err
    corpus.write_text("")
    assert run(minilm, corpus) == 1
    assert "c.txt: a corpus must hold at least one text, got none" in capsys.readouterr().err
