"""Ids to text through a table of pieces: the same as through the decoder, and as the oracle."""

import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.decoding import plan_of
from subword.ragged import Ragged

from .test_decoders import DECODERS, PIECES

STRIPS = {"type": "Strip", "content": " ", "start": 2, "stop": 1}
SPELLED = {
    name: json.loads(theirs.__getstate__()) for name, (theirs, _) in DECODERS.items()
} | {
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
# What hangs on more than a table can say.
BEYOND = {
    *("ctc", "ctc_plain", "ctc_fuse", "fallback_wordpiece", "fused_wordpiece", "fused_replace"),
    "bpe_fallback",
}


@pytest.mark.parametrize("name", SPELLED)
def test_decode_batch_equals_the_decoder_and_the_oracle(name):
    config = {
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
        "decoder": SPELLED[name],
        "model": {
            "type": "BPE",
            "vocab": {token: 2 * i for i, token in enumerate(dict.fromkeys(PIECES))},
            "merges": [],
        },
    }
    tok = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    maker = tok._text_maker
    assert (plan_of(tok.decoder) is None) == (name in BEYOND)
    rng = random.Random(name)
    highest = max(tok.get_vocab().values())
    for _ in range(300):
        pool = rng.sample(range(highest + 4), rng.randrange(1, 12))  # some ids have no token
        rows = [rng.choices(pool, k=rng.randrange(12)) for _ in range(6)]
        for skip in (True, False):
            got = tok.decode_batch(Ragged.from_rows(rows), skip)
            assert got == [maker._decode_tokens(row, skip) for row in rows]
            assert name in PANICS or got == theirs.decode_batch(rows, skip), rows
            assert tok.decode(rows[0], skip) == got[0]
