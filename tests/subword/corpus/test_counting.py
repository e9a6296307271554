"""Counting a source in threads: long lines, other places to begin."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import subword
from subword._regex.split_patterns import DEEPSEEK
from subword.corpus import readers, sources
from subword.corpus.counting import count_words
from subword.corpus.stages import algorithm_stages
from subword.pre_tokenizers import PATTERNS, ByteLevel, Sequence, Split
from tests.helpers.text_files import LINES, files_of

ROOT = Path(__file__).parents[3]


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
    **{name: name for name in ("bpe", "wordpiece", "word_level")},
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
