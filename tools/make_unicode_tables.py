"""Write subword/include/text/unicode_tables.h: what the reference says of every code point.

A tokenizer that must give the same ids as Hugging Face `tokenizers` must classify characters as it
does, and it mixes four versions of Unicode (8.0 for BERT's categories, 9.0 for normal forms, 16.0
in its regex engines, 17.0 for lower case). This script does not rely on these versions: it probes
the pinned release over all code points and freezes the answers. Run it again only to move to
another release:

    python tools/make_unicode_tables.py            # rewrite the header
    python tools/make_unicode_tables.py --check    # exit status 1 if the header on disk differs

`unicode_probe.py` asks about many code points at once; `unicode_forms.py` finds combining classes,
normal forms and letter cases.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

import tokenizers
import unicode_forms as forms
from tokenizers import normalizers, pre_tokenizers
from unicode_probe import CODES, EVERYTHING, each_image, matches

REFERENCE = "0.23.3"
HEADER = (
    Path(__file__).resolve().parent.parent / "subword" / "include" / "text" / "unicode_tables.h"
)

CATEGORIES = [
    *("Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps"),
    *("Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs"),
]
# Name of a set -> the pattern of the reference's regex engine (Oniguruma) that matches it.
PATTERNS = {
    "scan_space": r"\s",
    "word": r"\w",
    "class_word": r"[\w]",  # a quirk of the engine: without six digits like U+00B2 that \w has
    **{
        name: f"[[:{name}:]]"
        for name in (
            *("alnum", "alpha", "blank", "cntrl", "digit", "graph"),
            *("lower", "print", "punct", "upper", "xdigit"),
        )
    },
    "LC": r"\p{LC}",
    "emoji": r"\p{Emoji}",
    "emoji_presentation": r"\p{Emoji_Presentation}",
    "extended_pictographic": r"\p{Extended_Pictographic}",
    "ideographic": r"\p{Ideographic}",
}
SCRIPT_NAMES = """
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali
Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian
Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret
Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay Georgian
Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul
Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi
Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi
Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin Lepcha Limbu Linear_A Linear_B Lisu
Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin
Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani
Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham
Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian
Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau
Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham
SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog
Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh
Tirhuta Todhri Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi
Zanabazar_Square
"""
SCRIPTS = SCRIPT_NAMES.split()


def removed(pre_tokenizer: pre_tokenizers.PreTokenizer) -> set[int]:
    """Return the code points that a pre-tokenizer removes."""
    kept: set[int] = set()
    for word, _ in pre_tokenizer.pre_tokenize_str(EVERYTHING):
        kept.update(map(ord, word))
    return set(CODES) - kept


def rust_word() -> set[int]:
    r"""Return \w of Rust's regex crate: what the Whitespace pre-tokenizer keeps with a letter."""
    found: set[int] = set()
    for first in range(0, len(CODES), 1 << 16):
        text = "".join(f"a{char} " for char in EVERYTHING[first : first + (1 << 16)])
        words = pre_tokenizers.Whitespace().pre_tokenize_str(text)
        found.update(ord(word[1]) for word, _ in words if len(word) == 2 and word[0] == "a")
    return found


@cache
def named_sets() -> dict[str, set[int]]:
    """Return every named set of code points that is not a general category or a script."""
    sets = {name: matches(pattern) for name, pattern in PATTERNS.items()}
    sets["scan_word"] = rust_word()
    clean = each_image(normalizers.BertNormalizer(True, False, False, False).normalize_str, "q")
    sets["bert_drop"] = {code for code, image in zip(CODES, clean, strict=True) if image == ""}
    sets["bert_blank"] = {code for code, image in zip(CODES, clean, strict=True) if image == " "}
    sets["bert_space"] = removed(pre_tokenizers.WhitespaceSplit())
    accents = each_image(normalizers.BertNormalizer(False, False, True, False).normalize_str, "\n")
    sets["bert_mark"] = {code for code, image in zip(CODES, accents, strict=True) if image == ""}
    sets["bert_punct"] = removed(pre_tokenizers.Punctuation("removed"))
    chinese = each_image(normalizers.BertNormalizer(False, True, False, False).normalize_str, "\n")
    sets["bert_chinese"] = {
        code for code, image in zip(CODES, chinese, strict=True) if len(image) == 3
    }
    # Digits splits between runs of digits and the rest, so every second word is digits (U+0000,
    # the first character, is none).
    runs = pre_tokenizers.Digits(individual_digits=False).pre_tokenize_str(EVERYTHING)
    sets["bert_numeric"] = {ord(char) for word, _ in runs[1::2] for char in word}
    strip = each_image(normalizers.StripAccents().normalize_str, "\n")
    sets["bert_combining"] = {code for code, image in zip(CODES, strip, strict=True) if image == ""}
    nmt = each_image(normalizers.Nmt().normalize_str, "q")
    sets["nmt_drop"] = {code for code, image in zip(CODES, nmt, strict=True) if image == ""}
    sets["nmt_blank"] = {code for code, image in zip(CODES, nmt, strict=True) if image == " "}
    return sets


