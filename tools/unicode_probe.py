"""Ask the reference about many code points at once."""

from collections.abc import Callable

import numpy as np
from tokenizers import Regex, normalizers

CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
EVERYTHING = "".join(map(chr, CODES))


def each_image(function: Callable[[str], str], separator: str) -> list[str]:
    """Return the image of every code point of CODES under a function of single characters.

    Args:
        function: A map of strings that treats each character on its own and keeps `separator`.
        separator: A character to which no other one maps and with which none combines.
    """
    images = function(separator.join(EVERYTHING.replace(separator, "\0"))).split(separator)
    if len(images) != len(CODES):
        raise ValueError(
            f"separator {separator!r} does not keep {len(CODES)} images apart: {len(images)}"
        )
    images[CODES.index(ord(separator))] = function(separator)
    return images


def matches(pattern: str, text: str = EVERYTHING) -> set[int]:
    """Return the code points of `text` that a one-character pattern of the regex engine matches."""
    rest = normalizers.Replace(Regex(pattern), "").normalize_str(text)
    found = np.zeros(0x110000, bool)
    found[codes_of(text)] = True
    found[codes_of(rest)] = False
    return set(np.flatnonzero(found).tolist())


def codes_of(text: str) -> np.ndarray:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), "<u4")
