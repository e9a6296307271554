"""The normalizers and pre-tokenizers in plain Python: slow and obvious. Read `tokenizer` first.

Every character of a text has a span: the characters of the original text that it comes from. Every
step says what the spans of its result are.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from subword._core import unicode
from subword._regex.split_patterns import PATTERNS
from subword.reference.charsmap import Charsmap
from subword.reference.graphemes import graphemes
from subword.reference.normal_forms import normal_form_edits
from subword.reference.regex_twin import find_spans
from subword.vocab.byte_alphabet import chars_of

Config = Mapping[str, Any]


class Text(NamedTuple):
    """A part of a text between two steps, and its alignment with the original."""

    text: str
    spans: list[tuple[int, int]]  # of each character, in characters of the original text
    source_offset: int  # where the part starts in the original text

    def slice(self, start: int, stop: int) -> Text:
        """Return the characters [start, stop)."""
        spans = self.spans[start:stop]
        return Text(self.text[start:stop], spans, spans[0][0] if spans else self.source_offset)


def _members(name: str) -> frozenset[str]:
    """Return the characters of a class of the frozen tables."""
    return frozenset(chr(c) for lo, hi in unicode.ranges(name) for c in range(lo, hi + 1))


class _Classes(dict[str, frozenset[str]]):
    def __missing__(self, name: str) -> frozenset[str]:
        self[name] = _members(name)
        return self[name]


CLASS = _Classes()  # filled when needed: CLASS["bert_space"] and so on

# ------------------------------------------------------------------------------- rewriting a text


def rewrite(text: Text, edits: Iterable[tuple[str, int]]) -> Text:
    """Return a text of new characters, each with its span.

    Args:
        text: The old text.
        edits: For each new character, the character and a count. 0: it replaces the next old
            character. Above 0: it is inserted and gets the span of the old character before it.
            Below 0: it replaces the next old character, and as many after that are removed.
    """
    chars, spans, pos = [], [], 0
    for char, count in edits:
        if count > 0:
            spans.append(text.spans[pos - 1] if pos else (text.source_offset, text.source_offset))
        else:
            spans.append(text.spans[pos])
            pos += 1 - count
        chars.append(char)
    return Text("".join(chars), spans, text.source_offset)


def keep(text: Text, wanted: Callable[[str], bool]) -> Text:
    """Remove the characters that are not wanted."""
    pairs = [pair for pair in zip(text.text, text.spans, strict=True) if wanted(pair[0])]
    return Text("".join(c for c, _ in pairs), [span for _, span in pairs], text.source_offset)


def spell(text: Text, image: Callable[[str], str]) -> Text:
    """Replace each character by its image, of one character or several."""
    return rewrite(text, ((c, i) for char in text.text for i, c in enumerate(image(char))))


def prepend(text: Text, prefix: str) -> Text:
    """Put characters before a text: they get the span of its first one."""
    if not text.text:
        return text
    return Text(prefix + text.text, text.spans[:1] * len(prefix) + text.spans, text.source_offset)


def normal_form(text: Text, form: str) -> Text:
    """Return NFC, NFD, NFKC or NFKD of a text (UAX #15, Unicode 9.0)."""
    return rewrite(text, normal_form_edits(form, text.text))


def matches(text: str, pattern: Config) -> list[tuple[int, int, bool]]:
    """Divide a text into matches of a pattern and the text between: (start, stop, is_match)."""
    kind, value = next(iter(pattern.items()))
    if kind == "Regex":
        found = list(find_spans(value, text)) if text else []
    else:
        found, pos = [], text.find(value)
        while pos >= 0 and text:
            found.append((pos, pos + len(value)))
            pos = text.find(value, pos + (len(value) or 1))
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
    """Replace the matches of a pattern; the content gets the span of each one's last character."""
    out, spans = "", []
    for start, stop, is_match in matches(text.text, pattern):
        if is_match:
            out += content
            spans += [
                text.spans[stop - 1] if stop else (text.source_offset, text.source_offset)
            ] * len(content)
        else:
            out += text.text[start:stop]
            spans += text.spans[start:stop]
    return Text(out, spans, text.source_offset)


def bert_normalize(text: Text, config: Config) -> Text:
    """Clean, put spaces around Chinese characters, strip accents, lower-case: in this order."""
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
    """Remove white space at the ends."""
    start, stop = 0, len(text.text)
    while left and start < stop and text.text[start] in CLASS["bert_space"]:
        start += 1
    while right and start < stop and text.text[stop - 1] in CLASS["bert_space"]:
        stop -= 1
    return Text(text.text[start:stop], text.spans[start:stop], text.source_offset)


def nmt(text: Text, config: Config) -> Text:
    """Clean as for neural machine translation: remove controls, turn blanks into spaces."""
    text = keep(text, lambda c: c not in CLASS["nmt_drop"])
    return spell(text, lambda c: " " if c in CLASS["nmt_blank"] else c)


@cache
def _charsmap(text: str) -> Charsmap:
    return Charsmap(base64.b64decode(text))


def precompiled(text: Text, config: Config) -> Text:
    """Replace each cluster, or each of its characters, by the value of the shortest key in it."""
    charsmap = _charsmap(config["precompiled_charsmap"])
    edits: list[tuple[str, int]] = []
    changed = False
    for cluster in graphemes(text.text):
        whole = charsmap.shortest(cluster) if len(cluster.encode()) < 6 else None
        for old in [cluster] if whole is not None else cluster:
            new = charsmap.shortest(old)
            changed = changed or new is not None
            new = old if new is None else new
            more = len(new) - len(old)
            edits += [(char, int(i >= len(old))) for i, char in enumerate(new)]
            if more < 0 and edits:  # nothing is there to remember what was removed at the start
                edits[-1] = edits[-1][0], edits[-1][1] + more
    return rewrite(text, edits) if changed else text


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
    "Precompiled": precompiled,
    "ByteLevel": lambda text, config: spell(text, lambda c: chars_of(c.encode())),
    "Sequence": _normalizers,
}

