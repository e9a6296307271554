"""What the fuzzer calls: bytes in, an exception out if the library broke a promise.

A target makes of the bytes what it needs, and lets pass the errors that the library promises for
bad input. `run.py` hunts with atheris; `test_targets.py` replays what was found.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

import subword
from subword import Tokenizer, pre_tokenizers
from subword._core.simd import SIMD
from subword._regex.split_patterns import PATTERNS
from subword.decoders.decode_stream import DecodeStream
from subword.formats.sentencepiece import model_parts
from subword.formats.sentencepiece_model import parse_model
from subword.reference import ReferenceTokenizer
from tests.helpers.gguf_files import gguf_file, gguf_keys
from tests.helpers.piece_models import random_model
from tests.helpers.random_configs import random_config
from tests.helpers.random_text import short_text

LONGEST = 2000
SAMPLE = "ab é中 Hello's\r\n 123  <x>▁\u0301🙂"
REFUSALS = (ValueError, TypeError)
GGUFS = [
    gguf_file(gguf_keys(model="gpt2", pre="gpt-2", tokens=["a", "b", "ab"], merges=["a b"])),
    gguf_file(
        gguf_keys(
            **{"model": "llama", "tokens": ["<unk>", "a", "▁", "▁a"], "token_type": [2, 1, 1, 1]},
            scores=[0.0, -3.0, -2.0, -1.0],
            add_bos_token=False,
        )
    ),
    gguf_file(gguf_keys(model="bert", tokens=["[UNK]", "▁a", "b"], token_type=[3, 1, 1])),
]


class Drawn(random.Random):
    """Random numbers drawn from bytes, so that a fuzzer can steer what is made of them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self.data, self.at = data, 0

    def getrandbits(self, k: int) -> int:
        """Take whole bytes; behind the last of them the numbers are merely random."""
        size = (k + 7) // 8
        taken = self.data[self.at : self.at + size]
        self.at += size
        if len(taken) < size:
            return super().getrandbits(k)
        return int.from_bytes(taken, "little") >> (8 * size - k)

    def random(self) -> float:
        """Take two bytes."""
        return self.getrandbits(16) / 65536


def encoded_sample(tok: Tokenizer) -> np.ndarray | None:
    """Encode and decode texts; None where an unknown character met an `unk_token` without an id."""
    try:
        rows = tok.encode_ragged(
            [SAMPLE, "", SAMPLE * 3], add_special_tokens=False, return_offsets=True
        )
    except ValueError as error:
        # An accepted tokenizer may find out nothing else when it encodes.
        if "is needed, but is not in the vocabulary" not in str(error):
            raise
        return None
    tok.decode_batch(rows)
    return rows[0]


def same_again(tok: Tokenizer) -> None:
    """A tokenizer that was accepted works, and is the same after it was saved."""
    expected = encoded_sample(tok)
    text = tok.to_str()
    again = Tokenizer.from_str(text)
    assert again.to_str() == text
    got = encoded_sample(again)
    assert (got is None) == (expected is None), text
    assert expected is None or np.array_equal(got, expected), text


def tokenizer_json(data: bytes) -> None:
    """Any text as a tokenizer.json."""
    try:
        tok = Tokenizer.from_str(data.decode("utf-8", "replace"))
    except REFUSALS:
        return
    same_again(tok)


def edited_json(data: bytes) -> None:
    """A good tokenizer.json with some values replaced by others, of the wrong kind too."""
    rng = Drawn(data)
    config = random_config(rng)
    values = [None, True, "", "a", "\ud800", -1, 0, 2**32, 2**64, 1.5, [], {}, ["a"], {"a": 0}]
    for _ in range(1 + rng.getrandbits(2)):
        node, key = config, rng.choice(sorted(config))
        while isinstance(node[key], dict | list) and node[key] and rng.getrandbits(2):
            node = node[key]
            key = rng.choice(sorted(node)) if isinstance(node, dict) else rng.randrange(len(node))
        node[key] = rng.choice(values)
    try:
        tok = Tokenizer.from_str(json.dumps(config))
    except REFUSALS:
        return
    same_again(tok)


