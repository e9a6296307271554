"""The table of counts: adding, files, and what it refuses."""

import pickle
import struct
import zlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subword.corpus.word_counts import WordCounts

TABLES = st.dictionaries(st.text(min_size=1, max_size=40), st.integers(1, 2**40), max_size=40)


@given(TABLES, TABLES)
def test_adds_like_a_counter(a, b):
    both = WordCounts(a) + WordCounts(b)
    assert dict(both.items()) == dict(Counter(a) + Counter(b))
    assert both == WordCounts(b) + WordCounts(a)
    assert both.total == sum(a.values()) + sum(b.values())
    assert len(both) == len({*a, *b})
    assert all(both[word] == a.get(word, 0) + b.get(word, 0) for word in {*a, *b, "absent"})


@given(TABLES)
def test_survives_bytes_and_pickle(table):
    counts = WordCounts(table)
    assert pickle.loads(pickle.dumps(counts)) == counts
    assert WordCounts.from_bytes(counts.to_bytes()) == counts
    assert counts.to_bytes() == WordCounts(dict(reversed(table.items()))).to_bytes()


def test_grows_past_its_first_size():
    counts = WordCounts({f"{'long ' * (i % 7)}{i}": i + 1 for i in range(20_000)})
    assert len(counts) == 20_000
    assert counts[f"{'long ' * (19_999 % 7)}19999"] == 20_000
    assert "20000" not in counts


def test_most_common_breaks_ties_by_bytes():
    counts = WordCounts({"b": 2, "a": 2, "é": 3, "c": 1})
    assert counts.most_common(3) == [("é", 3), ("a", 2), ("b", 2)]
    assert list(counts) == ["é", "a", "b", "c"]
    assert counts.most_common(0) == []


def test_prune_and_in_place_addition():
    counts = WordCounts({"a": 3, "b": 1, "a word of more than fifteen bytes": 2})
    counts += counts
    assert counts.total == 12
    assert counts.prune(4) == 1
    assert dict(counts.items()) == {"a": 6, "a word of more than fifteen bytes": 4}
    counts.add(b"a")
    assert (counts["a"], counts.total) == (7, 11)


def test_nothing_is_kept_of_nothing():
    assert len(WordCounts({"": 5, "a": 0})) == 0


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"a": 1, "low": -2}, "the count of 'low' must be at least 0 and below 2\\*\\*63, got -2"),
        ({"low": 1.5}, "the count of 'low' must be a whole number, got 1.5"),
        ({"low": True}, "must be a whole number, got True"),
        ({"low": "3"}, "must be a whole number, got '3'"),
        ({"low": 2**63}, "below 2\\*\\*63, got 9223372036854775808"),
        ({"a": 2**62, "b": 2**62}, "the sum of all counts must stay below 2\\*\\*63"),
        ({"\ud800": 1}, "is not text: .* at character 0"),
        ({b"\xff": 1}, "is not UTF-8: .* at byte 0"),
    ],
)
def test_bad_counts_name_word_and_value(counts, message):
    with pytest.raises(ValueError, match=message):
        WordCounts(counts)


def test_bad_types():
    with pytest.raises(TypeError, match="must be a mapping from word to count, got list"):
        WordCounts(["a"])
    with pytest.raises(TypeError, match="a word must be str or bytes, got int"):
        WordCounts({3: 1})


def test_a_refused_update_changes_nothing():
    counts = WordCounts({"a": 1})
    with pytest.raises(ValueError, match="'c'"):
        counts.update({"b": 1, "c": -1})
    assert dict(counts.items()) == {"a": 1}


def test_files(tmp_path):
    counts = WordCounts({"a": 3, "한국어": 2**40, "a word of more than fifteen bytes": 2})
    path = tmp_path / "words.counts"
    counts.save(path)
    assert WordCounts.load(path) == counts
    assert [file.name for file in tmp_path.iterdir()] == ["words.counts"]
    data = path.read_bytes()
    for broken, message in [
        (data[:-1], "cut off or too long"),
        (data[:20], "not a file of word counts"),
        (b"x" + data[1:], "not a file of word counts"),
        (data[:-1] + bytes([data[-1] ^ 1]), "damaged: its check sum"),
        (data[:8] + b"\x09" + data[9:], "version 9"),
    ]:
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=f"words.counts: .*{message}"):
            WordCounts.load(path)
    with pytest.raises(OSError, match="absent"):
        counts.save(tmp_path / "absent" / "words.counts")


def test_a_file_of_an_earlier_version_loads(tmp_path):
    # Version 1, as it was written before pipelines were kept: "a" 3 times, "\u00e9" once.
    body = struct.pack("<QQII", 3, 1, 1, 2) + b"a\xc3\xa9"
    head = struct.pack("<8sIIQQQ", b"subwordc", 1, zlib.crc32(body), 2, 4, 3)
    path = tmp_path / "old.counts"
    path.write_bytes(head + body)
    counts = WordCounts.load(path)
    assert dict(counts.items()) == {"a": 3, "\u00e9": 1}
    assert counts.pipeline is None
    counts.save(path)  # nothing is known, so nothing is kept
    assert path.read_bytes() == head + body


def test_the_pipeline_is_kept_in_files_copies_and_sums(tmp_path):
    counts = WordCounts({"a": 3, "b": 1})
    bare = counts.to_bytes()
    counts.pipeline = '{"pre_tokenizer": "\u00e9"}'
    counts.save(tmp_path / "counts")
    for kept in (
        WordCounts.load(tmp_path / "counts"),
        pickle.loads(pickle.dumps(counts)),
        counts.copy(),
        counts + WordCounts({"c": 1}),
        WordCounts() + counts,
    ):
        assert kept.pipeline == counts.pipeline
    assert WordCounts.from_bytes(bare) == counts  # what is counted, not how
    data = counts.to_bytes()
    for broken in (data[:-1], data[:-4], data + b"\0", data[:-2] + b"\xff\xff"):
        with pytest.raises(ValueError, match="cut off or too long"):
            WordCounts.from_bytes(broken)


def test_counts_of_other_pipelines_do_not_add_up():
    first, second = WordCounts({"a": 1}), WordCounts({"b": 1})
    first.pipeline, second.pipeline = "one", "two"
    for add in (lambda: first + second, lambda: first.update(second)):
        with pytest.raises(ValueError, match="made with two, these with one"):
            add()
    assert dict(first.items()) == {"a": 1}
