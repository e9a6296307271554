"""Counting a source in threads: long lines, other places to begin, stopping and resuming."""

import gzip
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import subword
from subword._regex.split_patterns import DEEPSEEK
from subword.corpus import readers, resuming, sources
from subword.corpus.counting import count_words
from subword.corpus.stages import algorithm_stages
from subword.pre_tokenizers import PATTERNS, ByteLevel, Sequence, Split

ROOT = Path(__file__).parents[3]
LINES = [f"line{i % 97} 한국어 a{i % 7}\n" for i in range(500)]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(readers, "CHUNK", 400)
    monkeypatch.setattr(sources, "CHARACTERS", 400)


def files_of(folder):
    """The same texts in files of every kind."""
    data = "".join(LINES).encode()
    objects = "".join(json.dumps({"t": line}) + "\n" for line in LINES).encode()
    table = pa.table({"t": LINES})
    (folder / "a.txt").write_bytes(data)
    (folder / "a.txt.gz").write_bytes(gzip.compress(data))
    (folder / "a.txt.zst").write_bytes(zstandard.ZstdCompressor().compress(data))
    (folder / "a.jsonl").write_bytes(objects)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(objects))
    pq.write_table(table, folder / "a.parquet", row_group_size=60)
    with pa.OSFile(str(folder / "a.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as w:
        w.write_table(table, max_chunksize=60)
    return [
        *[(folder / name, {}) for name in ("a.txt", "a.txt.gz", "a.txt.zst")],
        *[(folder / name, {"field": "t"}) for name in ("a.jsonl", "a.jsonl.gz")],
        *[(folder / name, {"column": "t"}) for name in ("a.parquet", "a.arrow")],
    ]


def test_a_source_is_read_from_every_place_it_was_left(tmp_path, small_batches):
    expected = count_words(iter(LINES), progress=False)
    doubled = expected + expected
    cases = [([path, path], options) for path, options in files_of(tmp_path)]
    for source, options in [*cases, (LINES * 2, {})]:
        position, steps = (0, 0), 0
        counter = algorithm_stages("bpe").counter()
        while True:
            reader = sources.Reader(source, position=position, **options)
            if (batch := reader.next_batch()) is None:
                break
            batch.count(counter)
            assert reader.position > position
            position = reader.position
            steps += 1
            assert batch.end == position[1]
        assert steps >= 8
        assert counter.finish() == doubled, source


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl.gz"])
def test_parts_of_a_file_are_the_whole(tmp_path, small_batches, name):
    path, options = next(case for case in files_of(tmp_path) if case[0].name == name)
    ends = [batch.end for batch in readers.read_file(str(path), **options)]
    counter = algorithm_stages("bpe").counter()
    for start, stop in zip([0, *ends[3::4]], [*ends[3::4], None], strict=True):
        for batch in readers.read_file(str(path), start=start, stop=stop, **options):
            batch.count(counter)
    assert counter.finish() == count_words(iter(LINES), progress=False)


CUTTING = {
    **{name: Split(subword.Regex(pattern), "isolated") for name, pattern in PATTERNS.items()},
    "deepseek": Sequence([Split(subword.Regex(p), "isolated") for p in DEEPSEEK]),
    "byte level": ByteLevel(False),
    **{name: name for name in ("bpe", "wordpiece")},
}


@pytest.mark.parametrize("name", CUTTING)
@given(text=st.text(st.sampled_from("ab한글 \u3000\t.'sS1中éÉ\u0301\r/"), max_size=80))
def test_lines_may_be_cut_at_blanks_between_letters(name, text):
    algorithm = name if name == CUTTING[name] else "byte_level_bpe"
    stage = None if name == CUTTING[name] else CUTTING[name]
    if algorithm == "byte_level_bpe" and not isinstance(stage, ByteLevel):
        stage = Sequence([stage, ByteLevel(False, True, False)])
    stages = algorithm_stages(algorithm, None, stage)
    whole, parts = stages.counter(), stages.counter()
    assert whole.cuts_at_blanks
    data = text.encode()
    whole.count_lines(data)
    places = [0, *(match.end() for match in readers.UTF8_SPLIT.finditer(data)), len(data)]
    for start, end in itertools.pairwise(places):
        parts.count_lines(data[start:end])
    assert whole.finish() == parts.finish()


def test_a_file_of_one_line_is_shared_out(tmp_path, small_batches):
    path = tmp_path / "one.txt"
    path.write_text("low lower 낮은 곳 " * 3000, encoding="utf-8")
    batches = list(readers.read_file(str(path), cut=True))
    assert len(batches) > 100
    counts = count_words(path, progress=False, threads=3)
    assert counts.most_common() == [(w, 3000) for w in ("low", "lower", "곳", "낮은")]
    prefixed = count_words(
        path, pre_tokenizer=subword.pre_tokenizers.Metaspace(split=False), progress=False
    )
    assert len(prefixed) == 1  # such words hold blanks: nothing is cut


def test_counting_stops_and_resumes(tmp_path, small_batches, monkeypatch):
    expected = count_words(iter(LINES * 2), progress=False)
    for path, options in files_of(tmp_path)[::3]:
        checkpoint = tmp_path / "check"
        draw, drawn = sources.Reader.next_batch, []

        def broken(reader, draw=draw, drawn=drawn):
            drawn.append(1)
            if len(drawn) % 9 == 0:
                raise RuntimeError("the machine is gone")
            return draw(reader)

        # A checkpoint behind each batch; every ninth time the program breaks off.
        monkeypatch.setattr(resuming, "SAVE_EVERY_SECONDS", 0.0)
        monkeypatch.setattr(resuming, "SAVE_TIME_SHARE", float("inf"))
        monkeypatch.setattr(sources.Reader, "next_batch", broken)
        attempts = 0
        while attempts < 100:
            attempts += 1
            try:
                counts = count_words(
                    [path, path], checkpoint=checkpoint, threads=2, progress=False, **options
                )
            except RuntimeError:
                continue
            break
        assert attempts > 1
        monkeypatch.setattr(sources.Reader, "next_batch", draw)
        assert counts == expected
        # What is done is not counted again.
        monkeypatch.setattr(sources.Reader, "__init__", None)
        again = count_words(
            [path, path], checkpoint=checkpoint, threads=2, progress=False, **options
        )
        assert again == expected
        monkeypatch.undo()
        monkeypatch.setattr(readers, "CHUNK", 400)
        checkpoint.unlink()


def test_an_iterable_resumes_behind_the_texts_that_were_counted(tmp_path):
    checkpoint = tmp_path / "check"

    def texts(stop):
        for i in range(3000):
            if i == stop:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)
            yield f"word{i}"

    with pytest.raises(KeyboardInterrupt):
        count_words(texts(600), checkpoint=checkpoint, threads=1, progress=False)
    head = json.loads(checkpoint.read_bytes().split(b"\n")[1])
    assert head["done"] is False
    assert 600 < head["position"][1] < 3000
    counts = count_words(texts(None), checkpoint=checkpoint, threads=2, progress=False)
    assert (len(counts), counts.total) == (3000, 3000)


def test_a_checkpoint_is_for_one_source_and_one_pipeline(tmp_path):
    path, checkpoint = tmp_path / "a.txt", tmp_path / "check"
    path.write_text("some words")
    count_words(path, checkpoint=checkpoint, progress=False)
    with pytest.raises(ValueError, match="made with other pre_tokenizer and byte_level; remove it"):
        count_words(path, algorithm="byte_level_bpe", checkpoint=checkpoint, progress=False)
    path.write_text("some more words")
    with pytest.raises(ValueError, match="check: this checkpoint was made with other files"):
        count_words(path, checkpoint=checkpoint, progress=False)
    whole = checkpoint.read_bytes()
    for data, message in (
        (b"nothing", "not a checkpoint"),
        (whole[:30], "damaged: its second line"),
        (whole[:-3], "cut off or too long|made with other"),
    ):
        checkpoint.write_bytes(data)
        with pytest.raises(ValueError, match=message):
            count_words(path, checkpoint=checkpoint, progress=False)
    checkpoint.write_bytes(whole)
    path.write_text("some words")
    checkpoint.write_bytes(whole[:-3])
    with pytest.raises(ValueError, match=re.escape(str(checkpoint)) + ".*cut off or too long"):
        count_words(path, checkpoint=checkpoint, progress=False)


def test_errors_leave_the_last_checkpoint(tmp_path, small_batches):
    good, bad, checkpoint = tmp_path / "good.txt", tmp_path / "bad.txt", tmp_path / "check"
    good.write_text("".join(LINES), encoding="utf-8")
    bad.write_bytes(b"fine\n\xff\n")
    with pytest.raises(ValueError, match=r"bad\.txt: not UTF-8 at byte 5"):
        count_words([good, bad], checkpoint=checkpoint, progress=False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.txt", "good.txt"]


def test_an_interrupt_in_another_thread_of_the_program_is_not_ours(tmp_path):
    """Signal handlers can only be set in the main thread."""
    results = []
    checkpoint = tmp_path / "check"
    thread = threading.Thread(
        target=lambda: results.append(
            count_words(iter(["a b"]), checkpoint=checkpoint, progress=False)
        )
    )
    thread.start()
    thread.join()
    assert dict(results[0].items()) == {"a": 1, "b": 1}


@pytest.mark.slow
def test_ctrl_c_leaves_a_checkpoint_and_the_same_command_goes_on(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("".join(f"word{i % 9973} common {i}\n" for i in range(1_500_000)))
    options = ["--vocab-size", "400", "-q", "--threads", "1"]
    command = [sys.executable, "-m", "subword", "train", str(path), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    checkpoint = tmp_path / "check"
    process = subprocess.Popen(
        [*command, "-o", str(tmp_path / "a.json"), "--checkpoint", str(checkpoint)],
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # It is at work once it has read some of the file.
    while process.poll() is None:
        io = Path(f"/proc/{process.pid}/io").read_text()
        if int(re.search(r"rchar: (\d+)", io).group(1)) > 12_000_000:
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 130
    assert sorted(p.name for p in tmp_path.iterdir()) == ["check", "corpus.txt"]
    head = json.loads(checkpoint.read_bytes().split(b"\n")[1])
    assert 0 < head["position"][1] <= path.stat().st_size
    for output, more in (("a.json", ["--checkpoint", str(checkpoint)]), ("b.json", [])):
        done = subprocess.run([*command, "-o", str(tmp_path / output), *more], env=environment)
        assert done.returncode == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
