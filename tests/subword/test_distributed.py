"""Counting and encoding on a local Ray of two workers: the result of one process, whoever dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import subword
from subword import distributed
from subword.corpus.counting import count_words

ROOT = Path(__file__).parents[2]
LINES = [f"line{i % 97} 한국어 the cat's a{i % 7}\n" for i in range(3000)]


def test_shards_of_a_file_begin_and_end_with_lines(tmp_path):
    text = "".join(LINES).encode()
    (tmp_path / "a.txt").write_bytes(text + b"no newline")
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.txt.gz").write_bytes(b"packed")
    paths = [str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt.gz")]
    shards = list(distributed.shards_of(paths, None, None, 5000))
    assert shards[-1] == (paths[2], 0, None)
    assert len(shards) > 10
    pieces = [(text + b"no newline")[start:stop] for path, start, stop in shards[:-1]]
    assert b"".join(pieces) == text + b"no newline"
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])
    assert len(list(distributed.shards_of(paths, None, None, 1))) == len(LINES) + 2


def test_without_ray_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"needs ray \(pip install subword\[ray\]\)"):
        distributed.count_words([["a"]], progress=False)
    with pytest.raises(ValueError, match="shard_bytes must be at least 1, got 0"):
        distributed.count_words([["a"]], shard_bytes=0)
    with pytest.raises(TypeError, match=r"dataset must be a ray.data.Dataset, got list"):
        distributed.encode([], None)


def test_names_of_files_and_single_texts_are_no_shards(tmp_path):
    for names in (["missing"], ("two words", "more")):
        with pytest.raises(FileNotFoundError, match="no such file"):
            distributed.count_words(names, progress=False)
    with pytest.raises(IsADirectoryError, match="got a folder"):
        distributed.count_words([tmp_path], progress=False)
    for text in ("letters", b"letters"):
        with pytest.raises(TypeError, match="shard 3: a shard is a list of str, got"):
            distributed._count_texts(None, (3, text))
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ValueError, match="fifo: a pipe cannot be shared out"):
        distributed.count_words([str(tmp_path / "fifo")], progress=False)


class Deadly:
    """Texts; the first process to read them dies."""

    def __init__(self, texts, folder):
        self.texts = texts
        self.marker = folder / "died"

    def __iter__(self):
        if not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return iter(self.texts)


@pytest.fixture(scope="module")
def ray(tmp_path_factory):
    module = pytest.importorskip("ray", reason="subword.distributed needs ray")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_worker_niceness", "0")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        module.init(
            num_cpus=2,
            include_dashboard=False,
            log_to_driver=False,
            object_store_memory=200 << 20,
            runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
        )
        module.cloudpickle.register_pickle_by_value(sys.modules[__name__])
        module.data.DataContext.get_current().enable_progress_bars = False
        yield module
        module.shutdown()


@pytest.mark.slow
def test_counts_are_those_of_one_process(ray, tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("".join(LINES), encoding="utf-8")
    for algorithm in ("byte_level_bpe", "wordpiece"):
        expected = count_words(path, algorithm=algorithm, progress=False)
        options = {"algorithm": algorithm, "progress": False}
        assert distributed.count_words(path, shard_bytes=9000, **options) == expected
        shards = [LINES[i : i + 400] for i in range(0, len(LINES), 400)]
        assert distributed.count_words(iter(shards), **options) == expected
        dataset = ray.data.from_items([{"words": line} for line in LINES], override_num_blocks=3)
        assert distributed.count_words(dataset, column="words", **options) == expected


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(ray, tmp_path):
    whole = subword.train(LINES, "byte_level_bpe", 300, progress=False).to_str()
    shards = [LINES[i : i + 300] for i in range(0, len(LINES), 300)]
    shards[4] = Deadly(shards[4], tmp_path)
    counts = distributed.count_words(shards, algorithm="byte_level_bpe", progress=False)
    assert (tmp_path / "died").exists()
    trained = subword.train_from_counts(counts, "byte_level_bpe", 300, progress=False)
    assert trained.to_str() == whole

    (tmp_path / "died").unlink()
    deadly = Deadly(LINES, tmp_path)
    dataset = ray.data.from_items([{"text": line} for line in LINES], override_num_blocks=6)
    dataset = dataset.map_batches(lambda block: (iter(deadly), block)[1], batch_format="pyarrow")
    counts = distributed.count_words(dataset, algorithm="byte_level_bpe", progress=False)
    assert (tmp_path / "died").exists()
    trained = subword.train_from_counts(counts, "byte_level_bpe", 300, progress=False)
    assert trained.to_str() == whole


@pytest.mark.slow
def test_a_dataset_is_encoded(ray):
    tokenizer = subword.train(LINES, "byte_level_bpe", 300, special_tokens=["<s>"], progress=False)
    texts = [*LINES[:200], None, "", "<s> a"]
    dataset = ray.data.from_items(
        [{"text": text, "n": i} for i, text in enumerate(texts)], override_num_blocks=3
    )
    encoded = distributed.encode(dataset, tokenizer, output="ids", keep=True).sort("n").take_all()
    expected = tokenizer.encode_lists([text or "" for text in texts])
    assert [list(row["ids"]) for row in encoded] == expected
    assert [row["text"] for row in encoded] == texts
    short = distributed.encode(dataset.limit(9), tokenizer, max_length=2).take_all()
    assert sorted(list(row["input_ids"]) for row in short) == sorted(
        ids[:2] for ids in expected[:9]
    )


@pytest.mark.slow
def test_errors_of_workers_come_through(ray, tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_bytes(b"fine\n" * 1000 + b"\xff\n")
    with pytest.raises(ValueError, match=r"corpus\.txt: not UTF-8 at byte 5000"):
        distributed.count_words(path, shard_bytes=1000, progress=False)
    with pytest.raises(TypeError, match="shard 1: item 1: a text must be a str, got int"):
        distributed.count_words([["a"], ["a", 1]], progress=False)
    with pytest.raises(FileNotFoundError, match="absent"):
        distributed.count_words(["absent.txt"], progress=False)
    numbers = ray.data.range(5)
    with pytest.raises(ValueError, match="column 'id' must hold strings, got int64"):
        distributed.count_words(numbers, column="id", progress=False)


def test_importing_subword_leaves_ray_alone():
    program = "import sys, subword, subword.distributed; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0
