"""Decoding token by token: small machines, one for each decoder.

A machine takes tokens one after the other and hands out the pieces of text that are settled,
whatever may follow; `rest` tells what the unsettled ones would give if nothing followed. Each token
costs a bounded amount of work.
"""

from __future__ import annotations

import codecs
import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from subword.vocab.byte_alphabet import byte_of_token, bytes_of

# What an unfinished character decodes to.
BROKEN = "\ufffd"


class Stream(ABC):
    """One decoder at work on one stream of tokens. Its state is in plain attributes."""

    @abstractmethod
    def push(self, token: str) -> list[str]:
        """Take a token; return the pieces that are settled by it."""

    def rest(self) -> list[str]:
        """Return the pieces that the unsettled tokens would give if the stream ended here."""
        return []


class Each(Stream):
    """A piece for each token, which only needs to know whether it is the first."""

    def __init__(self, piece: Callable[[bool, str], str]) -> None:
        self.piece = piece
        self.first = True

    def push(self, token: str) -> list[str]:
        """Settle the token."""
        first, self.first = self.first, False
        return [self.piece(first, token)]


class Delayed(Stream):
    """A piece for each token, which needs to know whether it is the last."""

    def __init__(self, piece: Callable[[bool, str], str]) -> None:
        self.piece = piece
        self.held: str | None = None

    def push(self, token: str) -> list[str]:
        """Settle the token before."""
        held, self.held = self.held, token
        return [] if held is None else [self.piece(False, held)]

    def rest(self) -> list[str]:
        """Return the last token's piece."""
        return [] if self.held is None else [self.piece(True, self.held)]


class Collapsed(Stream):
    """A piece for each token that differs from the one before; empty pieces are dropped."""

    def __init__(self, piece: Callable[[bool, str], str]) -> None:
        self.piece = piece
        self.before: str | None = None

    def push(self, token: str) -> list[str]:
        """Settle the token."""
        if token == self.before:
            return []
        self.before = token
        return [piece] if (piece := self.piece(False, token)) else []


class Bytes(Stream):
    """Tokens of the byte-level alphabet: settled as soon as their characters are whole."""

    def __init__(self) -> None:
        self.pending = b""

    def push(self, token: str) -> list[str]:
        """Settle all but the first bytes of a character that may still come."""
        data = self.pending + bytes_of(token)
        text, used = codecs.utf_8_decode(data, "replace", False)
        self.pending = data[used:]
        return [text]

    def rest(self) -> list[str]:
        """Return U+FFFD for an unfinished character."""
        return [BROKEN] if self.pending else []


class ByteRuns(Stream):
    """Tokens like `<0x61>`: a run is settled when it ends, or when it can no longer be valid."""

    def __init__(self) -> None:
        self._start_run()

    def _start_run(self) -> None:
        self.count = 0  # byte tokens of the run that are not settled
        self.text = ""  # their whole characters
        self.pending = b""  # and the start of the next one
        self.invalid = False

    def push(self, token: str) -> list[str]:
        """Settle the run when the token ends it or spoils it."""
        byte = byte_of_token(token)
        if byte is None:
            settled = [*self.rest(), token]
            self._start_run()
            return settled
        if self.invalid:
            return [BROKEN]
        self.count += 1
        data = self.pending + bytes([byte])
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            settled = [BROKEN] * self.count
            self._start_run()
            self.invalid = True
            return settled
        self.text += text
        self.pending = data[used:]
        return []

    def rest(self) -> list[str]:
        """Return the run's text, or U+FFFD for each of its tokens."""
        if not self.count:
            return []
        return [BROKEN] * self.count if self.pending else [self.text]


class Start(Stream):
    """Drop a character at the start of the whole text, up to a number of times."""

    def __init__(self, char: str, count: int) -> None:
        self.char, self.left = char, count

    def push(self, token: str) -> list[str]:
        """Settle the token."""
        while self.left and token:
            if token[0] != self.char:
                self.left = 0
            else:
                self.left -= 1
                token = token[1:]
        return [token]


class Chain(Stream):
    """Machines one after the other."""

    def __init__(self, stages: Sequence[Stream]) -> None:
        self.stages = stages

    def push(self, token: str) -> list[str]:
        """Settle what comes through all of them."""
        pieces = [token]
        for stage in self.stages:
            pieces = [settled for piece in pieces for settled in stage.push(piece)]
        return pieces

    def rest(self) -> list[str]:
        """Return what the unsettled pieces of each give when sent through those behind it."""
        pieces: list[str] = []
        for stage in self.stages:
            # A copy, because the pieces are only supposed: the state holds no containers.
            trial = copy.copy(stage) if pieces else stage
            pieces = [settled for piece in pieces for settled in trial.push(piece)] + trial.rest()
        return pieces
