"""The ways to write the tags of entities, and from one to the other.

Inside of the package a tag is ``O``, or one of B (begins), I (inside), E (ends), S (single), a
hyphen and a type. In the scheme IOB2 every entity begins with B and goes on with I; in IOBES its
last word has E, a single word S.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bert_min.tasks.entities import Entity, check_tag, entities

# Letters of other schemes: BILOU (last, unit), BMEWO and BMES (middle, whole).
OTHER_LETTERS: Final = {"L": "E", "U": "S", "M": "I", "W": "S"}
_LETTER_FIRST = re.compile(r"([BIESLUMW])[-_](.+)", re.DOTALL)
_LETTER_LAST = re.compile(r"(.+)[-_]([BIESLUMW])", re.DOTALL)


def normal_names(tags: Iterable[str], where: dict[str, str]) -> dict[str, str]:
    """Write the tags of a file in the way of this package.

    The letter may stand before the type or, as in Naver's corpus, behind it (PER-B, and - for O);
    one file has one way.

    Args:
        tags: Those of the file.
        where: Tag -> a place where it stands, for the message.

    Returns:
        Tag -> how it is written here.

    Raises:
        ValueError: If one is no tag.

    Example:
        >>> normal_names(["U-PER", "O"], {})
        {'U-PER': 'S-PER', 'O': 'O'}
        >>> normal_names(["PER-B", "-"], {})
        {'PER-B': 'B-PER', '-': 'O'}
    """
    tags = list(tags)
    first = {tag: _LETTER_FIRST.fullmatch(tag) for tag in tags if tag != "O"}
    last = {tag: _LETTER_LAST.fullmatch(tag) for tag in tags if tag not in ("O", "-")}
    found = {tag: "O" for tag in tags if tag in ("O", "-")}
    if all(first.values()):
        parts = {tag: (match[1], match[2]) for tag, match in first.items() if match}
    elif last and all(last.values()):
        parts = {tag: (match[2], match[1]) for tag, match in last.items() if match}
    else:
        wrong = next(tag for tag in tags if tag != "O" and not first[tag])
        check_tag(wrong, where.get(wrong, "the labels"))
        parts = {}
    for tag, (letter, kind) in parts.items():
        found[tag] = f"{OTHER_LETTERS.get(letter, letter)}-{kind}"
    return {tag: found[tag] for tag in tags}


def has_ends(tags: Iterable[str]) -> bool:
    """Whether the tags are those of IOBES."""
    return any(tag[0] in "ES" for tag in tags)


def retag(tags: Sequence[str], *, ends: bool) -> list[str]:
    """Write the entities of a sentence in the scheme IOBES, or in IOB2.

    Args:
        tags: Of a sentence, in any scheme.
        ends: Whether to write IOBES.

    Returns:
        As many tags.

    Example:
        >>> retag(["I-PER", "I-PER", "I-LOC"], ends=False)
        ['B-PER', 'I-PER', 'B-LOC']
        >>> retag(["I-PER", "I-PER", "I-LOC"], ends=True)
        ['B-PER', 'E-PER', 'S-LOC']
    """
    found = ["O"] * len(tags)
    for entity in entities(tags):
        letters = _letters(entity, ends)
        found[entity.start : entity.stop] = [f"{letter}-{entity.type}" for letter in letters]
    return found


def normalize_rows(rows: list[list[str]], where: dict[str, str]) -> list[str]:
    """Write the tags of a file in the way of this package, in place.

    Args:
        rows: The tags of each sentence; changed.
        where: Tag -> a place where it stands, for messages.

    Returns:
        What there is to say about it.

    Raises:
        ValueError: If one is no tag.
    """
    names = normal_names(sorted({tag for tags in rows for tag in tags}), where)
    changed = [tag for tag, name in names.items() if tag != name]
    notes = []
    if changed:
        notes.append(f"tags such as {changed[0]} are read as {names[changed[0]]}")
    begun = 0
    for tags in rows:
        tags[:] = [names[tag] for tag in tags]
        if not has_ends(names.values()):
            clean = retag(tags, ends=False)
            begun += sum(a != b for a, b in zip(tags, clean, strict=True))
            tags[:] = clean
    if begun:
        notes.append(f"{begun:,} tags I- that begin an entity are read as B-")
    return notes


def _letters(entity: Entity, ends: bool) -> str:
    size = entity.stop - entity.start
    if not ends:
        return "B" + "I" * (size - 1)
    return "S" if size == 1 else "B" + "I" * (size - 2) + "E"
