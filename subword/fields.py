"""Reading the parts of a component's JSON object, with errors that say which part is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")
# A default that no caller passes: the field must be there.
REQUIRED: Any = object()


def take(config: Mapping[str, Any], key: str, kind: type[T], default: Any = REQUIRED) -> T:
    """Return a field of a component, checked.

    Args:
        config: the JSON object; its "type" names the component in errors.
        key: which field.
        kind: what its value must be: str, bool, int, list or dict.
        default: value of an absent field; without it the field is required.

    Returns:
        The value.

    Raises:
        ValueError: when the field is missing or of another kind.
    """
    name = config.get("type", "component")
    if key not in config:
        if default is REQUIRED:
            raise ValueError(f"{name}: the field {key!r} is missing, got {sorted(config)}")
        return default  # type: ignore[no-any-return]
    value = config[key]
    # bool is an int to Python, not to JSON.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name}: {key!r} must be {kind.__name__}, got {value!r}")
    return value


def take_token(config: Mapping[str, Any], key: str) -> tuple[str, int]:
    """Return a field that holds a token and its id, like `["[SEP]", 102]`.

    Args:
        config: the JSON object.
        key: which field.

    Returns:
        The text and the id.

    Raises:
        ValueError: when it is missing or not such a pair.
    """
    return check_token(f"{config.get('type', 'component')}: {key!r}", take(config, key, list))


def check_token(name: str, value: Any) -> tuple[str, int]:
    """Return (text, id) if `value` is such a pair, a ValueError that calls it `name` otherwise."""
    if len(value) != 2 or not isinstance(value[0], str):
        raise ValueError(f"{name} must be a token and its id, got {value!r}")
    return value[0], check_id(name, value[1])


def check_id(name: str, value: Any) -> int:
    """Return `value` if it is an id, a ValueError that calls it `name` otherwise."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**32:
        raise ValueError(f"{name} must have an id of 0 to 2**32 - 1, got {value!r}")
    return value
