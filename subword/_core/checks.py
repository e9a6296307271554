"""Checks of arguments that several rooms take."""


def check_index(name: str, value: int) -> int:
    """Return `value` if it is usable as a position, a ValueError otherwise."""
    if value < 0:
        raise ValueError(f"{name} must be at least 0, got {value}")
    return value


def check_side(name: str, value: str) -> str:
    """Return `value` if it is "left" or "right", a ValueError otherwise."""
    if value not in ("left", "right"):
        raise ValueError(f'{name} must be "left" or "right", got {value!r}')
    return value
