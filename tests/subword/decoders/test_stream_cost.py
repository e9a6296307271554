"""Streaming decode does a bounded amount of work for each token, however long the stream is."""

import itertools
import json

import pytest

from subword import AddedToken, Tokenizer, decoders
from subword.decoders import incremental
from subword.decoders.decode_stream import DecodeStream
from subword.models.bpe import BPE
from subword.vocab.byte_alphabet import chars_of

TOKENS = 100_000
LETTERS = ["▁a", "b", "##c", "d</w>", " e", "ab", "<0xED>", "<0x95>", "<0x9C>", "한"]
SPELLED = [chars_of(token.encode()) for token in ("a", " b", "한", "é", "!")]
PARTS = [chars_of(bytes([byte])) for byte in "한".encode()]
STREAMING = {
    "byte_level": (decoders.ByteLevel(), SPELLED + PARTS),
    "wordpiece": (decoders.WordPiece(), LETTERS),
    "metaspace": (decoders.Metaspace(), LETTERS),
    "bpe": (decoders.BPEDecoder(), LETTERS),
    "byte_fallback": (
        decoders.Sequence(
            [
                decoders.Replace("▁", " "),
                decoders.ByteFallback(),
                decoders.Fuse(),
                decoders.Strip(" ", 1, 0),
            ]
        ),
        LETTERS,
    ),
    "none": (None, LETTERS),
}


@pytest.mark.parametrize("name", STREAMING)
def test_work_for_a_hundred_thousand_tokens(name, monkeypatch):
    decoder, tokens = STREAMING[name]
    vocab = {token: i for i, token in enumerate(tokens)}
    tok = Tokenizer(BPE(vocab, []), decoder=decoder, added_tokens=[AddedToken("<end>")])
    pushed = characters = 0
    # Every token that an incremental decoder takes, every character that a window puts together.
    kinds = {kind for kind in vars(incremental).values() if isinstance(kind, type)} - {
        incremental.IncrementalDecoder
    }
    for kind in kinds:
        if "push" not in vars(kind):
            continue

        def push(self, token, original=kind.push):
            nonlocal pushed
            pushed += 1
            return original(self, token)

        monkeypatch.setattr(kind, "push", push)
    ids = list(itertools.islice(itertools.cycle([*range(len(tokens)), len(tokens), 0, 3]), TOKENS))
    stream = DecodeStream()
    texts = []
    for i in ids:
        text = stream.step(tok, i)
        characters += len(stream._prefix) + len(stream._window.text())
        texts.append(text or "")
    assert pushed < 12 * TOKENS
    assert characters < 60 * TOKENS
    whole = tok.decode(ids, skip_special_tokens=False)
    assert whole.startswith("".join(texts))
    assert len(whole) - len("".join(texts)) < 8
    assert json.dumps(texts)
