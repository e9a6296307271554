"""Read regexes in Oniguruma's dialect: characters, escapes and classes in brackets."""

import re

from subword._regex import charsets as sets
from subword._regex.charsets import Ranges

# The characters of escaped letters; \b only in a class, where it is no word boundary.
CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7, "e": 27, "b": 8}
CLASSES = {"d": "Nd", "s": "space", "w": "word", "h": "xdigit"}
BRACKET = re.compile(r"\[:(\^?)(\w+):\]")


class ClassReader:
    """A position in a pattern, and the reading of characters and classes there.

    Args:
        pattern: The regex.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.pos = 0

    def error(self, reason: str) -> ValueError:
        return ValueError(
            f"cannot translate the pattern {self.pattern!r}: {reason}, at character {self.pos}"
        )

    def ahead(self, text: str) -> bool:
        return self.pattern.startswith(text, self.pos)

    def take(self, text: str) -> bool:
        """Step over `text` if it comes next; return whether it did."""
        found = self.ahead(text)
        if found:
            self.pos += len(text)
        return found

    def char(self) -> str:
        """Step over one character and return it."""
        if self.pos == len(self.pattern):
            raise self.error("the pattern ends too early")
        self.pos += 1
        return self.pattern[self.pos - 1]

    def until(self, end: str) -> str:
        """Step over everything up to `end`, and over it; return what is before it."""
        stop = self.pattern.find(end, self.pos)
        if stop < 0:
            raise self.error(f"{end!r} is missing")
        text = self.pattern[self.pos : stop]
        self.pos = stop + len(end)
        return text

    def class_escape(self, in_class: bool) -> Ranges | None:
        r"""Return the set of \d, \p{...} and the like, if one comes next; None otherwise."""
        if self.pos == len(self.pattern):
            raise self.error("the pattern ends too early")
        letter = self.pattern[self.pos]
        if letter.lower() in CLASSES:
            self.pos += 1
            found = list(sets.named(CLASSES[letter.lower()], in_class))
            return found if letter.islower() else sets.complement(found)
        if letter not in "pP" or not self.pattern.startswith("{", self.pos + 1):
            return None
        start = self.pos
        self.pos += 2
        outside = self.take("^") != (letter == "P")
        name = self.until("}")
        try:
            found = list(sets.named(name, in_class))
        except ValueError as error:
            self.pos = start
            raise self.error(str(error)) from None
        return sets.complement(found) if outside else found

    def codes(self) -> str:
        """Return the characters of an escape that is no class; the backslash has been read."""
        start = self.pos
        letter = self.char()
        if letter in CONTROLS:
            return chr(CONTROLS[letter])
        if letter == "c" or (letter == "C" and self.take("-")):
            return chr(ord(self.char()) & 0x1F)
        digits = None
        if letter == "x" and self.take("{"):
            numbers = self.until("}").split()
            if not numbers or not all(re.fullmatch("[0-9A-Fa-f]{1,8}", code) for code in numbers):
                raise self.error("this is not the number of a character")
            codes = [int(code, 16) for code in numbers]
            if max(codes) > sets.LAST:
                raise self.error("this is not the number of a character")
            return "".join(map(chr, codes))
        for kind, form in (
            ("x", "[0-9A-Fa-f]{1,2}"),
            ("u", "[0-9A-Fa-f]{4}"),
            ("01234567", "[0-7]{1,3}"),
        ):
            if letter in kind:
                first = start if len(kind) > 1 else self.pos
                digits = re.compile(form).match(self.pattern, first)
                if not digits or (int(digits[0], 16) > 127 and letter == "x"):
                    raise self.error("this is not the number of a character")
                self.pos = digits.end()
                return chr(int(digits[0], 8 if len(kind) > 1 else 16))
        return letter

    def bracket_class(self) -> Ranges:
        """Return the set of a class in brackets, which begins here."""
        self.pos += 1
        negated = self.take("^")
        found: Ranges | None = None  # what the operands of && have in common
        items: list[Ranges] = []
        empty = True
        while True:
            if self.ahead("]") and not (empty and "]" in self.pattern[self.pos + 1 :]):
                if empty:
                    raise self.error("a class is empty")
                self.pos += 1
                break
            empty = False
            if self.take("&&"):
                found = self.narrowed(found, items)
                items = []
            else:
                items.append(self.class_item())
        found = self.narrowed(found, items)
        return sets.complement(found) if negated else found

    def narrowed(self, found: Ranges | None, items: list[Ranges]) -> Ranges:
        """Return what is in one of `items`, and in `found` if that is known."""
        together = sets.union(*items)
        return together if found is None else sets.intersection(found, together)

    def class_item(self) -> Ranges:
        """Return the set of one part: a class within the class, an escape, a range, a character."""
        name = BRACKET.match(self.pattern, self.pos)
        if not name and self.ahead("["):
            return self.bracket_class()
        first = ""
        found: Ranges | None = None
        if name:
            try:
                found = sets.bracket(name[2])
            except ValueError as error:
                raise self.error(str(error)) from None
            found = sets.complement(found) if name[1] else found
            self.pos = name.end()
        elif self.take("\\"):
            found = self.class_escape(in_class=True)
            first = self.codes() if found is None else ""
        else:
            first = self.char()
        to_come = self.ahead("-") and not self.ahead("-]")
        if to_come and found is not None:
            raise self.error("a range cannot begin with a class")
        if found is not None:
            return found
        if not to_come or len(first) != 1:
            return sets.union([(ord(char), ord(char)) for char in first])
        self.pos += 1
        if self.ahead("[") or (self.take("\\") and self.class_escape(in_class=True) is not None):
            raise self.error("a range cannot end with a class")
        last = self.codes() if self.pattern[self.pos - 1] == "\\" else self.char()
        if len(last) != 1 or last < first:
            raise self.error("a range ends before it begins")
        return [(ord(first), ord(last))]
