"""Values that the original refuses for a parameter or an attribute are refused here."""

import importlib

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours

PAIR = {"sep": ("a", 1), "cls_token": ("b", 2)}
STAGES = [
    ("normalizers", "BertNormalizer", {"clean_text": True, "lowercase": True}),
    ("normalizers", "Strip", {"left": True, "right": True}),
    ("normalizers", "Prepend", {"prepend": "_"}),
    ("normalizers", "Replace", {"pattern": "a", "content": "b"}),
    ("pre_tokenizers", "ByteLevel", {"add_prefix_space": True, "use_regex": True}),
    ("pre_tokenizers", "CharDelimiterSplit", {"delimiter": "a"}),
    ("pre_tokenizers", "Metaspace", {"replacement": "_", "prepend_scheme": "first", "split": True}),
    ("pre_tokenizers", "Split", {"pattern": "a", "behavior": "removed", "invert": False}),
    ("pre_tokenizers", "Punctuation", {"behavior": "removed"}),
    ("pre_tokenizers", "Digits", {"individual_digits": False}),
    ("pre_tokenizers", "FixedLength", {"length": 3}),
    ("processors", "BertProcessing", PAIR),
    ("processors", "RobertaProcessing", {**PAIR, "trim_offsets": True, "add_prefix_space": True}),
    ("processors", "ByteLevel", {"trim_offsets": True}),
    ("processors", "TemplateProcessing", {"single": "$A", "special_tokens": []}),
    ("decoders", "WordPiece", {"prefix": "#", "cleanup": True}),
    ("decoders", "BPEDecoder", {"suffix": "a"}),
    ("decoders", "Metaspace", {"replacement": "_", "prepend_scheme": "first", "split": True}),
    ("decoders", "Strip", {"content": "a", "left": 1, "right": 1}),
    ("decoders", "CTC", {"pad_token": "a", "word_delimiter_token": "b", "cleanup": True}),
    ("models", "BPE", {"dropout": 0.5, "unk_token": "a", "fuse_unk": True, "byte_fallback": True}),
    ("models", "BPE", {"ignore_merges": True, "cache_capacity": 1, "end_of_word_suffix": "a"}),
    ("models", "WordPiece", {"unk_token": "a", "max_input_chars_per_word": 3}),
    ("trainers", "BpeTrainer", {"vocab_size": 3, "min_frequency": 1, "show_progress": False}),
    ("trainers", "BpeTrainer", {"limit_alphabet": 3, "max_token_length": 3}),
    ("trainers", "BpeTrainer", {"progress_format": "silent", "end_of_word_suffix": "a"}),
    ("trainers", "WordPieceTrainer", {"vocab_size": 3, "min_frequency": 1, "limit_alphabet": 3}),
    ("trainers", "WordPieceTrainer", {"show_progress": False, "continuing_subword_prefix": "a"}),
    ("", "AddedToken", {"content": "a", "single_word": True, "lstrip": True, "special": True}),
    ("", "AddedToken", {"rstrip": True, "normalized": True}),
]
# None is the default of many parameters here, and so it stays; patterns cannot be set there.
VALUES = [
    *(True, 0, 1, -1, 2.5, "", "a", "ab", b"a", [], {}, ["a"], [1], ("a", 1)),
    *(10**12, 10**30),
]


def is_taken(call, *args, **options):
    try:
        call(*args, **options)
    except Exception:
        return False
    return True


@pytest.mark.parametrize(("room", "name", "fields"), STAGES)
def test_what_the_original_refuses_is_refused(room, name, fields):
    other, mine = [
        getattr(importlib.import_module(f"{package.__name__}.{room}".rstrip(".")), name)
        for package in (theirs, ours)
    ]
    compared = 0
    for field in fields:
        for value in VALUES:
            changed = {**fields, field: value}
            if not is_taken(other, **changed):
                assert not is_taken(mine, **changed), (field, value)
                compared += 1
            his, own = other(**fields), mine(**fields)
            if field == "pattern" or not hasattr(his, field):
                continue
            if not is_taken(setattr, his, field, value):
                before = getattr(own, field)
                assert not is_taken(setattr, own, field, value), (field, value)
                assert getattr(own, field) == before
    assert compared > len(fields)


def test_an_added_token_keeps_its_flags_when_it_is_made_special():
    for package in (theirs, ours):
        token = package.AddedToken("a", lstrip=True)
        assert (token.normalized, token.special) == (True, False)
        token.content = "b"
        assert (token.content, token.lstrip) == ("b", True)
    token = ours.AddedToken("a")
    token.special = True
    assert not token.normalized
