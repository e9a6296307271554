"""The places of pieces in a text, and `ParallelEncode`, beside the original."""

import pytest

from subword.compat.sentencepiece import SentencePieceProcessor
from tests.helpers.effort import few
from tests.helpers.piece_models import random_texts, trained

theirs = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")

MODELS = [
    {"model_type": "unigram"},
    {"model_type": "unigram", "byte_fallback": True, "vocab_size": 400, "bos_id": -1},
    {"model_type": "bpe", "user_defined_symbols": "<sep>", "pad_id": 3},
    {"model_type": "bpe", "byte_fallback": True, "vocab_size": 400},
    {"model_type": "word"},
    {"model_type": "char", "remove_extra_whitespaces": False},
    {"model_type": "unigram", "add_dummy_prefix": False},
]
TEXTS = ["", " ", "the  cat ", "  naïve ｆｕｌｌ ㍿ ", "龥龥 the 中x<sep>e\u0301", "각각 a\tb\n"]


@pytest.fixture(params=MODELS, ids=lambda options: "-".join(map(str, options.values())))
def pair(request):
    """The original and ours."""
    data = trained(**request.param)
    return theirs.SentencePieceProcessor(model_proto=data), SentencePieceProcessor(model_proto=data)


def both(pair, call):
    """What both answer: a value, or the type and the beginning of an error."""
    answers = []
    for sp in pair:
        try:
            answers.append(call(sp))
        except (ValueError, TypeError, RuntimeError) as error:
            answers.append((type(error), str(error)[:60]))
    return answers


def test_serialized_protos_and_offset_mappings_are_those_of_the_original(pair):
    for text in [*TEXTS, *random_texts(few(60))]:
        for kind in ("serialized_proto", "offset_mapping"):
            expected, found = both(pair, lambda sp: sp.encode(text, out_type=kind))  # noqa: B023
            assert found == expected, (text, kind)
    for given in (TEXTS, [text.encode() for text in TEXTS], TEXTS[3].encode()):
        expected, found = both(pair, lambda sp: sp.EncodeAsOffsetMapping(given))  # noqa: B023
        assert found == expected


CALLS = {
    "bytes of a str": lambda sp: sp.encode("naïve", out_type="offset_mapping", return_bytes=True),
    "str of bytes": lambda sp: sp.encode_as_offset_mapping("ï x".encode(), return_bytes=False),
    "bytes of ids": lambda sp: sp.encode("a", return_bytes=True),
    "around": lambda sp: sp.encode("a", out_type="serialized_proto", add_eos=True),
    "reverse": lambda sp: sp.encode("a", out_type="offset_mapping", reverse=True),
    "immutable": lambda sp: sp.encode("a", out_type="immutable_proto"),
    "no list": lambda sp: sp.encode([], out_type="offset_mapping"),
    "parallel": lambda sp: sp.ParallelEncode(TEXTS, chunk_len=4),
    "threads": lambda sp: sp.parallel_encode_as_pieces(
        TEXTS[2], chunk_len=1, num_threads=2, add_bos=sp.bos_id() >= 0, reverse=True
    ),
    "parallel ids": lambda sp: sp.ParallelEncodeAsIds("the cat", chunk_len=100),
    "parallel arrays": lambda sp: sp.ParallelEncodeAsNumpy("the cat", chunk_len=9).tolist(),
    "parallel proto": lambda sp: sp.ParallelEncode("a ï", chunk_len=2, out_type="serialized_proto"),
    "parallel offsets": lambda sp: sp.ParallelEncode("a", chunk_len=2, out_type="offset_mapping"),
    "no chunk": lambda sp: sp.ParallelEncode("a"),
    "empty chunk": lambda sp: sp.ParallelEncode("a", chunk_len=0),
    "half a thread": lambda sp: sp.ParallelEncode("a", chunk_len=1, num_threads=0.5),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_about_places_has_the_answer_of_the_original(name):
    data = trained(**MODELS[0])
    pair = theirs.SentencePieceProcessor(model_proto=data), SentencePieceProcessor(model_proto=data)
    expected, found = both(pair, CALLS[name])
    assert found == expected


def test_a_proto_has_the_fields_of_its_message():
    sp = SentencePieceProcessor(model_proto=trained(**MODELS[0]))
    found = sp.EncodeAsProto("naïve the")
    assert found.text == "naïve the"
    assert found.SerializeToString() == sp.encode("naïve the", out_type="serialized_proto")
    data = found.text.encode()
    assert all(data[p.begin : p.end].decode() == p.surface for p in found.pieces)
    assert [piece.id for piece in found.pieces] == sp.encode("naïve the")
    drawn = sp.SampleEncodeAsProto("naïve the", nbest_size=-1, alpha=0.1)
    assert "".join(piece.surface for piece in drawn.pieces) == "naïve the"
    assert sp.ParallelEncodeAsProto(["a"], chunk_len=1) == [sp.encode_as_proto("a")]
