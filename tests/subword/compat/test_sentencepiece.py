"""`SentencePieceProcessor`, beside the original."""

import pickle

import numpy as np
import pytest

from subword.compat.sentencepiece import SentencePieceProcessor
from tests.helpers.effort import few
from tests.helpers.piece_models import TINY, random_texts, trained

theirs = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")

MODELS = [
    {"model_type": "unigram"},
    {"model_type": "unigram", "byte_fallback": True, "vocab_size": 400, "bos_id": -1},
    {"model_type": "bpe", "user_defined_symbols": "<sep>", "pad_id": 3},
    {"model_type": "word"},
    {"model_type": "char"},
]


@pytest.fixture(params=MODELS, ids=lambda options: options["model_type"])
def pair(request):
    """The original and ours."""
    data = trained(**request.param)
    original = theirs.SentencePieceProcessor(model_proto=data)
    return original, SentencePieceProcessor(model_proto=data)


def both(pair, call):
    """What both answer: a value, or the type of an error."""
    answers = []
    for sp in pair:
        try:
            answers.append(call(sp))
        except (ValueError, TypeError, IndexError) as error:
            answers.append((type(error), str(error)[:40] if type(error) is ValueError else ""))
    return answers


CALLS = {
    "ids": lambda sp: sp.encode(random_texts(few(100))),
    "pieces": lambda sp: sp.encode(random_texts(few(100)), out_type=str),
    "bytes": lambda sp: sp.encode("naïve x", out_type=bytes),
    "one": lambda sp: (sp.Encode("the cat"), sp.EncodeAsIds("a"), sp.EncodeAsPieces("the 中x")),
    "UTF-8": lambda sp: sp.encode(["naïve".encode(), b"the"]),
    "bos": lambda sp: sp.encode(["the", ""], add_bos=True),
    "eos": lambda sp: sp.encode("the", add_eos=True, out_type=str),
    "around": lambda sp: sp.encode(["the cat", ""], add_bos=True, add_eos=True, reverse=True),
    "reverse": lambda sp: sp.encode("the cat", reverse=True, add_eos=True, out_type=str),
    "unknown": lambda sp: sp.encode("龥 the 龥龥", out_type=str, emit_unk_piece=True),
    "none": lambda sp: sp.encode([]),
    "a number": lambda sp: sp.encode(5),
    "a type": lambda sp: sp.encode("a", out_type="x"),
    "decoded ids": lambda sp: sp.decode(sp.encode(random_texts(few(100)))),
    "decoded pieces": lambda sp: sp.decode(sp.encode(random_texts(few(100)), out_type=str)),
    "pieces unknown": lambda sp: sp.decode(["▁the", "zz▁zz", "▁q", "<unk>", "</s>", "<0xE4>"]),
    "one id": lambda sp: (sp.decode(7), sp.decode("▁a"), sp.decode([]), sp.decode("")),
    "rows": lambda sp: (sp.decode([[], [5, 6]]), sp.decode([["▁a"], ["b"]])),
    "decoded bytes": lambda sp: sp.decode([5, 6, 7], out_type=bytes),
    "no id": lambda sp: sp.decode([10**6]),
    "negative": lambda sp: sp.id_to_piece(-1),
    "sizes": lambda sp: (len(sp), sp.GetPieceSize(), sp.get_piece_size(), sp.vocab_size()),
    "piece size": lambda sp: sp.piece_size(),
    "all pieces": lambda sp: sp.id_to_piece(list(range(len(sp)))),
    "all scores": lambda sp: [sp.get_score(i) for i in range(len(sp))],
    "kinds": lambda sp: [
        (sp.is_control(i), sp.IsUnknown(i), sp.IsUnused(i), sp.IsByte(i)) for i in range(len(sp))
    ],
    "lists": lambda sp: (sp.IsControl([0, 1]), sp.PieceToId(["a", "nope"]), sp.GetScore([5, 6])),
    "ids of": lambda sp: (sp["a"], sp["nope"], sp.piece_to_id("</s>"), sp.PieceToId("▁")),
    "special": lambda sp: (sp.bos_id(), sp.eos_id(), sp.pad_id(), sp.unk_id()),
    "normalized": lambda sp: (sp.normalize(" ﬁ  x "), sp.Normalize(["a", ""])),
    "proto": lambda sp: sp.serialized_model_proto()[:20],
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_has_the_answer_of_the_original(name, pair):
    expected, got = both(pair, CALLS[name])
    assert got == expected


def test_arrays_and_defaults_of_the_constructor(pair):
    original, mine = pair
    for text in ("the cat", ["the", "cat"]):
        expected, got = original.encode(text, out_type="numpy"), mine.encode(text, out_type="numpy")
        assert np.array_equal(np.hstack(expected), np.hstack(got))
        assert np.hstack(got).dtype == np.int32
    options = {"out_type": str, "add_eos": True, "reverse": True}
    data = mine.serialized_model_proto()
    one = theirs.SentencePieceProcessor(model_proto=data, **options)
    two = SentencePieceProcessor(model_proto=data, **options)
    assert two.encode("the cat") == one.encode("the cat")
    assert two.encode("the cat", out_type=int, reverse=False) == one.encode(
        "the cat", out_type=int, reverse=False
    )
    assert pickle.loads(pickle.dumps(two)).encode("the cat") == two.encode("the cat")


def test_a_file_is_loaded_and_a_missing_or_broken_one_refused(tmp_path):
    path = tmp_path / "m.model"
    path.write_bytes(TINY)
    for sp in (
        SentencePieceProcessor(str(path)),
        SentencePieceProcessor.from_file(path),
        SentencePieceProcessor.from_proto(TINY),
    ):
        assert sp.encode("ab") == theirs.SentencePieceProcessor(model_proto=TINY).encode("ab")
    sp = SentencePieceProcessor()
    with pytest.raises(RuntimeError, match="not initialized"):
        sp.encode("a")
    assert sp.Load(str(path))
    with pytest.raises(ValueError, match="exclusive"):
        sp.Load("a", b"b")
    with pytest.raises(OSError, match="none"):
        SentencePieceProcessor(str(tmp_path / "none"))
    path.write_bytes(TINY[:20])
    with pytest.raises(ValueError, match=r"m\.model: byte"):
        SentencePieceProcessor(str(path))


def test_what_is_not_supported_says_so():
    sp = SentencePieceProcessor(model_proto=TINY)
    with pytest.raises(NotImplementedError, match="serialized_proto"):
        sp.nbest_encode("a", nbest_size=2, out_type="serialized_proto")
    with pytest.raises(UnicodeDecodeError):
        sp.encode(b"a\xff")
    with pytest.raises(NotImplementedError, match="'proto' of Decode"):
        sp.decode([0], out_type="proto")