def files(data: bytes) -> None:
    """Any bytes as vocab.txt, vocab.json and merges.txt, .tiktoken, or a whole folder."""
    first, _, second = data[1:].partition(b"\0")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vocab.json").write_bytes(first)
        (folder / "merges.txt").write_bytes(second)
        (folder / "other").write_bytes(first)
        loaders: list[Callable[[], Tokenizer]] = [
            lambda: Tokenizer.from_wordpiece(folder / "other"),
            lambda: Tokenizer.from_bpe(folder / "vocab.json", folder / "merges.txt"),
            lambda: Tokenizer.from_bpe(
                folder / "vocab.json", folder / "merges.txt", byte_level=False
            ),
            lambda: Tokenizer.from_tiktoken(folder / "other", "cl100k_base", {}),
            lambda: Tokenizer.from_file(folder / "other"),
            lambda: Tokenizer.from_pretrained(folder),
        ]
        try:
            tok = loaders[(data or b"\0")[0] % len(loaders)]()
        except REFUSALS:
            return
    encoded_sample(tok)


def random_tokenizers(data: bytes) -> None:
    """A random tokenizer, beside its twin in plain Python."""
    rng = Drawn(data)
    config = random_config(rng)
    tok = Tokenizer.from_str(json.dumps(config))
    forms = [
        tok.normalizer.normalize_str(token["content"])
        if tok.normalizer and token["normalized"]
        else token["content"]
        for token in config["added_tokens"]
    ]
    if "" in forms or len(set(forms)) < len(forms):
        return
    twin = ReferenceTokenizer(config)
    for _ in range(3):
        compare(tok, twin, short_text(rng, 30))


def compare(tok: Tokenizer, twin: ReferenceTokenizer, text: str) -> None:
    """Every way to encode a text gives what the twin gives."""
    expected = twin.encode(text)
    got = tok.encode(text, add_special_tokens=False)
    assert got.ids == [token.id for token in expected], text
    assert got.offsets == [(token.start, token.end) for token in expected], text
    assert got.tokens == [token.text for token in expected], text
    assert got.word_ids == [token.word for token in expected], text
    assert tok.encode_lists([text], add_special_tokens=False) == [got.ids], text


@cache
def fixed() -> list[tuple[Tokenizer, ReferenceTokenizer]]:
    """A few tokenizers in the manner of published ones, and their twins."""
    words = ["Hello world's 123 the theory of there", "naïve café 中文 한국어 привет"] * 3
    bpe = subword.train(words, "bpe", 90, progress=False, unk_token="<unk>")
    made = [
        subword.train(words, "wordpiece", 120, progress=False),
        subword.train(words, "wordpiece", 120, progress=False, lowercase=False),
        subword.train(words, "byte_level_bpe", 320, progress=False),
        bpe,
    ]
    for name in ("cl100k_base", "qwen2", "o200k_base", "tekken", "gpt2"):
        split = pre_tokenizers.Split(subword.Regex(PATTERNS[name]), "isolated")
        stages = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False, True, False)])
        made.append(Tokenizer(made[2].model, pre_tokenizer=stages, added_tokens=["<x>"]))
    metaspace = pre_tokenizers.Metaspace("▁", "always", False)
    made.append(Tokenizer(bpe.model, pre_tokenizer=metaspace, added_tokens=["<x>", "▁"]))
    configs = [json.loads(tok.to_str()) for tok in made]
    for config in configs:
        config["post_processor"] = None
    return [(Tokenizer.from_str(json.dumps(c)), ReferenceTokenizer(c)) for c in configs]


def text_of(data: bytes) -> str:
    """A text: the last bit of the first byte says how the others are read."""
    code = "utf-8" if not data or data[0] & 128 == 0 else "utf-16-le"
    return data[1:].decode(code, "replace")[:LONGEST]


