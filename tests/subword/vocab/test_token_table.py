"""A table of tokens is a mapping like the dict that it stands for."""

import copy
import pickle
import random

import pytest

from subword.vocab.token_table import TokenTable


def tables(rng: random.Random) -> dict[str, int]:
    letters = ["a", "b", "é", "한", "😀", "\0", "", "\ud800"]
    spread = rng.choice([1, 1, 5, 1 << 20])
    tokens = {"".join(rng.choices(letters, k=rng.randrange(6))) for _ in range(rng.randrange(60))}
    return {token: rng.randrange(spread * (len(tokens) + 1)) for token in tokens}


@pytest.mark.parametrize("seed", range(40))
def test_a_table_answers_as_its_dict(seed):
    vocab = tables(random.Random(seed))
    made = TokenTable(dict(vocab))
    shipped = pickle.loads(pickle.dumps(made))
    by_id = {index: token for token, index in vocab.items()}
    for table in (made, shipped, copy.deepcopy(made)):
        assert len(table) == len(vocab)
        assert table.highest == max(vocab.values(), default=-1)
        assert table.shares_ids() == (len(by_id) < len(vocab))
        for token in [*vocab, "none", "aa", "\udfff"]:
            assert table.get(token) == vocab.get(token)
            assert (token in table) == (token in vocab)
        for index in [*range(70), *by_id, 2**32 - 1, 2**32, -1, 1 << 80]:
            assert table.token_of(index) == by_id.get(index)
            if 0 <= index < 2**32:
                assert table.has_id(index) == (index in by_id)
        assert list(table.items()) == list(vocab.items())
        assert list(table.as_dict()) == list(table) == list(vocab)
        assert table == made == vocab


def test_wrong_keys_are_refused_as_by_a_dict():
    table = TokenTable({"a": 0})
    assert 3 not in table
    with pytest.raises(KeyError, match="none"):
        table["none"]
    with pytest.raises(TypeError, match="unhashable"):
        table.get([])
    with pytest.raises(TypeError, match="immutable"):
        table.__init__({"b": 1})
    with pytest.raises(UnicodeEncodeError):
        TokenTable({"\ud800": 0}).check_encodable()


def test_a_str_is_made_once():
    table = pickle.loads(pickle.dumps(TokenTable({"abc": 0, "d": 1})))
    assert table.token_of(0) is table.token_of(0)
    assert table.as_dict() is table.as_dict()
