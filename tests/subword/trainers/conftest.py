"""Corpora for the trainers."""

import lzma
from collections import Counter

import pytest

from tests.helpers.data import SEPARATOR, packed_corpus

# Unique words of the Hugging Face course, chapter 6.6, with their counts, in the order they come.
COURSE = [
    "This",
    "is",
    "the",
    "Hugging",
    "Face",
    "Course",
    ".",
    "This",
    "chapter",
    "is",
    "about",
    "tokenization",
    ".",
    "This",
    "section",
    "shows",
    "several",
    "tokenizer",
    "algorithms",
    ".",
    "Hopefully",
    ",",
    "you",
    "will",
    "be",
    "able",
    "to",
    "understand",
    "how",
    "they",
    "are",
    "trained",
    "and",
    "generate",
    "tokens",
    ".",
]


@pytest.fixture(scope="session")
def course_counts() -> dict[str, int]:
    return dict(Counter(COURSE))


def corpus_lines(name: str, characters: int) -> list[str]:
    """Return the beginning of a corpus as lines; skip where the data is not there."""
    path = packed_corpus(name)
    if not path.exists():
        pytest.skip(f"needs {path.name} in the data folder (SUBWORD_DATA)")
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        text = file.read(characters)
    return [line for document in text.split(SEPARATOR) for line in document.splitlines(True)]


@pytest.fixture(scope="session", params=["english", "korean", "code"])
def lines(request) -> list[str]:
    return corpus_lines(request.param, 200_000)