def encode(data: bytes) -> None:
    """A text through tokenizers like the published ones, with vector code and without."""
    pairs = fixed()
    tok, twin = pairs[(data[0] if data else 0) % 128 % len(pairs)]
    text = text_of(data)
    before = pre_tokenizers.use_simd()
    try:
        for level in SIMD:
            pre_tokenizers.use_simd(level)
            tok.cache_clear()
            compare(tok, twin, text)
    finally:
        pre_tokenizers.use_simd(before)


def documents(data: bytes) -> None:
    """Any bytes as a file of documents: refused, or what the same texts give."""
    tok, _ = fixed()[2]
    half = len(data) // 2
    buffers, separator = [data[:half], data[half:]], b"\n" if half % 2 else b"ab"
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / str(i) for i in range(len(buffers))]
        for path, buffer in zip(paths, buffers, strict=True):
            path.write_bytes(buffer)
        try:
            rows = tok.encode_files(paths, separator=separator.decode())
        except ValueError:
            try:
                b"".join(buffers).decode()
                data[:half].decode()
            except UnicodeDecodeError:
                return
            raise
    texts: list[str] = []
    for buffer in buffers:
        parts = buffer.split(separator)
        texts += [part.decode() for part in (parts if parts[-1] else parts[:-1])]
    assert rows.to_lists() == tok.encode_lists(texts), data


def decode(data: bytes) -> None:
    """Any ids to text, at once and one by one."""
    pairs = fixed()
    tok, _ = pairs[(data[0] if data else 0) % len(pairs)]
    body = data[1:]
    ids = [at for i in range(0, len(body) - 1, 2) if (at := body[i] + 256 * body[i + 1]) < 512]
    ids += [2**32 - 1] if len(body) % 2 else []
    for skip in (True, False):
        whole = tok.decode(ids, skip_special_tokens=skip)
        assert tok.decode_batch([ids, [], ids], skip) == [whole, tok.decode([]), whole]
        stream = DecodeStream(skip_special_tokens=skip)
        parts = [part for at in ids if (part := stream.step(tok, at)) is not None]
        assert whole.startswith("".join(parts)) or "\ufffd" in whole, ids


def sentencepiece_model(data: bytes) -> None:
    """Any bytes as a .model file, or a good one with some bytes changed."""
    if data[:1] and data[0] % 2:
        rng = Drawn(data[1:])
        model = bytearray(random_model(rng))
        for _ in range(rng.getrandbits(3)):
            model[rng.randrange(len(model))] = rng.getrandbits(8)
        data = bytes(model)
    try:
        tok = Tokenizer(**model_parts(parse_model(data)))
    except REFUSALS:
        return
    texts = [SAMPLE, "", "  ", SAMPLE * 3]
    rows = tok.encode_lists(texts)
    assert [encoding.ids for encoding in tok.encode_batch(texts)] == rows
    tok.decode_batch(rows)
    with tempfile.TemporaryDirectory() as name:
        tok.save(Path(name) / "again.model")
        assert Tokenizer.from_sentencepiece(Path(name) / "again.model").encode_lists(texts) == rows


def gguf(data: bytes) -> None:
    """Any bytes behind the letters as a .gguf file, or a good one with some bytes changed."""
    if data[:1] and data[0] % 2:
        rng = Drawn(data[1:])
        file = bytearray(GGUFS[rng.randrange(len(GGUFS))])
        for _ in range(1 + rng.getrandbits(2)):
            file[rng.randrange(len(file))] = rng.getrandbits(8)
        data = bytes(file)
    else:
        data = b"GGUF" + data
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "m.gguf"
        path.write_bytes(data)
        try:
            tok = Tokenizer.from_gguf(path)
        except REFUSALS:
            return
    same_again(tok)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        *(tokenizer_json, edited_json, files, random_tokenizers),
        *(encode, documents, decode, sentencepiece_model, gguf),
    )
}
