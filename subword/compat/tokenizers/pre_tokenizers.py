"""Pre-tokenizers, as `tokenizers.pre_tokenizers` names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from subword._regex.patterns import Regex
from subword._regex.split_patterns import checked_behavior
from subword.compat.tokenizers.base_stage import (
    HasPattern,
    HasSteps,
    IsCustom,
    Stage,
    check_bool,
    check_stages,
)
from subword.compat.tokenizers.pre_tokenized_string import PreTokenizedString
from subword.formats.stages_json import json_behavior, pre_tokenizer_from_config
from subword.vocab.byte_alphabet import CHARS


class PreTokenizer(Stage):
    """What every pre-tokenizer does."""

    def build(self, config: dict[str, Any]) -> Any:
        """Build the pre-tokenizer of subword."""
        return pre_tokenizer_from_config(config)

    @staticmethod
    def custom(pretok: Any) -> PreTokenizer:
        """Make a pre-tokenizer of an object that is written in Python.

        Args:
            pretok: Has a method `pre_tokenize` that splits a `PreTokenizedString`.
        """
        return _Custom(written=pretok)

    def pre_tokenize(self, pretok: PreTokenizedString) -> None:
        """Split the parts of a `PreTokenizedString` into words."""
        config = self.config()
        pretok.split(lambda _, part: part.words(config["type"], config))

    def pre_tokenize_str(self, sequence: str) -> list[tuple[str, tuple[int, int]]]:
        """Return the words of a text, and their characters [start, end)."""
        if self.is_custom:
            text = PreTokenizedString(sequence)
            self.pre_tokenize(text)
            return [(word, span) for word, span, _ in text.get_splits()]
        words: list[tuple[str, tuple[int, int]]] = self.core.pre_tokenize_str(sequence)
        return words


class _WithoutFields(PreTokenizer):
    def __init__(self) -> None:
        super().__init__()


class _Custom(IsCustom, PreTokenizer):
    def pre_tokenize(self, pretok: PreTokenizedString) -> None:
        self.written.pre_tokenize(pretok)


class BertPreTokenizer(_WithoutFields):
    """See `subword.pre_tokenizers.BertPreTokenizer`."""


class Whitespace(_WithoutFields):
    """See `subword.pre_tokenizers.Whitespace`."""


class WhitespaceSplit(_WithoutFields):
    """See `subword.pre_tokenizers.WhitespaceSplit`."""


class UnicodeScripts(_WithoutFields):
    """See `subword.pre_tokenizers.UnicodeScripts`."""


class ByteLevel(PreTokenizer):
    """See `subword.pre_tokenizers.ByteLevel`."""

    def __init__(
        self, add_prefix_space: bool = True, trim_offsets: bool = True, use_regex: bool = True
    ) -> None:
        super().__init__(
            add_prefix_space=add_prefix_space, trim_offsets=trim_offsets, use_regex=use_regex
        )

    @staticmethod
    def alphabet() -> list[str]:
        """Return the 256 characters that stand for bytes."""
        return list(CHARS)


class CharDelimiterSplit(PreTokenizer):
    """See `subword.pre_tokenizers.CharDelimiterSplit`."""

    def __init__(self, delimiter: str) -> None:
        super().__init__(delimiter=delimiter)


class Digits(PreTokenizer):
    """See `subword.pre_tokenizers.Digits`."""

    def __init__(self, individual_digits: bool = False) -> None:
        super().__init__(individual_digits=individual_digits)


class FixedLength(PreTokenizer):
    """See `subword.pre_tokenizers.FixedLength`."""

    def __init__(self, length: int = 5) -> None:
        super().__init__(length=length)


class Metaspace(PreTokenizer):
    """See `subword.pre_tokenizers.Metaspace`."""

    def __init__(
        self, replacement: str = "▁", prepend_scheme: str = "always", split: bool = True
    ) -> None:
        super().__init__(replacement=replacement, prepend_scheme=prepend_scheme, split=split)

    def check(self) -> None:
        """Check the fields; a file may leave `split` out, code may not."""
        check_bool("split", self.split)
        super().check()


class _Behavior:
    """The part of a pre-tokenizer that says what becomes of what it finds."""

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the stage in tokenizer.json."""
        config: dict[str, Any] = super().config()  # type: ignore[misc]
        return {**config, "behavior": json_behavior(checked_behavior(config["behavior"]))}


class Punctuation(_Behavior, PreTokenizer):
    """See `subword.pre_tokenizers.Punctuation`."""

    def __init__(self, behavior: str = "isolated") -> None:
        super().__init__(behavior=behavior)


class Split(_Behavior, HasPattern, PreTokenizer):
    """See `subword.pre_tokenizers.Split`."""

    def __init__(self, pattern: str | Regex, behavior: str, invert: bool = False) -> None:
        super().__init__(pattern=pattern, behavior=behavior, invert=invert)


class Sequence(HasSteps, PreTokenizer):
    """Pre-tokenizers; each cuts what the one before left."""

    steps = "pretokenizers"

    def __init__(self, pretokenizers: Iterable[PreTokenizer]) -> None:
        super().__init__(pretokenizers=check_stages(PreTokenizer, pretokenizers))

    def pre_tokenize(self, pretok: PreTokenizedString) -> None:
        """Run one after the other."""
        for step in self._fields["pretokenizers"]:
            step.pre_tokenize(pretok)
