"""The whole of encoding in plain Python: slow, obvious, and the page to read first.

A tokenizer.json describes five steps, and `ReferenceTokenizer` takes them one after the other:

1. Added tokens, such as `[MASK]`, are cut out of the text.
2. The normalizer rewrites what is left: lower case, accents, spaces (`reference_stages`).
3. The pre-tokenizer cuts it into words (`reference_stages`).
4. The model, BPE or WordPiece, cuts each word into tokens of the vocabulary.
5. Each token is traced back to the characters of the text that it stands for.

Special tokens around the text are not this page's business: see `processors`. Nothing here is
imported by the fast path; the tests hold the fast path, this page and `tokenizers` 0.23.3 together.
All character classes come from the frozen tables of `_unicode`, never from the running Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from subword.reference.stages import CLASS, NORMALIZERS, PRE_TOKENIZERS, Config, Text


class Token(NamedTuple):
    """One token of the result."""

    id: int
    text: str
    start: int  # characters [start, end) of the original text
    end: int
    word: int


class Unit(NamedTuple):
    """A token within its word."""

    id: int
    text: str
    start: int  # bytes [start, end) of the word
    end: int


# ------------------------------------------------------------------------------------------ models


class BPE:
    """Byte-pair encoding (Sennrich et al. 2016, "Neural Machine Translation of Rare Words", 3.2).

    A word starts as its characters; then two neighbours that form a merge are joined, again and
    again, always those of the lowest rank, and of these the leftmost, until no merge is left.
    """

    def __init__(self, config: Config) -> None:
        self.vocab: dict[str, int] = config["vocab"]
        self.texts = {token_id: text for text, token_id in self.vocab.items()}
        self.prefix: str = config.get("continuing_subword_prefix") or ""
        self.suffix: str = config.get("end_of_word_suffix") or ""
        self.unk_token: str | None = config.get("unk_token")
        self.fuse_unk = bool(config.get("fuse_unk"))
        self.byte_fallback = bool(config.get("byte_fallback"))
        self.ignore_merges = bool(config.get("ignore_merges"))
        # (left id, right id) -> (rank, id of the join)
        self.merges: dict[tuple[int, int], tuple[int, int]] = {}
        lines = [
            m for m in config["merges"] if not (isinstance(m, str) and m.startswith("#version"))
        ]
        for rank, merge in enumerate(lines):
            left, right = merge.split(" ") if isinstance(merge, str) else merge
            joined = self.vocab[left + right[len(self.prefix) :]]
            self.merges[self.vocab[left], self.vocab[right]] = rank, joined

    def tokenize(self, word: str) -> list[Unit]:
        """Cut one word into tokens."""
        if self.ignore_merges and word in self.vocab:
            return [Unit(self.vocab[word], word, 0, len(word.encode()))]
        symbols = self._characters(word)  # (id, bytes)
        while True:
            found = [
                (*self.merges[pair], at)
                for at, pair in enumerate((a[0], b[0]) for a, b in pairwise(symbols))
                if pair in self.merges
            ]
            if not found:
                break
            _, joined, at = min(found, key=lambda merge: (merge[0], merge[2]))
            symbols[at : at + 2] = [(joined, symbols[at][1] + symbols[at + 1][1])]
        units, done = [], 0
        for token_id, size in symbols:
            units.append(Unit(token_id, self.texts[token_id], done, done + size))
            done += size
        return units

    def _characters(self, word: str) -> list[tuple[int, int]]:
        symbols: list[tuple[int, int]] = []
        unknown: list[tuple[int, int]] = []  # a token for unknown characters, not yet written
        for at, char in enumerate(word):
            size = len(char.encode())
            text = (self.prefix if at else "") + char + (self.suffix if at == len(word) - 1 else "")
            if text in self.vocab:
                symbols += [*unknown, (self.vocab[text], size)]
                unknown = []
                continue
            names = [f"<0x{byte:02X}>" for byte in text.encode()]
            if self.byte_fallback and all(name in self.vocab for name in names):
                # The oracle does not write a waiting unknown token before these bytes.
                symbols += [(self.vocab[name], 1) for name in names]
            elif self.unk_token is not None:
                if unknown and self.fuse_unk:
                    unknown = [(unknown[0][0], unknown[0][1] + size)]
                else:
                    symbols += unknown
                    unknown = [(self.vocab[self.unk_token], size)]
            # Without an unknown token the character is dropped, and its neighbours may merge.
        return symbols + unknown


class WordPiece:
    """Longest match from the left (Schuster and Nakajima 2012; the BERT tokenizer's algorithm).

    A word that cannot be cut to its end, or is too long, becomes one unknown token.
    """

    def __init__(self, config: Config) -> None:
        self.vocab: dict[str, int] = config["vocab"]
        self.prefix: str = config["continuing_subword_prefix"]
        self.unk_token: str = config["unk_token"]
        self.limit: int = config["max_input_chars_per_word"]

    def tokenize(self, word: str) -> list[Unit]:
        """Cut one word into tokens."""
        units: list[Unit] = []
        start = 0
        while start < len(word) <= self.limit:
            for stop in range(len(word), start, -1):
                text = (self.prefix if start else "") + word[start:stop]
                if text in self.vocab:
                    first, last = len(word[:start].encode()), len(word[:stop].encode())
                    units.append(Unit(self.vocab[text], text, first, last))
                    break
            else:
                units = []
                break
            start = stop
        if units or not word:
            return units
        return [Unit(self.vocab[self.unk_token], self.unk_token, 0, len(word.encode()))]


def _model(config: Config) -> BPE | WordPiece:
    kind = config.get("type") or ("BPE" if "merges" in config else "WordPiece")
    if kind not in ("BPE", "WordPiece"):
        raise ValueError(f"model: the type must be BPE or WordPiece, got {kind!r}")
    return BPE(config) if kind == "BPE" else WordPiece(config)


# ------------------------------------------------------------------------------------ added tokens


class AddedToken(NamedTuple):
    """A token that is found in the text itself, before any model sees it."""

    id: int
    content: str
    single_word: bool  # not inside a word
    lstrip: bool  # takes the white space before it with it
    rstrip: bool  # and after it
    normalized: bool  # is looked for in the normalized text, itself normalized
    special: bool


def _space_before(text: str, at: int) -> int:
    while at and text[at - 1] in CLASS["bert_space"]:
        at -= 1
    return at


def _space_after(text: str, at: int) -> int:
    while at < len(text) and text[at] in CLASS["bert_space"]:
        at += 1
    return at


def by_first_character(tokens: Iterable[AddedToken]) -> dict[str, list[AddedToken]]:
    """Sort added tokens for `find_added`, the longest first; one without content is never found."""
    found: dict[str, list[AddedToken]] = {}
    for token in sorted(tokens, key=lambda token: -len(token.content)):
        if token.content:
            found.setdefault(token.content[0], []).append(token)
    return found


def find_added(
    text: str, tokens: Mapping[str, Sequence[AddedToken]], ignore_special: bool = False
) -> list[tuple[int, int, int | None]]:
    """Cut a text at added tokens: (start, stop, id or None), leftmost and of these the longest."""
    parts: list[tuple[int, int, int | None]] = []
    done = at = 0
    while at < len(text):
        candidates = tokens.get(text[at], ())
        token = next((t for t in candidates if text.startswith(t.content, at)), None)
        if token is None:
            at += 1
            continue
        start, stop = at, at + len(token.content)
        at = stop  # even if it is refused now, nothing else is looked for inside it
        if ignore_special and token.special:
            continue
        neighbours = text[max(start - 1, 0) : start] + text[stop : stop + 1]
        if token.single_word and any(char in CLASS["scan_word"] for char in neighbours):
            continue
        if token.lstrip:
            start = max(_space_before(text, start), done)
        if token.rstrip:
            stop = _space_after(text, stop)
        if start >= stop:  # white space that the token before has taken
            continue
        if done < start:
            parts.append((done, start, None))
        parts.append((start, stop, token.id))
        done = stop
    return parts if done == len(text) and parts else [*parts, (done, len(text), None)]


# --------------------------------------------------------------------------------------- pipeline


class ReferenceTokenizer:
    """Encode with a tokenizer.json, step by step.

    Args:
        config: the parsed file.
        encode_special_tokens: treat special tokens in the text as plain text.

    Raises:
        ValueError: when the model is neither BPE nor WordPiece.

    Example:
        >>> model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
        >>> [token.text for token in ReferenceTokenizer({"model": model}).encode("abba")]
        ['ab', 'b', 'a']
    """

    def __init__(self, config: Config, *, encode_special_tokens: bool = False) -> None:
        self.normalizer: Config | None = config.get("normalizer")
        self.pre_tokenizer: Config | None = config.get("pre_tokenizer")
        self.model = _model(config["model"])
        # An added token has the id that the model knows it by; the others get the next free ones.
        # The ids in the file are not looked at.
        ids: dict[str, int] = {}
        tokens: dict[int, AddedToken] = {}
        for entry in config.get("added_tokens") or ():
            content = entry["content"]
            if not content:
                continue
            fresh = len(self.model.vocab) + sum(1 for text in ids if text not in self.model.vocab)
            ids.setdefault(content, self.model.vocab.get(content, fresh))
            flags = ("single_word", "lstrip", "rstrip", "normalized", "special")
            tokens[ids[content]] = AddedToken(ids[content], content, *(entry[f] for f in flags))
        self.ignore_special = encode_special_tokens
        self.raw = by_first_character(t for t in tokens.values() if not t.normalized)
        self.normalized = by_first_character(
            token._replace(content=self._normalize(self._whole(token.content)).text)
            for token in tokens.values()
            if token.normalized
        )

    def encode(self, text: str) -> list[Token]:
        """Encode one text, without special tokens around it.

        Args:
            text: any string without lone surrogates.

        Returns:
            Its tokens, with offsets in characters of `text` and word numbers.
        """
        pieces: list[tuple[Text, int | None]] = []
        for piece, added in self._cut([(self._whole(text), None)], self.raw):
            if added is None:
                pieces += self._cut([(self._normalize(piece), None)], self.normalized)
            else:
                pieces.append((piece, added))
        words: list[tuple[Text, int | None]] = []
        for piece, added in pieces:
            cut = self._words(piece) if added is None else [piece]
            words += [(word, added) for word in cut if word.text]
        return [t for at, (word, added) in enumerate(words) for t in self._tokens(word, added, at)]

    def encode_words(self, words: Iterable[str]) -> list[Token]:
        """Encode words that are known already: each on its own, numbered by its place.

        Offsets count from the start of each word.
        """
        tokens = [self.encode(word) for word in words]
        return [token._replace(word=at) for at, each in enumerate(tokens) for token in each]

    def _whole(self, text: str) -> Text:
        return Text(text, [(i, i + 1) for i in range(len(text))], 0)

    def _cut(
        self, pieces: Iterable[tuple[Text, int | None]], tokens: Mapping[str, list[AddedToken]]
    ) -> list[tuple[Text, int | None]]:
        return [
            (piece.slice(start, stop), added)
            for piece, _ in pieces
            for start, stop, added in find_added(piece.text, tokens, self.ignore_special)
            if start < stop
        ]

    def _normalize(self, text: Text) -> Text:
        if self.normalizer is None:
            return text
        return NORMALIZERS[self.normalizer["type"]](text, self.normalizer)

    def _words(self, text: Text) -> list[Text]:
        if self.pre_tokenizer is None:
            return [text]
        return PRE_TOKENIZERS[self.pre_tokenizer["type"]](text, self.pre_tokenizer)

    def _tokens(self, word: Text, added: int | None, number: int) -> list[Token]:
        if added is not None:
            return [Token(added, word.text, word.spans[0][0], word.spans[-1][1], number)]
        # Tokens are counted in bytes: one may end inside a character, and then has all of it.
        spans = [
            span
            for char, span in zip(word.text, word.spans, strict=True)
            for _ in range(len(char.encode()))
        ]
        return [
            Token(unit.id, unit.text, spans[unit.start][0], spans[unit.end - 1][1], number)
            for unit in self.model.tokenize(word.text)
        ]
