from typing import Self

from typing_extensions import disjoint_base

from subword._regex.program import Program

@disjoint_base
class Matcher:
    def __new__(cls, program: Program, *args: object, **keywords: object) -> Self: ...
    @property
    def program(self) -> Program: ...
    def find_spans(self, text: str) -> list[tuple[int, int]]: ...
