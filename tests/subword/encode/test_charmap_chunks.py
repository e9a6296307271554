"""Texts that a character map sees first, cut into chunks: plain stages and the oracle agree."""

import base64
import json
import random

import numpy as np
import pytest
import tokenizers

from subword import Tokenizer
from subword._core.cuts import LETTERS, OTHER, Cuts
from subword.encode import text_encoder
from subword.normalizers import NFC, Precompiled, Strip
from subword.reference.charsmap import make_charsmap
from tests.helpers.code_points import chars_that_tell
from tests.helpers.data import tokenizer_folder
from tests.helpers.effort import few
from tests.helpers.published import needs_data

# Marks, what joins from both sides, what white space is made of, and letters that maps change.
PARTS = (
    *("a", "b", "ab", "é", "e\u0301", "©\u200d", "\u0301", "\u200b", "\x01", "▁", "."),
    *("\u0600a", "\u06dd", "가", "\u1100\u1161", "\u0915\u094d\u0915", "👩\u200d🚀", "ﬁ"),
)
BLANKS = (" ", " ", " ", " ", "\t", "\u00a0", "  ", "\r\n", "")


def text_of(rng: random.Random) -> str:
    """Return words of few kinds, with blanks of all kinds between them."""
    return "".join(rng.choice(PARTS) + rng.choice(BLANKS) for _ in range(rng.randrange(14)))


def charmap_of(rng: random.Random) -> bytes:
    """Return a map, often such a one as keeps cuts."""
    mapping = {}
    parts = [part for part in PARTS if rng.random() < 0.8 or part not in ("\u0600a", "\u06dd")]
    for _ in range(rng.choice([1, 3, 12])):
        key = rng.choice([*parts, " ", "\t", "\u00a0", " \u0301", "a\u0301", "\r"])
        values = ["", " ", "x", "ab", "▁", "a▁", "\u0301", "x\u00a0", "é", "."]
        # Of several characters that vanish together no cut is kept.
        mapping[key] = rng.choice(values if len(key) == 1 or rng.random() < 0.1 else values[2:])
    return make_charsmap(mapping)


def model_of(rng: random.Random) -> dict:
    """Return a Unigram model or a WordLevel one."""
    pieces = {"<unk>", "▁", *PARTS, *("▁" + part for part in PARTS), "x", "x.", "b▁a"}
    scores = [[piece, -rng.randrange(1, 9) - rng.random()] for piece in sorted(pieces)]
    scores = [pair for pair in scores if rng.random() < 0.8 or pair[0] == "<unk>"]
    unknown = [piece for piece, _ in scores].index("<unk>")
    if rng.random() < 0.7:
        return {"type": "Unigram", "unk_id": unknown, "vocab": scores}
    vocab = {piece: i for i, (piece, _) in enumerate(scores)}
    return {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"}


def pipeline_of(rng: random.Random) -> dict:
    """Return a tokenizer.json of which a character map is the first normalizer, or another one."""
    charmap = base64.b64encode(charmap_of(rng)).decode()
    steps = [{"type": "Precompiled", "precompiled_charsmap": charmap}]
    others = [
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        *({"type": kind} for kind in ("NFC", "NFKD", "Lowercase", "StripAccents", "Nmt")),
        {"type": "Strip", "strip_left": True, "strip_right": rng.random() < 0.5},
        {"type": "Replace", "pattern": {"String": "a"}, "content": rng.choice(["", "b", "\x01"])},
        {"type": "Prepend", "prepend": "▁"},
    ]
    for _ in range(rng.choice([0, 0, 1, 2])):
        steps.insert(rng.choice([0, 1, 1, 1]), rng.choice(others))
    scheme = rng.choice(["always", "always", "first", "never"])
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True}
    splits = [{"type": "WhitespaceSplit"}, metaspace]
    if rng.random() < 0.3:
        splits = rng.choice([[metaspace], [{"type": "Punctuation"}, metaspace], splits[:1]])
    return {
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": splits},
        "model": model_of(rng),
    }


def everything(tok: Tokenizer, texts: list[str]) -> list:
    """Return what every way to encode gives."""
    encodings = tok.encode_batch(texts)
    rows = tok.encode_ragged(texts, return_offsets=True)
    return [
        [encoding.ids for encoding in encodings],
        [encoding.offsets for encoding in encodings],
        [encoding.word_ids for encoding in encodings],
        tok.encode_ragged(texts).to_lists(),
        rows.to_lists(),
        [list(map(tuple, rows.offsets_of(i).tolist())) for i in range(len(texts))],
    ]


@pytest.mark.parametrize("seed", range(5))
def test_charmaps_before_chunks_give_what_plain_stages_and_the_oracle_give(seed, monkeypatch):
    rng = random.Random(seed)
    chunked = 0
    while chunked < few(20):
        config = json.dumps(pipeline_of(rng))
        tok = Tokenizer.from_str(config)
        if tok.text_encoder.encoder.chunks is None:
            continue
        chunked += 1
        with monkeypatch.context() as patch:
            patch.setattr(text_encoder, "find_chunk_rules", lambda *_: None)
            plain = Tokenizer.from_str(config)
        texts = [text_of(rng) for _ in range(12)]
        got = everything(tok, texts)
        assert got == everything(plain, texts), config
        assert got == everything(tok, texts)  # from the cache
        theirs = tokenizers.Tokenizer.from_str(config).encode_batch(texts)
        assert got[0] == [encoding.ids for encoding in theirs], config
        assert got[1] == [encoding.offsets for encoding in theirs], config
        assert got[2] == [encoding.word_ids for encoding in theirs], config


