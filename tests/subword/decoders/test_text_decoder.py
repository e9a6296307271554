"""Ids to text through a table of bytes: the same as through the decoder, and as the oracle."""

import json
import random
import signal
from contextlib import contextmanager

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import decoders as hf

from subword import Tokenizer
from subword.decoders.decode_stream import DecodeStream
from subword.decoders.text_decoder import table_plan
from subword.results.ragged import Ragged
from tests.helpers.decoders import DECODERS, TOKENS
from tests.helpers.effort import few

STRIPS = {"type": "Strip", "content": " ", "start": 2, "stop": 1}
SPELLED = {name: json.loads(theirs.__getstate__()) for name, (theirs, _) in DECODERS.items()} | {
    "none": None,
    "fuse_strip": {"type": "Sequence", "decoders": [{"type": "Fuse"}, STRIPS]},
    "strip_fuse": {"type": "Sequence", "decoders": [STRIPS, {"type": "Fuse"}]},
    "bytes_fuse_strip": {
        "type": "Sequence",
        "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}, STRIPS],
    },
}
# The oracle panics where both ends would take the same characters.
PANICS = {"fuse_strip", "strip_fuse", "bytes_fuse_strip"}
# What depends on more than a table can express.
BEYOND = {
    *("ctc", "ctc_plain", "ctc_fuse", "fallback_wordpiece", "fused_wordpiece", "fused_replace"),
    "bpe_fallback",
}


VOCABULARY = {token: 2 * i for i, token in enumerate(dict.fromkeys(TOKENS))}


def config_of(decoder):
    """Return a tokenizer.json with special tokens, and ids that have no token."""
    return {
        "version": "1.0",
        "added_tokens": [
            {
                "id": 0,
                "content": content,
                "special": special,
                **dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False),
            }
            for content, special in (("[S]", True), ("<0x62>", True), ("[T] ▁", False))
        ],
        "decoder": decoder,
        "model": {
            "type": "BPE",
            "vocab": VOCABULARY,
            "merges": [],
        },
    }


@pytest.mark.parametrize("name", SPELLED)
def test_decode_batch_equals_the_decoder_and_the_oracle(name):
    config = config_of(SPELLED[name])
    tok = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    decoder = tok.text_decoder
    assert (table_plan(tok.decoder) is None) == (name in BEYOND)
    rng = random.Random(name)
    highest = max(tok.get_vocab().values())
    for _ in range(300):
        pool = rng.sample(range(highest + 4), rng.randrange(1, 12))  # some ids have no token
        rows = [rng.choices(pool, k=rng.randrange(12)) for _ in range(6)]
        for skip in (True, False):
            got = tok.decode_batch(Ragged.from_rows(rows), skip)
            assert got == [decoder.decode_tokens(row, skip) for row in rows]
            assert name in PANICS or got == theirs.decode_batch(rows, skip), rows
            assert tok.decode(rows[0], skip) == got[0]


# Random decoders: any of them, with any arguments, in sequences of sequences.

LETTERS = st.sampled_from(["a", "▁", "_", " ", "x", "é", "😀", "#", ".", "\ufffd", "Ġ", "<"])
MARKS = st.sampled_from(["##", "", "a", "▁", " ", "</w>", "@@", "<0x", "Ġ", "\ufffd", "😀"])
REGEXES = st.sampled_from(["▁+", "[ab]", "^.", "a|b", "(?=a)", r"\s+", ".", "$", "a*", "^<0x", "Ã"])
SMALL = st.integers(0, 3)


def spelled(kind, **fields):
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


ONE = st.one_of(
    spelled("WordPiece", prefix=MARKS, cleanup=st.booleans()),
    spelled(
        "Metaspace",
        replacement=LETTERS,
        prepend_scheme=st.sampled_from(["always", "first", "never"]),
        split=st.booleans(),
    ),
    spelled("Replace", pattern=st.fixed_dictionaries({"String": MARKS}), content=MARKS),
    spelled("Replace", pattern=st.fixed_dictionaries({"Regex": REGEXES}), content=MARKS),
    spelled("Strip", content=LETTERS, start=SMALL, stop=SMALL),
    spelled("Fuse"),
    spelled("BPEDecoder", suffix=MARKS),
    spelled("CTC", pad_token=MARKS, word_delimiter_token=MARKS, cleanup=st.booleans()),
    spelled(
        "ByteLevel",
        add_prefix_space=st.booleans(),
        trim_offsets=st.booleans(),
        use_regex=st.booleans(),
    ),
    spelled("ByteFallback"),
)
MANY = st.recursive(ONE, lambda part: spelled("Sequence", decoders=st.lists(part, max_size=4)))
ROWS = st.lists(
    st.lists(st.integers(0, 2 * len(VOCABULARY) + 2), max_size=8), min_size=1, max_size=4
)


@contextmanager
def seconds(limit):
    """Let what does not end fail."""

    def late(*_):
        raise TimeoutError(f"not done in {limit} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def panics(call, *arguments):
    """Say whether the oracle panics, as its Strip does where both ends take the same characters."""
    try:
        call(*arguments)
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            return True
    return False


def both_of(decoder):
    config = json.dumps(config_of(decoder))
    return Tokenizer.from_str(config), tokenizers.Tokenizer.from_str(config)


@pytest.mark.parametrize(
    "decoders",
    [
        [hf.Metaspace(), hf.Replace("a", "x")],
        [hf.WordPiece(), hf.Strip(" ", 1, 0)],
        [hf.WordPiece(), hf.Metaspace(), hf.WordPiece()],
        [hf.Metaspace("▁", "never"), hf.Replace("a", "x"), hf.BPEDecoder()],
    ],
)
def test_decoding_ends_when_something_follows_a_decoder_that_minds_the_first_token(decoders):
    mine, theirs = both_of(json.loads(hf.Sequence(decoders).__getstate__()))
    with seconds(20):
        for row in ([], [0], [2, 4, 8, 0], list(range(0, 2 * len(VOCABULARY), 2))):
            assert mine.decode(row) == theirs.decode(row)


@settings(max_examples=few(400), deadline=None)
@given(decoder=MANY, rows=ROWS, skip=st.booleans())
def test_any_decoders_decode_as_the_oracles_do(decoder, rows, skip):
    mine, theirs = both_of(decoder)
    with seconds(10):
        got = mine.decode_batch(rows, skip)
        assert got == [mine.text_decoder.decode_tokens(row, skip) for row in rows]
    for row, text in zip(rows, got, strict=True):
        assert panics(theirs.decode, row, skip) or text == theirs.decode(row, skip)


@settings(max_examples=few(400), deadline=None)
@given(decoder=MANY, rows=ROWS, skip=st.booleans())
def test_any_decoders_stream_as_the_oracles_do(decoder, rows, skip):
    mine, theirs = both_of(decoder)
    prompt, *rows = rows
    ids = [i for row in rows for i in row]
    if any(panics(theirs.decode, part, skip) for part in slices([*prompt, *ids])):
        return
    one, two = hf.DecodeStream(prompt, skip), DecodeStream(prompt, skip)
    with seconds(10):
        for index in ids:
            try:
                expected = one.step(theirs, index)
            except Exception:  # the text that was handed out would change
                with pytest.raises(ValueError, match="must not change"):
                    two.step(mine, index)
                break
            assert two.step(mine, index) == expected


def slices(ids):
    return [ids[start:stop] for start in range(len(ids)) for stop in range(start + 1, len(ids) + 1)]
