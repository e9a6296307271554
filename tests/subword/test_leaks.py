"""Repeated calls leave no memory behind; `python -m benchmarks.leaks` repeats them more often."""

import sys

import pytest

from tests.helpers.leaks import kinds_of_call, watch

CALLS = 2000


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/statm")
def test_nothing_leaks():
    found = {
        name: watch(call, max(CALLS // divisor, 10))
        for name, (divisor, call) in kinds_of_call().items()
    }
    assert {name: watched for name, watched in found.items() if watched.leaks} == {}
