"""The limits of ids: the largest id of a token, and the number that says there is none."""

import numpy as np
import pytest

from subword._core import limits
from subword._core.checks import check_id
from subword._core.component import check_token
from subword.formats.presets import tiktoken_parts
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.results.ragged import Ragged
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import Vocabulary


def test_the_limits_follow_from_the_width_of_ids_and_offsets():
    assert np.iinfo(np.uint32).max == limits.MAX_UINT32
    assert limits.MAX_ID == limits.MAX_UINT32 - 1
    assert np.iinfo(np.int32).max == limits.MAX_TEXT_BYTES


def with_id(index):
    """Everything that gives a token its id, called with one token of this id."""
    return {
        "BPE": lambda: BPE({"a": index}, []).vocab["a"],
        "WordPiece": lambda: WordPiece({"a": index, "[UNK]": 0}).vocab["a"],
        "added": lambda: next(iter(Vocabulary({}, [AddedToken("a")], str, ids={"a": index}).added)),
        "checked": lambda: check_id("a", index),
        "post-processor": lambda: check_token("a", ["a", index])[1],
    }


@pytest.mark.parametrize("what", with_id(0))
def test_the_largest_id_is_the_same_wherever_a_token_gets_one(what):
    assert with_id(limits.MAX_ID)[what]() == limits.MAX_ID
    with pytest.raises(ValueError, match=r"429496729[45]|2\*\*32 - 2"):
        with_id(limits.MAX_ID + 1)[what]()


def test_special_tokens_of_tiktoken_have_the_same_largest_id(tmp_path):
    with pytest.raises(ValueError, match="must have an id of 0 to 4294967294, got 4294967295"):
        tiktoken_parts(tmp_path / "ranks", "gpt2", {"<|end|>": limits.MAX_ID + 1})


def test_arrays_of_ids_hold_every_value_of_32_bits():
    assert Ragged.from_rows([[limits.MAX_UINT32]])[0].tolist() == [limits.MAX_UINT32]
    with pytest.raises(ValueError, match="ids must be in"):
        Ragged.from_rows([[limits.MAX_UINT32 + 1]])
