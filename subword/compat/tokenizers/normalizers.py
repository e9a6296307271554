"""Normalizers, as `tokenizers.normalizers` names them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from subword._regex.patterns import Regex
from subword.compat.tokenizers.base_stage import (
    HasPattern,
    HasSteps,
    IsCustom,
    Stage,
    check_stages,
)
from subword.compat.tokenizers.normalized_string import NormalizedString
from subword.formats.stages_json import normalizer_from_config


class Normalizer(Stage):
    """What every normalizer does."""

    def build(self, config: dict[str, Any]) -> Any:
        """Build the normalizer of subword."""
        return normalizer_from_config(config)

    @staticmethod
    def custom(normalizer: Any) -> Normalizer:
        """Make a normalizer of an object that is written in Python.

        Args:
            normalizer: Has a method `normalize` that changes a `NormalizedString`.
        """
        return _Custom(written=normalizer)

    def normalize(self, normalized: NormalizedString) -> None:
        """Normalize a `NormalizedString`, which keeps what it was made of."""
        config = self.config()
        normalized.run(config["type"], config)

    def normalize_str(self, sequence: str) -> str:
        """Return the text, normalized."""
        if self.is_custom:
            text = NormalizedString(sequence)
            self.normalize(text)
            return text.normalized
        normalized: str = self.core.normalize_str(sequence)
        return normalized


class _Custom(IsCustom, Normalizer):
    def normalize(self, normalized: NormalizedString) -> None:
        self.written.normalize(normalized)


class BertNormalizer(Normalizer):
    """See `subword.normalizers.BertNormalizer`."""

    def __init__(
        self,
        clean_text: bool = True,
        handle_chinese_chars: bool = True,
        strip_accents: bool | None = None,
        lowercase: bool = True,
    ) -> None:
        super().__init__(
            clean_text=clean_text,
            handle_chinese_chars=handle_chinese_chars,
            strip_accents=strip_accents,
            lowercase=lowercase,
        )


class _WithoutFields(Normalizer):
    def __init__(self) -> None:
        super().__init__()


class NFC(_WithoutFields):
    """See `subword.normalizers.NFC`."""


class NFD(_WithoutFields):
    """See `subword.normalizers.NFD`."""


class NFKC(_WithoutFields):
    """See `subword.normalizers.NFKC`."""


class NFKD(_WithoutFields):
    """See `subword.normalizers.NFKD`."""


class Lowercase(_WithoutFields):
    """See `subword.normalizers.Lowercase`."""


class StripAccents(_WithoutFields):
    """See `subword.normalizers.StripAccents`."""


class Nmt(_WithoutFields):
    """See `subword.normalizers.Nmt`."""


class ByteLevel(_WithoutFields):
    """See `subword.normalizers.ByteLevel`."""


class Strip(Normalizer):
    """See `subword.normalizers.Strip`."""

    renamed = {"left": "strip_left", "right": "strip_right"}  # noqa: RUF012

    def __init__(self, left: bool = True, right: bool = True) -> None:
        super().__init__(left=left, right=right)


class Prepend(Normalizer):
    """See `subword.normalizers.Prepend`."""

    def __init__(self, prepend: str = "▁") -> None:
        super().__init__(prepend=prepend)


class Precompiled(Normalizer):
    """See `subword.normalizers.Precompiled`."""

    def __init__(self, precompiled_charsmap: bytes) -> None:
        if not isinstance(precompiled_charsmap, bytes):
            kind = type(precompiled_charsmap).__name__
            raise TypeError(f"precompiled_charsmap must be bytes, got {kind}")
        super().__init__(precompiled_charsmap=base64.b64encode(precompiled_charsmap).decode())


class Replace(HasPattern, Normalizer):
    """See `subword.normalizers.Replace`."""

    def __init__(self, pattern: str | Regex, content: str) -> None:
        super().__init__(pattern=pattern, content=content)


class Sequence(HasSteps, Normalizer):
    """Normalizers, one after the other."""

    steps = "normalizers"

    def __init__(self, normalizers: Iterable[Normalizer]) -> None:
        super().__init__(normalizers=check_stages(Normalizer, normalizers))

    def normalize(self, normalized: NormalizedString) -> None:
        """Run one after the other."""
        for step in self._fields["normalizers"]:
            step.normalize(normalized)


NORMALIZERS = {"nfc": NFC, "nfd": NFD, "nfkc": NFKC, "nfkd": NFKD}


def unicode_normalizer_from_str(normalizer: str) -> Normalizer:
    """Return the normalizer of a Unicode form.

    Args:
        normalizer: "nfc", "nfd", "nfkc" or "nfkd".

    Raises:
        ValueError: It is none of them.
    """
    if normalizer not in NORMALIZERS:
        raise ValueError(f"normalizer must be one of {list(NORMALIZERS)}, got {normalizer!r}")
    return NORMALIZERS[normalizer]()
