"""AddedToken, as `tokenizers` has it: two of its values may be set later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from subword.vocab.added_tokens import AddedToken as Core


class AddedToken:
    """A token that is found in the text whole; see `subword.AddedToken`.

    Args:
        content: The text of the token.
        single_word: Only match where no word character stands on either side.
        lstrip: Take the white space before the token with it.
        rstrip: Take the white space after the token with it.
        normalized: Look for it in the normalized text; None: unless it is special.
        special: Left out by decoding with `skip_special_tokens`.
    """

    def __init__(
        self,
        content: str | None = None,
        *,
        single_word: bool = False,
        lstrip: bool = False,
        rstrip: bool = False,
        normalized: bool | None = None,
        special: bool = False,
    ) -> None:
        flags = (single_word, lstrip, rstrip, normalized, special)
        self._made = Core("" if content is None else content, *flags)  # which checks them
        self._normalized = normalized

    @property
    def content(self) -> str:
        """The text of the token; it can be set."""
        return self._made.content

    @content.setter
    def content(self, content: str) -> None:
        self._made = replace(self._made, content=content)

    @property
    def special(self) -> bool:
        """Whether decoding can skip it; it can be set."""
        return self._made.special

    @special.setter
    def special(self, special: bool) -> None:
        self._made = replace(self._made, special=special, normalized=self._normalized)

    @property
    def single_word(self) -> bool:
        """Whether it must be a word of its own."""
        return self._made.single_word

    @property
    def lstrip(self) -> bool:
        """Whether it takes the white space before it."""
        return self._made.lstrip

    @property
    def rstrip(self) -> bool:
        """Whether it takes the white space after it."""
        return self._made.rstrip

    @property
    def normalized(self) -> bool:
        """Whether it is looked for in the normalized text."""
        return self._made.normalized is True

    @property
    def core(self) -> Core:
        """The same in subword."""
        return self._made

    @classmethod
    def of_core(cls, token: Core) -> AddedToken:
        """Return the same token."""
        return cls(
            token.content,
            single_word=token.single_word,
            lstrip=token.lstrip,
            rstrip=token.rstrip,
            normalized=token.normalized,
            special=token.special,
        )

    @classmethod
    def of(cls, token: Any) -> AddedToken:
        """Return a token, made of a str if it is one; TypeError for anything else."""
        if isinstance(token, AddedToken):
            return token
        if isinstance(token, str):
            return cls(token)
        raise TypeError(f"a token must be a str or an AddedToken, got {type(token).__name__}")

    @classmethod
    def special_of(cls, token: Any) -> AddedToken:
        """Return a token made special, in place if it was not a str."""
        made = cls.of(token)
        made.special = True
        return made

    @classmethod
    def list_of(cls, name: str, tokens: Any, special: bool = False) -> list[AddedToken]:
        """Return a list of tokens, as the original takes it: TypeError for anything else.

        Args:
            name: What the list is, for the error.
            tokens: The list.
            special: Make the tokens special.
        """
        if not isinstance(tokens, list):
            raise TypeError(
                f"{name} must be a list of str or AddedToken, got {type(tokens).__name__}"
            )
        return [cls.special_of(token) if special else cls.of(token) for token in tokens]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AddedToken) and self.core == other.core

    def __hash__(self) -> int:
        return hash(self.core)

    def __str__(self) -> str:
        return self.content

    def __repr__(self) -> str:
        names = ("rstrip", "lstrip", "single_word", "normalized", "special")
        flags = ", ".join(f"{name}={getattr(self, name)}" for name in names)
        return f'AddedToken("{self.content}", {flags})'
