"""Translate the regexes of tokenizer files into the syntax of the `regex` package.

Tokenizer files hold patterns in the syntax of Oniguruma (doc/RE of that project). A Python engine
cannot run them unchanged, for two reasons: its classes follow another version of Unicode, and some
constructs differ. So every class is written as ranges of the frozen tables, ignored case is written
out too, and what has no equivalent is refused.
"""

import re
from typing import NamedTuple

from subword._regex import charsets as sets
from subword._regex.charsets import Ranges
from subword._regex.classes import ClassReader

NEWLINE: Ranges = [(10, 10)]
LINEBREAKS: Ranges = [(10, 13), (0x85, 0x85), (0x2028, 0x2029)]
INTERVAL = re.compile(r"\{(?:(\d+)(,?)(\d*)|,(\d+))\}")
ANCHORS = {
    "A": r"\A",
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "^": r"(?:\A|(?<=\n)(?!\Z))",
    "$": r"(?=\n|\Z)",
}
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


class Translator(ClassReader):
    """One pass over one pattern."""

    def __init__(self, pattern: str, capture_plain: bool = True) -> None:
        super().__init__(pattern)
        self.capture_plain = capture_plain  # groups without a name count only if no group has one
        self.groups = 0
        self.looking = 0  # how many groups of look-around the place is in
        self.names: set[str] = set()

    def translate(self) -> str:
        """Return the pattern in the syntax of the `regex` package."""
        text = self.alternatives(Options())
        if self.pos < len(self.pattern):
            raise self.error("a parenthesis is closed that was not opened")
        return text

    # ------------------------------------------------------------------ sequences

    def alternatives(self, options: Options) -> str:
        branches = [self.sequence(options)]
        while self.take("|"):
            branches.append(self.sequence(options))
        return "|".join(branches)

    def sequence(self, options: Options) -> str:
        parts: list[str] = []
        run = ""  # literal characters, side by side
        while True:
            self.skip(options)
            if self.pos == len(self.pattern) or self.ahead("|") or self.ahead(")"):
                return "".join(parts) + literal(run, options)
            start = self.pos
            options_text = re.compile(r"\(\?([a-z]+|(?=-))(?:-([a-z]*))?\)").match(
                self.pattern, start
            )
            if options_text:  # (?i) holds to the end of the group, alternatives included
                self.pos = options_text.end()
                inner = self.alternatives(self.options(options, *options_text.groups()))
                return "".join(parts) + literal(run, options) + f"(?:{inner})"
            chars, text, repeatable = self.atom(options)
            self.skip(options)
            quantifiers = self.quantifiers(options)
            if quantifiers and not repeatable:
                self.pos = start
                raise self.error("what is repeated matches a place, not characters")
            if chars and not quantifiers:
                run += chars
                continue
            parts.append(literal(run + chars[:-1], options))
            run = ""
            text = literal(chars[-1:], options) or text
            for quantifier in quantifiers:
                text = f"(?:{text}){quantifier}"
            parts.append(text)

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

    def quantifiers(self, options: Options) -> list[str]:
        """Return the quantifiers that follow; each repeats what the one before it made."""
        found: list[str] = []
        while True:
            self.skip(options)
            interval = INTERVAL.match(self.pattern, self.pos)
            if interval:
                least, comma, most, only_most = interval.groups()
                if most and int(most) < int(least):
                    raise self.error("an interval ends before it begins")
                self.pos = interval.end()
                if least and not comma:
                    found.append(f"{{{least}}}")  # a ? after it makes it optional, not lazy
                else:
                    lazy = "?" if self.take("?") else ""
                    found.append(f"{{{least or 0},{most or only_most or ''}}}{lazy}")
            elif any(map(self.ahead, "?*+")):
                operator = self.char()
                suffix = "?" if self.take("?") else "+" if self.take("+") else ""
                found.append(operator + suffix)
            else:
                return found

    # ------------------------------------------------------------------ atoms

    def atom(self, options: Options) -> tuple[str, str, bool]:
        """Return literal characters, or else a translation, and whether it may be repeated."""
        start = self.pos
        if self.ahead("["):
            return "", self.class_text(options), True
        char = self.char()
        if char == "(":
            return "", *self.group(options)
        if char == "\\":
            return self.escape(options)
        if char == ".":
            return (
                "",
                sets.text_of([(0, sets.LAST)] if options.dotall else sets.complement(NEWLINE)),
                True,
            )
        if char in "^$":
            return "", ANCHORS[char], False
        if char in "*+?" or (char == "{" and INTERVAL.match(self.pattern, start)):
            self.pos = start
            raise self.error("there is nothing to repeat")
        return char, "", True

    def options(
        self, options: Options, switched_on: str | None, switched_off: str | None
    ) -> Options:
        letters = {"i": "ignorecase", "m": "dotall", "x": "extended"}
        for text, value in ((switched_on, True), (switched_off, False)):
            for letter in text or "":
                if letter not in letters:
                    raise self.error(f"the option {letter!r} is not known")
                options = options._replace(**{letters[letter]: value})
        return options

    def group(self, options: Options) -> tuple[str, bool]:
        """Translate a group; its opening parenthesis has been read."""
        head = "("
        repeatable = True
        if self.take("?"):
            for sign in (":", ">", "=", "!", "<=", "<!"):
                if self.take(sign):
                    head = f"(?{sign}"
                    repeatable = sign in ":>"
                    break
            else:
                if self.take("<") or self.take("'"):
                    name = self.until(">" if self.pattern[self.pos - 1] == "<" else "'")
                    if not name.isidentifier() or name in self.names:
                        raise self.error(
                            f"{name!r} cannot be the name of a group, or is one already"
                        )
                    self.names.add(name)
                    head = f"(?P<{name}>"
                else:
                    switches = re.compile(r"([a-z]*)(?:-([a-z]*))?:").match(self.pattern, self.pos)
                    if not switches:
                        raise self.error("this kind of group is not supported")
                    self.pos = switches.end()
                    options = self.options(options, *switches.groups())
                    head = "(?:"
        elif self.capture_plain:
            self.groups += 1
        else:
            head = "(?:"
        self.looking += not repeatable
        inner = self.alternatives(options)
        self.looking -= not repeatable
        if not self.take(")"):
            raise self.error("a parenthesis is not closed")
        return f"{head}{inner})", repeatable

    def escape(self, options: Options) -> tuple[str, str, bool]:
        """Translate an escape; its backslash has been read."""
        if self.pos == len(self.pattern):
            raise self.error("the pattern ends too early")
        letter = self.pattern[self.pos]
        if letter in ANCHORS and letter not in "^$":
            self.pos += 1
            return "", ANCHORS[letter], False
        if letter in "bB":
            self.pos += 1
            word = sets.text_of(sets.named("word"))
            inside, outside = ("(?!", "(?=") if letter == "b" else ("(?=", "(?!")
            return "", f"(?:(?<={word}){inside}{word})|(?<!{word}){outside}{word}))", False
        if letter == "K" and not self.looking:
            self.pos += 1
            return "", r"\K", False
        if letter in "RNO":
            self.pos += 1
            if letter == "R":
                return "", rf"(?>\r\n|{sets.text_of(LINEBREAKS)})", True
            return "", sets.text_of(sets.complement(NEWLINE if letter == "N" else [])), True
        if letter in "k123456789":
            reference = self.reference(options)
            if reference:
                return "", reference, True
        found = self.class_escape(in_class=False)
        if found is not None:
            return "", sets.text_of(found), True
        if letter in REFUSED:
            raise self.error(f"{REFUSED[letter]} are not supported")
        return self.codes(), "", True

    def reference(self, options: Options) -> str | None:
        """Translate a reference to the match of a group, if one comes next; None otherwise."""
        match = re.compile(r"k<(\w+)>|k'(\w+)'|([1-9]\d*)").match(self.pattern, self.pos)
        name = next(filter(None, match.groups()), "") if match else ""
        if not match or (match[3] and int(name) > max(9, self.groups)):
            return None  # k itself, or an octal number
        known = (
            int(name) <= self.groups and not self.names if name.isdigit() else name in self.names
        )
        if not known or options.ignorecase:
            raise self.error(f"the reference to group {name} is not supported")
        self.pos = match.end()
        return f"(?:\\{name})" if name.isdigit() else f"(?P={name})"

    # ------------------------------------------------------------------ classes

    def class_text(self, options: Options) -> str:
        """Translate a class in brackets."""
        start = self.pos
        negated = self.pattern.startswith("[^", start)
        found = self.bracket_class()
        if not options.ignorecase:
            return sets.text_of(found)
        if negated:
            return sets.text_of(sets.complement(sets.close_over_case(sets.complement(found))))
        text = sets.text_of(sets.close_over_case(found))
        longer = [
            full for char, full in sets.expansions().items() if sets.contains(found, ord(char))
        ]
        strings = dict.fromkeys("".join(one_letter(char) for char in full) for full in longer)
        return f"(?:{'|'.join([text, *strings])})" if strings else text


def one_letter(char: str) -> str:
    """Return what matches one character when case is ignored, strings of several left out."""
    return sets.text_of(sets.union([(ord(other), ord(other)) for other in sets.alike(char)]))


def literal(run: str, options: Options) -> str:
    """Translate literal characters, side by side.

    If case is ignored, the engine splits them from the left into strings that match one character
    (ss for ß, the longest first) and single characters. It does so across (?:...) too, which is not
    done here: (?i:(?:s)s) matches ß there but not here.
    """
    if not options.ignorecase:
        return "".join(sets.escape(ord(char)) for char in run)
    parts: list[str] = []
    pos = 0
    while pos < len(run):
        size = next(
            (n for n in (3, 2) if sets.spelling(run[pos : pos + n]) in sets.contractions()), 1
        )
        part = run[pos : pos + size]
        text = "".join(map(one_letter, part))
        if size > 1:
            singles = sets.contractions()[sets.spelling(part)]
            text = (
                f"(?:{text}|{sets.text_of([(ord(char), ord(char)) for char in sorted(singles)])})"
            )
        elif part in sets.expansions():
            text = f"(?:{text}|{''.join(map(one_letter, sets.expansions()[part]))})"
        parts.append(text)
        pos += size
    return "".join(parts)
