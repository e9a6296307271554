"""The normalizers against the reference: text and the span of every character."""

import copy
import itertools
import pickle
import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex as TheirRegex
from tokenizers import Tokenizer, models
from tokenizers import normalizers as theirs

from subword import normalizers as ours
from subword._core import unicode
from subword._regex.patterns import Regex
from subword.reference.normal_forms import FORMS, normalize
from tests.helpers.effort import every_character, few


def chars_of(*names: str) -> list[str]:
    """Return the characters of classes of the frozen tables."""
    return [
        chr(code)
        for name in names
        for first, last in unicode.ranges(name)
        for code in range(first, last + 1)
        if not 0xD800 <= code < 0xE000
    ]


# Characters that some normalizer treats in its own way, in a few groups of about equal weight.
GROUPS = [
    list("abcXYZ 019.,'\u0000\t\n\r\x7f"),
    list("aeiouAEIOUåÅéÉñçÇİıßẞΣσςŒǅﬁﬃſ½²™…\u00a0\u0085\u2028\u3000\ufeff"),
    chars_of("form_mark", "form_second"),
    chars_of("form_single", "form_compatible"),
    chars_of("form_cased"),
    [chr(code) for code in (*range(0x1100, 0x1200), *range(0xAC00, 0xD7A4, 97))],
    list("中文漢字龥豈𠀀𫠠𫤠丽カｶﾞ゙が"),
    chars_of("bert_blank", "nmt_drop", "nmt_blank", "bert_space", "Cf")
    + list("\u200b\u200d\u00ad\ufffd\ue000"),
    list("👩‍👧🏽👍🇰🇷❤\ufe0f𝅗𝅥\U0001d15e\u302e\u1b44"),
]


def text_of_groups(chosen: random.Random) -> str:
    groups = chosen.choices(GROUPS, k=chosen.choice((1, 2, 3)))
    return "".join(chosen.choice(chosen.choice(groups)) for _ in range(chosen.randint(0, 12)))


texts = st.text(st.sampled_from([char for group in GROUPS for char in group]), max_size=20)

PAIRS = [
    *((getattr(ours, form)(), getattr(theirs, form)()) for form in FORMS),
    *(
        (ours.BertNormalizer(*options), theirs.BertNormalizer(*options))
        for options in itertools.product(
            [True, False], [True, False], [None, True, False], [True, False]
        )
    ),
    (ours.Lowercase(), theirs.Lowercase()),
    (ours.StripAccents(), theirs.StripAccents()),
    (ours.Nmt(), theirs.Nmt()),
    (ours.ByteLevel(), theirs.ByteLevel()),
    *(
        (ours.Strip(*sides), theirs.Strip(*sides))
        for sides in itertools.product([True, False], repeat=2)
    ),
    *((ours.Prepend(string), theirs.Prepend(string)) for string in ("▁", "ab", "é", "")),
    *(
        (ours.Replace(string, content), theirs.Replace(string, content))
        for string, content in [
            (" ", "▁"),
            ("a", ""),
            ("é", "e\u0301"),
            ("ab", "c"),
            ("aa", "a"),
            ("", "-"),
            ("", ""),
            ("中", "ab"),
        ]
    ),
    *(
        (ours.Replace(Regex(pattern), content), theirs.Replace(TheirRegex(pattern), content))
        for pattern, content in [
            (r"\s+", " "),
            ("a*", "-"),
            (r"\p{M}", ""),
            ("[^a-z]", "中"),
            ("(a)(b)?", "$1"),
        ]
    ),
    (ours.Sequence([]), theirs.Sequence([])),
    (
        ours.Sequence(
            [
                ours.NFD(),
                ours.Lowercase(),
                ours.StripAccents(),
                ours.Prepend("▁"),
                ours.Replace(" ", "▁"),
            ]
        ),
        theirs.Sequence(
            [
                theirs.NFD(),
                theirs.Lowercase(),
                theirs.StripAccents(),
                theirs.Prepend("▁"),
                theirs.Replace(" ", "▁"),
            ]
        ),
    ),
    (
        ours.Sequence([ours.Nmt(), ours.NFKC(), ours.Replace(Regex(" {2,}"), " "), ours.Strip()]),
        theirs.Sequence(
            [theirs.Nmt(), theirs.NFKC(), theirs.Replace(TheirRegex(" {2,}"), " "), theirs.Strip()]
        ),
    ),
    (
        ours.Sequence(
            [ours.Sequence([ours.BertNormalizer(), ours.NFC()]), ours.Strip(), ours.ByteLevel()]
        ),
        theirs.Sequence(
            [
                theirs.Sequence([theirs.BertNormalizer(), theirs.NFC()]),
                theirs.Strip(),
                theirs.ByteLevel(),
            ]
        ),
    ),
]
NAMES = [repr(mine) for mine, _ in PAIRS]


