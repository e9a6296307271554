"""Published tokenizers: those of the folder that SUBWORD_DATA names (or beside the project)."""

import os
import re
from pathlib import Path

import pytest

DATA = Path(os.environ.get("SUBWORD_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def tokenizer_folders() -> list:
    """Return the folders that hold a tokenizer.json as parameters; one that is skipped if none."""
    found = sorted(path.parent for path in DATA.glob("tokenizers/*/tokenizer.json"))
    if found:
        return [
            pytest.param(folder, id=folder.name, marks=_unread(folder / "tokenizer.json"))
            for folder in found
        ]
    return [pytest.param(None, id="none", marks=pytest.mark.skip("SUBWORD_DATA has no tokenizers"))]


def _unread(path: Path) -> list:
    """Skip what subword does not read yet: models of the kind Unigram."""
    unigram = re.search(rb'"type": ?"Unigram"', path.read_bytes())
    return [pytest.mark.skip("models.Unigram does not exist yet")] if unigram else []
