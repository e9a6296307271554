"""Normalizers and pre-tokenizers in plain Python: the slow, obvious twins. Read `reference` first.

Every character of a text carries the characters of the original that it stands for, and every step
says what becomes of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from subword._core import unicode
from subword._regex.patterns import compile_pattern, find_spans
from subword.vocab.byte_alphabet import chars_of

Config = Mapping[str, Any]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


class Text(NamedTuple):
    """A stretch of text on its way through the steps, and where it comes from."""

    text: str
    spans: list[tuple[int, int]]  # of each character: the characters of the original it stands for
    base: int  # where the stretch starts in the original

    def slice(self, start: int, stop: int) -> Text:
        """Return the characters [start, stop)."""
        spans = self.spans[start:stop]
        return Text(self.text[start:stop], spans, spans[0][0] if spans else self.base)


def _members(name: str) -> frozenset[str]:
    """Return the characters of a class of the frozen tables."""
    return frozenset(chr(c) for lo, hi in unicode.ranges(name) for c in range(lo, hi + 1))


class _Classes(dict[str, frozenset[str]]):
    def __missing__(self, name: str) -> frozenset[str]:
        self[name] = _members(name)
        return self[name]


CLASS = _Classes()  # filled as needed: CLASS["bert_space"] and so on

# ------------------------------------------------------------------------------- rewriting a text


def rewrite(text: Text, edits: Iterable[tuple[str, int]]) -> Text:
    """Write new characters over a text, keeping track of where each comes from.

    Args:
        text: the old text.
        edits: for each new character, the character and a count. 0: it replaces the next old
            character. More: it is inserted, and stands for what the old character before it stands
            for. Less: it replaces the next one, and as many after that are removed.
    """
    chars, spans, at = [], [], 0
    for char, count in edits:
        if count > 0:
            spans.append(text.spans[at - 1] if at else (text.base, text.base))
        else:
            spans.append(text.spans[at])
            at += 1 - count
        chars.append(char)
    return Text("".join(chars), spans, text.base)


def keep(text: Text, wanted: Callable[[str], bool]) -> Text:
    """Drop the other characters."""
    pairs = [pair for pair in zip(text.text, text.spans, strict=True) if wanted(pair[0])]
    return Text("".join(c for c, _ in pairs), [span for _, span in pairs], text.base)


def spell(text: Text, image: Callable[[str], str]) -> Text:
    """Replace each character by its image, of one character or several."""
    return rewrite(text, ((c, i) for char in text.text for i, c in enumerate(image(char))))


def prepend(text: Text, prefix: str) -> Text:
    """Put characters in front: they stand for what the first one stands for."""
    if not text.text:
        return text
    return Text(prefix + text.text, text.spans[:1] * len(prefix) + text.spans, text.base)


def normal_form(text: Text, form: str) -> Text:
    """Bring a text to NFC, NFD, NFKC or NFKD (UAX #15, Unicode 9.0)."""
    units: list[tuple[str, int]] = []
    for char in text.text:
        units += [(c, min(i, 1)) for i, c in enumerate(unicode.decomposition(char, "K" in form))]
    # Marks are put in the order of their classes; starters (class 0) stay where they are.
    ordered: list[tuple[str, int]] = []
    for _, run in groupby(units, lambda unit: unicode.combining_class(unit[0]) == 0):
        ordered += sorted(run, key=lambda unit: unicode.combining_class(unit[0]))
    return rewrite(text, ordered if form.endswith("D") else _compose(ordered))


def _compose(units: list[tuple[str, int]]) -> list[tuple[str, int]]:
    done: list[tuple[str, int]] = []
    starter, last = -1, 0  # place of the last starter in `done`; class of what was put behind it
    for char, count in units:
        number = unicode.combining_class(char)
        blocked = starter + 1 < len(done) and last >= number
        whole = "" if starter < 0 or blocked else unicode.composition(done[starter][0], char)
        if whole:
            # One character fewer: what stood for `char` now belongs to the composed one.
            done[starter] = whole, done[starter][1] + count - 1
            continue
        if number == 0:
            starter = len(done)
        last = number
        done.append((char, count))
    return done


def matches(text: str, pattern: Config) -> list[tuple[int, int, bool]]:
    """Cut a text at the matches of a pattern: (start, stop, whether it is a match), gapless."""
    kind, value = next(iter(pattern.items()))
    if kind == "Regex":
        found = list(find_spans(compile_pattern(value), text)) if text else []
    else:
        found, at = [], text.find(value)
        while at >= 0 and text:
            found.append((at, at + len(value)))
            at = text.find(value, at + (len(value) or 1))
    return _with_gaps(found, len(text))


def _with_gaps(found: Iterable[tuple[int, int]], size: int) -> list[tuple[int, int, bool]]:
    parts, done = [], 0
    for start, stop in found:
        if done != start:
            parts.append((done, start, False))
        parts.append((start, stop, True))
        done = stop
    return parts if done == size else [*parts, (done, size, False)]


# ------------------------------------------------------------------------------------ normalizers


def replace(text: Text, pattern: Config, content: str) -> Text:
    """Replace the matches of a pattern; the new characters stand for the last one replaced."""
    out, spans = "", []
    for start, stop, is_match in matches(text.text, pattern):
        if is_match:
            out += content
            spans += [text.spans[stop - 1] if stop else (text.base, text.base)] * len(content)
        else:
            out += text.text[start:stop]
            spans += text.spans[start:stop]
    return Text(out, spans, text.base)


def bert_normalize(text: Text, config: Config) -> Text:
    """Clean, set Chinese characters apart, strip accents, lower: in this order."""
    if config["clean_text"]:
        text = keep(text, lambda c: c not in CLASS["bert_drop"])
        text = spell(text, lambda c: " " if c in CLASS["bert_blank"] else c)
    if config["handle_chinese_chars"]:
        text = spell(text, lambda c: f" {c} " if c in CLASS["bert_chinese"] else c)
    strip_accents = config.get("strip_accents")
    if config["lowercase"] if strip_accents is None else strip_accents:
        text = keep(normal_form(text, "NFD"), lambda c: c not in CLASS["bert_mark"])
    return spell(text, unicode.lower) if config["lowercase"] else text


def strip(text: Text, left: bool, right: bool) -> Text:
    """Drop white space at the ends."""
    start, stop = 0, len(text.text)
    while left and start < stop and text.text[start] in CLASS["bert_space"]:
        start += 1
    while right and start < stop and text.text[stop - 1] in CLASS["bert_space"]:
        stop -= 1
    return Text(text.text[start:stop], text.spans[start:stop], text.base)


def nmt(text: Text, config: Config) -> Text:
    """Clean as for neural machine translation: drop controls, turn blanks into spaces."""
    text = keep(text, lambda c: c not in CLASS["nmt_drop"])
    return spell(text, lambda c: " " if c in CLASS["nmt_blank"] else c)


def _normalizers(text: Text, config: Config) -> Text:
    for each in config["normalizers"]:
        text = NORMALIZERS[each["type"]](text, each)
    return text


NORMALIZERS: dict[str, Callable[[Text, Config], Text]] = {
    "BertNormalizer": bert_normalize,
    "NFC": lambda text, config: normal_form(text, "NFC"),
    "NFD": lambda text, config: normal_form(text, "NFD"),
    "NFKC": lambda text, config: normal_form(text, "NFKC"),
    "NFKD": lambda text, config: normal_form(text, "NFKD"),
    "Replace": lambda text, config: replace(text, config["pattern"], config["content"]),
    "Prepend": lambda text, config: prepend(text, config["prepend"]),
    "Strip": lambda text, config: strip(text, config["strip_left"], config["strip_right"]),
    "StripAccents": lambda text, config: keep(text, lambda c: c not in CLASS["bert_combining"]),
    "Lowercase": lambda text, config: spell(text, unicode.lower),
    "Nmt": nmt,
    "ByteLevel": lambda text, config: spell(text, lambda c: chars_of(c.encode())),
    "Sequence": _normalizers,
}

# --------------------------------------------------------------------------------- pre-tokenizers


def split(text: Text, parts: Sequence[tuple[int, int, bool]], behavior: str) -> list[Text]:
    """Cut a text at the delimiters, and do with these what the behaviour says.

    Args:
        text: what to cut.
        parts: from `matches`; the matches are the delimiters.
        behavior: "Isolated" keeps each as a piece, "Removed" drops it, "MergedWithPrevious" and
            "MergedWithNext" join it to a neighbour (of several in a row only the nearest),
            "Contiguous" joins neighbours of one kind.
    """
    if behavior == "MergedWithNext":  # the mirror image of MergedWithPrevious
        parts = [(-stop, -start, is_match) for start, stop, is_match in reversed(parts)]
    cuts: list[tuple[int, int]] = []
    before = False  # whether the part before was a match
    for start, stop, is_match in parts:
        merge = behavior.startswith("Merged") and is_match and not before
        if cuts and (merge or (behavior == "Contiguous" and is_match == before)):
            cuts[-1] = cuts[-1][0], stop
        elif not (behavior == "Removed" and is_match):
            cuts.append((start, stop))
        before = is_match
    if behavior == "MergedWithNext":
        cuts = [(-stop, -start) for start, stop in reversed(cuts)]
    return [text.slice(*cut) for cut in cuts]


def split_where(text: Text, is_match: Callable[[str], bool], behavior: str) -> list[Text]:
    """Cut a text at single characters."""
    found = [(i, i + 1) for i, char in enumerate(text.text) if is_match(char)]
    return split(text, _with_gaps(found, len(text.text)), behavior)


def runs(text: Text, kind: Callable[[str], Any]) -> list[Text]:
    """Cut a text into runs of one kind, dropping those of kind None."""
    pieces, at = [], 0
    for key, run in groupby(text.text, kind):
        stop = at + len(list(run))
        if key is not None:
            pieces.append(text.slice(at, stop))
        at = stop
    return pieces


def by_pattern(text: Text, config: Config) -> list[Text]:
    """Cut a text at the matches of a pattern, or with `invert` between them."""
    parts = matches(text.text, config["pattern"])
    if config["invert"]:
        parts = [(start, stop, not is_match) for start, stop, is_match in parts]
    return split(text, parts, config["behavior"])


def byte_level(text: Text, config: Config) -> list[Text]:
    """Cut by GPT-2's pattern, then spell each piece in the byte-level alphabet."""
    if config["add_prefix_space"] and not text.text.startswith(" "):
        text = prepend(text, " ")
    pieces = [text]
    if config.get("use_regex", True):
        pieces = split(text, matches(text.text, {"Regex": GPT2}), "Isolated")
    return [spell(piece, lambda c: chars_of(c.encode())) for piece in pieces]


def metaspace(text: Text, config: Config) -> list[Text]:
    """Write spaces as a visible character, and cut before each."""
    mark = config["replacement"]
    scheme = config.get("prepend_scheme", "always")
    text = spell(text, lambda c: mark if c == " " else c)
    wanted = scheme == "always" or (scheme == "first" and text.base == 0)
    if wanted and not text.text.startswith(mark):
        text = prepend(text, mark)
    if not config.get("split", True):
        return [text]
    return split_where(text, lambda c: c == mark, "MergedWithNext")


def bert_words(text: Text, config: Config) -> list[Text]:
    """Cut at white space, and punctuation apart."""
    words = split_where(text, CLASS["bert_space"].__contains__, "Removed")
    return [p for w in words for p in split_where(w, CLASS["bert_punct"].__contains__, "Isolated")]


def whitespace(text: Text, config: Config) -> list[Text]:
    r"""Cut into runs of word characters and runs of others: `\w+|[^\w\s]+`."""

    def kind(char: str) -> str | None:
        if char in CLASS["scan_word"]:
            return "word"
        return None if char in CLASS["bert_space"] else "other"

    return runs(text, kind)


def scripts(text: Text, config: Config) -> list[Text]:
    """Cut where the script changes; characters of any script go with what is before them."""
    cuts, last = [], 0
    for at, char in enumerate(text.text):
        script = unicode.script_of(char)
        if script and script != last:
            cuts.append(at)
            last = script
    # What comes before the first character of a script is dropped, as in the oracle.
    stops = [*cuts[1:], len(text.text)]
    return [text.slice(start, stop) for start, stop in zip(cuts, stops, strict=False)]


def fixed_length(text: Text, config: Config) -> list[Text]:
    """Cut into pieces of so many characters."""
    step = config.get("length", 5)
    return [text.slice(at, at + step) for at in range(0, len(text.text), step)]


def _pre_tokenizers(text: Text, config: Config) -> list[Text]:
    pieces = [text]
    for each in config["pretokenizers"]:
        step = PRE_TOKENIZERS[each["type"]]
        pieces = [new for piece in pieces for new in step(piece, each) if new.text]
    return pieces


PRE_TOKENIZERS: dict[str, Callable[[Text, Config], list[Text]]] = {
    "BertPreTokenizer": bert_words,
    "ByteLevel": byte_level,
    "CharDelimiterSplit": lambda t, config: split_where(t, config["delimiter"].__eq__, "Removed"),
    "Digits": lambda t, config: split_where(
        t,
        CLASS["bert_numeric"].__contains__,
        "Isolated" if config["individual_digits"] else "Contiguous",
    ),
    "FixedLength": fixed_length,
    "Metaspace": metaspace,
    "Punctuation": lambda t, config: split_where(
        t, CLASS["bert_punct"].__contains__, config.get("behavior", "Isolated")
    ),
    "Sequence": _pre_tokenizers,
    "Split": by_pattern,
    "UnicodeScripts": scripts,
    "Whitespace": whitespace,
    "WhitespaceSplit": lambda t, config: split_where(
        t, CLASS["bert_space"].__contains__, "Removed"
    ),
}
