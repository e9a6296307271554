"""The frozen tables against the reference, over all code points."""

import random
import sys
from pathlib import Path

import pytest
import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

from subword._core import unicode
from subword.reference.normal_forms import FORMS, normalize
from tests.helpers.code_points import chars_that_tell

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
import make_unicode_tables as make
import unicode_forms as forms
from unicode_probe import CODES, EVERYTHING, each_image, matches


def members(name: str) -> set[int]:
    """Return a class of the frozen tables, without surrogates, which no text can hold."""
    return {
        code
        for first, last in unicode.ranges(name)
        for code in range(first, last + 1)
        if not 0xD800 <= code < 0xE000
    }


def test_the_reference_is_the_pinned_one():
    assert tokenizers.__version__ == make.REFERENCE


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("scan_space", 25),
        ("scan_letter", 141_028),
        ("scan_number", 1_911),
        ("scan_mark", 2_501),
        ("P", 855),
        ("S", 8_514),
        ("word", 144_671),
        ("scan_word", 144_667),
        ("bert_numeric", 1_924),
        ("bert_punct", 726),
        ("bert_space", 25),
    ],
)
def test_counts_of_the_survey(name, count):
    assert len(members(name)) == count


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("scan_letter", r"\p{L}"),
        ("scan_number", r"\p{N}"),
        ("scan_space", r"\s"),
        ("scan_mark", r"\p{M}"),
        ("scan_upper", r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"),
        ("scan_lower", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"),
        ("scan_symbol", r"[\p{P}\p{S}]"),
        *((name, rf"\p{{{name}}}") for name in (*unicode.CATEGORIES[:-1], *"LNMPSZ")),
        *((name, rf"\p{{{name}}}") for name in unicode.SCRIPTS[1:]),
        *make.PATTERNS.items(),
    ],
)
def test_classes_of_the_regex_engine(name, pattern):
    assert members(name) == matches(pattern)


@pytest.mark.slow
def test_every_other_class():
    probed = make.named_sets()
    assert set(unicode.SETS) == set(probed)
    for name, wanted in probed.items():
        assert members(name) == wanted, name


def test_bert_pre_tokenizer_uses_the_same_classes():
    pieces = pre_tokenizers.BertPreTokenizer().pre_tokenize_str(
        "".join(f"a{char}" for char in EVERYTHING)
    )
    glued = {ord(piece[1]) for piece, _ in pieces if len(piece) == 2 and piece[0] == "a"}
    glued |= {ord(char) for piece, _ in pieces if len(piece) > 2 for char in piece}
    assert set(CODES) - glued == (members("bert_space") | members("bert_punct")) - {ord("a")}


@pytest.mark.slow
def test_scripts_of_unicode_scripts():
    split = pre_tokenizers.UnicodeScripts().pre_tokenize_str
    for known in "aあბ한я":
        # Two neighbours stay together if their scripts are the same or one goes with any.
        chars = chars_that_tell()
        wanted = {char for char in chars if len(split(known + char)) == 1}
        ours = unicode.script_of(known)
        assert {char for char in chars if unicode.script_of(char) in (0, ours)} == wanted
    chosen = random.Random(7)
    assigned = [chr(code) for code in sorted(members("alpha"))]
    for _ in range(50_000):
        first, second = chosen.choices(assigned, k=2)
        alike = unicode.script_of(first) == unicode.script_of(second)
        joker = 0 in (unicode.script_of(first), unicode.script_of(second))
        assert (len(split(first + second)) < 2) == (alike or joker), (first, second)


def test_lower_case_of_every_code_point():
    assert unicode.lower(EVERYTHING) == normalizers.Lowercase().normalize_str(EVERYTHING)
    assert unicode.lower("ΟΔΟΣ İ") == "οδοσ i̇"


def test_combining_classes():
    probed = forms.combining_classes()
    assert [unicode.combining_class(char) for char in EVERYTHING] == [
        probed[code] for code in CODES
    ]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_normal_form_of_every_code_point(form):
    function = getattr(normalizers, form)().normalize_str
    images = each_image(function, "\n")
    assert [normalize(form, char) for char in EVERYTHING] == images
    assert normalize(form, EVERYTHING) == function(EVERYTHING)


@pytest.mark.parametrize("form", FORMS)
def test_normal_form_of_random_marks(form):
    function = getattr(normalizers, form)().normalize_str
    chosen = random.Random(5)
    marks = [chr(code) for code in sorted(members("form_mark") | members("form_second"))]
    bases = [chr(code) for code in sorted(members("form_canonical") | members("form_compatible"))]
    bases += [chr(code) for code in range(0x1100, 0x1200)] + list("aeiouAEIOUnN<>= ")
    for _ in range(20_000):
        text = "".join(
            chosen.choice(chosen.choice((marks, bases))) for _ in range(chosen.randint(1, 7))
        )
        assert normalize(form, text) == function(text), text.encode("unicode_escape")


def test_pairs_are_those_of_the_reference():
    composed = {
        chr(code): char
        for char, image in zip(
            EVERYTHING, each_image(normalizers.NFC().normalize_str, "\n"), strict=True
        )
        if image == char
        and (code := ord(char)) not in forms.HANGUL
        and unicode.decomposition(char) != char
    }
    for char in composed:
        parts = normalizers.NFD().normalize_str(char)
        first = normalizers.NFC().normalize_str(parts[:-1])
        assert unicode.composition(first, parts[-1]) == char
    assert unicode.composition("ᄀ", "ᅡ") == "가"
    assert unicode.composition("가", "ᆨ") == "각"
    assert unicode.composition("각", "ᆨ") == ""
    assert unicode.composition("a", "b") == ""


@pytest.mark.slow
def test_cases_that_the_regex_engine_takes_for_the_same():
    single, several = forms.mappings()["alike"], forms.mappings()["expanded"]
    assert {ord(char): alike for char, alike in unicode.case_alike().items()} == single
    assert {ord(char): full for char, full in unicode.case_expanded().items()} == several
    others = "".join(char for char in EVERYTHING if ord(char) not in single)
    folded = normalizers.Replace(
        Regex("(?i:[" + "".join(f"\\x{{{code:x}}}" for code in sorted(single)) + "])"), ""
    )
    assert folded.normalize_str(others) == others


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="no class of characters is called 'Klingon'"):
        unicode.ranges("Klingon")
    with pytest.raises(ValueError, match="a normal form is one of"):
        normalize("NFX", "a")


def test_the_header_names_the_reference():
    first = make.HEADER.read_text(encoding="utf-8").partition("\n")[0]
    assert f"from tokenizers {make.REFERENCE};" in first
