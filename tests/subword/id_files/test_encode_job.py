"""Text files to ids: the same as their documents, whatever threads and outputs."""

import os
import random
import threading

import numpy as np
import pyarrow.parquet
import pytest

import subword
from subword import Tokenizer
from subword.encode.text_encoder import documents_of
from subword.id_files import encode_job, writers
from subword.id_files.encode_job import make_job
from subword.id_files.file_parts import file_windows
from tests.helpers.random_text import random_text

TEXT = "the cat sat on a mat\nthe dog ran\n\naway from every 한국어 😀 mat"


@pytest.fixture(scope="module")
def tok() -> Tokenizer:
    source = [TEXT, "low lower lowest"] * 20
    return subword.train(source, "byte_level_bpe", 300, special_tokens=["<end>"], progress=False)


@pytest.fixture(scope="module")
def bert() -> Tokenizer:
    specials = ["[UNK]", "[CLS]", "[SEP]"]
    return subword.train([TEXT] * 20, "wordpiece", 70, special_tokens=specials, progress=False)


def same(mine, expected):
    assert np.array_equal(mine.ids, expected.ids)
    assert np.array_equal(mine.row_splits, expected.row_splits)
    if expected.offsets is not None:
        assert np.array_equal(mine.offsets, expected.offsets)


def documents(text, separator):
    """What a file is cut into: a separator at the end begins no document."""
    parts = text.split(separator)
    return parts if parts[-1] else parts[:-1]


@pytest.mark.parametrize("separator", ["\n", "\n\n", "a", "aa", "<sep>", "한"])
@pytest.mark.parametrize("name", ["tok", "bert"])
def test_a_file_gives_the_ids_of_its_documents(tmp_path, name, separator, request):
    tok = request.getfixturevalue(name)
    rng = random.Random(separator)
    for i in range(30):
        parts = [random_text(rng) for _ in range(rng.randrange(6))]
        text = separator.join(parts) + rng.choice(["", separator, separator * 3])
        path = tmp_path / f"{i}.txt"
        path.write_bytes(text.encode())
        expected = tok.encode_ragged(documents(text, separator), return_offsets=True)
        same(tok.encode_files(path, separator=separator, return_offsets=True), expected)
        assert documents_of([text.encode()], separator.encode()) == documents(text, separator)
        # Small windows change nothing.
        for size in (1, 7, 64):
            pieces = list(file_windows([str(path), str(path)], separator.encode(), size))
            job = make_job(tok.text_encoder, separator=separator)
            rows = [row.tolist() for batch in pieces for row in job.encode(batch)]
            assert rows == 2 * [row.tolist() for row in expected]


def test_a_file_without_separator_is_one_document(tmp_path, tok):
    paths = [tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "empty.txt"]
    for path, text in zip(paths, (TEXT, "x", ""), strict=True):
        path.write_bytes(text.encode())
    same(tok.encode_files(paths), tok.encode_ragged([TEXT, "x", ""]))
    assert tok.encode_files(paths[2], separator="\n").row_splits.tolist() == [0]


def test_threads_change_nothing(tmp_path, tok):
    text = "\n".join(random_text(random.Random(i)) for i in range(20_000))
    path = tmp_path / "big.txt"
    path.write_bytes(text.encode())
    expected = tok.encode_ragged(documents(text, "\n"), threads=1)
    for threads in (1, 2, 4):
        same(tok.encode_files(path, separator="\n", threads=threads), expected)


@pytest.mark.parametrize("suffix", [".bin", ".npy", ".parquet", ".jsonl", ".txt"])
def test_output_files_hold_the_same_ids(tmp_path, monkeypatch, tok, suffix):
    monkeypatch.setattr(encode_job, "WINDOW_BYTES", 64)
    monkeypatch.setattr(writers, "ROW_GROUP_IDS", 100)
    path, target = tmp_path / "in.txt", tmp_path / f"out{suffix}"
    path.write_bytes((TEXT * 30).encode())
    rows = tok.encode_files(path, separator="\n", end_token="<end>")
    done = tok.encode_files(path, separator="\n", end_token="<end>", output=target, progress=False)
    assert (done.documents, done.ids, done.dtype) == (len(rows), len(rows.ids), "uint16")
    if suffix == ".bin":
        assert np.fromfile(target, "<u2").tolist() == rows.ids.tolist()
    elif suffix == ".npy":
        assert np.load(target, mmap_mode="r").tolist() == rows.ids.tolist()
    elif suffix == ".parquet":
        assert pyarrow.parquet.read_table(target)["ids"].to_pylist() == rows.to_lists()
    elif suffix == ".jsonl":
        assert target.read_text().splitlines()[1] == f'{{"ids":{rows[1].tolist()}}}'.replace(
            " ", ""
        )
    else:
        assert [
            list(map(int, line.split())) for line in target.read_text().splitlines()
        ] == rows.to_lists()
    assert rows.ids[rows.row_splits[1:] - 1].tolist() == [tok.token_to_id("<end>")] * len(rows)
    assert [p.name for p in tmp_path.iterdir()] in (
        ["in.txt", target.name],
        [target.name, "in.txt"],
    )


