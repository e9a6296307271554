"""The normal forms NFC, NFD, NFKC and NFKD in plain Python, the twin of normalizers/unicode."""

from __future__ import annotations

from itertools import groupby

from subword._core.unicode import combining_class, composition, decomposition

FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def normalize(form: str, text: str) -> str:
    r"""Return a normal form of a text (UAX #15, section 1.3), with Unicode 9.0 data.

    Args:
        form: "NFC", "NFD", "NFKC" or "NFKD".
        text: Any string.

    Returns:
        The normal form.

    Raises:
        ValueError: There is no such form.

    >>> normalize("NFC", "e\u0301cole")
    'école'
    """
    return "".join(char for char, _ in normal_form_edits(form, text))


def normal_form_edits(form: str, text: str) -> list[tuple[str, int]]:
    r"""Return the characters of a normal form, and what each replaces.

    Args:
        form: "NFC", "NFD", "NFKC" or "NFKD".
        text: Any string.

    Returns:
        For each new character, the character and a count, as `stages.rewrite` takes them: 1 for an
        inserted character, 0 for one that replaces a character of the text, and -n for one that
        replaces 1 + n of them.

    Raises:
        ValueError: There is no such form.

    >>> normal_form_edits("NFC", "e\u0301a")
    [('é', -1), ('a', 0)]
    """
    if form not in FORMS:
        raise ValueError(f"a normal form is one of {', '.join(FORMS)}, got {form!r}")
    decomposed: list[tuple[str, int]] = []
    for char in text:
        parts = decomposition(char, "K" in form)
        decomposed += [(part, min(i, 1)) for i, part in enumerate(parts)]
    # Sort each run of marks by class; the sort is stable. Starters have class 0 and do not move.
    ordered: list[tuple[str, int]] = []
    for _, run in groupby(decomposed, lambda edit: combining_class(edit[0]) == 0):
        ordered += sorted(run, key=lambda edit: combining_class(edit[0]))
    return ordered if form.endswith("D") else _compose(ordered)


def _compose(decomposed: list[tuple[str, int]]) -> list[tuple[str, int]]:
    done: list[tuple[str, int]] = []
    starter = -1  # index of the last starter in `done`
    last = 0  # class of the last character of `done`
    for char, count in decomposed:
        number = combining_class(char)
        is_blocked = starter + 1 < len(done) and last >= number
        whole = "" if starter < 0 or is_blocked else composition(done[starter][0], char)
        if whole:
            # One character fewer: the composed one replaces what `char` replaces, too.
            done[starter] = whole, done[starter][1] + count - 1
            continue
        if number == 0:
            starter = len(done)
        last = number
        done.append((char, count))
    return done
