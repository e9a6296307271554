"""All of encoding in plain Python: slow, obvious, and the page to read first.

A tokenizer.json describes five steps, and `ReferenceTokenizer` takes them one after the other:

1. Added tokens, such as `[MASK]`, are found in the text.
2. The normalizer rewrites the text between them: lower case, accents, spaces (`stages`).
3. The pre-tokenizer splits it into words (`stages`).
4. The model, BPE or WordPiece (others: `unigram`), splits each word into tokens of the vocabulary.
5. Each token gets its offsets: the characters of the original text that it comes from.

Special tokens around the text are added by `processors`, not here. The fast path imports nothing
from here; tests compare it, this page and `tokenizers` 0.23.3. All character classes come from the
frozen tables of `_core.unicode`, never from the running Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from subword._core.checks import check_list
from subword.reference.stages import CLASS, NORMALIZERS, PRE_TOKENIZERS, Config, Text
from subword.reference.unigram import Unigram, WordLevel
from subword.reference.units import Unit


class Token(NamedTuple):
    """One token of the result."""

    id: int
    text: str
    start: int  # characters [start, end) of the original text
    end: int
    word: int


# ------------------------------------------------------------------------------------------ models


class BPE:
    """Byte-pair encoding (Sennrich et al. 2016, "Neural Machine Translation of Rare Words", 3.2).

    A word starts as its characters. Then two neighbours that form a merge are joined, always those
    of the lowest rank and of these the leftmost, until no merge is left.
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
        """Split one word into tokens."""
        if self.ignore_merges and word in self.vocab:
            return [Unit(self.vocab[word], word, 0, len(word.encode()))]
        symbols = self._characters(word)  # (id, first byte, last byte + 1)
        while True:
            found = [
                (*self.merges[pair], i)
                for i, pair in enumerate((a[0], b[0]) for a, b in pairwise(symbols))
                if pair in self.merges
            ]
            if not found:
                break
            _, joined, i = min(found, key=lambda merge: (merge[0], merge[2]))
            symbols[i : i + 2] = [(joined, symbols[i][1], symbols[i + 1][2])]
        return [Unit(index, self.texts[index], start, end) for index, start, end in symbols]

    def _characters(self, word: str) -> list[tuple[int, int, int]]:
        symbols: list[tuple[int, int, int]] = []
        pos = 0  # in bytes of the symbols so far: a dropped character counts nothing

        def write(token_id: int, size: int) -> None:
            nonlocal pos
            symbols.append((token_id, pos, pos + size))
            pos += size

        unknown: list[int] = []  # the sizes of unknown characters whose token is not yet written
        for i, char in enumerate(word):
            size = len(char.encode())
            before, after = self.prefix if i else "", self.suffix if i == len(word) - 1 else ""
            text = before + char + after
            if text in self.vocab:
                for unknown_size in unknown:
                    write(self.vocab[str(self.unk_token)], unknown_size)
                unknown = []
                write(self.vocab[text], size)
                continue
            names = [f"<0x{byte:02X}>" for byte in text.encode()]
            if self.byte_fallback and all(name in self.vocab for name in names):
                # The oracle does not write a pending unknown token before these bytes. Those of a
                # prefix or suffix lie on the first or last byte of the character.
                for k, name in enumerate(names, -len(before.encode())):
                    at = pos + min(max(k, 0), size - 1)
                    symbols.append((self.vocab[name], at, at + 1))
                pos += size
            elif self.unk_token is not None:
                if unknown and self.fuse_unk:
                    unknown = [unknown[0] + size]
                else:
                    for unknown_size in unknown:
                        write(self.vocab[self.unk_token], unknown_size)
                    unknown = [size]
            # Without an unknown token the character is dropped, and its neighbours may merge.
        for unknown_size in unknown:
            write(self.vocab[str(self.unk_token)], unknown_size)
        return symbols


class WordPiece:
    """Longest match from the left (Schuster and Nakajima 2012; the BERT tokenizer's algorithm).

    A word that cannot be split up to its end, or is too long, becomes one unknown token.
    """

    def __init__(self, config: Config) -> None:
        self.vocab: dict[str, int] = config["vocab"]
        self.prefix: str = config["continuing_subword_prefix"]
        self.unk_token: str = config["unk_token"]
        self.limit: int = config["max_input_chars_per_word"]

    def tokenize(self, word: str) -> list[Unit]:
        """Split one word into tokens."""
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


MODELS: dict[str, Callable[[Config], BPE | Unigram | WordLevel | WordPiece]] = {
    "BPE": BPE,
    "Unigram": Unigram,
    "WordLevel": WordLevel,
    "WordPiece": WordPiece,
}


def _model(config: Config) -> BPE | Unigram | WordLevel | WordPiece:
    kind = config.get("type") or ("BPE" if "merges" in config else "WordPiece")
    if kind not in MODELS:
        raise ValueError(f"model: the type must be one of {', '.join(MODELS)}, got {kind!r}")
    return MODELS[kind](config)


# ------------------------------------------------------------------------------------ added tokens


class AddedToken(NamedTuple):
    """A token that is found in the text before the model sees it."""

    id: int
    content: str
    single_word: bool  # not inside a word
    lstrip: bool  # includes the white space before it
    rstrip: bool  # and after it
    normalized: bool  # is searched in the normalized text, in its normalized form
    special: bool


