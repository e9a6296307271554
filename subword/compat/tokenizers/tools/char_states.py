"""What a character of a text belongs to, by the names of `tokenizers.tools.visualizer`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class CharStateKey(NamedTuple):
    """Neighbours with equal keys are shown together.

    Attributes:
        token_ix: Number of the token, None outside of all.
        anno_ix: Number of the annotation, None outside of all.
    """

    token_ix: int | None
    anno_ix: int | None


@dataclass
class CharState:
    """What a character belongs to.

    Attributes:
        char_ix: Its place in the text; None stands for a token that is not in the text.
        anno_ix: Number of its annotation.
        tokens: Numbers of its tokens.

    Example:
        >>> state = CharState(0, tokens=[3, 4])
        >>> state.is_multitoken, state.partition_key()
        (True, CharStateKey(token_ix=3, anno_ix=None))
    """

    char_ix: int | None
    anno_ix: int | None = None
    tokens: list[int] = field(default_factory=list)

    @property
    def token_ix(self) -> int | None:
        """The first of its tokens."""
        return self.tokens[0] if self.tokens else None

    @property
    def is_multitoken(self) -> bool:
        """Whether it has several tokens."""
        return len(self.tokens) > 1

    def partition_key(self) -> CharStateKey:
        """Return what it shares with the characters that are shown together with it."""
        return CharStateKey(self.token_ix, self.anno_ix)
