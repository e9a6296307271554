"""Truncated and padded batches beside the oracle's."""

import random

import pytest
from tokenizers import processors as hf

from subword.processors import TemplateProcessing, post_process
from subword.results.padding import Padding, pad_batch
from subword.results.truncation import check_truncation, truncate_pair
from tests.helpers.oracle import columns, from_oracle
from tests.helpers.random_text import spaced_words

TEMPLATE = ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])


@pytest.fixture(params=[True, False], ids=["template", "bare"])
def tok(request, word_oracle):
    twin = type(word_oracle).from_str(word_oracle.to_str())
    if request.param:
        twin.post_processor = hf.TemplateProcessing(*TEMPLATE)
    return twin


def test_truncated_and_padded_batches_equal_the_oracle(tok):
    rng = random.Random(6)
    mine = TemplateProcessing(*TEMPLATE) if tok.post_processor else None
    compared = 0
    for _ in range(400):
        rows = [
            [spaced_words(rng) for _ in range(rng.choice([1, 2]))] for _ in range(rng.randrange(4))
        ]
        max_length = rng.choice([None, 3, 4, 6, 9, 12])
        options = {
            "stride": rng.choice([0, 0, 1, 2]),
            "strategy": rng.choice(["longest_first", "longest_first", "only_first", "only_second"]),
            "direction": rng.choice(["left", "right"]),
        }
        add = rng.random() < 0.8
        padding = {
            "direction": rng.choice(["left", "right"]),
            "pad_id": 0,
            "pad_token": "[PAD]",
            "pad_to_multiple_of": rng.choice([None, 4]),
            "length": rng.choice([None, 10]),
        }
        plain = [
            [from_oracle(tok.encode(t, add_special_tokens=False)) for t in row] for row in rows
        ]
        for row in plain:
            for encoding in row:  # as the core hands them over: no sequence declared
                encoding._sequence_ranges = None
        try:
            if max_length is not None:
                tok.enable_truncation(max_length, **options)
            tok.enable_padding(**padding)
            inputs = [tuple(row) if len(row) == 2 else row[0] for row in rows]
            expected = tok.encode_batch(inputs, add_special_tokens=add)
        except BaseException as error:  # PanicException is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            with pytest.raises(ValueError, match=r"must|needs"):
                check(mine, plain, max_length, options, add)
            continue
        finally:
            tok.no_truncation()
            tok.no_padding()
        got = pad_batch(check(mine, plain, max_length, options, add), Padding(**padding))
        assert [columns(each) for each in got] == [columns(each) for each in expected]
        compared += 1
    assert compared > 200


def check(processor, rows, max_length, options, add):
    if max_length is not None:
        added = processor.num_special_tokens_to_add(False) if processor else 0
        check_truncation(max_length, options["stride"], options["strategy"], added)
    return [
        post_process(processor, *row, add_special_tokens=add, max_length=max_length, **options)
        for row in rows
    ]


def test_what_the_oracle_wraps_or_panics_on_is_a_value_error(word_oracle):
    processor = TemplateProcessing(*TEMPLATE)
    text = from_oracle(word_oracle.encode("the cat sat on a mat"))
    with pytest.raises(ValueError, match="room for 2 special tokens, got 1"):
        post_process(processor, text, max_length=1)
    with pytest.raises(ValueError, match="room for 3 special tokens, got 2"):
        post_process(processor, text, text, max_length=2)
    assert post_process(processor, text, max_length=2).tokens == ["[CLS]", "[SEP]"]
    assert len(post_process(processor, text, max_length=1, add_special_tokens=False)) == 1
    with pytest.raises(ValueError, match="less than the 3 tokens left"):
        post_process(processor, text, max_length=5, stride=3)
    with pytest.raises(ValueError, match="needs a second text"):
        post_process(processor, text, max_length=5, strategy="only_second")
    with pytest.raises(ValueError, match="must leave at least one token of it: it has 6 and 6"):
        truncate_pair(text, text, 6, strategy="only_first")
    with pytest.raises(ValueError, match="stride must be at most 3"):
        check_truncation(5, 4, "longest_first", 2)
    with pytest.raises(ValueError, match="must be one of"):
        check_truncation(5, 0, "longest", 2)
    with pytest.raises(ValueError, match="at least 0"):
        check_truncation(-1, 0, "longest_first")
