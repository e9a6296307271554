"""Read the regexes of tokenizer files into a tree.

Tokenizer files hold patterns in the syntax of Oniguruma (doc/RE of that project). Every class is
read as a set of code points of the frozen Unicode tables, ignored case is written out as sets too,
and what has no equivalent here is refused with its place.
"""

import re
from typing import NamedTuple

from subword._regex import charsets as sets
from subword._regex.charsets import Ranges
from subword._regex.classes import ClassReader
from subword._regex.tree import (
    Alternate,
    Atomic,
    Chars,
    Concat,
    Edge,
    Group,
    Keep,
    Kind,
    Look,
    Node,
    Reference,
    Repeat,
    alternate,
    concat,
)

ALL: Ranges = [(0, sets.LAST)]
NEWLINE: Ranges = [(10, 10)]
LINEBREAKS: Ranges = [(10, 13), (0x85, 0x85), (0x2028, 0x2029)]
INTERVAL = re.compile(r"\{(?:(\d+)(,?)(\d*)|,(\d+))\}")
SWITCHES = re.compile(r"\(\?([a-z]+|(?=-))(?:-([a-z]*))?\)")  # (?i), to the end of the group
GROUP_SWITCHES = re.compile(r"([a-z]*)(?:-([a-z]*))?:")  # (?i:
REFERENCE = re.compile(r"k<(\w+)>|k'(\w+)'|([1-9]\d*)")
MOST_REPEATS = 100_000  # as in Oniguruma
LOOKS = {"=": (True, False), "!": (True, True), "<=": (False, False), "<!": (False, True)}
OPTIONS = {"i": "ignorecase", "m": "dotall", "x": "extended"}
REFUSED = {
    "X": "text segments (\\X)",
    "y": "segment boundaries (\\y)",
    "Y": "segment boundaries (\\Y)",
    "K": "matches that begin later (\\K) inside of look-around",
    "G": "anchors at the start of the search (\\G)",
    "g": "calls of groups (\\g)",
    "M": "meta characters (\\M-x)",
}


class Options(NamedTuple):
    """The options in force at a position of a pattern."""

    ignorecase: bool = False
    dotall: bool = False
    extended: bool = False


def chars_of(ranges: Ranges) -> Chars:
    """Return the node that matches one character of a set."""
    return Chars(tuple(ranges))


def one_char(text: str) -> Chars:
    """Return the node that matches any one of some characters."""
    return chars_of(sets.union([(ord(char), ord(char)) for char in text]))


def edge(ahead: bool, ranges: Ranges, at_edge: bool) -> Edge:
    """Return the condition that a neighbour is in a set, or the edge of the text."""
    return Edge(ahead, tuple(ranges), at_edge)


ANCHORS: dict[str, Node] = {
    "A": edge(False, [], True),
    "z": edge(True, [], True),
    "Z": Look(concat(Repeat(chars_of(NEWLINE), 0, 1), edge(True, [], True)), True, False),
    # The end of a text that ends with a newline begins no line.
    "^": Alternate(
        (edge(False, [], True), Concat((edge(False, NEWLINE, False), edge(True, ALL, False))))
    ),
    "$": edge(True, NEWLINE, True),
}


def word_boundary(inside: bool) -> Node:
    r"""Return \b, or \B if both neighbours are of one kind (`inside`)."""
    word = list(sets.named("word"))
    other = sets.complement(word)
    ahead = (edge(True, word, False), edge(True, other, True))
    return Alternate(
        (
            Concat((edge(False, word, False), ahead[not inside])),
            Concat((edge(False, other, True), ahead[inside])),
        )
    )


