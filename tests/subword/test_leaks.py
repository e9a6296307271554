"""The memory stays what it is: benchmarks/leaks.py with few calls."""

import sys

import pytest

from benchmarks import leaks


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/statm")
def test_nothing_leaks(capsys):
    assert leaks.main(["--calls", "2000"]) == 0, capsys.readouterr().out
