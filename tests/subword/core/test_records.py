"""Classes of fields that do not change, beside frozen dataclasses."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import pytest

from subword._core.records import record


@record
class Point:
    """A record."""

    x: int
    y: tuple[int, ...] = ()


@dataclass(frozen=True)
class Twin:
    """The same as a dataclass."""

    x: int
    y: tuple[int, ...] = ()


@record
class Nothing:
    """A record without fields."""


def test_records_do_what_frozen_dataclasses_do():
    for values, named in (((1,), {}), ((1, (2,)), {}), ((), {"y": (3,), "x": 4})):
        mine, twin = Point(*values, **named), Twin(*values, **named)
        assert (mine.x, mine.y) == (twin.x, twin.y)
        assert repr(mine) == repr(twin).replace("Twin", "Point")
        assert hash(mine) == hash(twin)
        assert mine == Point(*values, **named) != twin
        assert pickle.loads(pickle.dumps(mine)) == mine
    assert Point(1) != Point(2)
    assert Nothing() == Nothing() != Point(1)
    match Point(7, (8,)):
        case Point(x, (y,)):
            assert (x, y) == (7, 8)
    with pytest.raises(AttributeError, match="'x' stays as it is"):
        Point(1).x = 2
    with pytest.raises(AttributeError):
        del Point(1).x


@pytest.mark.parametrize(
    ("values", "named", "message"),
    [
        ((), {}, "the field 'x' is missing"),
        ((1, (), 3), {}, "has 2 fields, got 3 values"),
        ((1,), {"x": 2}, "a field is given twice"),
        ((1,), {"z": 2}, "has no field 'z'"),
    ],
)
def test_wrong_arguments_are_errors_that_name_the_field(values, named, message):
    with pytest.raises(TypeError, match=message):
        Point(*values, **named)
    with pytest.raises(TypeError):
        Twin(*values, **named)
