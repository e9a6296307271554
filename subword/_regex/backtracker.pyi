from typing import Self

from typing_extensions import disjoint_base

from subword._regex.matcher import Matcher
from subword._regex.program import Program

MAX_STEPS: int
MAX_TEXT_STEPS: int
TEXT_STEPS_PER_BYTE: int

@disjoint_base
class Backtracker(Matcher):
    def __new__(
        cls, program: Program, max_steps: int = 10000000, max_text_steps: int = 1000000000
    ) -> Self: ...
    @property
    def max_steps(self) -> int: ...
    @property
    def max_text_steps(self) -> int: ...
