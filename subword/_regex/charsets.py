"""Sets of code points for regexes: their algebra, their names, and their case.

A set is a sorted list of (first, last) code points, both inclusive, that neither overlap nor touch.
All knowledge about characters comes from the frozen tables in `_core.unicode`.
"""

from bisect import bisect_right
from functools import cache

from subword._core import unicode

Ranges = list[tuple[int, int]]

LAST = 0x10FFFF
LONG_NAMES = {
    "letter": "L", "casedletter": "LC", "uppercaseletter": "Lu", "lowercaseletter": "Ll",
    "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo", "mark": "M",
    "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me", "number": "N",
    "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P",
    "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps",
    "closepunctuation": "Pe", "initialpunctuation": "Pi", "finalpunctuation": "Pf",
    "otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc",
    "modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z", "spaceseparator": "Zs",
    "lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C", "control": "Cc",
    "format": "Cf", "surrogate": "Cs", "privateuse": "Co", "unassigned": "Cn",
    "alphabetic": "alpha", "uppercase": "upper", "lowercase": "lower", "whitespace": "scan_space",
    "space": "scan_space", "hani": "Han", "hira": "Hiragana", "kana": "Katakana",
    "hang": "Hangul", "latn": "Latin", "grek": "Greek", "cyrl": "Cyrillic", "arab": "Arabic",
    "hebr": "Hebrew", "deva": "Devanagari",
}  # fmt: skip
# The bracket classes of the regex engine, [[:name:]].
BRACKETS = {
    name: name
    for name in (
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "upper", "word", "xdigit",
    )
} | {"space": "scan_space", "word": "class_word"}  # fmt: skip


def union(*parts: Ranges) -> Ranges:
    """Return the code points that are in any of the sets.

    >>> union([(97, 99)], [(100, 100), (65, 70)])
    [(65, 70), (97, 100)]
    """
    joined: Ranges = []
    for first, last in sorted(pair for part in parts for pair in part):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def complement(ranges: Ranges) -> Ranges:
    """Return the code points that are not in the set.

    >>> complement([(0, 64), (91, 0x10FFFF)])
    [(65, 90)]
    """
    found: Ranges = []
    start = 0
    for first, last in ranges:
        if start < first:
            found.append((start, first - 1))
        start = last + 1
    if start <= LAST:
        found.append((start, LAST))
    return found


def intersection(a: Ranges, b: Ranges) -> Ranges:
    """Return the code points that are in both sets.

    >>> intersection([(65, 90), (97, 122)], [(70, 100)])
    [(70, 90), (97, 100)]
    """
    found: Ranges = []
    i = j = 0
    while i < len(a) and j < len(b):
        first, last = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if first <= last:
            found.append((first, last))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return found


def contains(ranges: Ranges, code: int) -> bool:
    """Return whether a code point is in the set."""
    pos = bisect_right(ranges, (code, LAST)) - 1
    return pos >= 0 and code <= ranges[pos][1]


@cache
def loose_names() -> dict[str, str]:
    """Return the properties by their names in lower case, without blanks and underscores."""
    names = [*unicode.CATEGORIES, *"LMNPSZC", "LC", *unicode.SCRIPTS[1:], "word"]
    names += [
        name for name in BRACKETS.values() if name not in ("ascii", "class_word", "scan_space")
    ]
    names += ["emoji", "emoji_presentation", "extended_pictographic", "ideographic"]
    known = {name.lower().replace("_", ""): name for name in names}
    return known | LONG_NAMES | {"punct": "P", "posixpunct": "punct"}


@cache
def named(name: str, in_class: bool = False) -> tuple[tuple[int, int], ...]:
    r"""Return the set that \p{name} names.

    Args:
        name: The name of a property; case, blanks, hyphens and underscores do not matter.
        in_class: Whether it is in brackets, where the engine has another set of word characters.

    Raises:
        ValueError: The tables do not hold this property.
    """
    loose = name.lower().translate({ord(char): None for char in " _-"})
    if loose in ("any", "assigned", "ascii"):
        unassigned = unicode.ranges("Cn")
        return tuple(
            {"any": [(0, LAST)], "ascii": [(0, 127)], "assigned": complement(unassigned)}[loose]
        )
    if loose not in loose_names():
        raise ValueError(f"the property {name!r} is not known")
    found = loose_names()[loose]
    return tuple(unicode.ranges("class_word" if in_class and found == "word" else found))


def bracket(name: str) -> Ranges:
    """Return the set that [[:name:]] names.

    Raises:
        ValueError: There is no such class.
    """
    if name not in BRACKETS:
        raise ValueError(f"there is no class [:{name}:]")
    return [(0, 127)] if name == "ascii" else unicode.ranges(BRACKETS[name])


@cache
def alike(char: str) -> str:
    """Return a character and the others that match it when case is ignored."""
    return char + unicode.case_alike().get(char, "")


@cache
def expansions() -> dict[str, str]:
    """Return the characters that match a string of two or three when case is ignored."""
    return unicode.case_expanded()


@cache
def contractions() -> dict[str, str]:
    """Return the strings, in their first spelling, that match single characters, and these."""
    found: dict[str, str] = {}
    for char, full in expansions().items():
        found[spelling(full)] = found.get(spelling(full), "") + char
    return found


def spelling(text: str) -> str:
    """Return the same spelling for all texts that differ only in the case of single characters."""
    return "".join(min(alike(char)) for char in text)


def close_over_case(ranges: Ranges) -> Ranges:
    """Return the set with everything that matches one of its characters when case is ignored."""
    added = [
        (ord(other), ord(other))
        for char, others in cased().items()
        if contains(ranges, ord(char))
        for other in others
    ]
    return union(ranges, added)


@cache
def cased() -> dict[str, str]:
    """Return the characters that have others alike, and these."""
    return unicode.case_alike()
