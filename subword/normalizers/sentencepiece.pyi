from collections.abc import Iterable
from typing import Self, final

from subword.normalizers.base import TextNormalizer

@final
class SentencePiece(TextNormalizer):
    def __new__(
        cls,
        precompiled_charsmap: bytes = b"",
        add_dummy_prefix: bool = True,
        remove_extra_whitespaces: bool = True,
        escape_whitespaces: bool = True,
        treat_whitespace_as_suffix: bool = False,
        user_defined: Iterable[str] = (),
    ) -> Self: ...
    @property
    def precompiled_charsmap(self) -> bytes: ...
    @property
    def add_dummy_prefix(self) -> bool: ...
    @property
    def remove_extra_whitespaces(self) -> bool: ...
    @property
    def escape_whitespaces(self) -> bool: ...
    @property
    def treat_whitespace_as_suffix(self) -> bool: ...
    @property
    def user_defined(self) -> tuple[str, ...]: ...