# --------------------------------------------------------------------------------- pre-tokenizers


def split(text: Text, parts: Sequence[tuple[int, int, bool]], behavior: str) -> list[Text]:
    """Split a text at the delimiters, and treat these as the behavior says.

    Args:
        text: The text.
        parts: From `matches`; the matches are the delimiters.
        behavior: "Isolated" keeps each delimiter as a word, "Removed" removes it,
            "MergedWithPrevious" and "MergedWithNext" merge it with a neighbour (of several in a row
            only the nearest), "Contiguous" merges neighbours of one kind.
    """
    if behavior == "MergedWithNext":  # the mirror image of MergedWithPrevious
        parts = [(-stop, -start, is_match) for start, stop, is_match in reversed(parts)]
    words: list[tuple[int, int]] = []
    before = False  # whether the part before was a match
    for start, stop, is_match in parts:
        merge = behavior.startswith("Merged") and is_match and not before
        if words and (merge or (behavior == "Contiguous" and is_match == before)):
            words[-1] = words[-1][0], stop
        elif not (behavior == "Removed" and is_match):
            words.append((start, stop))
        before = is_match
    if behavior == "MergedWithNext":
        words = [(-stop, -start) for start, stop in reversed(words)]
    return [text.slice(*word) for word in words]


def split_where(text: Text, is_match: Callable[[str], bool], behavior: str) -> list[Text]:
    """Split a text at single characters."""
    found = [(i, i + 1) for i, char in enumerate(text.text) if is_match(char)]
    return split(text, _with_gaps(found, len(text.text)), behavior)


def runs(text: Text, kind: Callable[[str], Any]) -> list[Text]:
    """Split a text into runs of one kind, without those of kind None."""
    words, pos = [], 0
    for key, run in groupby(text.text, kind):
        stop = pos + len(list(run))
        if key is not None:
            words.append(text.slice(pos, stop))
        pos = stop
    return words


def by_pattern(text: Text, config: Config) -> list[Text]:
    """Split a text at the matches of a pattern, or with `invert` at the text between them."""
    parts = matches(text.text, config["pattern"])
    if config["invert"]:
        parts = [(start, stop, not is_match) for start, stop, is_match in parts]
    return split(text, parts, config["behavior"])


def byte_level(text: Text, config: Config) -> list[Text]:
    """Split by GPT-2's pattern, then write the words in the byte alphabet."""
    if config["add_prefix_space"] and not text.text.startswith(" "):
        text = prepend(text, " ")
    words = [text]
    if config.get("use_regex", True):
        words = split(text, matches(text.text, {"Regex": PATTERNS["gpt2"]}), "Isolated")
    return [spell(word, lambda c: chars_of(c.encode())) for word in words]


def metaspace(text: Text, config: Config) -> list[Text]:
    """Write spaces as a visible character, and split before each."""
    mark = config["replacement"]
    scheme = config.get("prepend_scheme", "always")
    text = spell(text, lambda c: mark if c == " " else c)
    wanted = scheme == "always" or (scheme == "first" and text.source_offset == 0)
    if wanted and not text.text.startswith(mark):
        text = prepend(text, mark)
    if not config.get("split", True):
        return [text]
    return split_where(text, lambda c: c == mark, "MergedWithNext")


def bert_words(text: Text, config: Config) -> list[Text]:
    """Split at white space, and split off punctuation."""
    words = split_where(text, CLASS["bert_space"].__contains__, "Removed")
    return [p for w in words for p in split_where(w, CLASS["bert_punct"].__contains__, "Isolated")]


def whitespace(text: Text, config: Config) -> list[Text]:
    r"""Split into runs of word characters and runs of others: `\w+|[^\w\s]+`."""

    def kind(char: str) -> str | None:
        if char in CLASS["scan_word"]:
            return "word"
        return None if char in CLASS["bert_space"] else "other"

    return runs(text, kind)


def scripts(text: Text, config: Config) -> list[Text]:
    """Split where the script changes; characters of any script belong to the text before them."""
    starts, last = [], 0
    for pos, char in enumerate(text.text):
        script = unicode.script_of(char)
        if script and script != last:
            starts.append(pos)
            last = script
    # The text before the first character of a script is removed, as in the oracle.
    stops = [*starts[1:], len(text.text)]
    return [text.slice(start, stop) for start, stop in zip(starts, stops, strict=False)]


def fixed_length(text: Text, config: Config) -> list[Text]:
    """Split into words of so many characters."""
    step = config.get("length", 5)
    return [text.slice(pos, pos + step) for pos in range(0, len(text.text), step)]


def _pre_tokenizers(text: Text, config: Config) -> list[Text]:
    words = [text]
    for each in config["pretokenizers"]:
        step = PRE_TOKENIZERS[each["type"]]
        words = [new for word in words for new in step(word, each) if new.text]
    return words


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