def cuts_behind(charsmap: bytes, *steps) -> Cuts:
    """Return the cuts that a character map keeps, and steps after it."""
    cuts = Cuts(0)
    for step in (Precompiled(charsmap), *steps):
        step.limit_cuts(cuts)
        cuts.untouched = False
    return cuts


def test_nothing_is_cut_behind_what_becomes_a_blank_or_nothing():
    cuts = cuts_behind(make_charsmap({"b": "", "c": " ", "d": "e", "é": "f", "ﬁ": "▁"}))
    space = ord(" ")
    assert cuts.kept[ord("a"), space]
    assert not cuts.kept[ord("b"), space]
    assert not cuts.kept[ord("c"), space]
    assert not cuts.kept[ord("a"), ord("b")]  # it would be removed at the beginning of a part
    assert cuts.shifts.nonzero()[0].tolist() == [ord("b")]
    assert cuts.before[ord("d")] == cuts.behind[ord("d")] == {"e"}
    assert cuts.before[OTHER] == {"e", "f"}
    cuts.bar_before("▁")  # which other characters may have become
    assert not cuts.kept[OTHER].any()
    assert cuts.kept[ord("a"), space]


def test_no_cut_is_kept_where_several_characters_may_vanish_together():
    assert not cuts_behind(make_charsmap({"a\u0301": ""})).kept.any()
    assert not cuts_behind(make_charsmap({"\u0600": "x"})).kept.any()
    assert cuts_behind(make_charsmap({"a\u0301": "á"})).kept.any()


def test_bits_of_what_a_map_has_made_are_not_known():
    assert not cuts_behind(make_charsmap({"é": "\u0301"}), NFC()).kept[OTHER].any()
    assert cuts_behind(make_charsmap({"é": "e"}), NFC()).kept[OTHER].any()


def test_offsets_of_texts_that_begin_with_what_is_removed_take_the_plain_way():
    cuts = Cuts(0)
    Strip().limit_cuts(cuts)
    cuts.untouched = False
    Precompiled(make_charsmap({"é": "e"})).limit_cuts(cuts)
    assert cuts.shifts.all()
    charmap = base64.b64encode(make_charsmap({"\x01": "", "é": "", "ﬁ": "fi"})).decode()
    config = json.dumps(
        {
            "normalizer": {"type": "Precompiled", "precompiled_charsmap": charmap},
            "pre_tokenizer": {"type": "WhitespaceSplit"},
            "model": {"type": "WordLevel", "vocab": {"<unk>": 0}, "unk_token": "<unk>"},
        }
    )
    tok = Tokenizer.from_str(config)
    assert tok.text_encoder.encoder.chunks is not None
    texts = ["\x01ab cd", "éab cd", "é\u0301ab cd", "ﬁé ab", "a\x01 é", "é", ""]
    theirs = tokenizers.Tokenizer.from_str(config).encode_batch(texts)
    assert theirs[0].offsets == [(0, 2), (3, 5)]  # one less than where the words are
    for mine, encoding in zip(tok.encode_batch(texts), theirs, strict=True):
        assert mine.offsets == encoding.offsets
        assert mine.word_ids == encoding.word_ids


@needs_data
@pytest.mark.slow
def test_every_character_of_xlm_roberta_beside_the_plain_stages(monkeypatch):
    path = tokenizer_folder("xlm-roberta") / "tokenizer.json"
    tok = Tokenizer.from_file(path)
    assert tok.text_encoder.encoder.chunks is not None
    with monkeypatch.context() as patch:
        patch.setattr(text_encoder, "find_chunk_rules", lambda *_: None)
        plain = Tokenizer.from_file(path)
    chars = list(chars_that_tell())
    for first in range(0, len(chars), 512):
        texts = [
            form.format(char)
            for char in chars[first : first + 512]
            for form in ("a{0} b", "{0}a b\u0301 {0}\u0301 {0}", "é{0} {0}{0} x")
        ]
        mine, theirs = (t.encode_ragged(texts, return_offsets=True) for t in (tok, plain))
        assert np.array_equal(mine.ids, theirs.ids)
        assert np.array_equal(mine.offsets, theirs.offsets)
        assert np.array_equal(tok.encode_ragged(texts).ids, theirs.ids)


@needs_data
def test_the_maps_of_published_models_keep_cuts_before_blanks():
    path = tokenizer_folder("xlm-roberta") / "tokenizer.json"
    config = json.loads(path.read_text())["normalizer"]["normalizers"][0]
    cuts = cuts_behind(base64.b64decode(config["precompiled_charsmap"]))
    letters = [ord(letter) for letter in LETTERS]
    assert cuts.kept[letters][:, [ord(" "), ord("\n")]].all()
    assert cuts.kept[OTHER, ord(" ")]
    assert not cuts.shifts[letters].any()
    assert not cuts.shifts[OTHER]