def _space_before(text: str, pos: int) -> int:
    while pos and text[pos - 1] in CLASS["bert_space"]:
        pos -= 1
    return pos


def _space_after(text: str, pos: int) -> int:
    while pos < len(text) and text[pos] in CLASS["bert_space"]:
        pos += 1
    return pos


def by_first_character(tokens: Iterable[AddedToken]) -> dict[str, list[AddedToken]]:
    """Sort added tokens for `find_added`, the longest first; empty ones are never found."""
    found: dict[str, list[AddedToken]] = {}
    for token in sorted(tokens, key=lambda token: -len(token.content)):
        if token.content:
            found.setdefault(token.content[0], []).append(token)
    return found


def find_added(
    text: str, tokens: Mapping[str, Sequence[AddedToken]], ignore_special: bool = False
) -> list[tuple[int, int, int | None]]:
    """Split a text at added tokens, leftmost then longest: (start, stop, id or None)."""
    parts: list[tuple[int, int, int | None]] = []
    done = pos = 0
    while pos < len(text):
        candidates = tokens.get(text[pos], ())
        token = next((t for t in candidates if text.startswith(t.content, pos)), None)
        if token is None:
            pos += 1
            continue
        start, stop = pos, pos + len(token.content)
        pos = stop  # even if it is refused now, nothing else is searched inside it
        if ignore_special and token.special:
            continue
        neighbours = text[max(start - 1, 0) : start] + text[stop : stop + 1]
        if token.single_word and any(char in CLASS["scan_word"] for char in neighbours):
            continue
        if token.lstrip:
            start = max(_space_before(text, start), done)
        if token.rstrip:
            stop = _space_after(text, stop)
        if start >= stop:  # white space that the token before includes
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
        config: The parsed file.
        encode_special_tokens: Treat special tokens in the text as plain text.

    Raises:
        ValueError: The model is of no known type.

    Example:
        >>> model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
        >>> [token.text for token in ReferenceTokenizer({"model": model}).encode("abba")]
        ['ab', 'b', 'a']
    """

    def __init__(self, config: Config, *, encode_special_tokens: bool = False) -> None:
        self.normalizer: Config | None = config.get("normalizer")
        self.pre_tokenizer: Config | None = config.get("pre_tokenizer")
        self.model = _model(config["model"])
        # An added token that the model has keeps the model's id; the others get the next free ids.
        # The ids in the file are ignored.
        ids: dict[str, int] = {}
        tokens: dict[int, AddedToken] = {}
        for entry in config.get("added_tokens") or ():
            content = entry["content"]
            if not content:
                continue
            known = len(config["model"]["vocab"])  # of a Unigram, which may list a token twice
            fresh = known + sum(1 for text in ids if text not in self.model.vocab)
            ids.setdefault(content, self.model.vocab.get(content, fresh))
            flags = ("single_word", "lstrip", "rstrip", "normalized", "special")
            tokens[ids[content]] = AddedToken(ids[content], content, *(entry[f] for f in flags))
        self.ignore_special = encode_special_tokens
        self.before_normalizer = by_first_character(t for t in tokens.values() if not t.normalized)
        self.after_normalizer = by_first_character(
            token._replace(content=self._normalize(self._whole(token.content)).text)
            for token in tokens.values()
            if token.normalized
        )

    def encode(self, text: str) -> list[Token]:
        """Encode one text, without special tokens around it.

        Args:
            text: Any string without lone surrogates.

        Returns:
            Its tokens, with offsets in characters of `text` and word numbers.
        """
        parts: list[tuple[Text, int | None]] = []
        for part, added in self._split(self._whole(text), self.before_normalizer):
            if added is None:
                parts += self._split(self._normalize(part), self.after_normalizer)
            else:
                parts.append((part, added))
        words: list[tuple[Text, int | None]] = []
        for part, added in parts:
            split = self._words(part) if added is None else [part]
            words += [(word, added) for word in split if word.text]
        return [t for i, (word, added) in enumerate(words) for t in self._tokens(word, added, i)]

    def encode_words(self, words: Iterable[str]) -> list[Token]:
        """Encode words that are already split: each on its own, numbered by its index.

        Offsets count from the start of each word.
        """
        tokens = [self.encode(word) for word in check_list("words", words)]
        return [token._replace(word=i) for i, each in enumerate(tokens) for token in each]

    def _whole(self, text: str) -> Text:
        return Text(text, [(i, i + 1) for i in range(len(text))], 0)

    def _split(
        self, text: Text, tokens: Mapping[str, list[AddedToken]]
    ) -> list[tuple[Text, int | None]]:
        return [
            (text.slice(start, stop), added)
            for start, stop, added in find_added(text.text, tokens, self.ignore_special)
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
        # Tokens are counted in bytes. One that ends inside a character has all of it.
        spans = [
            span
            for char, span in zip(word.text, word.spans, strict=True)
            for _ in range(len(char.encode()))
        ]
        return [
            Token(unit.id, unit.text, spans[unit.start][0], spans[unit.end - 1][1], number)
            for unit in self.model.tokenize(word.text)
        ]
