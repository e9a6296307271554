"""Text from a growing list of ids: what each new id adds."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from subword._core.checks import check_list
from subword.decoders.base import Decoder
from subword.decoders.incremental import REPLACEMENT_CHAR, IncrementalDecoder, PerToken


class Special(Protocol):
    """What a stream needs of an added token."""

    @property
    def content(self) -> str:
        """Its text."""

    @property
    def special(self) -> bool:
        """Whether decoding may skip it."""


class DecodingTokenizer(Protocol):
    """What a stream needs of a tokenizer."""

    @property
    def decoder(self) -> Decoder | None:
        """The decoder; without one tokens are joined by spaces."""

    @property
    def added_tokens(self) -> Mapping[int, Special]:
        """The added tokens by id."""

    def id_to_token(self, index: int, /) -> str | None:
        """Return the token of an id, None if there is none."""


class _Window:
    """Some tokens and the text they decode to: its size and its end always, itself on demand."""

    def __init__(self, decoder: Decoder | None, tokens: Sequence[str] = ()) -> None:
        self.tokens: list[str] = []
        self._decoder = decoder
        self._incremental: IncrementalDecoder | None = (
            PerToken(_space_before) if decoder is None else decoder.incremental_decoder()
        )
        self._final: list[str] = []
        self._pending: list[str] = []
        self._final_bytes = 0
        self.push(tokens)

    def push(self, tokens: Sequence[str]) -> None:
        self.tokens.extend(tokens)
        if self._incremental is None:  # the decoder needs the whole list of tokens
            self._pending = [self._decoder.decode(self.tokens)] if self._decoder else []
            return
        for token in tokens:
            for text in filter(None, self._incremental.push(token)):
                self._final.append(text)
                self._final_bytes += len(text.encode())
        self._pending = [text for text in self._incremental.pending_text() if text]

    def size_bytes(self) -> int:
        return self._final_bytes + sum(len(text.encode()) for text in self._pending)

    def is_incomplete(self) -> bool:
        """Whether the text ends in U+FFFD: perhaps the start of a character."""
        texts = self._pending or self._final
        return bool(texts) and texts[-1].endswith(REPLACEMENT_CHAR)

    def text(self) -> str:
        return "".join(self._final + self._pending)


def _space_before(is_first: bool, token: str) -> str:
    return token if is_first else " " + token


class DecodeStream:
    """Decode ids one by one, such as those that a model generates.

    Most ids add their text at once. One that ends within a character adds nothing until the
    character is complete. The text of an id may depend on those before it (a space before a word),
    so the stream keeps a few of them; the work per id does not grow with the length of the stream.

    Args:
        ids: Ids that come before the stream, such as those of a prompt: their text is not
            returned.
        skip_special_tokens: Leave special tokens out.
    """

    def __init__(self, ids: Iterable[int] | None = None, skip_special_tokens: bool = False) -> None:
        self.skip_special_tokens = skip_special_tokens
        self._prompt = [] if ids is None else check_list("ids", ids, "int")
        self._tokenizer: DecodingTokenizer | None = None
        self._skipped: set[str] = set()
        self._window = _Window(None)
        self._prefix = ""  # the text of the first tokens of the window, which was returned
        self._prefix_tokens = 0

    def step(self, tokenizer: DecodingTokenizer, id: int | Sequence[int]) -> str | None:
        """Take the next id, or several.

        Args:
            tokenizer: The same one in each step.
            id: The id or the ids.

        Returns:
            The text that they add; None when there is none yet.

        Raises:
            ValueError: The tokenizer is another one than before, or the new ids change text
                that was returned already.
        """
        if self._tokenizer is None:
            self._tokenizer = tokenizer
            if self.skip_special_tokens:
                known = tokenizer.added_tokens.values()
                self._skipped = {token.content for token in known if token.special}
            self._window = _Window(tokenizer.decoder, self._tokens(self._prompt))
        elif self._tokenizer is not tokenizer:
            raise ValueError("a DecodeStream must get the same tokenizer in each step, got another")
        window = self._window
        if not self._prefix and not window.is_incomplete():
            self._prefix, self._prefix_tokens = window.text(), len(window.tokens)
        new = list(
            map(operator.index, check_list("id", id, "int") if isinstance(id, Iterable) else [id])
        )
        window.push(self._tokens(new))
        if window.size_bytes() <= len(self._prefix.encode()) or window.is_incomplete():
            return None
        text = window.text()
        if not text.startswith(self._prefix):
            raise ValueError(
                f"the ids must not change text that was handed out: id {new[-1:]} makes "
                f"{self._prefix!r} {text!r}"
            )
        added = text[len(self._prefix) :]
        # The tokens that are new in this step are the ones that the next ids are decoded with.
        kept = window.tokens[self._prefix_tokens :]
        self._window = _Window(tokenizer.decoder, kept)
        self._prefix, self._prefix_tokens = self._window.text(), len(kept)
        return added

    def _tokens(self, ids: Iterable[int]) -> list[str]:
        if self._tokenizer is None:
            return []
        tokens = map(self._tokenizer.id_to_token, ids)
        return [token for token in tokens if token is not None and token not in self._skipped]
