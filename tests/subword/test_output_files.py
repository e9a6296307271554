"""Files are whole or not there, nobody's business under a strict umask, and pipes are files too."""

import gzip
import os
import shlex
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import subword
from subword.compat import tokenizers as compat
from subword.corpus.word_counts import WordCounts
from subword.file_access import atomic_file, atomic_path, write_text
from tests.helpers.full_disk import fill

ROOT = Path(__file__).parents[2]
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


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def shell(command, cwd, **more):
    """Run a line of bash in which `subword` is the command line."""
    program = f'subword() {{ {shlex.quote(sys.executable)} -m subword "$@"; }}; '
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", program + command],
        cwd=cwd, env=environment, capture_output=True, timeout=120, **more,
    )  # fmt: skip


def one_line(done):
    assert done.stderr.startswith(b"subword: "), done.stderr
    assert done.stderr.count(b"\n") == 1, done.stderr
    return done.stderr.decode()


def outputs(tok, folder):
    """Everything of the library that writes files, by what it writes."""
    corpus = folder.parent / "corpus.txt"
    corpus.write_text(TEXT)
    files = {
        f"ids.{end}": lambda end=end: tok.encode_files(
            corpus, output=folder / f"ids.{end}", progress=False
        )
        for end in ("bin", "npy", "txt", "jsonl", "parquet")
    }
    return files | {
        "tokenizer.json": lambda: tok.save(folder / "tokenizer.json"),
        "counts": lambda: subword.count_words([TEXT], progress=False).save(folder / "counts"),
        "checkpoint": lambda: subword.count_words(
            [str(corpus)], checkpoint=folder / "checkpoint", progress=False
        ),
        "vocab.json": lambda: compat.models.BPE({"a": 0}, []).save(str(folder)),
        "merges.txt": lambda: compat.models.BPE({"a": 0}, []).save(str(folder)),
        "compat.json": lambda: compat.Tokenizer.from_str(tok.to_str()).save(
            str(folder / "compat.json")
        ),
    }


def test_new_files_follow_the_umask_and_replaced_ones_keep_their_mode(tok, tmp_path, umask_077):
    folder = tmp_path / "out"
    folder.mkdir()
    for name, write in outputs(tok, folder).items():
        write()
        assert (name, mode(folder / name)) == (name, 0o600)
        os.chmod(folder / name, 0o664)
        if name != "checkpoint":  # this one is read first
            (folder / name).write_text("old")
        write()
        assert (name, mode(folder / name)) == (name, 0o664)
        assert (folder / name).read_bytes() != b"old"
    os.umask(0o022)
    for path in folder.iterdir():
        path.unlink()
    for name, write in outputs(tok, folder).items():
        write()
        assert (name, mode(folder / name)) == (name, 0o644)


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


def test_a_full_disk_leaves_the_old_file_and_the_retry_works(tok, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir()
    for name, write in outputs(tok, folder).items():
        if name in ("vocab.json", "merges.txt") or name.startswith("ids."):
            continue  # shorter than the room there is; see below
        if name != "checkpoint":
            (folder / name).write_text("old")
        there = sorted(folder.iterdir())
        with monkeypatch.context() as patch:
            fill(patch)
            with pytest.raises(OSError, match=f"No space left.*{name}"):
                write()
        assert sorted(folder.iterdir()) == there
        write()
        assert (folder / name).read_bytes() != b"old"


@pytest.mark.parametrize("form", ["bin", "npy", "txt", "jsonl", "parquet"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
def test_what_ends_encoding_midway_leaves_the_old_file(tok, tmp_path, form, error, monkeypatch):
    from subword.id_files import encode_job

    class Broken(type(encode_job.make_job(tok.text_encoder))):
        def encode(self, pieces):
            raise error

    (tmp_path / "c.txt").write_text(TEXT)
    out = tmp_path / f"ids.{form}"
    out.write_text("old")
    job = Broken(*encode_job.make_job(tok.text_encoder))
    monkeypatch.setattr(encode_job, "make_job", lambda *args, **options: job)
    with pytest.raises(error):
        tok.encode_files(tmp_path / "c.txt", output=out, progress=False)
    assert out.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["c.txt", out.name]


@pytest.mark.parametrize("opened", [atomic_file, atomic_path])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_whatever_ends_the_block_the_old_file_stays(tmp_path, opened, error):
    for path in (tmp_path / "new", tmp_path / "old"):
        (tmp_path / "old").write_text("old")
        with pytest.raises(error), opened(path):
            raise error
    assert os.listdir(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_a_library_may_put_a_file_of_its_own_in_place(tmp_path):
    path = tmp_path / "file"
    for wanted in (0o644, 0o640):
        with atomic_path(path) as beside:
            os.unlink(beside)
            os.close(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600))
        assert mode(path) == wanted
        path.chmod(0o640)


def test_a_link_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "dangling").symlink_to("new")
    write_text(tmp_path / "link", "new")
    write_text(tmp_path / "dangling", "new")
    assert (tmp_path / "target").read_text() == (tmp_path / "new").read_text() == "new"
    assert os.readlink(tmp_path / "link") == "target"


def test_a_long_name_and_one_of_hangul_can_be_written(tmp_path):
    for name in ("a" * 255, "가" * 85):
        write_text(tmp_path / name, "x")
        assert (tmp_path / name).read_text() == "x"


def test_what_cannot_be_written_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder.*missing"):
        write_text(tmp_path / "missing" / "file", "x")
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        write_text(tmp_path, "x")
    with pytest.raises(IsADirectoryError, match="new/"):
        write_text(f"{tmp_path}/new/", "x")
    write_text(tmp_path / "file", "x")
    with pytest.raises(NotADirectoryError, match="file/x"):
        write_text(tmp_path / "file" / "x", "x")
    assert os.listdir(tmp_path) == ["file"]


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


def test_counts_are_read_back(tmp_path):
    counts = subword.count_words([TEXT], progress=False)
    counts.save(tmp_path / "counts")
    assert WordCounts.load(tmp_path / "counts").to_bytes() == counts.to_bytes()
