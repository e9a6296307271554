"""Decoders: from the texts of tokens back to text.

A decoder maps the list of tokens to a list of pieces (`decode_chain`), whose concatenation is the
text (`decode`). Decoders that can go token by token also say how (`stream`), for
`decode_stream.DecodeStream`.
"""

# ruff: noqa: D102 (the methods are documented on the base class)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Sequence as SequenceOf
from itertools import groupby
from typing import Any, ClassVar, Self

from subword._core.component import REQUIRED, component_type, get_field
from subword._regex.patterns import Regex, compile_pattern, find_spans
from subword.decoders import incremental
from subword.decoders.base import Decoder, PerToken
from subword.decoders.bytes import ByteFallback, ByteLevel
from subword.decoders.incremental import Stream

__all__ = [
    "CTC",
    "BPEDecoder",
    "ByteFallback",
    "ByteLevel",
    "Decoder",
    "Fuse",
    "Metaspace",
    "Replace",
    "Sequence",
    "Strip",
    "WordPiece",
    "cleanup",
    "from_dict",
]

# What `cleanup` undoes of the way old tokenizers spaced English, in this order.
_CLEANUPS = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" do not", " don't"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def cleanup(text: str) -> str:
    """Take the spaces before punctuation and English contractions out of a piece of text."""
    for spaced, plain in _CLEANUPS:
        text = text.replace(spaced, plain)
    return text


class WordPiece(PerToken):
    """Put a space before each token but those that continue a word, and drop the `##` of these.

    Args:
        prefix: what marks a token that continues a word.
        cleanup: take the space before punctuation away again, token by token (so a rule that spans
            two tokens never applies).

    Example:
        >>> WordPiece().decode(["un", "##do", "it", "!"])
        'undo it!'
    """

    type_name = "WordPiece"
    fields: ClassVar = {"prefix": (str, REQUIRED), "cleanup": (bool, REQUIRED)}

    def __init__(self, prefix: str = "##", cleanup: bool = True) -> None:
        self.prefix, self.cleanup = prefix, cleanup

    def piece(self, first: bool, token: str) -> str:
        if not first:
            continues = token.startswith(self.prefix)
            token = token[len(self.prefix) :] if continues else " " + token
        return cleanup(token) if self.cleanup else token


class Metaspace(PerToken):
    """Read the replacement character as a space; in the first token drop it.

    Args:
        replacement: the character that stands for a space.
        prepend_scheme: "always" and "first" drop it in the first token, "never" does not.
        split: kept for the file format; means nothing here.

    Raises:
        ValueError: when the replacement is not one character or the scheme is unknown.

    Example:
        >>> Metaspace().decode(["▁Hi", "▁there"])
        'Hi there'
    """

    type_name = "Metaspace"
    fields: ClassVar = {
        "replacement": (str, REQUIRED),
        "prepend_scheme": (str, "always"),
        "split": (bool, True),
    }

    def __init__(
        self, replacement: str = "▁", prepend_scheme: str = "always", split: bool = True
    ) -> None:
        if len(replacement) != 1:
            raise ValueError(f"Metaspace: replacement must be one character, got {replacement!r}")
        if prepend_scheme not in ("always", "first", "never"):
            raise ValueError(
                'Metaspace: prepend_scheme must be "always", "first" or "never", '
                f"got {prepend_scheme!r}"
            )
        self.replacement, self.prepend_scheme, self.split = replacement, prepend_scheme, split

    def piece(self, first: bool, token: str) -> str:
        dropped = first and self.prepend_scheme != "never"
        return token.replace(self.replacement, "" if dropped else " ")

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        scheme = get_field(config, "prepend_scheme", str, "always")
        if config.get("add_prefix_space") is False and scheme != "never":
            raise ValueError(
                f'Metaspace: add_prefix_space false needs prepend_scheme "never", got {scheme!r}'
            )
        return super().from_dict(config)


class Replace(PerToken):
    """Replace a pattern in each token.

    Args:
        pattern: a literal string, or a `Regex` (needs the package `regex`).
        content: what takes its place, literally.

    Example:
        >>> Replace("▁", " ").decode(["▁Hi", "▁there"])
        ' Hi there'
    """

    type_name = "Replace"

    def __init__(self, pattern: str | Regex, content: str) -> None:
        self.pattern, self.content = pattern, content
        self._spans: Callable[[str], Iterable[tuple[int, int]]] | None = None
        if isinstance(pattern, Regex):
            compiled = compile_pattern(pattern.pattern)
            self._spans = lambda token: find_spans(compiled, token)

    def piece(self, first: bool, token: str) -> str:
        if not token:  # stays empty, whatever the pattern
            return token
        if self._spans is None:
            return token.replace(str(self.pattern), self.content)
        parts, done = [], 0
        for start, stop in self._spans(token):
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


class Fuse(Decoder):
    """Join all tokens into one, for decoders that follow.

    Example:
        >>> Fuse().decode_chain(["a", "b"])
        ['ab']
    """

    type_name = "Fuse"

    def decode_chain(self, tokens: SequenceOf[str]) -> list[str]:
        return ["".join(tokens)]

    def stream(self) -> Stream:
        # Joined or not is the same to a stream; what may follow, `Sequence.stream` decides.
        return incremental.Each(lambda first, token: token)


