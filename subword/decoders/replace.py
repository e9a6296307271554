"""The decoder that replaces a string or a pattern in each token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Self

from subword._core.component import REQUIRED, get_field
from subword._regex.patterns import Regex, compile_pattern
from subword.decoders.base import PerTokenDecoder


class Replace(PerTokenDecoder):
    """Replace a pattern in each token.

    Args:
        pattern: A literal string, or a `Regex`.
        content: What takes its place, literally.

    Example:
        >>> Replace("▁", " ").decode(["▁Hi", "▁there"])
        ' Hi there'
    """

    type_name = "Replace"
    fields: ClassVar = {"content": (str, REQUIRED)}

    def __init__(self, pattern: str | Regex, content: str) -> None:
        if not isinstance(pattern, str | Regex):
            raise TypeError(f"pattern must be a str or a Regex, got {type(pattern).__name__}")
        self.pattern, self.content = pattern, content
        self._find_spans: Callable[[str], Iterable[tuple[int, int]]] | None = None
        if isinstance(pattern, Regex):
            self._find_spans = compile_pattern(pattern.pattern).find_spans

    def decode_token(self, is_first: bool, token: str) -> str:
        if not token:  # stays empty, whatever the pattern
            return token
        if self._find_spans is None:
            return token.replace(str(self.pattern), self.content)
        parts, done = [], 0
        for start, stop in self._find_spans(token):
            parts += [token[done:start], self.content]
            done = stop
        return "".join([*parts, token[done:]])

    def __reduce__(self) -> tuple[Any, ...]:
        return Replace, (self.pattern, self.content)

    def to_dict(self) -> dict[str, Any]:
        pattern = self.pattern
        kind = {"Regex": pattern.pattern} if isinstance(pattern, Regex) else {"String": pattern}
        return {"type": self.type_name, "pattern": kind, "content": self.content}

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        pattern = get_field(config, "pattern", dict)
        if len(pattern) != 1 or not pattern.keys() <= {"String", "Regex"}:
            raise ValueError(f"Replace: pattern must be a String or a Regex, got {pattern!r}")
        kind = next(iter(pattern))
        text = get_field({"type": "Replace: pattern", **pattern}, kind, str)
        return cls(Regex(text) if kind == "Regex" else text, get_field(config, "content", str))
