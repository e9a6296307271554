from typing import Self

from typing_extensions import disjoint_base

from subword._regex.boundaries import Boundaries
from subword._regex.char_classes import CharClasses

@disjoint_base
class Cutter:
    covers: bool
    def __new__(cls, boundaries: Boundaries, classes: CharClasses) -> Self: ...
    def find_words(self, text: str) -> list[tuple[int, int]]: ...