def spans_of(normalizer) -> Tokenizer:
    """Return a tokenizer whose offsets are the spans of the normalized characters."""
    tokenizer = Tokenizer(models.BPE(vocab={"?": 0}, merges=[], unk_token="?"))
    tokenizer.normalizer = normalizer
    return tokenizer


def check(mine, their, tokenizer, text: str) -> None:
    wanted = their.normalize_str(text)
    assert mine.normalize_str(text) == wanted, ascii(text)
    result, spans = mine.normalize_with_offsets(text)
    assert result == wanted, ascii(text)
    assert spans == tokenizer.encode(text).offsets, (ascii(text), ascii(result))


@pytest.mark.parametrize(("mine", "their"), PAIRS, ids=NAMES)
def test_random_text(mine, their):
    chosen = random.Random(11)
    tokenizer = spans_of(their)
    for _ in range(few(3_000)):
        check(mine, their, tokenizer, text_of_groups(chosen))


@pytest.mark.parametrize(("mine", "their"), PAIRS, ids=NAMES)
@settings(max_examples=few(50), deadline=None)
@given(text=texts | st.text(max_size=20))
def test_any_text(mine, their, text):
    check(mine, their, spans_of(their), text)


@pytest.mark.parametrize(("mine", "their"), PAIRS, ids=NAMES)
def test_every_code_point(mine, their):
    text = every_character()
    if (
        isinstance(mine, ours.Replace) and mine.content
    ):  # the reference takes minutes for a million matches
        text = text[::101]
    assert mine.normalize_str(text) == their.normalize_str(text)
    spaced = " ".join(text[::7])
    assert mine.normalize_str(spaced) == their.normalize_str(spaced)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("e\u0301cole", "ecole"),
        ("a\0b\ufffdc\u200bd", "abcd"),
        ("İstanbul", "istanbul"),
        ("ΟΔΟΣ", "οδοσ"),
        ("中a", " 中 a"),
        ("\U0002b820\U0002b920", "\U0002b820 \U0002b920 "),
        ("", ""),
    ],
)
def test_bert_by_hand(text, wanted):
    assert ours.BertNormalizer().normalize_str(text) == wanted


@pytest.mark.parametrize("form", FORMS)
@given(text=texts)
def test_forms_equal_their_slow_twin(form, text):
    assert getattr(ours, form)().normalize_str(text) == normalize(form, text)


@pytest.mark.parametrize(("mine", "their"), PAIRS, ids=NAMES)
def test_copies_are_equal(mine, their):
    for twin in (pickle.loads(pickle.dumps(mine)), copy.deepcopy(mine)):
        assert twin == mine
        assert hash(twin) == hash(mine)
        assert (
            twin.normalize_str("Ä b ") == mine.normalize_str("Ä b ") == their.normalize_str("Ä b ")
        )
    assert sum(other == mine for other, _ in PAIRS) == 1


def test_options_can_be_read():
    bert = ours.BertNormalizer(lowercase=False)
    assert (bert.clean_text, bert.handle_chinese_chars) == (True, True)
    assert (bert.strip_accents, bert.lowercase) == (None, False)
    assert repr(bert) == repr(theirs.BertNormalizer(lowercase=False))
    assert (ours.Strip(left=False).left, ours.Strip().right) == (False, True)
    assert ours.Prepend("▁").prepend == "▁"
    assert ours.Replace("a", "b").pattern == "a"
    assert ours.Replace(Regex("a"), "b").pattern == Regex("a")
    assert ours.Sequence([bert]).normalizers == (bert,)
    with pytest.raises(AttributeError):
        bert.lowercase = True


def test_bad_arguments():
    with pytest.raises(TypeError, match="pattern must be a str or a Regex, got int"):
        ours.Replace(1, "")
    with pytest.raises(TypeError, match="made of normalizers, got str"):
        ours.Sequence(["NFC"])
    with pytest.raises(TypeError):
        ours.NFC().normalize_str(None)
    with pytest.raises(UnicodeEncodeError):
        ours.NFC().normalize_str("\ud800")


def test_a_text_of_marks_alone_takes_linear_time():
    text = "\u0301\u0323" * 200_000
    assert ours.NFC().normalize_str(text) == "\u0323" * 200_000 + "\u0301" * 200_000


def test_many_threads_share_one():
    shared = ours.Sequence([ours.NFKD(), ours.BertNormalizer(), ours.Replace(" ", "▁")])
    chosen = random.Random(3)
    samples = [text_of_groups(chosen) for _ in range(300)]
    wanted = [shared.normalize_with_offsets(text) for text in samples]
    wrong = []

    def work() -> None:
        wrong.extend(
            t for t, w in zip(samples, wanted, strict=True) if shared.normalize_with_offsets(t) != w
        )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
