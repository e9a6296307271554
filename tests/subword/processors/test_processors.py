"""Every post-processor beside the oracle's."""

import json
import random

import pytest
from tokenizers import processors as hf

from subword import processors as ours
from tests.helpers.oracle import columns, from_oracle
from tests.helpers.random_text import spaced_words

SPECIAL = [("[CLS]", 2), ("[SEP]", 3)]
MANY = {"id": "[MANY]", "ids": [7, 8, 2], "tokens": ["x", "cat", "[CLS]"]}
MAKERS = [
    lambda m: m.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", SPECIAL),
    lambda m: m.TemplateProcessing("$A:3 [MANY]:2", ["$B", "[MANY]:5", "$A:1"], [MANY]),
    lambda m: m.TemplateProcessing("$A [SEP] $A:1", "$B:2 $A $B", SPECIAL),
    lambda m: m.TemplateProcessing(),
    lambda m: m.TemplateProcessing(special_tokens=[(9, "nine")], single="nine $0 nine:7 $ $1"),
    lambda m: m.BertProcessing(("[SEP]", 3), ("[CLS]", 2)),
    lambda m: m.RobertaProcessing(("</s>", 3), ("<s>", 2)),
    lambda m: m.RobertaProcessing(("</s>", 3), ("<s>", 2), False, False),
    lambda m: m.RobertaProcessing(("</s>", 3), ("<s>", 2), True, False),
    lambda m: m.ByteLevel(True, True),
    lambda m: m.ByteLevel(False, True),
    lambda m: m.ByteLevel(True, False),
    lambda m: m.Sequence(
        [m.ByteLevel(True, True), m.TemplateProcessing("[CLS] $A", "[CLS] $A [SEP] $B:1", SPECIAL)]
    ),
    lambda m: m.Sequence([m.TemplateProcessing("[CLS] $A", special_tokens=SPECIAL), m.ByteLevel()]),
    lambda m: m.Sequence(
        [m.BertProcessing(("a", 1), ("b", 2)), m.RobertaProcessing(("c", 1), ("d", 2))]
    ),
    lambda m: m.Sequence([]),
]
# They set type ids, repeat the text, or let a later processor see the pieces of an earlier one.
NOT_SIMPLE = {1, 2, 4, 13, 14}


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("oracle", ["word_oracle", "byte_oracle"])
def test_process_equals_the_oracle(make, oracle, request):
    tok = request.getfixturevalue(oracle)
    theirs, mine = make(hf), make(ours)
    rng = random.Random(1)
    for _ in range(60):
        texts = [spaced_words(rng) for _ in range(rng.choice([1, 2]))]
        encodings = [tok.encode(text, add_special_tokens=False) for text in texts]
        for encoding in encodings:
            if rng.random() < 0.7:
                length = max(rng.randrange(1, 8), len(encoding) // 3)
                side = rng.choice(["left", "right"])
                encoding.truncate(length, rng.randrange(length // 2 + 1), side)
        add = rng.random() < 0.8
        expected = theirs.process(*encodings, add_special_tokens=add)
        got = mine.process(*map(from_oracle, encodings), add_special_tokens=add)
        assert columns(got) == columns(expected)
        is_pair = len(texts) == 2
        count = theirs.num_special_tokens_to_add(is_pair)
        assert mine.num_special_tokens_to_add(is_pair) == count


@pytest.mark.parametrize("make", MAKERS)
def test_json_round_trips_and_equals_the_oracle(make):
    theirs = json.loads(make(hf).__getstate__())
    mine = make(ours)
    assert mine.to_dict() == theirs
    assert json.dumps(mine.to_dict()) == json.dumps(theirs)
    assert ours.from_dict(theirs) == mine
    assert ours.from_dict(json.loads(json.dumps(mine.to_dict()))).to_dict() == theirs


@pytest.mark.parametrize("make", MAKERS)
def test_single_affixes_are_what_process_adds(make, word_oracle):
    mine = make(ours)
    text = from_oracle(word_oracle.encode("the cat sat", add_special_tokens=False))
    affixes = mine.single_affixes()
    assert (affixes is None) == (MAKERS.index(make) in NOT_SIMPLE)
    if affixes is None:
        return
    done = mine.process(text)
    before, after = affixes
    assert done.ids == [*before, *text.ids, *after]
    assert done.type_ids == [0] * len(done)
    assert done.sequence_ids == [None] * len(before) + [0] * len(text) + [None] * len(after)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "Nothing"}, "the type must be one of"),
        ({"type": "BertProcessing", "sep": ["a", 1]}, "'cls' is missing"),
        ({"type": "BertProcessing", "sep": ["a", 1], "cls": ["b", -1]}, "id of 0 to"),
        ({"type": "BertProcessing", "sep": ["a", 1], "cls": [1, "b"]}, "a token and its id"),
        ({"type": "ByteLevel", "add_prefix_space": 1, "trim_offsets": True}, "must be bool, got 1"),
        (
            {"type": "TemplateProcessing", "single": [{"A": {}}], "pair": [], "special_tokens": {}},
            "must be a Sequence or a SpecialToken",
        ),
        (
            {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[X]", "type_id": 0}}],
                "pair": [],
                "special_tokens": {},
            },
            r"missing \['\[X\]'\]",
        ),
        (
            {
                "type": "TemplateProcessing",
                "single": [],
                "pair": [],
                "special_tokens": {"x": {"id": "x", "ids": [1, 2], "tokens": ["x"]}},
            },
            "of one length, got 2 and 1",
        ),
    ],
)
def test_bad_json_is_named(config, words):
    with pytest.raises(ValueError, match=words):
        ours.from_dict(config)


@pytest.mark.parametrize("template", ["$C", "$A:", "$A:x", "$A:0:1", "$-1", "$4294967296", "[X]:"])
def test_bad_templates_are_named(template):
    with pytest.raises(ValueError, match="a piece must be"):
        ours.TemplateProcessing(template, special_tokens=[("[X]", 1)])
    with pytest.raises(Exception, match="Cannot build Piece"):
        hf.TemplateProcessing(template, special_tokens=[("[X]", 1)])


def test_a_pair_template_needs_both_texts():
    with pytest.raises(ValueError, match=r"both \$A and \$B"):
        ours.TemplateProcessing("$A", "$A $A")
    with pytest.raises(ValueError, match=r"must not use \$B"):
        ours.TemplateProcessing("$B", "$A $B")
