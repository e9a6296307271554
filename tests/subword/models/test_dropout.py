"""BPE dropout leaves out merges as often as the original does; neither has a seed."""

import collections
import math
import multiprocessing

import pytest
import tokenizers

from subword import Tokenizer
from subword.models.bpe import BPE

VOCAB = {token: i for i, token in enumerate(["a", "b", "c", "ab", "abc", "abab", "ca"])}
MERGES = [("a", "b"), ("ab", "c"), ("ab", "ab"), ("c", "a")]
SAMPLES = 4000


def pair(dropout, **options):
    theirs = tokenizers.models.BPE(VOCAB, MERGES, dropout=dropout, **options)
    return Tokenizer(BPE(VOCAB, MERGES, dropout=dropout, **options)), tokenizers.Tokenizer(theirs)


def frequencies(encodings):
    counts = collections.Counter(tuple(encoding.tokens) for encoding in encodings)
    return {tokens: count / SAMPLES for tokens, count in counts.items()}


@pytest.mark.parametrize("word", ["ab", "abab", "ababcab", "caabc", "ababcabcaab" * 2])
@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("ignore_merges", [False, True])
def test_outcomes_are_as_frequent_as_in_the_original(word, dropout, ignore_merges):
    mine, theirs = pair(dropout, ignore_merges=ignore_merges)
    ours = frequencies(mine.encode_batch([word] * SAMPLES))
    expected = frequencies(theirs.encode_batch([word] * SAMPLES))
    for tokens in ours | expected:
        p, q = ours.get(tokens, 0), expected.get(tokens, 0)
        mean = (p + q) / 2
        # Six standard deviations of the difference of two such frequencies.
        assert abs(p - q) < 6 * math.sqrt(2 * mean * (1 - mean) / SAMPLES) + 3 / SAMPLES, tokens


def test_the_two_ends():
    text = "ababcab" * 40  # longer than what is merged without a heap
    for never in (None, 0, 0.0):
        mine, theirs = pair(never)
        assert mine.encode(text).ids == theirs.encode(text).ids
    always, theirs = pair(1.0)
    assert always.encode(text).tokens == list(text) == theirs.encode(text).tokens
    assert always.decode(always.encode(text).ids).replace(" ", "") == text


def test_every_outcome_is_the_text():
    # Of many pairs some are always merged next, so that those left out come round again.
    mine, _ = pair(0.97)
    text = "ababcabcaab" * 30
    rows = mine.encode_lists([text] * 50)
    assert {"".join(map(mine.id_to_token, row)) for row in rows} == {text}
    assert len({tuple(row) for row in rows}) > 40
    for encoding in mine.encode_batch([text] * 5):
        assert [text[a:b] for a, b in encoding.offsets] == encoding.tokens


def test_what_is_drawn_is_kept_nowhere():
    mine, _ = pair(0.5)
    assert len({tuple(mine.encode("ababcab").ids) for _ in range(100)}) > 3
    # New threads begin no old stream.
    rows = [tuple(map(tuple, mine.encode_lists(["ababcab"] * 40, threads=2))) for _ in range(6)]
    assert len(set(rows)) == 6


def draw(tok):
    return [tok.encode("ababcab").ids for _ in range(60)]


def test_processes_draw_for_themselves():
    mine, _ = pair(0.5)
    draw(mine)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        first, second = pool.map(draw, [mine, mine], chunksize=1)
    assert first != second
    assert draw(mine) not in (first, second)
