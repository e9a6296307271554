"""Base of the stages that tokenizer.json describes by an object, and its fields, checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Self, TypeVar

from subword._core.checks import check_id

T = TypeVar("T")
# A default that no caller passes: the field must be there.
REQUIRED: Any = object()


class FieldKindError(ValueError):
    """A field of a component is of another kind than it must be."""


class Component:
    """A stage that is described by a JSON object of tokenizer.json, and equal to any like it.

    The fields of the object are the arguments of the constructor and attributes of the same names.
    """

    type_name: ClassVar[str]
    # Name of each field -> its kind, and its default when the file may leave it out.
    fields: ClassVar[dict[str, tuple[type, Any]]] = {}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {"type": self.type_name, **{name: getattr(self, name) for name in self.fields}}

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        """Build the component from its JSON object.

        Args:
            config: The object; fields that it has beyond those known are ignored.

        Returns:
            The component.

        Raises:
            ValueError: A field is missing or wrong.
        """
        make: Any = cls
        component: Self = make(
            **{
                name: get_field(config, name, kind, default)
                for name, (kind, default) in cls.fields.items()
            }
        )
        return component

    def __setattr__(self, name: str, value: Any) -> None:
        kind = self.fields[name][0] if name in self.fields else None
        if kind is not None and not _is_kind(value, kind):
            raise TypeError(
                f"{self.type_name}: {name!r} must be {kind.__name__}, got {type(value).__name__}"
            )
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Component) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.type_name)

    def __repr__(self) -> str:
        fields = ", ".join(f"{k}={v!r}" for k, v in self.to_dict().items() if k != "type")
        return f"{type(self).__name__}({fields})"


def component_type(
    section: str,
    config: object,
    known: Collection[str],
    by_fields: Mapping[str, Collection[str]] | None = None,
) -> str:
    """Return the type of a component's JSON object.

    As in the original, some components are known by their fields where the type is missing or
    unknown.

    Args:
        section: The part of the file that holds it, for errors: "decoder", for example.
        config: The object.
        known: The types that the section may hold.
        by_fields: Type -> the fields that tell it, in the order in which they are tried.

    Raises:
        ValueError: It is no object, or of another type.
    """
    if not isinstance(config, Mapping):
        raise ValueError(f"{section}: a component must be an object, got {config!r:.100}")
    kind = config.get("type")
    if not isinstance(kind, str) or kind not in known:
        for told, names in (by_fields or {}).items():
            if all(name in config for name in names):
                return told
        raise ValueError(
            f"{section}: the component {kind!r:.100} is not supported, "
            f"the type must be one of {', '.join(sorted(known))}"
        )
    return kind


def get_field(config: Mapping[str, Any], key: str, kind: type[T], default: Any = REQUIRED) -> T:
    """Return a field of a component, checked.

    Args:
        config: The JSON object; its "type" names the component in errors.
        key: The name of the field.
        kind: What its value must be: str, bool, int, list or dict.
        default: The value of an absent field; without it the field is required.

    Returns:
        The value.

    Raises:
        ValueError: The field is missing, or (a `FieldKindError`) of another kind.
    """
    name = config.get("type", "component")
    if key not in config:
        if default is REQUIRED:
            raise ValueError(f"{name}: the field {key!r} is missing, got {sorted(config)}")
        return default  # type: ignore[no-any-return]
    value = config[key]
    if not _is_kind(value, kind):
        raise FieldKindError(f"{name}: {key!r} must be {kind.__name__}, got {value!r}")
    return value  # type: ignore[no-any-return]


def get_field_or_null(config: Mapping[str, Any], key: str, kind: type[T], default: Any) -> T:
    """Return a field as `get_field` does, one that is null as one that is absent."""
    return get_field(config if config.get(key) is not None else {}, key, kind, default)


def _is_kind(value: object, kind: type) -> bool:
    # bool is an int to Python, not to JSON.
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def get_token_field(config: Mapping[str, Any], key: str) -> tuple[str, int]:
    """Return a field that holds a token and its id, like `["[SEP]", 102]`.

    Args:
        config: The JSON object.
        key: The name of the field.

    Returns:
        The text and the id.

    Raises:
        ValueError: It is missing or not such a pair.
    """
    return check_token(f"{config.get('type', 'component')}: {key!r}", get_field(config, key, list))


def check_token(name: str, value: Any) -> tuple[str, int]:
    """Return (text, id) if `value` is such a pair, a ValueError that calls it `name` otherwise."""
    if len(value) != 2 or not isinstance(value[0], str):
        raise ValueError(f"{name} must be a token and its id, got {value!r}")
    return value[0], check_id(name, value[1])
