from typing import Self

from typing_extensions import disjoint_base

from subword._regex.matcher import Matcher
from subword._regex.program import Program

MAX_STEPS: int

@disjoint_base
class Backtracker(Matcher):
    def __new__(cls, program: Program, max_steps: int = 10000000) -> Self: ...
    @property
    def max_steps(self) -> int: ...
