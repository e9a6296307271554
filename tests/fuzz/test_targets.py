"""What fuzzing found, and some bytes at random, through every target."""

import random
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

FINDINGS = Path(__file__).parent / "findings"


@pytest.mark.parametrize("name", TARGETS)
def test_findings_stay_fixed(name):
    for path in sorted((FINDINGS / name).glob("*")):
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_random_bytes(name):
    rng = random.Random(name)
    for size in (0, 1, 2, 3, 7, 30, 200):
        for _ in range(4):
            TARGETS[name](rng.randbytes(size))
            TARGETS[name](bytes(rng.choices(b'a b\n{}[]":,0\x00\xc3\xa9', k=size)))
