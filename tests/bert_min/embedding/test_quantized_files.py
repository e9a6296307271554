"""`bert-min embed --precision`: what `quantize` makes of the vectors, without holding them."""

import numpy as np
import pytest

from bert_min import BertConfig, BertModel, calibrate, quantize
from bert_min.cli import main
from bert_min.embedding import passes
from tests.bert_min.conftest import TINY

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog", "runs", "blue", "the"]


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(passes, "CHUNK_TEXTS", 7)  # several parts
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertModel(BertConfig(**TINY).replace(vocab_size=11, initializer_range=0.3)).save_pretrained(
        tmp_path
    )
    texts = [f"{a} {b}" for a in WORDS[5:] for b in WORDS[5:]]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n")
    (tmp_path / "more.txt").write_text("the\nred the\n")
    return tmp_path


def embed(folder, out, *more, texts="texts.txt"):
    words = ["embed", folder / texts, "--model", folder, "-o", folder / out, "--device", "cpu"]
    return main([str(word) for word in [*words, *more]])


@pytest.mark.parametrize("precision", ["int8", "uint8", "binary"])
def test_a_file_holds_what_quantize_makes(files, precision):
    assert embed(files, "floats.npy", "--truncate-dim", 21) == 0
    floats = np.load(files / "floats.npy")
    assert embed(files, "small.npy", "--truncate-dim", 21, "--precision", precision) == 0
    small = np.load(files / "small.npy")
    np.testing.assert_array_equal(small, quantize(floats, precision))
    ranges = files / "small.ranges.npy"
    assert ranges.exists() is (precision != "binary")
    if precision == "binary":
        return
    np.testing.assert_array_equal(np.load(ranges), calibrate(floats))
    more = ("--truncate-dim", 21, "--precision", precision, "--ranges", ranges)
    assert embed(files, "more.npy", *more, texts="more.txt") == 0
    assert embed(files, "plain.npy", "--truncate-dim", 21, texts="more.txt") == 0
    want = quantize(np.load(files / "plain.npy"), precision, calibrate(floats))
    np.testing.assert_array_equal(np.load(files / "more.npy"), want)


def test_parquet_holds_bytes_too(files):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert embed(files, "floats.npy") == 0
    assert embed(files, "small.parquet", "--precision", "int8") == 0
    table = parquet.read_table(files / "small.parquet")
    found = np.array(table["embedding"].to_pylist(), np.int8)
    np.testing.assert_array_equal(found, quantize(np.load(files / "floats.npy"), "int8"))


def test_search_reads_bytes_and_bits(files, capsys):
    embed(files, "floats.npy")
    for precision in ("int8", "binary"):
        embed(files, f"{precision}.npy", "--precision", precision)
    words = ["search", "red sky", "--corpus", files / "texts.txt", "--model", files, "-k", "1"]
    best = []
    for name in ("floats", "int8", "binary"):
        capsys.readouterr()
        assert main([str(w) for w in [*words, "--vectors", files / f"{name}.npy"]]) == 0
        best.append(capsys.readouterr().out.split("\t")[2].strip())
    assert best == ["red sky"] * 3
    (files / "int8.ranges.npy").unlink()
    assert main([str(w) for w in [*words, "--vectors", files / "int8.npy"]]) == 1
    assert "int8.ranges.npy" in capsys.readouterr().err


def test_ranges_that_do_not_fit_are_refused(files, capsys):
    np.save(files / "r.npy", np.zeros((2, 5)))
    more = ("--ranges", files / "r.npy", "--precision")
    for precision, message in (
        ("binary", "--ranges is for int8 and uint8, got precision binary"),
        ("int8", r"of shape (2, 32), got shape (2, 5)"),
    ):
        assert embed(files, "o.npy", *more, precision) == 1
        assert message in capsys.readouterr().err
    np.save(files / "r.npy", np.zeros(5))
    assert embed(files, "o.npy", *more, "int8") == 1
    assert "ranges must be (2, W) numbers" in capsys.readouterr().err
    (files / "none.txt").write_text("")
    assert embed(files, "o.npy", "--precision", "int8", texts="none.txt") == 1
    assert not list(files.glob("o.*"))
