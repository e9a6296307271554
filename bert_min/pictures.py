"""Texts of pictures: drawn as they are, in fonts found among those that are installed."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

# Looked at first; of the others, those whose names sort first.
PREFERRED: Final = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Noto Sans CJK JP",
    "Noto Sans",
)
# What to install, by the first word of the characters' names.
EAST_ASIAN: Final = "Noto Sans CJK (Debian, Ubuntu: fonts-noto-cjk)"
INSTALL: Final = dict.fromkeys(("HANGUL", "CJK", "HIRAGANA", "KATAKANA"), EAST_ASIAN)
OTHER: Final = "Noto Sans (Debian, Ubuntu: fonts-noto)"


@contextmanager
def fonts_for(texts: Iterable[str]) -> Iterator[None]:
    """Let matplotlib draw these texts, as they are, while the block runs.

    Its own font stays the first; fonts that have what it lacks follow. If no installed font has a
    character, a warning of one line says which font to install.

    Args:
        texts: All that the pictures show.

    Raises:
        ImportError: Matplotlib is not installed.
    """
    from matplotlib import font_manager, rc_context, rcParams

    default = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    drawn = {c for text in texts for c in text if not c.isspace() and c.isprintable()}
    lacking = _without(drawn, default)
    families, lacking = _cover(lacking, font_manager.fontManager.ttflist)
    if lacking:  # matplotlib remembers the fonts of its first run
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in sorted(set(font_manager.findSystemFonts()) - known):
            with suppress(Exception):  # a file that is no font
                font_manager.fontManager.addfont(path)
        found = [e for e in font_manager.fontManager.ttflist if e.fname not in known]
        more, lacking = _cover(lacking, found)
        families += more
    if lacking:
        shown = "".join(sorted(lacking))
        shown = shown if len(shown) <= 10 else f"{shown[:10]}..."
        warnings.warn(
            f"no installed font has {shown}, which are boxes in the picture: install "
            f"{_advice(lacking)}",
            stacklevel=3,
        )
    with warnings.catch_warnings(), rc_context():
        warnings.filterwarnings("ignore", r"Glyph \d+", UserWarning)
        rcParams["font.family"] = [*rcParams["font.family"], *families]
        rcParams["text.parse_math"] = False  # "$5 and $6" is no formula
        rcParams["axes.unicode_minus"] = False  # a hyphen, which every font has
        yield


def _without(characters: set[str], font: Any) -> set[str]:
    return {c for c in characters if not font.get_char_index(ord(c))}


def _cover(characters: set[str], entries: Iterable[Any]) -> tuple[list[str], set[str]]:
    """Choose fonts until all characters are covered; returns their names, and what is left."""
    from matplotlib import font_manager

    def rank(entry: Any) -> tuple[bool, int, str, bool]:
        preferred = entry.name in PREFERRED
        place = PREFERRED.index(entry.name) if preferred else 0
        return not preferred, place, entry.name, entry.style != "normal" or entry.weight != 400

    families: list[str] = []
    for entry in sorted(entries, key=rank) if characters else ():
        if entry.name.startswith("Last Resort") or entry.name in families:
            continue  # the first draws boxes for everything
        try:
            left = _without(characters, font_manager.get_font(entry.fname))
        except (OSError, RuntimeError):  # removed since, or not readable
            continue
        if left != characters:
            families.append(entry.name)
            characters = left
        if not characters:
            break
    return families, characters


def _advice(characters: set[str]) -> str:
    scripts = {unicodedata.name(c, "?").split()[0] for c in characters}
    return " and ".join(sorted({INSTALL.get(script, OTHER) for script in scripts}))
