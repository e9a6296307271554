"""The truncation and padding of a tokenizer.json: checked, and as arguments of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from subword._core.component import get_field
from subword._core.limits import MAX_UINT32
from subword.results import truncation

# Truncation strategies: their names in tokenizer.json -> their names in calls.
STRATEGIES = {name.title().replace("_", ""): name for name in truncation.STRATEGIES}
DIRECTIONS = ("Left", "Right")
# The longest text has fewer tokens.
MAX_COUNT = 2**31 - 1
# The highest limit that the original reads. Files may hold more, 10**30 for "no limit" say.
MAX_LIMIT = 2**64 - 1


def _choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def _count(name: str, value: object, highest: int = MAX_COUNT) -> None:
    if type(value) is not int or not 0 <= value <= highest:
        raise ValueError(f"{name} must be a whole number of 0 to {highest}, got {value!r}")


def _checked(name: str, config: object, known: Mapping[str, Any]) -> dict[str, Any] | None:
    if config is None:
        return None
    if not isinstance(config, Mapping):
        raise ValueError(f"{name} must be an object or null, got {config!r}")
    return {**known, **{key: config[key] for key in known if key in config}}


def truncation_from_config(config: object) -> dict[str, Any] | None:
    """Return the checked truncation of a tokenizer.json, with what the file leaves out.

    A `max_length` beyond any text, such as 10**30, is as good as none; `MAX_LIMIT` stands for it.

    Raises:
        ValueError: A value is not allowed there; the message names it.

    >>> truncation_from_config({"max_length": 8})["stride"]
    0
    """
    known = {"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0}
    options = _checked("truncation", config, known)
    if options is not None:
        _choice("truncation: direction", options["direction"], DIRECTIONS)
        _choice("truncation: strategy", options["strategy"], tuple(STRATEGIES))
        for name in ("max_length", "stride"):
            value = options[name]
            if type(value) is not int or value < 0:
                raise ValueError(f"truncation: {name} must be a whole number, got {value!r}")
            options[name] = min(value, MAX_LIMIT)
    return options


def padding_from_config(config: object) -> dict[str, Any] | None:
    """Return the checked padding of a tokenizer.json, with what the file leaves out.

    Raises:
        ValueError: A value is not allowed there; the message names it.
    """
    known = {
        "strategy": "BatchLongest",
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    options = _checked("padding", config, known)
    if options is not None:
        strategy = options["strategy"]
        if not isinstance(strategy, Mapping):
            _choice("padding: strategy", strategy, ("BatchLongest",))
        else:
            _count("padding: strategy: Fixed", strategy.get("Fixed"))
        _choice("padding: direction", options["direction"], DIRECTIONS)
        if options["pad_to_multiple_of"] is not None:
            _count("padding: pad_to_multiple_of", options["pad_to_multiple_of"])
        _count("padding: pad_id", options["pad_id"], MAX_UINT32)
        _count("padding: pad_type_id", options["pad_type_id"], MAX_UINT32)
        get_field(options, "pad_token", str)
    return options


def truncation_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the truncation of a tokenizer.json as arguments of `Truncation`.

    >>> truncation_arguments({"max_length": 8, "strategy": "OnlyFirst"})["strategy"]
    'only_first'
    """
    return {
        "max_length": config.get("max_length"),
        "stride": config.get("stride", 0),
        "strategy": STRATEGIES.get(config.get("strategy", "LongestFirst"), "longest_first"),
        "direction": config.get("direction", "Right").lower(),
    }


def padding_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the padding of a tokenizer.json as arguments of `Padding`.

    >>> padding_arguments({"strategy": {"Fixed": 16}})["length"]
    16
    """
    strategy = config.get("strategy", "BatchLongest")
    return {
        "length": strategy["Fixed"] if isinstance(strategy, Mapping) else None,
        "pad_to_multiple_of": config.get("pad_to_multiple_of"),
        "pad_id": config.get("pad_id", 0),
        "pad_token": config.get("pad_token", "[PAD]"),
        "pad_type_id": config.get("pad_type_id", 0),
        "direction": config.get("direction", "Right").lower(),
    }
