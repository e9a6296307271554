"""Write subword/include/text/grapheme_table.h: how the reference joins characters to graphemes.

The reference cuts text into extended grapheme clusters (UAX #29) before it looks them up in a
character map, but only a cluster of less than six bytes is looked up as a whole. This script makes
maps with which that shows between which characters a cluster ends, and probes all code points:

    python tools/make_grapheme_table.py            # rewrite the header
    python tools/make_grapheme_table.py --check    # exit status 1 if the header on disk differs

Regional indicators are left out: each has four bytes, so no cluster of theirs is looked up.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer
from unicode_probe import CODES

from subword.reference.charsmap import make_charsmap

REFERENCE = "0.23.3"
HEADER = (
    Path(__file__).resolve().parent.parent / "subword" / "include" / "text" / "grapheme_table.h"
)
# The values of the table; the last three are bits beside the others.
NAMES = (
    *("OTHER", "CONTROL", "EXTEND", "ZWJ", "SPACING_MARK", "PREPEND"),
    *("L", "V", "T", "LV", "LVT", "PICTOGRAPH"),
)
BITS = {"CONSONANT": 16, "LINKER": 32, "CONJUNCT_EXTEND": 64}
MARK = "\u0301"  # two bytes, joins to whatever is no control
JOINER = "\u200d"
KA, VIRAMA = "\u0915", "\u094d"


def normalized(mapping: dict[str, str], texts: Iterable[str]) -> list[str]:
    """Return what the reference's normalizer makes of texts with a character map."""
    charsmap = base64.b64encode(make_charsmap(mapping)).decode()
    normalizer = Tokenizer.from_str(
        json.dumps(
            {
                "model": {"type": "BPE", "vocab": {}, "merges": []},
                "normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap},
            }
        )
    ).normalizer
    return [normalizer.normalize_str(text) for text in texts]


def probe(mapping: dict[str, str], pattern: str, joined: str) -> set[str]:
    """Return the characters that a pattern, with `{}` for each, maps to `joined`.

    The character that the mapping changes is not among them, whatever it is.
    """
    chars = list(map(chr, CODES))
    images = normalized(mapping, (pattern.replace("{}", char) for char in chars))
    return {
        char
        for char, image in zip(chars, images, strict=True)
        if image == joined.replace("{}", char)
    }


def table() -> list[int]:
    """Return the value of each code point."""
    attached = probe({"a": "b"}, "a{}", "b")  # Extend, SpacingMark, ZWJ
    # A cluster of a pictograph, marks and a joiner goes on with a pictograph.
    extend = attached & probe({"©": "C"}, "©{}" + JOINER + "©" + MARK, "C{}" + JOINER + "C" + MARK)
    pictograph = probe({"©": "C"}, "©" + JOINER + "{}", "C" + JOINER + "{}") - attached | {"©"}
    control = probe({MARK: "m"}, "{}" + MARK * 2, "{}m") - {MARK}
    prepend = probe({"a": "b"}, "{}a" + MARK, "{}b" + MARK)
    # What a vowel joins to, and a final consonant of Hangul.
    vowel, tail = "\u1161", "\u11a8"
    before_vowel = {vowel} | probe({vowel: "v"}, "{}" + vowel + MARK, "{}v" + MARK) - prepend
    before_tail = {tail} | probe({tail: "t"}, "{}" + tail + MARK, "{}t" + MARK) - prepend
    syllables = {chr(code) for code in range(0xAC00, 0xD7A4)}
    # Rule GB9c: a consonant joins to a consonant if marks, one of them a linker, lie between.
    conjunct = {KA: "k"}
    consonant = probe(conjunct, "{}" + VIRAMA + KA + MARK, "{}" + VIRAMA + "k" + MARK) | {KA}
    linker = probe(conjunct, KA + "{}" + KA + MARK, "k{}k" + MARK) & attached
    between = probe(conjunct, KA + "{}" + VIRAMA + KA + MARK, "k{}" + VIRAMA + "k" + MARK)
    parts = {
        "CONTROL": control,
        "EXTEND": extend - {JOINER},
        "ZWJ": {JOINER},
        "SPACING_MARK": attached - extend - {JOINER},
        "PREPEND": prepend,
        "L": before_vowel - before_tail,
        "V": (before_vowel & before_tail) - syllables,
        "T": before_tail - before_vowel - syllables,
        "LV": before_vowel & before_tail & syllables,
        "LVT": (before_tail - before_vowel) & syllables,
        "PICTOGRAPH": pictograph - prepend,
    }
    values = [0] * 0x110000
    for name, chars in parts.items():
        for char in chars:
            if values[ord(char)]:
                raise ValueError(f"U+{ord(char):04X} is {name} and {NAMES[values[ord(char)]]}")
            values[ord(char)] = NAMES.index(name)
    for name, chars in zip(BITS, (consonant, linker, between & attached), strict=True):
        for char in chars:
            values[ord(char)] |= BITS[name]
    return values


def header() -> str:
    """Probe everything and return the text of the header."""
    runs = [(len(list(run)), value) for value, run in groupby(table())]
    text = ",".join(str(length << 8 | value) for length, value in runs)
    lines = []
    while len(text) > 118:
        cut = text.rindex(",", 0, 118) + 1
        lines.append(text[:cut])
        text = text[cut:]
    names = [f"    GRAPHEME_{name} = {value}," for value, name in enumerate(NAMES)]
    names += [f"    GRAPHEME_{name} = {value}," for name, value in BITS.items()]
    return "\n".join(
        [
            f"/* Generated by tools/make_grapheme_table.py from tokenizers {REFERENCE}; do not",
            "   edit. Runs are length << 8 | value and cover all code points. */",
            "#ifndef SUBWORD_GRAPHEME_TABLE_H\n#define SUBWORD_GRAPHEME_TABLE_H",
            "#include <stdint.h>\n\nenum {",
            *names,
            "};\n\nstatic const uint32_t grapheme_runs[] = {",
            *lines,
            text,
            "};\n\n#endif\n",
        ]
    )


def main() -> int:
    """Write the header, or compare it with the one on disk."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="do not write; fail if the header would change"
    )
    options = parser.parse_args()
    if tokenizers.__version__ != REFERENCE:
        sys.exit(f"tokenizers {REFERENCE} is wanted, {tokenizers.__version__} is installed")
    text = header()
    if options.check:
        return int(HEADER.read_text() != text)
    HEADER.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
