"""Base of the stages here: a mutable description that a stage of subword is built from.

The stages of subword never change. Those of `tokenizers` do, also while a tokenizer holds them; so
each is kept here as the object that stands for it in tokenizer.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from subword._core.checks import check_list, check_steps
from subword._core.component import FieldKindError
from subword.formats.stages_json import pattern_to_config

# Goes up by one with every change of any description, so that tokenizers look again only then.
_changes = 0


def changes() -> int:
    """Return how many changes there have been."""
    return _changes


def note_change() -> None:
    """Count a change."""
    global _changes
    _changes += 1


class BaseStage:
    """A stage, described by fields that can be read and set as attributes.

    Args:
        fields: Name and value of each.
    """

    # Attribute -> name in tokenizer.json, where the two differ.
    renamed: ClassVar[dict[str, str]] = {}

    def __init__(self, **fields: Any) -> None:
        object.__setattr__(self, "_fields", fields)
        object.__setattr__(self, "_built", None)

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__.get("_fields", {})
        if name not in fields:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return fields[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._fields:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        before = self._fields[name]
        self._fields[name] = value
        object.__setattr__(self, "_built", None)  # 1 equals True, and yet is not what files hold
        try:
            self.check()
        except Exception:
            self._fields[name] = before
            raise
        note_change()

    def check(self) -> None:
        """Check the fields; TypeError or ValueError if one is wrong."""

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the stage in tokenizer.json."""
        named = {self.renamed.get(name, name): value for name, value in self._fields.items()}
        return {"type": type(self).__name__, **named}

    def build(self, config: dict[str, Any]) -> Any:
        """Build the stage of subword."""
        raise NotImplementedError(f"{type(self).__name__} is a kind of stage, not a stage")

    @property
    def core(self) -> Any:
        """The stage of subword; the same one until the description changes."""
        config = self.config()
        if self._built is None or self._built[0] != config:
            object.__setattr__(self, "_built", (json.loads(json.dumps(config)), self.build(config)))
        return self._built[1]

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self._fields)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._fields.items())
        return f"{type(self).__name__}({fields})"


class Stage(BaseStage):
    """A stage of the pipeline: its fields are checked when it is made and when they are set."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.check()

    @property
    def is_custom(self) -> bool:
        """Whether it is written in Python, or holds a stage that is."""
        return False

    def check(self) -> None:
        """Build the stage of subword, which checks the fields."""
        if self.is_custom:  # there is none
            return
        try:
            self.core  # noqa: B018  # whatever is wrong is found now
        except FieldKindError as error:
            raise TypeError(str(error)) from None


class IsCustom:
    """The part of a stage that is written in Python: its one field is the object that does it."""

    _fields: dict[str, Any]

    @property
    def is_custom(self) -> bool:
        """Always."""
        return True

    def config(self) -> dict[str, Any]:
        """Refuse: no file can hold it."""
        kind = next(base.__name__ for base in type(self).__mro__ if Stage in base.__bases__)
        raise ValueError(f"Custom {kind} cannot be serialized")


class HasSteps:
    """The part of a Sequence: its steps by number."""

    _fields: dict[str, Any]
    # The field that holds them.
    steps: ClassVar[str]

    def __getitem__(self, index: int) -> Any:
        return self._fields[self.steps][index]

    def __setitem__(self, index: int, value: Any) -> None:
        kind = next(base for base in type(self).__mro__ if Stage in base.__bases__)
        check_stages(kind, [value])
        self._fields[self.steps][index] = value
        note_change()

    def __len__(self) -> int:
        return len(self._fields[self.steps])

    @property
    def is_custom(self) -> bool:
        """Whether one of the steps is written in Python."""
        return any(step.is_custom for step in self._fields[self.steps])

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the steps in tokenizer.json."""
        return {"type": "Sequence", self.steps: [step.config() for step in self]}  # type: ignore[attr-defined]


def _restore(cls: type[BaseStage], fields: dict[str, Any]) -> BaseStage:
    component = cls.__new__(cls)
    BaseStage.__init__(component, **fields)
    return component


def stage_from_config(module: dict[str, Any], config: dict[str, Any]) -> Any:
    """Make the description of an object of tokenizer.json, with the classes of a module."""
    if config["type"] not in module:
        raise ValueError(f"there is no class here for {config['type']}: use subword.Tokenizer")
    cls = module[config["type"]]
    if issubclass(cls, HasSteps):
        return cls([stage_from_config(module, step) for step in config[cls.steps]])
    names = {new: old for old, new in cls.renamed.items()}
    fields = {names.get(name, name): value for name, value in config.items() if name != "type"}
    return _restore(cls, fields)


def check_stages(kind: type[BaseStage], stages: Iterable[Any]) -> list[Any]:
    """Return a copy of a list of stages; TypeError if it is none, or one is of another kind."""
    if not isinstance(stages, list):
        raise TypeError(f"steps must be a list of {kind.__name__}, got {type(stages).__name__}")
    return list(check_steps(kind, stages))


class HasPattern:
    """The part of a stage whose `pattern` is a str, or a `Regex`."""

    _fields: dict[str, Any]

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the stage in tokenizer.json."""
        config: dict[str, Any] = super().config()  # type: ignore[misc]
        pattern = config["pattern"]
        return {
            **config,
            "pattern": pattern if isinstance(pattern, dict) else pattern_to_config(pattern),
        }


def check_sequence(name: str, values: Any, of: str = "str") -> list[Any]:
    """Return the items of a list or tuple, as the original takes it: TypeError for anything else.

    A str is none, nor is an iterator, a set or an array.
    """
    if not isinstance(values, Sequence):
        raise TypeError(f"{name} must be a list of {of}, got {type(values).__name__}")
    return check_list(name, values, of)


def check_count(name: str, value: Any) -> None:
    """Refuse what is no number that the original reads: TypeError, or ValueError out of range."""
    if type(value) is not int:
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    if not 0 <= value < 2**64:
        raise ValueError(f"{name} must be at least 0 and below 2**64, got {value}")


def check_bool(name: str, value: Any) -> None:
    """Refuse what is no bool; TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, got {type(value).__name__}")
