"""Text that a normal form leaves alone is passed over in blocks: with and without vectors alike."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import normalizers as theirs

from subword import normalizers as ours
from subword._core.simd import SIMD, use_simd
from subword.reference.normal_forms import FORMS, normalize
from tests.helpers.effort import every_character

# Long runs that most forms leave alone, and single characters that some of them change.
QUIET = list("ab .,1") + list("가나다한국어강그") + list("中文のカж") + list("’…😀")
LOUD = list("\u0301\u0323\u0345\u212b\u00c5\uac00\u1100\u1161\u11a8\ufb01\u3099\u304b\uf900")
LOUD += list("\U0001d15e\U0002f800\u0958é\u0387\u1e9b")

quiet = st.text(st.sampled_from(QUIET), max_size=40)
loud = st.sampled_from(LOUD)


def in_both_ways(form, text):
    """Return what a form makes of a text without vectors and, where there are some, with them."""
    before = use_simd()
    results = []
    for level in (SIMD[0], SIMD[-1]):
        use_simd(level)
        results.append(getattr(ours, form)().normalize_with_offsets(text))
    use_simd(before)
    return results


@pytest.mark.parametrize("form", FORMS)
@given(parts=st.lists(st.one_of(quiet, loud), max_size=8))
def test_vectors_change_nothing(form, parts):
    text = "".join(parts)
    plain, vectors = in_both_ways(form, text)
    assert plain == vectors
    assert plain[0] == normalize(form, text) == getattr(theirs, form)().normalize_str(text)


@pytest.mark.usefixtures("simd")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("filler", ["a", "ж", "강", "한", "中", "😀"])
def test_one_character_anywhere_in_a_block(form, filler):
    normalizer = getattr(ours, form)()
    quiet_one = normalize(form, filler)
    for before in range(40):
        for char in ("\u0301", "\u212b", "\ufb01", "\U0001d15e"):
            for after in (0, 1, 12, 33):
                text = filler * before + char + filler * after
                assert normalizer.normalize_str(text) == normalize(form, text)
        assert normalizer.normalize_str(filler * before) == quiet_one * before


@pytest.mark.usefixtures("simd")
@pytest.mark.parametrize("form", FORMS)
def test_every_character_behind_every_other(form):
    every = list(every_character())
    random.Random(form).shuffle(every)
    ours_form, their_form = getattr(ours, form)(), getattr(theirs, form)()
    for i in range(0, len(every), 5000):
        text = "".join(every[i : i + 5000])
        assert ours_form.normalize_str(text) == their_form.normalize_str(text)
