"""The numbers of a JSON text, read as the original reads them."""

import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.formats.json_numbers import read_number, spell_number
from subword.models import Unigram


def spellings(rng, count):
    """Return JSON numbers of all lengths."""
    digits = "0123456789"
    for _ in range(count):
        kind = rng.randrange(6)
        if kind == 0:
            yield repr(rng.uniform(-30, 0))
        elif kind == 1:
            yield repr(rng.uniform(-1, 1) * 10 ** rng.randint(-320, 300))
        elif kind == 2:
            left = rng.randint(0, 10 ** rng.randint(0, 25))
            yield f"-{left}.{rng.randint(0, 10 ** rng.randint(0, 30))}"
        elif kind == 3:
            tail = "".join(rng.choices(digits, k=rng.randint(1, 30)))
            yield f"{rng.randint(0, 99)}.{tail}e{rng.randint(-360, 270)}"
        elif kind == 4:
            yield f"0.{'0' * rng.randint(0, 30)}{rng.randint(1, 10**20)}"
        else:
            yield f"{rng.randint(0, 10 ** rng.randint(1, 30))}{rng.choice(['e5', 'E-5', 'e+3'])}"


def test_numbers_are_those_that_the_original_reads():
    numbers = list(spellings(random.Random(1), 20_000))
    pieces = ",".join(f'["{i}",{number}]' for i, number in enumerate(numbers))
    text = f'{{"model":{{"type":"Unigram","unk_id":null,"vocab":[{pieces}]}}}}'
    theirs = json.loads(tokenizers.Tokenizer.from_str(text).model.__getstate__())["vocab"]
    assert [read_number(number) for number in numbers] == [score for _, score in theirs]
    mine = Tokenizer.from_str(text).model.pieces
    assert [score for _, score in mine] == [score for _, score in theirs]


def test_many_digits_are_not_rounded_to_the_nearest_float():
    assert read_number("-7.4715776443481445") == -7.471577644348144
    assert float("-7.4715776443481445") == -7.4715776443481445


@pytest.mark.parametrize("number", ["1e309", "-1e999", "1" * 400 + ".0"])
def test_a_number_that_no_float_holds_is_an_error_here_and_there(number):
    text = f'{{"model":{{"type":"Unigram","unk_id":null,"vocab":[["a",{number}]]}}}}'
    with pytest.raises(Exception, match="number out of range"):
        tokenizers.Tokenizer.from_str(text)
    with pytest.raises(
        ValueError, match=r"tokenizer.json: broken JSON: the number .* out of range"
    ):
        Tokenizer.from_str(text)


def test_a_float_is_spelled_so_that_the_original_reads_it():
    rng = random.Random(2)
    scores = [rng.uniform(-20, 0) for _ in range(5000)]
    spelled = [spell_number(score) for score in scores]
    assert all(
        abs(float(text) - score) < 1e-14 for text, score in zip(spelled, scores, strict=True)
    )
    wrong = [
        score for text, score in zip(spelled, scores, strict=True) if read_number(text) != score
    ]
    shortest = [score for score in scores if read_number(repr(score)) != score]
    assert len(shortest) > 500
    assert len(wrong) < 15


def test_what_was_read_once_is_spelled_so_that_it_is_read_again():
    read = [read_number(number) for number in spellings(random.Random(3), 20_000)]
    assert [read_number(spell_number(number)) for number in read] == read


@pytest.mark.parametrize("pretty", [False, True])
def test_a_saved_unigram_gives_its_scores_and_ids_to_the_original_and_back(pretty):
    rng = random.Random(4)
    letters = [chr(97 + i) for i in range(8)]
    words = [*letters, *{"".join(rng.choices(letters, k=rng.randint(2, 4))) for _ in range(900)}]
    # Texts that look like numbers are pieces, not scores.
    names = [
        "<unk>",
        *words,
        '"',
        "\\",
        '1.2345678901234567,"-1.2345678901234567',
        "-7.4715776443481445",
    ]
    drawn = [rng.uniform(-20, 0) for _ in names]
    pieces = [
        (name, score)
        for name, score in zip(names, drawn, strict=True)
        if read_number(spell_number(score)) == score
    ]
    assert sum(read_number(repr(score)) != score for _, score in pieces) > 20
    text = Tokenizer(Unigram(pieces, unk_id=0)).to_str(pretty)
    mine, theirs = Tokenizer.from_str(text), tokenizers.Tokenizer.from_str(text)
    assert mine.model.pieces == pieces
    read = json.loads(theirs.model.__getstate__())["vocab"]
    assert [(piece, score) for piece, score in read] == pieces
    assert mine.to_str(pretty) == text
    for _ in range(300):
        word = "".join(rng.choices(letters, k=rng.randint(1, 30)))
        assert mine.encode(word).ids == theirs.encode(word).ids