def test_the_error_names_file_and_byte(tmp_path, tok):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_bytes(b"fine\nfine\n")
    bad.write_bytes(b"fine\n" * 5000 + b"caf\xe9\n" + b"\xff")
    target = tmp_path / "out.bin"
    for options in ({}, {"output": target}):
        with pytest.raises(ValueError, match=rf"^{bad}: not UTF-8 at byte 25003$"):
            tok.encode_files([good, bad], separator="\n", **options)
    assert not target.exists()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"\x80", 0),
        (b"a\xc0\xaf", 1),
        (b"ab\xed\xa0\x80", 2),
        (b"\xf4\x90\x80\x80", 0),
        (b"\xe2\x82", 0),
        (b"12345678\xf0\x9f\x98", 8),
        (b"\xc3\xa9\xc3", 2),
        (b"\xe0\x9f\xbf", 0),
        (b"\xf0\x8f\xbf\xbf", 0),
        (b"\xf8\x88\x80\x80\x80", 0),
    ],
)
def test_invalid_utf8_is_found_where_python_finds_it(tmp_path, tok, data, at):
    with pytest.raises(UnicodeDecodeError) as theirs:
        data.decode()
    assert theirs.value.start == at
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ValueError, match=f"not UTF-8 at byte {at}$"):
        tok.encode_files(tmp_path / "x")


def test_max_length_and_special_tokens(tmp_path, bert):
    path = tmp_path / "x.txt"
    path.write_bytes(TEXT.encode())
    texts = TEXT.split("\n")
    for options in ({"max_length": 4}, {"add_special_tokens": False}):
        same(
            bert.encode_files(path, separator="\n", **options), bert.encode_ragged(texts, **options)
        )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"separator": ""}, ValueError, "separator must not be empty"),
        ({"separator": b"\n"}, TypeError, "separator must be a str or None, got bytes"),
        ({"threads": 0}, ValueError, "threads must be at least 1, got 0"),
        ({"end_token": "<nope>"}, ValueError, "'<nope>' is not in the vocabulary"),
        ({"output": "x.csv"}, ValueError, "suffix must be one of .*'.csv'"),
        ({"output": "nowhere/x.bin"}, FileNotFoundError, "no such folder"),
        ({"max_length": "3"}, TypeError, "max_length must be an int"),
    ],
)
def test_wrong_options(tmp_path, tok, options, error, message):
    path = tmp_path / "x.txt"
    path.write_text("x")
    with pytest.raises(error, match=message):
        tok.encode_files(path, **options)


def test_missing_files_are_found_before_any_work(tmp_path, tok):
    (tmp_path / "a").write_text("x")
    with pytest.raises(FileNotFoundError):
        tok.encode_files([tmp_path / "a", tmp_path / "b"], output=tmp_path / "o.bin")
    with pytest.raises(TypeError, match="path"):
        tok.encode_files([3])
    for options in ({}, {"output": tmp_path / "o.bin"}):
        with pytest.raises(IsADirectoryError, match="Is a directory"):
            tok.encode_files([tmp_path / "a", tmp_path], **options)
    assert not (tmp_path / "o.bin").exists()


@pytest.mark.parametrize("data", [b"the cat\n\nsat", b"", b"the cat sat on\n" * 20_000])
@pytest.mark.parametrize("separator", [None, "\n"])
def test_a_pipe_is_encoded_as_a_file_is(tmp_path, tok, data, separator):
    path, fifo = tmp_path / "a", tmp_path / "fifo"
    path.write_bytes(data)
    os.mkfifo(fifo)
    rows = []
    for output in (None, tmp_path / "o.bin"):
        for source in (path, fifo):
            writer = threading.Thread(target=fifo.write_bytes, args=(data,))
            if source == fifo:
                writer.start()
            done = tok.encode_files([source, path], output=output, separator=separator)
            if source == fifo:
                writer.join()
            rows.append(done if output is None else (done, output.read_bytes()))
    assert rows[0].ids.tolist() == rows[1].ids.tolist()
    assert rows[0].row_splits.tolist() == rows[1].row_splits.tolist()
    assert rows[2] == rows[3]
