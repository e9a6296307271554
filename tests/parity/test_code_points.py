"""A sample of the code points through every component.

`python -m benchmarks.parity.code_points` takes all of them.
"""

import pytest

from tests.helpers.code_points import differences, normalizers, pre_tokenizers

STEP = 61
COMPONENTS = [("normalizer", name) for name in normalizers()]
COMPONENTS += [("pre_tokenizer", name) for name in pre_tokenizers()]


@pytest.mark.parametrize(("room", "name"), COMPONENTS)
def test_code_points(room, name):
    config = (normalizers() if room == "normalizer" else pre_tokenizers())[name]
    assert differences(room, config, STEP) == []
