"""Small SentencePiece models: trained by `sentencepiece`, and written byte by byte."""

from __future__ import annotations

import io
import random
import struct
from functools import cache
from typing import Any

WORDS = (
    "the cat sat on a mat and was flat not fat the theory of there here hello world it's 123 45 "
    "naïve café ﬁne ａｂｃ 중요한 것은 한국어 문장 입니다 中文字 日本語 привет мир <sep> x_y "
    "foo.bar(baz)"
)
ALPHABET = "abcth e  ▁éE\u0301ﬁ가각中😀ａ\u3000\n\tz<sep>xy_1.²\u200d\u0300"


def sentences(count: int = 300, seed: int = 0) -> list[str]:
    """Return random sentences of a few words."""
    rng, words = random.Random(seed), WORDS.split()
    return [" ".join(rng.choices(words, k=rng.randint(2, 9))) for _ in range(count)]


def random_texts(count: int, seed: int = 0) -> list[str]:
    """Return random strings, and sentences, some with more spaces."""
    rng = random.Random(seed)
    texts = ["".join(rng.choices(ALPHABET, k=rng.choice([1, 2, 3, 8, 40]))) for _ in range(count)]
    texts += [text.replace(" ", rng.choice([" ", "  ", "\n"])) for text in sentences(count // 4, 1)]
    return [*texts, "", " ", "   ", "▁", " ▁ ", "\0", "<s>", "<unk>", "</s> a", "<sep>", "a<sep>b"]


@cache
def trained(**options: Any) -> bytes:
    """Return the bytes of a model that `sentencepiece` trains on a few sentences."""
    import sentencepiece

    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()),
        model_writer=file,
        minloglevel=5,
        **{"vocab_size": 150, "hard_vocab_limit": False, "num_threads": 1, **options},
    )
    return file.getvalue()


def varint(value: int) -> bytes:
    """Return a number as protocol buffers write it."""
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def message(number: int, data: bytes) -> bytes:
    """Return a field of bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def piece(text: str | bytes, score: float = 0.0, kind: int = 1) -> bytes:
    """Return a piece of a model."""
    data = text.encode() if isinstance(text, str) else text
    return message(
        1, message(1, data) + b"\x15" + struct.pack("<f", score) + b"\x18" + varint(kind)
    )


def specs(model_type: int = 1, *, byte_fallback: bool = False, normalizer: bytes = b"") -> bytes:
    """Return the specifications of trainer and normalizer."""
    trainer = b"\x18" + varint(model_type)
    trainer += varint(35 << 3) + b"\x01" if byte_fallback else b""
    return message(2, trainer) + message(3, normalizer)


def random_model(rng: random.Random) -> bytes:
    """Return a model of random pieces, kinds, scores (many are equal) and options."""
    algorithm = rng.choice([1, 1, 2, 2, 3, 4])
    falls_back = rng.random() < 0.3
    letters = rng.choice(["ab▁", "abc▁é ", "a가▁\u0301e"])
    texts = {letter for letter in letters if rng.random() < 0.9}
    texts |= {"".join(rng.choices(letters, k=rng.randint(2, 5))) for _ in range(12)}
    pieces = [(text, rng.choice([0.5, -0.5, -1.0, -1.1, -2.0, -2.2]), 1) for text in sorted(texts)]
    pieces = [
        (text, score, rng.choice([4, 4, 5, 3]) if rng.random() < 0.15 else kind)
        for text, score, kind in pieces
    ]
    pieces += [("<unk>", 0.0, 2), ("<s>", 0.0, 3)]
    pieces += [(f"<0x{byte:02X}>", 0.0, 6) for byte in range(256 if falls_back else 0)]
    rng.shuffle(pieces)
    flags = b"".join(varint(n << 3) + bytes([rng.random() < 0.6]) for n in (3, 4, 5))
    suffix = varint(24 << 3) + bytes([rng.random() < 0.3])
    body = b"".join(piece(*one) for one in pieces)
    trainer = b"\x18" + varint(algorithm) + varint(35 << 3) + bytes([falls_back]) + suffix
    return body + message(2, trainer) + message(3, flags)


TINY = (
    piece("<unk>", kind=2)
    + piece("<s>", kind=3)
    + piece("</s>", kind=3)
    + b"".join(piece(text, -i / 2) for i, text in enumerate(["▁a", "▁", "ab", "a", "b"], 1))
    + specs()
)
