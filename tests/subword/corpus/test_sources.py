"""Sources of text: the same words from every kind, and errors that name file and place."""

import gzip
import json
import os
import threading
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from subword.corpus import sources
from subword.corpus.counting import count_words

TEXTS = ["low lower\n", "lowest 한국어\n", "\n", "a b c a\n"]
WORDS = {"low": 1, "lower": 1, "lowest": 1, "한국어": 1, "a": 2, "b": 1, "c": 1}


def words(source, **options):
    return dict(count_words(source, progress=False, **options).items())


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("".join(TEXTS), encoding="utf-8")
    return path


def test_files_and_iterables(text_file, tmp_path):
    assert (
        words(text_file)
        == words(str(text_file))
        == words([text_file])
        == words([str(text_file)])
        == WORDS
    )
    assert words(TEXTS) == words(iter(TEXTS)) == words(tuple(TEXTS)) == WORDS
    other = tmp_path / "other.txt"
    other.write_bytes(b"low")
    assert words([text_file, other]) == {**WORDS, "low": 2}


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_do_not_matter(threads, tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("".join(f"word{i % 997} common\n" for i in range(300_000)), encoding="utf-8")
    counts = count_words(path, threads=threads, progress=False)
    assert (len(counts), counts["common"], counts["word1"]) == (998, 300_000, 301)
    lines = path.read_text(encoding="utf-8").splitlines(True)
    assert count_words(lines, threads=threads, progress=False) == counts


def test_packed_text(text_file, tmp_path):
    data = text_file.read_bytes()
    packed = tmp_path / "corpus.txt.gz"
    packed.write_bytes(gzip.compress(data[:20]) + gzip.compress(data[20:]))
    assert words(packed) == WORDS
    zstd = tmp_path / "corpus.txt.zst"
    press = zstandard.ZstdCompressor().compress
    zstd.write_bytes(press(data[:20]) + press(data[20:]))
    assert words(zstd) == WORDS
    for path in (packed, zstd):
        path.write_bytes(path.read_bytes()[:-3])
        with pytest.raises(
            ValueError, match=rf"{path.name}: cut off or damaged behind \d+ unpacked bytes"
        ):
            words(path)
        path.write_bytes(b"not packed at all")
        with pytest.raises(ValueError, match=f"{path.name}: cut off or damaged"):
            words(path)


def test_json_lines(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text(
        "".join(json.dumps({"text": t, "n": 1}) + "\n" for t in TEXTS), encoding="utf-8"
    )
    assert words(path, field="text") == WORDS
    packed = tmp_path / "corpus.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert words(packed, field="text") == WORDS
    with pytest.raises(ValueError, match=r"corpus.jsonl:1: no field 'body'"):
        words(path, field="body")
    with pytest.raises(ValueError, match=r"corpus.jsonl:1: field 'n' must be a string, got int"):
        words(path, field="n")
    with pytest.raises(ValueError, match="field= must name"):
        words(path)
    path.write_text('{"text": "a"}\n\n{"text": \n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"corpus.jsonl:3: not a JSON object"):
        words(path, field="text")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_parquet_and_arrow(tmp_path, kind):
    column = pa.array([*TEXTS[:2], None, *TEXTS[2:]], kind)
    table = pa.table({"n": range(5), "text": column})
    parquet = tmp_path / "corpus.parquet"
    pq.write_table(table, parquet, row_group_size=2)
    assert words(parquet, column="text") == WORDS
    arrow = tmp_path / "corpus.arrow"
    with pa.OSFile(str(arrow), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    assert words(arrow, column="text") == WORDS
    with pytest.raises(
        ValueError, match=r"corpus\.parquet: column 'n' must hold strings, got int64"
    ):
        words(parquet, column="n")
    with pytest.raises(ValueError, match=r"corpus\.arrow: no column 'body'; there are 'n', 'text'"):
        words(arrow, column="body")
    with pytest.raises(ValueError, match="column= must name"):
        words(parquet)
    parquet.write_bytes(parquet.read_bytes()[:-9])
    with pytest.raises(
        ValueError, match=r"corpus\.parquet: not a Parquet or Arrow file, or cut off"
    ):
        words(parquet, column="text")


def test_a_missing_file_is_found_before_anything_is_read(text_file, tmp_path):
    read = []
    missing = tmp_path / "absent.txt"
    with pytest.raises(FileNotFoundError, match=r"absent.txt.*item 1 of 3"):
        sources.Reader([text_file, missing, text_file], advance=read.append)
    assert read == []
    with pytest.raises(FileNotFoundError, match="absent"):
        words("absent.txt")
    with pytest.raises(IsADirectoryError, match="expected a file"):
        words(tmp_path)


def test_bad_text_names_file_and_byte(tmp_path):
    path = tmp_path / "corpus.txt"
    good = b"good line\n" * 200_000
    path.write_bytes(good + b"bad \xc3\x28 line\n" + good)
    with pytest.raises(ValueError, match=f"corpus.txt: not UTF-8 at byte {len(good) + 4}"):
        words(path)


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (["a", "b", None], TypeError, "item 2: a text must be a str, got NoneType"),
        (["a"] * 99 + [b"b"], TypeError, "item 99: a text must be a str, got bytes"),
        (["a", "x\udc80"], ValueError, "item 1: a text holds a lone surrogate at character 1"),
        (3, TypeError, "a path, a list of paths or an iterable of str, got int"),
        (b"bytes", TypeError, "an iterable of str, got bytes"),
    ],
)
def test_bad_items_are_named(source, error, message):
    with pytest.raises(error, match=message):
        words(source)


def test_long_lines_and_files_without_a_last_newline(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("a " * 2_000_000 + "\nb", encoding="utf-8")
    assert words(path) == {"a": 2_000_000, "b": 1}


def test_an_error_of_the_iterable_comes_through():
    def texts():
        yield "a"
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="the database is gone"):
        words(texts())


@contextmanager
def pipe_of(data):
    """Give the name of a pipe that holds these bytes, as a shell's <(command) does."""
    reading, writing = os.pipe()

    def write():
        with open(writing, "wb") as file:
            file.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield f"/dev/fd/{reading}"
    finally:
        while os.read(reading, 1 << 16):  # what nobody wanted
            pass
        os.close(reading)
        writer.join()


@pytest.mark.parametrize("data", ["".join(TEXTS).encode(), b"low " * 300_000 + b"\nlast", b""])
def test_a_pipe_is_read_as_a_file_is(tmp_path, data):
    path = tmp_path / "corpus"
    path.write_bytes(data)
    with pipe_of(data) as name:
        assert words(name) == words(path)
    with pipe_of(data) as name:
        assert words([name]) == words(path)
    with pipe_of(data) as name, pipe_of(b"low low") as other:
        both = words(sources.Files((name, path, other)), threads=2)
    twice = words([path, path])
    assert both == {**twice, "low": twice.get("low", 0) + 2}


def test_a_fifo_is_read_as_a_file_is_packed_too(tmp_path):
    data = "".join(TEXTS).encode() * 1000
    for suffix, packed in ((".txt", data), (".gz", gzip.compress(data))):
        fifo = tmp_path / f"fifo{suffix}"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(packed,))
        writer.start()
        assert words([str(fifo)]) == {word: 1000 * count for word, count in WORDS.items()}
        writer.join()


def test_errors_in_a_pipe_name_line_and_byte():
    for data, options, message in (
        (b"x\n" * 300_000 + b"\xc3(", {}, "not UTF-8 at byte 600000"),
        (b'{"t": "a"}\n' * 50_000 + b'{"u": "a"}\n', {"field": "t"}, "no field 't'"),
        (b"PAR1", {"column": "t"}, "Parquet and Arrow cannot be read from a pipe"),
    ):
        with pipe_of(data) as name, pytest.raises(ValueError, match=message) as caught:
            words(name, **options)
        line = ":50001" if "field" in options else ""
        assert str(caught.value).startswith(f"{name}{line}: ")


def test_counting_a_pipe_goes_on_behind_what_was_counted(tmp_path):
    lines = [f'{{"t": "word{i}"}}\n'.encode() for i in range(60_000)]
    with pipe_of(b"".join(lines)) as name:
        reader = sources.Reader(name, field="t")
        counted = [reader.next_batch() for _ in range(3)]
        position = reader.position
    assert position == (0, sum(len(batch.data) for batch in counted))
    with pipe_of(b"".join(lines) + b"broken\n") as name:
        reader = sources.Reader(name, field="t", position=position)
        rest = []
        while (batch := reader.next_batch()) is not None:
            rest.append(batch)
        assert b"".join(b.data for b in counted + rest) == b"".join(lines) + b"broken\n"
        place = rest[-1]._place(rest[-1].data.count(b"\n") - 1)
        assert place == f"{name}:{len(lines) + 1}"
    checkpoint = tmp_path / "check"
    with pipe_of(b"low low") as name:
        assert words(name, checkpoint=checkpoint) == {"low": 2}


def test_a_str_is_a_path_and_the_error_says_how_to_pass_a_text(tmp_path):
    for text in ("corpus", "corpus.enn", "some words of text", "", "a line\n" * 9000, "\0"):
        with pytest.raises(FileNotFoundError, match=r"give it in a list: \[text\]") as caught:
            words(text)
        assert len(str(caught.value)) < 300


def test_names_of_files_that_are_not_there_are_not_trained_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for names in (["corpus.enn"], ["a.enn", "b.enn"], ["data/corpus"], [f"{tmp_path}/a", "b"]):
        with pytest.raises(FileNotFoundError, match=r"iter\(texts\) trains on the strings"):
            words(names)
        with pytest.raises(FileNotFoundError):
            words(tuple(names))
        assert words(iter(names))
    for folder in ("data", tmp_path, ["data"], [tmp_path], ["data/"]):
        with pytest.raises(IsADirectoryError, match="expected a file, got a folder"):
            words(folder)


@pytest.mark.parametrize(
    "texts",
    [
        ["low lower"],
        ["low"],
        ["low", "corpus.enn"],
        ["."],
        ["/", "/help"],
        ["and/or"],
        ["3.14"],
        ["The end."],
        ["a.example"] * 17,
        [""],
    ],
)
def test_lists_of_texts_stay_texts(texts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words(texts) == words(tuple(texts)) == words(iter(texts))


def test_files_are_paths_whatever_they_look_like(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for paths in (("low lower",), ("low", "lower"), ("a\nb",)):
        with pytest.raises(FileNotFoundError, match="no such file"):
            words(sources.Files(paths))
    with pytest.raises(IsADirectoryError):
        words(sources.Files((tmp_path,)))
    with pytest.raises(TypeError, match="item 0 of the list of paths must be a path, got int"):
        words(sources.Files((3,)))
    (tmp_path / "low lower").write_text("a b a")
    assert words(sources.Files(("low lower",))) == {"a": 2, "b": 1}
    assert words(sources.Files(())) == {}
