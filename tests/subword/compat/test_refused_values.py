"""What `tokenizers` refuses when it is set is refused here as well, so that saved files load."""

import pytest
import tokenizers as theirs

from subword import AddedToken
from subword import decoders as own_decoders
from subword import processors as own_processors
from subword.compat import tokenizers as ours

LIBRARIES = [pytest.param(theirs, id="theirs"), pytest.param(ours, id="ours")]
WRONG = (TypeError, ValueError, OverflowError)
TRUNCATIONS = [
    {"direction": "up"},
    {"direction": "Right"},
    {"stride": -1},
    {"stride": None},
    {"stride": 9},
    {"max_length": "8"},
    {"max_length": 8.5},
    {"max_length": None},
    {"max_length": -1},
    {"strategy": "x"},
]
PADDINGS = [
    {"pad_id": "0"},
    {"pad_id": -1},
    {"pad_id": 2**32},
    {"pad_type_id": 1.5},
    {"length": -1},
    {"length": "8"},
    {"length": 8.0},
    {"direction": "up"},
    {"pad_token": 3},
    {"pad_to_multiple_of": "8"},
    {"pad_to_multiple_of": -8},
]
FIELDS = [
    ("normalizers", "BertNormalizer", {"lowercase": "x"}),
    ("normalizers", "Strip", {"left": 3}),
    ("normalizers", "Prepend", {"prepend": None}),
    ("normalizers", "Replace", {"pattern": 3, "content": "a"}),
    ("normalizers", "Replace", {"pattern": "a", "content": 3}),
    ("pre_tokenizers", "ByteLevel", {"add_prefix_space": 3}),
    ("pre_tokenizers", "Split", {"pattern": "a", "behavior": "up"}),
    ("pre_tokenizers", "Split", {"pattern": "a", "behavior": "removed", "invert": 1}),
    ("pre_tokenizers", "Punctuation", {"behavior": 3}),
    ("pre_tokenizers", "Digits", {"individual_digits": "x"}),
    ("pre_tokenizers", "CharDelimiterSplit", {"delimiter": "ab"}),
    ("pre_tokenizers", "Metaspace", {"prepend_scheme": "x"}),
    ("pre_tokenizers", "FixedLength", {"length": "x"}),
    ("decoders", "WordPiece", {"prefix": 3}),
    ("decoders", "Metaspace", {"replacement": "ab"}),
    ("decoders", "Strip", {"content": " ", "left": -1, "right": 0}),
    ("decoders", "CTC", {"cleanup": "x"}),
    ("decoders", "BPEDecoder", {"suffix": None}),
    ("decoders", "Replace", {"pattern": "a", "content": 3}),
    ("processors", "ByteLevel", {"trim_offsets": "x"}),
    ("processors", "BertProcessing", {"sep": ("a", "b"), "cls_token": ("a", 1)}),
    (
        "processors",
        "RobertaProcessing",
        {"sep": ("a", 1), "cls_token": ("a", 1), "trim_offsets": 3},
    ),
]


@pytest.fixture(params=LIBRARIES)
def library(request):
    return request.param


def small(library):
    return library.Tokenizer(library.models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")]))


@pytest.mark.parametrize("wrong", TRUNCATIONS, ids=str)
def test_truncation_that_no_reader_takes_is_refused_when_set(library, wrong):
    tokenizer = small(library)
    tokenizer.enable_truncation(4)
    before = tokenizer.truncation
    with pytest.raises(WRONG):
        tokenizer.enable_truncation(**{"max_length": 8, **wrong})
    assert tokenizer.truncation == before


@pytest.mark.parametrize("wrong", PADDINGS, ids=str)
def test_padding_that_no_reader_takes_is_refused_when_set(library, wrong):
    tokenizer = small(library)
    with pytest.raises(WRONG):
        tokenizer.enable_padding(**wrong)
    assert tokenizer.padding is None
    library.Tokenizer.from_str(tokenizer.to_str())


@pytest.mark.parametrize(("module", "name", "fields"), FIELDS, ids=str)
def test_fields_that_no_reader_takes_are_refused_when_a_stage_is_made(
    library, module, name, fields
):
    with pytest.raises(WRONG):
        getattr(getattr(library, module), name)(**fields)


def test_fields_that_no_reader_takes_are_refused_when_they_are_set(library):
    stage = library.normalizers.BertNormalizer()
    with pytest.raises(WRONG):
        stage.lowercase = "x"
    assert stage.lowercase is True
    steps = library.pre_tokenizers.Sequence([library.pre_tokenizers.Digits()])
    with pytest.raises(WRONG):
        steps[0] = 3


@pytest.mark.parametrize("flag", ["single_word", "lstrip", "rstrip", "normalized", "special"])
def test_flags_of_added_tokens_are_bools(library, flag):
    with pytest.raises(WRONG):
        library.Tokenizer(library.models.BPE()).add_tokens([library.AddedToken("x", **{flag: "x"})])
    with pytest.raises(TypeError, match=flag):
        AddedToken("x", **{flag: 1})


def test_stages_take_no_fields_that_their_file_could_not_hold():
    for make in (
        lambda: own_decoders.WordPiece(3),
        lambda: own_decoders.CTC(cleanup="x"),
        lambda: own_decoders.Replace(b"a", "b"),
        lambda: own_processors.ByteLevel(trim_offsets=None),
        lambda: own_processors.RobertaProcessing(("a", 1), ("b", 2), add_prefix_space=1),
    ):
        with pytest.raises(TypeError, match="must be"):
            make()


def test_a_metaspace_whose_old_field_is_no_bool_is_refused(library):
    text = small(library).to_str()
    for value in ("3", '"x"', "[]"):
        config = f'{{"type":"Metaspace","replacement":"_","add_prefix_space":{value}}}'
        for stage in ("pre_tokenizer", "decoder"):
            with pytest.raises(Exception, match=r"add_prefix_space|variant|bool"):
                library.Tokenizer.from_str(text.replace(f'"{stage}":null', f'"{stage}":{config}'))
