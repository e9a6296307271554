"""Decoding token by token: a state machine for each kind of decoder.

An incremental decoder takes one token after the other. `push` returns the texts that are final:
those that later tokens cannot change. `pending_text` returns what the tokens that are not final yet
would give if no token followed. Each token costs a bounded amount of work.
"""

from __future__ import annotations

import codecs
import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from subword.vocab.byte_alphabet import byte_of_token, bytes_of

# What bytes that are no character decode to.
REPLACEMENT_CHAR = "\ufffd"


class IncrementalDecoder(ABC):
    """One decoder at work on one sequence of tokens. Its state is in plain attributes."""

    @abstractmethod
    def push(self, token: str) -> list[str]:
        """Take a token; return the texts that are final now."""

    def pending_text(self) -> list[str]:
        """Return the texts that the other tokens would give if no token followed."""
        return []


class PerToken(IncrementalDecoder):
    """Decode each token alone, told only whether it is the first."""

    def __init__(self, decode_token: Callable[[bool, str], str]) -> None:
        self.decode_token = decode_token
        self.is_first = True

    def push(self, token: str) -> list[str]:
        """Return the text of the token."""
        is_first, self.is_first = self.is_first, False
        return [self.decode_token(is_first, token)]


class OneBehind(IncrementalDecoder):
    """Decode each token alone, told whether it is the last: one step later, when that is known."""

    def __init__(self, decode_token: Callable[[bool, str], str]) -> None:
        self.decode_token = decode_token
        self.last: str | None = None

    def push(self, token: str) -> list[str]:
        """Return the text of the token before this one."""
        before, self.last = self.last, token
        return [] if before is None else [self.decode_token(False, before)]

    def pending_text(self) -> list[str]:
        """Return the text of the last token."""
        return [] if self.last is None else [self.decode_token(True, self.last)]


class CollapseRepeats(IncrementalDecoder):
    """Decode each token that differs from the one before; empty texts are dropped."""

    def __init__(self, decode_token: Callable[[str], str]) -> None:
        self.decode_token = decode_token
        self.last: str | None = None

    def push(self, token: str) -> list[str]:
        """Return the text of the token."""
        if token == self.last:
            return []
        self.last = token
        return [text] if (text := self.decode_token(token)) else []


class ByteLevelBytes(IncrementalDecoder):
    """Decode tokens of the byte-level alphabet: text is final where its characters are complete."""

    def __init__(self) -> None:
        self.pending = b""

    def push(self, token: str) -> list[str]:
        """Return all but the first bytes of a character whose other bytes may still follow."""
        data = self.pending + bytes_of(token)
        text, used = codecs.utf_8_decode(data, "replace", False)
        self.pending = data[used:]
        return [text]

    def pending_text(self) -> list[str]:
        """Return U+FFFD for an incomplete character."""
        return [REPLACEMENT_CHAR] if self.pending else []


class ByteFallbackRuns(IncrementalDecoder):
    """Decode tokens like `<0x61>`: a run is final when it ends, or can no longer become valid."""

    def __init__(self) -> None:
        self._start_run()

    def _start_run(self) -> None:
        self.count = 0  # byte tokens of the run that are not final
        self.text = ""  # their complete characters
        self.pending = b""  # and the first bytes of the next one
        self.is_invalid = False

    def push(self, token: str) -> list[str]:
        """Return the run when the token ends it or makes it invalid."""
        byte = byte_of_token(token)
        if byte is None:
            final = [*self.pending_text(), token]
            self._start_run()
            return final
        if self.is_invalid:
            return [REPLACEMENT_CHAR]
        self.count += 1
        data = self.pending + bytes([byte])
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            final = [REPLACEMENT_CHAR] * self.count
            self._start_run()
            self.is_invalid = True
            return final
        self.text += text
        self.pending = data[used:]
        return []

    def pending_text(self) -> list[str]:
        """Return the run's text, or U+FFFD for each of its tokens."""
        if not self.count:
            return []
        return [REPLACEMENT_CHAR] * self.count if self.pending else [self.text]


class StripStart(IncrementalDecoder):
    """Remove a character at the start of the whole text, up to a number of times."""

    def __init__(self, char: str, count: int) -> None:
        self.char, self.count_left = char, count

    def push(self, token: str) -> list[str]:
        """Return the token without the characters that are removed."""
        while self.count_left and token:
            if token[0] != self.char:
                self.count_left = 0
            else:
                self.count_left -= 1
                token = token[1:]
        return [token]


class Chain(IncrementalDecoder):
    """Incremental decoders, one after the other."""

    def __init__(self, stages: Sequence[IncrementalDecoder]) -> None:
        self.stages = stages

    def push(self, token: str) -> list[str]:
        """Return what is final after all of them."""
        texts = [token]
        for stage in self.stages:
            texts = [final for text in texts for final in stage.push(text)]
        return texts

    def pending_text(self) -> list[str]:
        """Return what the pending texts of each give when they go through those after it."""
        texts: list[str] = []
        for stage in self.stages:
            # A copy, because nothing is pushed for good here. A shallow one: the state of a stage
            # holds no containers.
            trial = copy.copy(stage) if texts else stage
            texts = [final for text in texts for final in trial.push(text)] + trial.pending_text()
        return texts
