"""What the tests of counting share."""

import pytest

from subword.corpus import readers, sources


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(readers, "CHUNK", 400)
    monkeypatch.setattr(sources, "CHARACTERS", 400)
