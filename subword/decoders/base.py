"""What every decoder does, and what those do that go token by token."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from subword._core.component import Component
from subword.decoders import incremental


class Decoder(Component, ABC):
    """What every decoder does."""

    @abstractmethod
    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        """Return the pieces of text that the tokens stand for."""

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text that the tokens stand for.

        Args:
            tokens: as the vocabulary spells them.

        Returns:
            The text; bytes that are not valid UTF-8 give U+FFFD.
        """
        return "".join(self.decode_chain(tokens))

    def stream(self) -> incremental.Stream | None:
        """Return a fresh machine that decodes token by token, None if only the whole will do."""
        return None


class PerToken(Decoder):
    """A decoder that looks at one token at a time, and whether it is the first."""

    @abstractmethod
    def piece(self, first: bool, token: str) -> str:
        """Return the text of one token."""

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        """Return the text of each token."""
        return [self.piece(at == 0, token) for at, token in enumerate(tokens)]

    def stream(self) -> incremental.Stream | None:
        """Return a machine that settles each token at once."""
        return incremental.Each(self.piece)
