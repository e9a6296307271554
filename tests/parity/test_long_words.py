"""Very long words, for which a quadratic merge loop would take minutes, are encoded right.

`python -m benchmarks.encode.linear` prints the time per byte.
"""

import base64
import random

import pytest

from tests.helpers.compare import load
from tests.helpers.published import needs_data, oracle

SIZE = 20_000
RNG = random.Random(7)
TEXTS = {
    "letter": "a" * SIZE,
    "spaces": " " * SIZE,
    "newlines": "\n" * SIZE,
    "base64": base64.b64encode(RNG.randbytes(SIZE)).decode()[:SIZE],
    "hangul": "".join(chr(RNG.randrange(0xAC00, 0xD7A4)) for _ in range(SIZE // 3)),
    "digits": "".join(RNG.choice("0123456789") for _ in range(SIZE)),
    "marks": "e" + "\u0301" * SIZE,
    "zalgo": "".join(RNG.choice("ab\u0301\u0323\u0327\u0308") for _ in range(SIZE // 2)),
}
NAMES = ("gpt2", "bert-base-uncased", "bert-base-multilingual-cased", "llama3", "qwen3", "llama2")


@needs_data
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", TEXTS)
def test_long_words_equal_the_oracle(name, kind):
    mine, theirs = load(name).encode(TEXTS[kind]), oracle(name).encode(TEXTS[kind])
    assert mine.ids == theirs.ids
    assert mine.offsets == theirs.offsets