def partition(names: Sequence[str], parts: Iterable[set[int]]) -> list[int]:
    """Return the index of the part that holds each code point (0 where none does)."""
    values = [0] * 0x110000
    for index, (name, part) in enumerate(zip(names, parts, strict=True)):
        for code in part:
            if values[code]:
                raise ValueError(f"U+{code:04X} is both {names[values[code]]} and {name}")
            values[code] = index
    return values


def categories() -> list[int]:
    """Return the general category of each code point, as an index into CATEGORIES."""
    parts = [matches(rf"\p{{{name}}}") for name in CATEGORIES[1:-1]]
    values = partition(CATEGORIES, [set(), *parts, set(range(0xD800, 0xE000))])
    if {code for code in CODES if values[code] == 0} != matches(r"\p{Cn}"):
        raise ValueError("the general categories do not cover everything")
    return values


def scripts() -> list[int]:
    """Return the script of each code point for the regex engine: 1 + its index, or 0."""
    return partition(["none", *SCRIPTS], [set(), *(matches(rf"\p{{{name}}}") for name in SCRIPTS)])


@cache
def joined_scripts() -> list[int]:
    """Return the classes of UnicodeScripts, which splits where two differ; 0 differs from none."""
    split = pre_tokenizers.UnicodeScripts().pre_tokenize_str
    # A neutral character is never split from the text before it, nor changes the split after it.
    neutral = {
        ord(char) for char in EVERYTHING if len(split(f"a{char}a")) == len(split(f"ა{char}ა")) == 1
    }
    values = [0] * 0x110000
    heads: list[str] = []  # the first character of each class
    for run, _ in split("".join(char for char in EVERYTHING if ord(char) not in neutral)):
        known = (i for i, head in enumerate(heads) if len(split(head + run[0])) == 1)
        index = next(known, len(heads))
        if index == len(heads):
            heads.append(run[0])
        for char in run:
            values[ord(char)] = index + 1
    return values


def run_lengths(values: Sequence[int]) -> list[tuple[int, int]]:
    """Return (length, value) of each run of equal values."""
    return [(len(list(run)), value) for value, run in groupby(values)]


def numbers(name: str, values: Iterable[int], kind: str = "uint32_t") -> str:
    """Return a C array as text, lines filled to 118 columns."""
    text = ",".join(map(str, values))
    lines = [f"static const {kind} {name}[] = {{"]
    while len(text) > 118:
        cut = text.rindex(",", 0, 118) + 1
        lines.append(text[:cut])
        text = text[cut:]
    return "\n".join([*lines, text, "};"])


def strings(name: str, values: Sequence[str]) -> str:
    """Return a C array of strings, ended by NULL."""
    return (
        f"static const char *{name}[] = {{\n"
        + "\n".join(f'"{value}",' for value in values)
        + "\n0};"
    )


def header() -> str:
    """Probe everything and return the text of the header."""
    sets = named_sets()
    parts = [
        f"/* Generated by tools/make_unicode_tables.py from tokenizers {REFERENCE}; do not edit.\n"
        "   Runs are length << 8 | value and cover all code points. Sets are the lengths of the\n"
        "   runs outside, inside, outside ..., each set covering all code points. Maps are: step\n"
        "   from the last code point, how many it maps to, these; a step of 0 ends the map. */",
        "#ifndef SUBWORD_UNICODE_TABLES_H\n#define SUBWORD_UNICODE_TABLES_H\n#include <stdint.h>",
        strings("unicode_categories", CATEGORIES),
        numbers(
            "unicode_category_runs", (n << 8 | value for n, value in run_lengths(categories()))
        ),
        strings("unicode_scripts", ["none", *SCRIPTS]),
        numbers("unicode_script_runs", (n << 8 | value for n, value in run_lengths(scripts()))),
        numbers(
            "unicode_joined_runs", (n << 8 | value for n, value in run_lengths(joined_scripts()))
        ),
        numbers(
            "unicode_class_runs",
            (n << 8 | value for n, value in run_lengths(forms.combining_classes())),
        ),
        strings("unicode_sets", list(sets)),
    ]
    lengths: list[int] = []
    for members in sets.values():
        runs = run_lengths([code in members for code in range(0x110000)])
        lengths += [0] * runs[0][1] + [n for n, _ in runs]
    parts.append(numbers("unicode_set_runs", lengths))
    for name, mapping in forms.mappings().items():
        steps: list[int] = []
        last = 0
        for code, image in sorted(mapping.items()):
            steps += [code - last, len(image), *map(ord, image)]
            last = code
        parts.append(numbers(f"unicode_{name}_map", [*steps, 0]))
    return "\n\n".join([*parts, "#endif\n"])


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
