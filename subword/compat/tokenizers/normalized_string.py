"""`NormalizedString`: a text that stages written in Python may change, aligned with the original.

It works character by character on the slow twin of the stages (`subword.reference.stages`): right
before fast, as the stages that need it are.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from subword._core import unicode
from subword._regex.patterns import Regex
from subword.formats.stages_json import pattern_to_config
from subword.reference import stages
from subword.reference.stages import Text

BEHAVIORS = {
    "removed": "Removed",
    "isolated": "Isolated",
    "merged_with_previous": "MergedWithPrevious",
    "merged_with_next": "MergedWithNext",
    "contiguous": "Contiguous",
}


class NormalizedString:
    """A text, or a part of one, with the text it was made of.

    Args:
        sequence: The text.

    Example:
        >>> text = NormalizedString("Héllo")
        >>> text.nfd()
        >>> text.filter(lambda char: char != chr(0x301))
        >>> text.lowercase()
        >>> text.normalized, text.original
        ('hello', 'Héllo')
    """

    def __init__(self, sequence: str) -> None:
        if not isinstance(sequence, str):
            raise TypeError(f"sequence must be a str, got {type(sequence).__name__}")
        spans = [(i, i + 1) for i in range(len(sequence))]
        self._source = sequence  # of which this may be a part
        self._text = Text(sequence, spans, 0)
        self._start, self._end = 0, len(sequence)

    def _part(self, text: Text, start: int, end: int) -> NormalizedString:
        part = NormalizedString.__new__(NormalizedString)
        part._source = self._source
        part._text = text._replace(source_offset=start)
        part._start, part._end = start, end
        return part

    @property
    def normalized(self) -> str:
        """The text as it is now."""
        return self._text.text

    @property
    def original(self) -> str:
        """The text it was made of."""
        return self._source[self._start : self._end]

    @property
    def original_span(self) -> tuple[int, int]:
        """Where that lies in the whole original text, in characters."""
        return self._start, self._end

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the original text that bytes [start, end) stand for."""
        spans = [
            span
            for char, span in zip(self._text.text, self._text.spans, strict=True)
            for _ in char.encode()
        ][start:end]
        return (spans[0][0], spans[-1][1]) if spans else (start, end)

    def run(self, name: str, config: Mapping[str, Any]) -> None:
        """Run a normalizer on the text.

        Args:
            name: Its type.
            config: The object of tokenizer.json.
        """
        self._text = stages.NORMALIZERS[name](self._text, config)

    def words(self, name: str, config: Mapping[str, Any]) -> list[NormalizedString]:
        """Return the words that a pre-tokenizer finds; the arguments are those of `run`."""
        return [self._of(text) for text in stages.PRE_TOKENIZERS[name](self._text, config)]

    def _of(self, text: Text) -> NormalizedString:
        spans = text.spans
        start = spans[0][0] if spans else text.source_offset
        return self._part(text, start, max(start, spans[-1][1]) if spans else start)

    # Normal forms and cases.

    def nfd(self) -> None:
        """Bring the text into NFD."""
        self._text = stages.normal_form(self._text, "NFD")

    def nfkd(self) -> None:
        """Bring the text into NFKD."""
        self._text = stages.normal_form(self._text, "NFKD")

    def nfc(self) -> None:
        """Bring the text into NFC."""
        self._text = stages.normal_form(self._text, "NFC")

    def nfkc(self) -> None:
        """Bring the text into NFKC."""
        self._text = stages.normal_form(self._text, "NFKC")

    def lowercase(self) -> None:
        """Write the text in lower case."""
        self._text = stages.spell(self._text, unicode.lower)

    def uppercase(self) -> None:
        """Write the text in upper case."""
        self._text = stages.spell(self._text, str.upper)

    # Its characters.

    def prepend(self, s: str) -> None:
        """Put characters before the text; as in the original, not if it is empty."""
        self._text = stages.prepend(self._text, s)

    def append(self, s: str) -> None:
        """Put characters after the text."""
        edits = [*((char, 0) for char in self._text.text), *((char, 1) for char in s)]
        self._text = stages.rewrite(self._text, edits)

    def lstrip(self) -> None:
        """Remove white space at the start."""
        self._text = stages.strip(self._text, True, False)

    def rstrip(self) -> None:
        """Remove white space at the end."""
        self._text = stages.strip(self._text, False, True)

    def strip(self) -> None:
        """Remove white space at both ends."""
        self._text = stages.strip(self._text, True, True)

    def clear(self) -> None:
        """Remove every character."""
        self._text = Text("", [], self._text.source_offset)

    def filter(self, func: Callable[[str], bool]) -> None:
        """Keep the characters that a function returns True for."""
        self._text = stages.keep(self._text, func)

    def map(self, func: Callable[[str], str]) -> None:
        """Replace each character by what a function returns.

        Raises:
            ValueError: That is not one character.
        """

        def image(char: str) -> str:
            new = func(char)
            if not isinstance(new, str) or len(new) != 1:
                raise ValueError(f"map: func must return one character, got {new!r:.80}")
            return new

        self._text = stages.spell(self._text, image)

    def for_each(self, func: Callable[[str], object]) -> None:
        """Call a function with each character."""
        for char in self._text.text:
            func(char)

    def replace(self, pattern: str | Regex, content: str) -> None:
        """Replace the matches of a pattern by a text."""
        self._text = stages.replace(self._text, pattern_to_config(pattern), content)

    # Its parts.

    def split(self, pattern: str | Regex, behavior: str) -> list[NormalizedString]:
        """Split at the matches of a pattern.

        Args:
            pattern: A text, or a `Regex`.
            behavior: What becomes of the matches: "removed", "isolated", "merged_with_previous",
                "merged_with_next" or "contiguous".

        Raises:
            ValueError: The behavior is another.
        """
        if behavior not in BEHAVIORS:
            raise ValueError(
                "Wrong value for SplitDelimiterBehavior, expected one of: "
                f"`{', '.join(BEHAVIORS)}`, got {behavior!r}"
            )
        if not self._text.text:
            return [self._of(self._text)]
        found = stages.matches(self._text.text, pattern_to_config(pattern))
        return [self._of(text) for text in stages.split(self._text, found, BEHAVIORS[behavior])]

    def slice(self, range: int | tuple[int, int] | builtins.slice) -> NormalizedString | None:
        """Return a part of the text.

        Args:
            range: A character, a pair (start, end) or a slice of them. As in the original, what is
                below 0 counts from the number of bytes.

        Returns:
            The part; None if it begins after the last character.

        Raises:
            TypeError: The range is none of these.
        """
        size = len(self._text.text.encode())
        if isinstance(range, builtins.slice):
            start, end, _ = range.indices(size)
        elif isinstance(range, tuple) and len(range) == 2:
            start, end = range
        elif isinstance(range, int):
            start = range + size if range < 0 else range
            end = start + 1
        else:
            kind = type(range).__name__
            raise TypeError(f"range must be an int, a pair of int or a slice, got {kind}")
        begins = 0 <= start < len(self._text.text) or (start, end) == (0, 0)
        if not begins or end < start:
            return None
        return self._of(self._text.slice(start, end))

    def __getitem__(self, range: int | tuple[int, int] | builtins.slice) -> NormalizedString | None:
        return self.slice(range)

    def __repr__(self) -> str:
        return f'NormalizedString(original="{self.original}", normalized="{self.normalized}")'

    def __str__(self) -> str:
        return self.normalized
