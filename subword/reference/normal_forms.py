"""Normal forms by the textbook: the slow twin of the normalizers NFC, NFD, NFKC and NFKD."""

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
    if form not in FORMS:
        raise ValueError(f"a normal form is one of {', '.join(FORMS)}, got {form!r}")
    chars: list[tuple[int, int, str]] = []
    starters = 0
    for char in "".join(decomposition(char, "K" in form) for char in text):
        number = combining_class(char)
        starters += number == 0
        chars.append((starters, number, char))
    chars.sort(
        key=lambda placed: placed[:2]
    )  # marks by class within their run; equals keep their order
    if form.endswith("D"):
        return "".join(char for _, _, char in chars)
    done: list[str] = []
    starter, last = (
        -1,
        0,
    )  # where the last starter is in `done`, and the class of the character behind it
    for _, number, char in chars:
        blocked = starter + 1 < len(done) and last >= number
        whole = "" if starter < 0 or blocked else composition(done[starter], char)
        if whole:
            done[starter] = whole
            continue
        if number == 0:
            starter = len(done)
        last = number
        done.append(char)
    return "".join(done)
