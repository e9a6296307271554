"""Published tokenizers of the data folder that SUBWORD_DATA names."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("SUBWORD_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def tokenizer_folders() -> list:
    """Return folders with a tokenizer.json as test parameters; a skipped one if none."""
    found = sorted(path.parent for path in DATA.glob("tokenizers/*/tokenizer.json"))
    if found:
        return [pytest.param(folder, id=folder.name) for folder in found]
    return [pytest.param(None, id="none", marks=pytest.mark.skip("SUBWORD_DATA has no tokenizers"))]
