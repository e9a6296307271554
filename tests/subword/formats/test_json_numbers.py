"""The numbers of a JSON text, read as the original reads them."""

import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.formats.json_numbers import read_number


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
