"""Where the words of a split begin, found in one pass: the states of that pass.

An `Automaton` finds one match after the other, and goes back to where a match ended whenever it has
read on in vain. Here its states are combined so that nothing is read twice: while a match could
still become longer, the search that would begin at its end so far runs along. A state of the pass
is a list of such attempts, each of which counts only if those before it fail.

Some places are boundaries only if a later character says so. These are kept as marks, one for each
attempt; a step says which marks become boundaries, and which are set. Patterns for which more would
have to be kept, such as a quoted string of any length, are left to the automaton.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from subword._regex.automaton import Automaton

MAX_FOUND = 400  # states, before equal ones are joined
MAX_STATES = 64  # after that: six bits of a byte
MAX_COLUMNS = 127
MAX_ATTEMPTS = 8
TOO_MANY_THREADS = "the automaton needs more states than it may keep"

GAP = -1  # an attempt that begins at the next character, behind one that no match holds
FAILS = -2  # an attempt that fails if one before it does; only the places of its match are kept
HERE = 15  # a place: before the character that is read; others are the numbers of marks

# Per step, what happens at the character read: nothing, a boundary before it, a mark before it (the
# last one of the state), or what an `Action` says. The two upper bits of a byte, as in cut.h.
NOTHING, MARK, BOUNDARY, ACTION = range(4)

# Whether the end of a match is a boundary, and whether the start of a match behind a gap is one.
RULES = {
    ("isolated", False): (True, True),
    ("isolated", True): (True, True),
    ("merged_with_previous", False): (True, False),
    ("merged_with_previous", True): (False, True),
    ("merged_with_next", False): (False, True),
    ("merged_with_next", True): (True, False),
}


Kept = npt.NDArray[np.bool_] | None  # whether the words are kept that begin so; None: all are


class TooComplexError(Exception):
    """More would have to be kept than a few marks."""


class Attempt(NamedTuple):
    """A match that is looked for.

    Attributes:
        state: Of the automaton, or GAP.
        behind_gap: Whether it begins where nothing is a boundary unless it matches.
        matched: Whether it has matched, up to where the next attempt begins, or does so now.
    """

    state: int
    behind_gap: bool
    matched: bool


class Action(NamedTuple):
    """Places that become boundaries, in order, and then the (mark, place) pairs that are set."""

    boundaries: tuple[int, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()


class State(NamedTuple):
    """Attempts, the preferred one first, and where the next search would begin.

    Attributes:
        start: The automaton's state in which a search here begins.
        attempts: Empty before the first character.
    """

    start: int
    attempts: tuple[Attempt, ...]


class Step(NamedTuple):
    """What follows a state over a class of characters."""

    state: State
    kind: int
    action: Action


class Boundaries(NamedTuple):
    """The pass over a text, as tables.

    Attributes:
        columns: Of each class of characters, its column in the next two; classes over which the
            same happens in all states share one.
        following: The state that follows a state over a class, of shape (states, columns); 0 is the
            first.
        happens: What happens at that step, as a number into the next two.
        kinds: NOTHING, MARK, BOUNDARY or ACTION.
        actions: What an ACTION is.
        ends: Of each state, what happens if the text ends.
        last_marks: Of each state, the mark that MARK sets before it is reached; -1 if none.
        covers: Whether no text lies between matches.
        kept: Of each column, whether a word is kept whose first character is in it; None if all
            are.
    """

    columns: npt.NDArray[np.int64]
    following: npt.NDArray[np.int64]
    happens: npt.NDArray[np.int64]
    kinds: list[int]
    actions: list[Action]
    ends: list[Action]
    last_marks: list[int]
    covers: bool
    kept: Kept = None


class Walk:
    """The steps of one pattern and rule."""

    def __init__(self, automaton: Automaton, ends: bool, starts: bool) -> None:
        self.automaton = automaton
        self.classes = automaton.class_count
        self.ends_are_boundaries = ends
        self.starts_are_boundaries = starts
        self.links: dict[int, list[tuple[int, bool]]] = {}
        self.sure: dict[int, bool] = {}
        self.starts: dict[int, int] = {}
        self.covers = True  # as far as is known

    def start(self, before: int) -> int:
        """Return the state of a search behind a character of a class."""
        if not self.automaton.is_behind_aware:
            before = 0
        if before not in self.starts:
            first = self.automaton.first_state(before)
            if first is None:
                raise TooComplexError(TOO_MANY_THREADS)
            if any(matches for _, matches in self.links_of(first)[:-1]):
                raise TooComplexError("a match may be empty")
            self.starts[before] = first
        return self.starts[before]

    def links_of(self, state: int) -> list[tuple[int, bool]]:
        """Return what follows a state of the automaton."""
        links = self.links.get(state)
        if links is None:
            links = self.automaton.links_of(state)
            if links is None:
                raise TooComplexError(TOO_MANY_THREADS)
            self.links[state] = links
            self.sure[state] = all(matches for _, matches in links)
        return links

    def is_sure(self, state: int) -> bool:
        """Whether the pattern matches before whatever comes next."""
        self.links_of(state)
        return self.sure[state]

    def needed(self, state: State) -> tuple[int, ...]:
        """Return the attempts of which the place where they begin may become a boundary."""
        found = []
        ends = False
        for number, (where, behind_gap, matched) in enumerate(state.attempts):
            starts = self.starts_are_boundaries and behind_gap and where != GAP
            if ends or starts:
                found.append(number)
            ends = matched and self.ends_are_boundaries
        return tuple(found)

    def step(self, state: State, read: int) -> Step:
        """Return what follows a state over a class, or over the edge of the text."""
        attempts: list[Attempt] = []
        places: list[int] = []  # where they begin
        boundaries: list[int] = []

        def keep(where: int, place: int, behind_gap: bool, matched: bool) -> None:
            if behind_gap and matched and not attempts and self.starts_are_boundaries:
                boundaries.append(place)
                behind_gap = False
            attempts.append(Attempt(where, behind_gap, matched))
            places.append(place)

        def begin(behind_gap: bool) -> None:
            if read == self.classes:
                return
            following, _ = self.links_of(state.start)[read]
            if following:
                keep(following, HERE, behind_gap, self.is_sure(following))
            if not following or not self.is_sure(following):
                keep(GAP, HERE, True, False)

        if not state.attempts:
            begin(False)
        for number, (where, behind_gap, matched) in enumerate(state.attempts):
            if where == GAP:
                self.covers &= bool(attempts)
                begin(True)
                break
            following, matches = (0, False) if where == FAILS else self.links_of(where)[read]
            sure = following != 0 and self.is_sure(following)
            if following or attempts:
                keep(following or FAILS, number, behind_gap, matched or matches or sure)
            else:
                matched |= matches
                self.covers &= matched
                if matched and behind_gap and self.starts_are_boundaries:
                    boundaries.append(number)
                if matched and self.ends_are_boundaries and (read < self.classes or not matches):
                    boundaries.append(HERE if matches else number + 1)
            if matches and not sure:
                begin(not self.ends_are_boundaries)
            if matches or sure:
                break
        self.leave_out(attempts, places)
        if max(len(attempts), len(boundaries)) > MAX_ATTEMPTS:
            raise TooComplexError(f"more than {MAX_ATTEMPTS} matches may be pending at a time")
        after = State(self.start(read), tuple(attempts))
        return Step(after, *self.classify(state, after, places, boundaries))

    def leave_out(self, attempts: list[Attempt], places: list[int]) -> None:
        """Leave out attempts that fail when one before them fails, and keep where they begin.

        These are those in the same state as another, and those that have failed already.
        """
        for number in range(len(attempts) - 1, 0, -1):
            where, behind_gap, matched = attempts[number]
            if where == GAP or where not in [FAILS, *(other.state for other in attempts[:number])]:
                continue
            if matched or (attempts[number - 1].matched and self.ends_are_boundaries):
                attempts[number] = Attempt(FAILS, behind_gap and matched, matched)
            else:
                del attempts[number], places[number]

    def classify(
        self, before: State, after: State, places: list[int], boundaries: list[int]
    ) -> tuple[int, Action]:
        """Return what happens at a step, and as which of the four kinds."""
        had, needs = self.needed(before), self.needed(after)
        marks = tuple((mark, places[mark]) for mark in needs)
        if any(place != HERE and place not in had for _, place in marks):
            raise TooComplexError("where a match begins is told too late")
        moved = [(mark, place) for mark, place in marks if place != mark]
        action = Action(tuple(boundaries), tuple(moved))
        if not boundaries:
            if not moved and (not needs or needs == had):
                return NOTHING, action
            if moved == [(needs[-1], HERE)] and (len(needs) == 1 or needs == had):
                return MARK, action
        elif boundaries == [HERE] and not needs:
            return BOUNDARY, action
        return ACTION, action


def find_boundaries(
    automaton: Automaton, behavior: str, invert: bool, kept: Kept = None
) -> Boundaries | None:
    """Work out the pass that splits a text.

    Args:
        automaton: Of the pattern.
        behavior: What becomes of matches, one of `BEHAVIORS`.
        invert: Whether that becomes of the text between them.
        kept: Of each class, whether a word is kept that begins with it; for "isolated" only.

    Returns:
        The tables; None if the automaton has to find the matches.
    """
    try:
        if kept is not None:
            return _found(automaton, *RULES["isolated", False], kept)
        return _boundaries(automaton, behavior, invert)
    except TooComplexError:
        return None


def why_not_one_pass(automaton: Automaton, behavior: str, invert: bool) -> str:
    """Return why `find_boundaries` finds no pass, for people to read; "" if it does."""
    try:
        _boundaries(automaton, behavior, invert)
    except TooComplexError as reason:
        return str(reason)
    return ""


def _boundaries(automaton: Automaton, behavior: str, invert: bool) -> Boundaries:
    rule = RULES.get((behavior, invert))
    try:
        found = _found(automaton, *RULES["isolated", False])
    except TooComplexError:
        if rule is None or behavior == "isolated":
            raise
        return _found(automaton, *rule)
    if found.covers:  # nothing lies between matches, nothing is merged
        if behavior != "contiguous" and (behavior != "removed" or invert):
            return found
        raise TooComplexError(f"the text is matched throughout, and matches are {behavior}")
    if behavior == "removed":
        return _found(automaton, *RULES["isolated", False], _told_words(automaton, invert))
    if rule is None:
        raise TooComplexError("neighbouring matches are joined")
    return found if behavior == "isolated" else _found(automaton, *rule)


def _found(automaton: Automaton, ends: bool, starts: bool, kept: Kept = None) -> Boundaries:
    found = _reached(Walk(automaton, ends, starts), kept)
    states, columns = found.following.shape
    if states > MAX_STATES or columns > MAX_COLUMNS:
        raise TooComplexError(
            f"one pass needs {states} states and {columns} classes of characters, "
            f"more than {MAX_STATES} and {MAX_COLUMNS}"
        )
    return found


def _told_words(automaton: Automaton, matches: bool) -> npt.NDArray[np.bool_]:
    """Return the classes with which the words begin that are matches, or those that are none.

    They tell matches if one begins at each of these, whatever stands around it.
    """
    begins, alone = automaton.program.begins, automaton.program.alone
    if (begins != alone).any():
        raise TooComplexError("their first character does not tell the words that are removed")
    told: npt.NDArray[np.bool_] = begins == matches
    return told


def _reached(walk: Walk, kept: Kept) -> Boundaries:
    """Return the tables of all states that a text can reach, equal ones joined."""
    states = [State(walk.start(walk.classes), ())]
    numbers = {states[0]: 0}
    actions: dict[tuple[int, Action], int] = {}
    following: list[list[int]] = []
    happens: list[list[int]] = []
    ends: list[Action] = []
    for state in states:  # grows
        steps = [walk.step(state, read) for read in range(walk.classes)]
        for step in steps:
            if step.state not in numbers:
                numbers[step.state] = len(states)
                states.append(step.state)
        if len(states) > MAX_FOUND:
            raise TooComplexError(f"one pass needs more than {MAX_FOUND} states")
        following.append([numbers[step.state] for step in steps])
        happens.append([actions.setdefault(step[1:], len(actions)) for step in steps])
        ends.append(walk.step(state, walk.classes).action._replace(marks=()))
    last_marks = [max(walk.needed(state), default=-1) for state in states]
    left, joined = _join(
        np.array(following), np.array(happens), list(zip(ends, last_marks, strict=True))
    )
    made = list(actions)
    steps_of = np.vstack([joined[np.array(following)[left]], np.array(happens)[left]])
    told = np.zeros(walk.classes) if kept is None else kept  # classes that stay apart
    _, firsts, columns = np.unique(
        np.vstack([steps_of, told]), axis=1, return_index=True, return_inverse=True
    )
    return Boundaries(
        columns.ravel(),
        steps_of[: len(left), firsts].copy(),
        steps_of[len(left) :, firsts].copy(),
        [kind for kind, _ in made],
        [action for _, action in made],
        [ends[state] for state in left],
        [last_marks[state] for state in left],
        walk.covers,
        None if kept is None else kept[firsts],
    )


def _join(
    following: npt.NDArray[np.int64], happens: npt.NDArray[np.int64], own: list[tuple[object, ...]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Join states from which the same happens, whatever comes.

    Returns:
        The states that are kept, the first one first, and for each state its number among them.
    """
    known: dict[object, int] = {}
    group = np.array([known.setdefault(key, len(known)) for key in own])
    count = 0
    while True:
        rows = np.column_stack([group, happens, group[following]])
        _, kept, group = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        group = group.ravel()
        if len(kept) == count:
            break
        count = len(kept)
    order = np.argsort(kept)
    rank = np.empty_like(order)
    rank[order] = np.arange(count)
    return kept[order], rank[group]