class Parser(ClassReader):
    """One pass over one pattern.

    Args:
        pattern: The regex.
        capture_plain: Whether a group without a name captures; it does if no group has a name.
    """

    def __init__(self, pattern: str, capture_plain: bool = True) -> None:
        super().__init__(pattern)
        self.capture_plain = capture_plain
        self.groups = 0
        self.looking = 0  # how many groups of look-around the position is in
        self.names: set[str] = set()

    def parse(self) -> Node:
        """Return the tree of the pattern."""
        tree = self.alternatives(Options())
        if self.pos < len(self.pattern):
            raise self.error("a parenthesis is closed that was not opened")
        return tree

    # ------------------------------------------------------------------ sequences

    def alternatives(self, options: Options) -> Node:
        branches = [self.sequence(options)]
        while self.take("|"):
            branches.append(self.sequence(options))
        return alternate(*branches)

    def sequence(self, options: Options) -> Node:
        parts: list[Node] = []
        run = ""  # literal characters, side by side
        while True:
            self.skip(options)
            if self.pos == len(self.pattern) or self.ahead("|") or self.ahead(")"):
                return concat(*parts, literal(run, options))
            start = self.pos
            switches = SWITCHES.match(self.pattern, start)
            if switches:  # (?i) holds to the end of the group, alternatives included
                self.pos = switches.end()
                inner = self.alternatives(self.options(options, *switches.groups()))
                return concat(*parts, literal(run, options), inner)
            atom, repeatable = self.atom(options)
            self.skip(options)
            quantifiers = self.quantifiers(options)
            if quantifiers and not repeatable:
                self.pos = start
                raise self.error("what is repeated matches a place, not characters")
            if isinstance(atom, str):
                if not quantifiers:
                    run += atom
                    continue
                run += atom[:-1]
                atom = literal(atom[-1:], options)
            parts.append(literal(run, options))
            run = ""
            for least, most, kind in quantifiers:
                atom = Repeat(atom, least, most, kind)
            parts.append(atom)

    def skip(self, options: Options) -> None:
        """Step over comments, and over blanks where the option x is on."""
        while True:
            if self.take("(?#"):
                self.until(")")
            elif options.extended and self.take("#"):
                while self.pos < len(self.pattern) and self.char() != "\n":
                    pass
            elif not (options.extended and any(map(self.take, " \t\n\r\f\v"))):
                return

    def quantifiers(self, options: Options) -> list[tuple[int, int | None, Kind]]:
        """Return the quantifiers that follow; each repeats what the one before it made."""
        found: list[tuple[int, int | None, Kind]] = []
        while True:
            self.skip(options)
            interval = INTERVAL.match(self.pattern, self.pos)
            if interval:
                least, comma, most, only_most = interval.groups()
                low = int(least or 0)
                high = int(most or only_most) if most or only_most else None
                if high is not None and high < low:
                    raise self.error("an interval ends before it begins")
                if max(low, high or 0) > MOST_REPEATS:
                    raise self.error(f"more than {MOST_REPEATS} repetitions")
                self.pos = interval.end()
                if least and not comma:
                    found.append((low, low, "greedy"))  # a ? after it makes it optional, not lazy
                else:
                    found.append((low, high, "lazy" if self.take("?") else "greedy"))
            elif any(map(self.ahead, "?*+")):
                operator = self.char()
                kind: Kind = (
                    "lazy" if self.take("?") else "possessive" if self.take("+") else "greedy"
                )
                found.append((int(operator == "+"), 1 if operator == "?" else None, kind))
            else:
                return found

    # ------------------------------------------------------------------ atoms

    def atom(self, options: Options) -> tuple[Node | str, bool]:
        """Return a node, or literal characters, and whether it may be repeated."""
        start = self.pos
        if self.ahead("["):
            return self.bracket_node(options), True
        char = self.char()
        if char == "(":
            return self.group(options)
        if char == "\\":
            return self.escape(options)
        if char == ".":
            return chars_of(ALL if options.dotall else sets.complement(NEWLINE)), True
        if char in "^$":
            return ANCHORS[char], False
        if char in "*+?" or (char == "{" and INTERVAL.match(self.pattern, start)):
            self.pos = start
            raise self.error("there is nothing to repeat")
        return char, True

    def options(
        self, options: Options, switched_on: str | None, switched_off: str | None
    ) -> Options:
        for text, value in ((switched_on, True), (switched_off, False)):
            for letter in text or "":
                if letter not in OPTIONS:
                    raise self.error(f"the option {letter!r} is not known")
                options = options._replace(**{OPTIONS[letter]: value})
        return options

    def group(self, options: Options) -> tuple[Node, bool]:
        """Read a group, and say whether it may be repeated; its parenthesis has been read."""
        look = None
        key: int | str | None = None
        atomic = False
        if self.take("?"):
            look = next((LOOKS[sign] for sign in LOOKS if self.take(sign)), None)
            if look is None and self.take(">"):
                atomic = True
            elif look is None and not self.take(":"):
                key, options = self.named_group(options)
        elif self.capture_plain:
            self.groups += 1
            key = self.groups
        self.looking += look is not None
        inner = self.alternatives(options)
        self.looking -= look is not None
        if not self.take(")"):
            raise self.error("a parenthesis is not closed")
        if look is not None:
            return Look(inner, *look), False
        if atomic:
            return Atomic(inner), True
        return (inner if key is None else Group(inner, key)), True

    def named_group(self, options: Options) -> tuple[str | None, Options]:
        """Read the name of a group, or the options that hold in it."""
        if not (self.take("<") or self.take("'")):
            switches = GROUP_SWITCHES.match(self.pattern, self.pos)
            if not switches:
                raise self.error("this kind of group is not supported")
            self.pos = switches.end()
            return None, self.options(options, *switches.groups())
        name = self.until(">" if self.pattern[self.pos - 1] == "<" else "'")
        if not name.isidentifier() or name in self.names:
            raise self.error(f"{name!r} cannot be the name of a group, or is one already")
        self.names.add(name)
        return name, options

    def escape(self, options: Options) -> tuple[Node | str, bool]:
        """Read an escape; its backslash has been read."""
        if self.pos == len(self.pattern):
            raise self.error("the pattern ends too early")
        letter = self.pattern[self.pos]
        if letter in ANCHORS and letter not in "^$":
            self.pos += 1
            return ANCHORS[letter], False
        if letter in "bB":
            self.pos += 1
            return word_boundary(letter == "B"), False
        if letter == "K" and not self.looking:
            self.pos += 1
            return Keep(), False
        if letter in "RNO":
            self.pos += 1
            if letter == "R":
                crlf = Concat((one_char("\r"), one_char("\n")))
                return Atomic(Alternate((crlf, chars_of(LINEBREAKS)))), True
            return chars_of(sets.complement(NEWLINE) if letter == "N" else ALL), True
        if letter in "k123456789":
            reference = self.reference(options)
            if reference:
                return reference, True
        found = self.class_escape(in_class=False)
        if found is not None:
            return chars_of(found), True
        if letter in REFUSED:
            raise self.error(f"{REFUSED[letter]} are not supported")
        return self.codes(), True

    def reference(self, options: Options) -> Reference | None:
        """Read a reference to the match of a group, if one comes next; None otherwise."""
        match = REFERENCE.match(self.pattern, self.pos)
        name = next(filter(None, match.groups()), "") if match else ""
        if not match or (match[3] and int(name) > max(9, self.groups)):
            return None  # k itself, or an octal number
        known = (
            int(name) <= self.groups and not self.names if name.isdigit() else name in self.names
        )
        if not known or options.ignorecase:
            raise self.error(f"the reference to group {name} is not supported")
        self.pos = match.end()
        return Reference(int(name) if name.isdigit() else name)

    def bracket_node(self, options: Options) -> Node:
        """Read a class in brackets."""
        negated = self.ahead("[^")
        found = self.bracket_class()
        if not options.ignorecase:
            return chars_of(found)
        if negated:
            inside = sets.close_over_case(sets.complement(found))
            return chars_of(sets.complement(inside))
        longer = [
            full for char, full in sets.expansions().items() if sets.contains(found, ord(char))
        ]
        strings = dict.fromkeys(concat(*map(any_case, full)) for full in longer)
        return alternate(chars_of(sets.close_over_case(found)), *strings)


