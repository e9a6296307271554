"""Immutable classes that compare by value, as frozen dataclasses, but made without compiling code.

A dataclass compiles half a dozen functions when it is defined, about a millisecond each; a package
that is imported for one call has no use for that.
"""

from __future__ import annotations

import inspect
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True)
def record(cls: type[Class]) -> type[Class]:
    """Make a class of a list of fields, whose instances do not change.

    Args:
        cls: A class with annotated fields, some with defaults; `__post_init__` may check them.

    Returns:
        The class itself, with a constructor, equality, a hash and a repr.

    Example:
        >>> @record
        ... class Point:
        ...     x: int
        ...     y: int = 0
        >>> Point(1), Point(1) == Point(y=0, x=1), len({Point(2), Point(2)})
        (Point(x=1, y=0), True, 1)
    """
    names = tuple(inspect.get_annotations(cls))
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    check = getattr(cls, "__post_init__", None)

    def init(self: Any, *values: Any, **named: Any) -> None:
        if len(values) > len(names):
            raise TypeError(f"{cls.__name__} has {len(names)} fields, got {len(values)} values")
        fields = {**dict(zip(names, values, strict=False)), **named}
        if len(fields) < len(values) + len(named):
            raise TypeError(f"{cls.__name__}: a field is given twice")
        found = {**defaults, **fields}
        for name in found:
            if name not in names:
                raise TypeError(f"{cls.__name__} has no field {name!r}")
        for name in names:
            if name not in found:
                raise TypeError(f"{cls.__name__}: the field {name!r} is missing")
        self.__dict__.update((name, found[name]) for name in names)
        if check is not None:
            check(self)

    def equals(self: Any, other: Any) -> Any:
        return self.__dict__ == other.__dict__ if type(other) is cls else NotImplemented

    def hashed(self: Any) -> int:
        return hash(tuple(self.__dict__.values()))

    def shown(self: Any) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{cls.__qualname__.rpartition('.')[2]}({fields})"

    def refuse(self: Any, name: str, *_: Any) -> None:
        raise AttributeError(f"{cls.__name__} objects are immutable: {name!r} stays as it is")

    methods: dict[str, Any] = {"__init__": init, "__eq__": equals, "__hash__": hashed}
    methods |= {"__setattr__": refuse, "__delattr__": refuse, "__match_args__": names}
    if "__repr__" not in cls.__dict__:
        methods["__repr__"] = shown
    for method, function in methods.items():
        setattr(cls, method, function)
    return cls
