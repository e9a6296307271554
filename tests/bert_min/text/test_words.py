"""Words of raw text: those that tagged corpora have."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_min.text.words import split_characters, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The U.S. is big.", ["The", "U.S.", "is", "big", "."]),
        ("in the U.S.", ["in", "the", "U.S."]),
        ("(e.g., the U.S.)", ["(", "e.g.", ",", "the", "U.S.", ")"]),
        ("$14.2 or 5,000%", ["$", "14.2", "or", "5,000", "%"]),
        ("It costs 14.2.", ["It", "costs", "14.2", "."]),
        ("George W. Bush", ["George", "W.", "Bush"]),
        ("vitamin C.", ["vitamin", "C", "."]),
        ("Don't, he said: AT&T!", ["Don't", ",", "he", "said", ":", "AT&T", "!"]),
        ("wait... -- no", ["wait", "...", "--", "no"]),
        ('he "said" so', ["he", '"', "said", '"', "so"]),
        ("मेरा नाम राहुल है।", ["मेरा", "नाम", "राहुल", "है", "।"]),
        ("ฉันชื่อสมชาย อยู่ที่กรุงเทพ", ["ฉันชื่อสมชาย", "อยู่ที่กรุงเทพ"]),
        ("நான் சென்னையில் வாழ்கிறேன்.", ["நான்", "சென்னையில்", "வாழ்கிறேன்", "."]),
        ("Cafe\u0301, na\u0131\u0308f", ["Cafe\u0301", ",", "na\u0131\u0308f"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("so👨\u200d👩\u200d👧👍🏽🇰🇷🇺🇸!", ["so", "👨\u200d👩\u200d👧", "👍🏽", "🇰🇷", "🇺🇸", "!"]),
        ("1\ufe0f\u20e3 ok", ["1\ufe0f\u20e3", "ok"]),
        ("a 🏴\U000e0067\U000e0062\U000e007f", ["a", "🏴\U000e0067\U000e0062\U000e007f"]),
        ("영화(2019)는", ["영화", "(", "2019", ")", "는"]),
        ("경찰은 「서울」에", ["경찰은", "「", "서울", "」", "에"]),
        ("我爱北京，OK。", ["我", "爱", "北", "京", "，", "OK", "。"]),
        ("タワーへ", ["タワー", "へ"]),
        ("a\u00a0b\u3000c\u200bd\u0007e", ["a", "b", "c", "d", "e"]),
        (" \u200b\n", []),
    ],
)  # fmt: skip
def test_words_are_cut_as_in_tagged_corpora(text, words):
    assert [text[start:stop] for start, stop in split_words(text)] == words


MIXED = 'aéE.-, "(1e\u0301\u0e01\u0e33क\u093f😀\u200d👩🏽🇰한가\u1100\u1161我。\n'
texts = st.text(alphabet=st.sampled_from(MIXED))


@given(texts)
def test_no_text_is_lost_and_no_mark_is_parted_from_its_letter(text):
    for spans in (split_words(text), split_characters(text)):
        end = 0
        for start, stop in spans:
            assert end <= start < stop
            assert not text[end:start].strip()
            before = text[start - 1] if start else " "
            if not before.isspace():
                assert unicodedata.category(text[start])[0] != "M"
            end = stop
        assert not text[end:].strip()


@given(st.lists(st.text(alphabet="abcé한क", min_size=1), min_size=1))
def test_plain_words_are_those_between_spaces(words):
    text = " ".join(words)
    assert [text[start:stop] for start, stop in split_words(text)] == text.split()
