"""Pipes, descriptors and closed streams as inputs and outputs of the commands."""

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import subword
from tests.helpers.file_modes import mode
from tests.helpers.shell import one_line, shell

ROOT = Path(__file__).parents[3]
TEXT = "the cat sat on the mat\nthe dog ran\n"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and pipes of POSIX")


@pytest.fixture(scope="module")
def tok():
    return subword.train([TEXT] * 9, "byte_level_bpe", 300, progress=False)


@pytest.fixture
def umask_077():
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_files_of_the_command_line_follow_the_umask(tok, tmp_path, umask_077):
    (tmp_path / "c.txt").write_text(TEXT)
    done = shell(
        "subword train c.txt -o tokenizer.json --vocab-size 300 --save-counts counts -q &&"
        "subword encode c.txt -o ids.txt -q && subword decode ids.txt -o text.txt &&"
        "subword inspect 'the cat' --html page.html",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == dict.fromkeys(
        ("c.txt", "tokenizer.json", "counts", "ids.txt", "text.txt", "page.html"), 0o600
    )


def test_pipes_and_descriptors_are_written_in_place(tok, tmp_path):
    tok.save(tmp_path / "tokenizer.json")
    (tmp_path / "c.txt").write_text(TEXT)
    plain = shell("subword encode c.txt", tmp_path).stdout
    assert plain
    for command in (
        "subword encode c.txt -q -o /dev/stdout | cat",
        "subword encode c.txt -q -o /dev/fd/1 | cat",
        "subword encode c.txt -q -o /dev/fd/5 5>&1 | cat",
        "subword encode c.txt -q -o /proc/self/fd/1 | cat",
        "ln -s /dev/stdout link; subword encode c.txt -q -o link | cat",
        "subword encode c.txt -q -o >(cat) | cat",
        "mkfifo f; cat f & subword encode c.txt -q -f text -o f; wait",
    ):
        done = shell(command, tmp_path)
        assert (command, done.stdout, done.stderr) == (command, plain, b"")
    done = shell("subword encode c.txt -q -o >(gzip > ids.gz) | cat; sleep 1", tmp_path)
    assert gzip.decompress((tmp_path / "ids.gz").read_bytes()) == plain
    done = shell("subword train c.txt -q --vocab-size 300 -o /dev/stdout | cat", tmp_path)
    assert subword.Tokenizer.from_str(done.stdout.decode()).vocab_size
    assert shell("subword encode c.txt -q -o /dev/null", tmp_path).returncode == 0


def test_what_stands_before_redirected_output_is_kept(tok, tmp_path):
    tok.save(tmp_path / "tokenizer.json")
    (tmp_path / "c.txt").write_text(TEXT)
    plain = shell("subword encode c.txt", tmp_path).stdout
    assert shell("(echo 1; subword encode c.txt -qo /dev/stdout) > ids", tmp_path).stderr == b""
    assert (tmp_path / "ids").read_bytes() == b"1\n" + plain
    assert shell("subword encode c.txt -qo /dev/stdout >> ids", tmp_path).stderr == b""
    assert (tmp_path / "ids").read_bytes() == b"1\n" + plain + plain
    shell("(echo 1; subword encode c.txt -qf npy -o /dev/stdout) > ids", tmp_path)
    with open(tmp_path / "ids", "rb") as file:
        assert file.readline() == b"1\n"
        assert len(np.load(file))


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("subword encode <&-", "standard input is closed"),
        ("subword train -o new.json <&-", "standard input is closed"),
        ("subword decode <&-", "standard input is closed"),
        ("subword inspect <&-", "standard input is closed"),
        ("subword encode c.txt >&-", "standard output is closed"),
        ("subword decode ids.txt >&-", "standard output is closed"),
        ("subword inspect cat >&-", "standard output is closed"),
        ("subword encode c.txt -q -o /dev/stdout >&-", "/dev/stdout: is closed"),
        ("subword encode c.txt -q -o /dev/fd/7", "/dev/fd/7: is closed"),
        ("subword encode c.txt >/dev/full", "No space left on device"),
        ("subword encode c.txt -q -o /dev/full", "/dev/full: No space left on device"),
        ("subword inspect cat >/dev/full", "No space left on device"),
    ],
)
def test_a_closed_or_full_stream_is_one_clear_line(tok, tmp_path, command, message):
    tok.save(tmp_path / "tokenizer.json")
    (tmp_path / "c.txt").write_text(TEXT)
    (tmp_path / "ids.txt").write_text("1 2\n")
    done = shell(command, tmp_path)
    assert message in one_line(done)
    assert done.returncode == 2
    assert not (tmp_path / "new.json").exists()


def test_closed_streams_that_are_not_needed_do_no_harm(tok, tmp_path):
    tok.save(tmp_path / "tokenizer.json")
    (tmp_path / "c.txt").write_text(TEXT)
    plain = shell("subword encode c.txt", tmp_path).stdout
    done = shell("subword encode c.txt -o ids.txt <&- >&- 2>&-", tmp_path)
    assert (done.returncode, (tmp_path / "ids.txt").read_bytes()) == (0, plain)
    done = shell("subword encode missing.txt 2>&-", tmp_path)  # nothing on stdout in its place
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.slow
def test_ctrl_c_while_encoding_ends_with_one_line_and_130(tok, tmp_path):
    tok.save(tmp_path / "tokenizer.json")
    (tmp_path / "ids.npy").write_text("old")
    command = [sys.executable, "-m", "subword", "encode", "-o", "ids.npy"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while len(os.listdir(tmp_path)) == 2 and time.monotonic() < end:
            time.sleep(0.1)  # until the file beside is there
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, said) == (130, b"subword: interrupted\n")
    assert sorted(os.listdir(tmp_path)) == ["ids.npy", "tokenizer.json"]
    assert (tmp_path / "ids.npy").read_text() == "old"
