"""Everything that writes files: they are whole or not there, and follow the umask."""

import os
import sys

import pytest

import subword
from subword.compat import tokenizers as compat
from subword.corpus.word_counts import WordCounts
from tests.helpers.file_modes import mode
from tests.helpers.full_disk import fill

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


def test_counts_are_read_back(tmp_path):
    counts = subword.count_words([TEXT], progress=False)
    counts.save(tmp_path / "counts")
    assert WordCounts.load(tmp_path / "counts").to_bytes() == counts.to_bytes()
