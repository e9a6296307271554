"""Find the combining classes, normal forms and letter cases of the reference by probing it."""

import unicodedata
from functools import cache

from tokenizers import NormalizedString, Regex, normalizers
from unicode_probe import CODES, EVERYTHING, each_image, matches

NFC = normalizers.NFC().normalize_str
NFD = normalizers.NFD().normalize_str
NFKD = normalizers.NFKD().normalize_str
HANGUL = range(0xAC00, 0xD7A4)  # syllables are decomposed and composed by arithmetic


def swaps(first: str, second: str) -> bool:
    """Return whether canonical ordering puts the second character before the first."""
    return NFD(first + second) == second + first != first + second


@cache
def combining_classes() -> list[int]:
    """Return the canonical combining class of each code point.

    The reference shows only the order in which it sorts marks, not the numbers. So a mark gets the
    class of the one known mark with which it never changes places.
    """
    # Classes 1 and 240: any other mark changes places with one of them.
    lowest, highest = "\u0334", "\u0345"
    after = NFD("".join(f"\n{char}{lowest}" for char in EVERYTHING)).split("\n")
    before = NFD("".join(f"\n{highest}{char}" for char in EVERYTHING)).split("\n")
    moved = {pair[1] for pair in after if pair[:1] == lowest and len(pair) == 2}
    moved |= {pair[0] for pair in before if pair[1:] == highest}
    marks = sorted(char for char in moved if swaps(char, lowest) or swaps(highest, char))
    known: dict[int, str] = {}
    for char in sorted([*marks, lowest, highest]):
        known.setdefault(unicodedata.combining(char), char)
    values = [0] * 0x110000
    for char in marks:
        equal = [n for n, mark in known.items() if not swaps(char, mark) and not swaps(mark, char)]
        if len(equal) != 1:
            raise ValueError(f"no single known mark sorts like U+{ord(char):04X}: {equal}")
        values[ord(char)] = equal[0]
    return values


def upper(text: str) -> str:
    """Return the upper case of the reference."""
    string = NormalizedString(text)
    string.uppercase()
    return str(string.normalized)


def folds(lower: list[str]) -> tuple[dict[int, str], dict[int, str]]:
    """Return what matches a character when the regex engine ignores case.

    Args:
        lower: The lower case of each code point of CODES.

    Returns:
        The other single characters that (?i:c) matches, for each c that has any; and the string of
        two or three characters that it matches, for each c that has one.
    """
    candidates: set[str] = set()
    for char, small, large in zip(EVERYTHING, lower, each_image(upper, "\n"), strict=True):
        related = {char.casefold(), char.upper(), char.lower(), small, large} - {char}
        if related:
            candidates.update(char, *(string for string in related if len(string) == 1))
    text = "\0".join(sorted(candidates))  # separated, for (?i:ﬆ) matches "ST" too
    single: dict[int, str] = {}
    several: dict[int, str] = {}
    for char in sorted(candidates):
        alike = sorted(matches(rf"(?i:\x{{{ord(char):x}}})", text) - {ord(char)})
        if alike:
            single[ord(char)] = "".join(map(chr, alike))
        full = char.casefold()
        if (
            len(full) > 1
            and normalizers.Replace(Regex(f"(?i:{char})"), "").normalize_str(full) == ""
        ):
            several[ord(char)] = full
    return single, several


def compositions(composed: list[str]) -> dict[int, str]:
    """Return the two characters that NFC composes to each composite, without Hangul.

    Args:
        composed: The NFC of each code point of CODES.
    """
    pairs: dict[int, str] = {}
    for char, whole in zip(EVERYTHING, composed, strict=True):
        parts = NFD(char)
        if whole == char != parts and ord(char) not in HANGUL:
            pair = NFC(parts[:-1]) + parts[-1]
            if len(pair) != 2 or NFC(pair) != char:
                raise ValueError(f"U+{ord(char):04X} is not composed of two characters: {pair!r}")
            pairs[ord(char)] = pair
    return pairs


def changed(images: list[str], originals: list[str]) -> dict[int, str]:
    """Return the images that differ from the originals, without Hangul syllables."""
    return {
        code: image
        for code, image, original in zip(CODES, images, originals, strict=True)
        if image != original and code not in HANGUL
    }


@cache
def mappings() -> dict[str, dict[int, str]]:
    """Return every map of code points to strings, by name."""
    identity = list(EVERYTHING)
    lower = each_image(normalizers.Lowercase().normalize_str, "\n")
    canonical = each_image(NFD, "\n")
    single, several = folds(lower)
    return {
        "lower": changed(lower, identity),
        "canonical": changed(canonical, identity),
        "compatible": changed(each_image(NFKD, "\n"), canonical),
        "pair": compositions(each_image(NFC, "\n")),
        "alike": single,
        "expanded": several,
    }