class Strip(PerToken):
    """Take a character off the ends of each token.

    Args:
        content: the character.
        left: how many to take at most at the start.
        right: how many at the end.

    Raises:
        ValueError: when `content` is not one character or a count is negative.

    Example:
        >>> Strip("H", 1, 0).decode(["Hey", "Hi", "HHH"])
        'eyiHH'
    """

    type_name = "Strip"
    fields: ClassVar = {
        "content": (str, REQUIRED),
        "start": (int, REQUIRED),
        "stop": (int, REQUIRED),
    }

    def __init__(self, content: str = " ", left: int = 0, right: int = 0) -> None:
        if len(content) != 1 or left < 0 or right < 0:
            raise ValueError(
                "Strip: content must be one character and the counts at least 0, "
                f"got {content!r}, {left}, {right}"
            )
        self.content, self.start, self.stop = content, left, right

    def piece(self, first: bool, token: str) -> str:
        head = len(token) - len(token.lstrip(self.content))
        tail = len(token) - len(token.rstrip(self.content))
        # Where both ends would take the same characters the oracle panics; here nothing is left.
        return token[min(head, self.start) : len(token) - min(tail, self.stop)]

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(
            get_field(config, "content", str),
            get_field(config, "start", int),
            get_field(config, "stop", int),
        )


class BPEDecoder(Decoder):
    """Read the suffix that ends a word as a space; in the last token drop it.

    Args:
        suffix: what ends a word.

    Example:
        >>> BPEDecoder().decode(["he", "llo</w>", "you</w>"])
        'hello you'
    """

    type_name = "BPEDecoder"
    fields: ClassVar = {"suffix": (str, REQUIRED)}

    def __init__(self, suffix: str = "</w>") -> None:
        self.suffix = suffix

    def decode_chain(self, tokens: SequenceOf[str]) -> list[str]:
        last = len(tokens) - 1
        return [self.piece(at == last, token) for at, token in enumerate(tokens)]

    def piece(self, last: bool, token: str) -> str:
        """Return the text of one token."""
        return token.replace(self.suffix, "" if last else " ")

    def stream(self) -> Stream:
        return incremental.Delayed(self.piece)


class CTC(Decoder):
    """Collapse repeated tokens and drop the blanks, as models trained with CTC want it.

    Args:
        pad_token: the blank.
        word_delimiter_token: what stands for a space.
        cleanup: take spaces before punctuation away, and read the delimiter as a space.

    Example:
        >>> CTC().decode(["h", "h", "<pad>", "i", "|", "|", "y", "o", "<pad>", "o"])
        'hi yoo'
    """

    type_name = "CTC"
    fields: ClassVar = {
        "pad_token": (str, REQUIRED),
        "word_delimiter_token": (str, REQUIRED),
        "cleanup": (bool, REQUIRED),
    }

    def __init__(
        self, pad_token: str = "<pad>", word_delimiter_token: str = "|", cleanup: bool = True
    ) -> None:
        self.pad_token, self.word_delimiter_token = pad_token, word_delimiter_token
        self.cleanup = cleanup

    def decode_chain(self, tokens: SequenceOf[str]) -> list[str]:
        pieces = (self._piece(False, token) for token, _ in groupby(tokens))
        return [piece for piece in pieces if piece]

    def _piece(self, first: bool, token: str) -> str:
        token = token.replace(self.pad_token, "")
        return cleanup(token).replace(self.word_delimiter_token, " ") if self.cleanup else token

    def stream(self) -> Stream:
        return incremental.Collapsed(self._piece)


class Sequence(Decoder):
    """Decoders one after the other.

    Args:
        decoders: in their order; each gets the pieces that the one before returned.
    """

    type_name = "Sequence"

    def __init__(self, decoders: Iterable[Decoder]) -> None:
        self.decoders = tuple(decoders)

    def decode_chain(self, tokens: SequenceOf[str]) -> list[str]:
        pieces = list(tokens)
        for decoder in self.decoders:
            pieces = decoder.decode_chain(pieces)
        return pieces

    def stream(self) -> Stream | None:
        stages: list[Stream] = []
        joined = False  # from there on the decoders see one token, the whole text so far
        for decoder in self.flat():
            stage = decoder.stream()
            if joined and isinstance(decoder, Strip) and decoder.stop == 0:
                stage = incremental.Start(decoder.content, decoder.start)
            elif stage is None or (joined and not isinstance(decoder, Fuse)):
                return None
            joined = joined or isinstance(decoder, (Fuse, ByteLevel))
            stages.append(stage)
        return incremental.Chain(stages)

    def flat(self) -> Iterator[Decoder]:
        """Yield the decoders, those of nested sequences in their place."""
        for decoder in self.decoders:
            if isinstance(decoder, Sequence):
                yield from decoder.flat()
            else:
                yield decoder

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "decoders": [decoder.to_dict() for decoder in self.decoders],
        }

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(from_dict(item) for item in get_field(config, "decoders", list))


_TYPES: dict[str, type[Decoder]] = {
    each.type_name: each
    for each in (
        BPEDecoder,
        ByteFallback,
        ByteLevel,
        CTC,
        Fuse,
        Metaspace,
        Replace,
        Sequence,
        Strip,
        WordPiece,
    )
}


def from_dict(config: Mapping[str, Any]) -> Decoder:
    """Build a decoder from its JSON object.

    Args:
        config: the "decoder" of a tokenizer.json.

    Returns:
        The decoder.

    Raises:
        ValueError: when its type is unknown or a field is wrong.
    """
    kind = component_type("decoder", config, _TYPES)
    return _TYPES[kind].from_dict(config)
