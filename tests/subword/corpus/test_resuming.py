"""Counting that stops and goes on: checkpoints."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from subword.corpus import readers, resuming, sources
from subword.corpus.counting import count_words
from tests.helpers.text_files import LINES, files_of

ROOT = Path(__file__).parents[3]


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
