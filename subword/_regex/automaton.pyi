from typing import Self

from typing_extensions import disjoint_base

from subword._regex.matcher import Matcher
from subword._regex.program import Program

MAX_STATES: int

@disjoint_base
class Automaton(Matcher):
    def __new__(cls, program: Program, max_states: int = 20000) -> Self: ...
    def state_count(self) -> int: ...