def any_case(char: str) -> Chars:
    """Return what matches one character when case is ignored, strings of several left out."""
    return one_char(sets.alike(char))


def literal(run: str, options: Options) -> Node:
    """Return literal characters, side by side.

    If case is ignored, the engine splits them from the left into strings that match one character
    (ss for ß, the longest first) and single characters. It does so across (?:...) too, which is not
    done here: (?i:(?:s)s) matches ß there but not here.
    """
    if not options.ignorecase:
        return concat(*map(one_char, run))
    parts: list[Node] = []
    pos = 0
    while pos < len(run):
        size = next(
            (n for n in (3, 2) if sets.spelling(run[pos : pos + n]) in sets.contractions()), 1
        )
        part = run[pos : pos + size]
        node = concat(*map(any_case, part))
        if size > 1:
            node = alternate(node, one_char(sets.contractions()[sets.spelling(part)]))
        elif part in sets.expansions():
            node = alternate(node, concat(*map(any_case, sets.expansions()[part])))
        parts.append(node)
        pos += size
    return concat(*parts)


def parse(pattern: str) -> Node:
    r"""Return the tree of a regex of a tokenizer file.

    Args:
        pattern: The regex, in Oniguruma's dialect.

    Raises:
        ValueError: The pattern is wrong, or holds something that is not supported; the message
            names the position.

    >>> parse(r"\x61+")
    Repeat(node=Chars(chars=((97, 97),)), least=1, most=None, kind='greedy')
    """
    parser = Parser(pattern)
    tree = parser.parse()
    if parser.names and parser.groups:
        tree = Parser(pattern, capture_plain=False).parse()
    return tree
