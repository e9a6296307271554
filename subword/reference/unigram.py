"""Unigram and word-level models in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from subword.reference.units import Unit

UNKNOWN_PENALTY = 10.0


class Unigram:
    """The pieces with the highest sum of scores (Kudo 2018, "Subword Regularization")."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.vocab: dict[str, int] = {piece: i for i, (piece, _) in enumerate(config["vocab"])}
        self.scores = [float(score) for _, score in config["vocab"]]
        self.unk_id: int | None = config.get("unk_id")
        self.byte_fallback = bool(config.get("byte_fallback"))
        self.longest = max(map(len, self.vocab), default=0)

    def tokenize(self, word: str) -> list[Unit]:
        """Split one word into tokens."""
        pieces: list[tuple[int, int, int | None]] = []  # characters, id; from the last to the first
        best, end = self._best(word), len(word)
        while end:
            _, start, index = best[end]
            if index == self.unk_id and pieces and pieces[-1][2] == index:
                pieces[-1] = start, pieces[-1][1], index  # unknown tokens side by side are one
            else:
                pieces.append((start, end, index))
            end = start
        return [unit for piece in reversed(pieces) for unit in self._units(word, *piece)]

    def _best(self, word: str) -> dict[int, tuple[float, int, int | None]]:
        """Return for each end the score of the best way to it, and its last token."""
        best: dict[int, tuple[float, int, int | None]] = {0: (0.0, 0, None)}

        def offer(score: float, start: int, end: int, index: int | None) -> bool:
            better = end not in best or score > best[end][0]  # of equal ones the first stays
            if better:
                best[end] = score, start, index
            return better

        for start in range(len(word)):
            so_far = best[start][0]
            for end in range(start + 1, min(start + self.longest, len(word)) + 1):
                index = self.vocab.get(word[start:end])
                if index is not None:
                    offer(so_far + self.scores[index], start, end, index)
            if word[start] not in self.vocab:
                unknown = so_far + (min(self.scores, default=0.0) - UNKNOWN_PENALTY)
                if offer(unknown, start, start + 1, self.unk_id) and self.unk_id is None:
                    raise ValueError(f"{word[start]!r} needs an unknown token, but unk_id is None")
        return best

    def _units(self, word: str, start: int, end: int, index: int | None) -> list[Unit]:
        text = word[start:end]
        first = len(word[:start].encode())
        last = first + len(text.encode())
        if index == self.unk_id:
            names = [f"<0x{byte:02X}>" for byte in text.encode()]
            falls_back = self.byte_fallback and all(name in self.vocab for name in names)
            if falls_back and text not in self.vocab:
                return [Unit(self.vocab[name], name, first, last) for name in names]
            index = self.vocab.get(text, index)  # unknown characters may spell a piece
        return [Unit(int(index or 0), text, first, last)]


class WordLevel:
    """Each word is a token, or the unknown token."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.vocab: dict[str, int] = config["vocab"]
        self.unk_token: str = config["unk_token"]

    def tokenize(self, word: str) -> list[Unit]:
        """Return the token of a word."""
        text = word if word in self.vocab else self.unk_token
        return [Unit(self.vocab[text], text, 0, len(word.encode()))]
