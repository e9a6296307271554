"""The two libraries that code written for `tokenizers` runs with, and texts to run it on."""

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "한국어 텍스트와 日本語, naïve İstanbul!",
    "Hello, y'all! How are you 😁 ?  12345",
    "",
] * 10
LIBRARIES = [pytest.param(theirs, id="theirs"), pytest.param(ours, id="ours")]
