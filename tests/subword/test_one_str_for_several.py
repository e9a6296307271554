"""One text where several are meant is a TypeError, never a list of its letters."""

import pytest
import tiktoken
import tokenizers
from tokenizers import decoders as hf_decoders
from tokenizers import trainers as hf_trainers

import subword
from subword import Encoding, Tokenizer, decoders, processors
from subword.compat import tiktoken as compat_tiktoken
from subword.compat import tokenizers as compat
from subword.compat.tokenizers import decoders as compat_decoders
from subword.compat.tokenizers import implementations, trainers
from subword.compat.tokenizers import models as compat_models
from subword.reference import ReferenceTokenizer
from subword.trainers.bpe import train_bpe
from subword.trainers.wordpiece import train_wordpiece

ONE = [*("low", b"low", bytearray(b"low"), memoryview(b"low"), {"low": 1}, 5)]
COUNTS = {"low": 3}
VOCAB = {"l": 0, "o": 1, "w": 2, "lo": 3}


@pytest.fixture(scope="module")
def tok():
    return subword.train(["low lower lowest"] * 9, vocab_size=20, progress=False)


def train(**options):
    return subword.train_from_counts(COUNTS, vocab_size=300, progress=False, **options)


TAKERS = {
    "special_tokens of train_from_counts": lambda tok, one: train(special_tokens=one),
    "initial_alphabet of train_from_counts": lambda tok, one: train(initial_alphabet=one),
    "special_tokens of train": lambda tok, one: subword.train(
        ["low"], vocab_size=300, special_tokens=one, progress=False
    ),
    "special_tokens of train_bpe": lambda tok, one: train_bpe(
        subword.WordCounts(COUNTS), 9, special_tokens=one
    ),
    "initial_alphabet of train_bpe": lambda tok, one: train_bpe(
        subword.WordCounts(COUNTS), 9, initial_alphabet=one
    ),
    "special_tokens of train_wordpiece": lambda tok, one: train_wordpiece(
        subword.WordCounts(COUNTS), 9, special_tokens=one
    ),
    "new_special_tokens of train_new": lambda tok, one: tok.train_new(
        ["low"], 20, new_special_tokens=one, progress=False
    ),
    "added_tokens of Tokenizer": lambda tok, one: Tokenizer(tok.model, added_tokens=one),
    "special_tokens of from_bpe": lambda tok, one: Tokenizer.from_bpe(
        VOCAB, [("l", "o")], False, special_tokens=one
    ),
    "encode_batch": lambda tok, one: tok.encode_batch(one),
    "encode_ragged": lambda tok, one: tok.encode_ragged(one),
    "encode_lists": lambda tok, one: tok.encode_lists(one),
    "encode_unprocessed": lambda tok, one: tok.encode_unprocessed(one),
    "encode_words": lambda tok, one: tok.encode_words(one),
    "words of encode": lambda tok, one: tok.encode(one, is_pretokenized=True),
    "words of encode_batch": lambda tok, one: tok.encode_batch([one], is_pretokenized=True),
    "decode_batch": lambda tok, one: tok.decode_batch(one),
    "special_tokens of a template": lambda tok, one: processors.TemplateProcessing(
        "$A", special_tokens=one
    ),
    "tokens of a decoder": lambda tok, one: decoders.Metaspace().decode(one),
    "steps of decoders": lambda tok, one: decoders.Sequence(one),
    "steps of processors": lambda tok, one: processors.Sequence(one),
    "tokens of Encoding.from_lists": lambda tok, one: Encoding.from_lists([1, 2, 3], one),
    "encodings of Encoding.merge": lambda tok, one: Encoding.merge(one),
    "ids of DecodeStream": lambda tok, one: decoders.decode_stream.DecodeStream(one),
    "words of the twin": lambda tok, one: ReferenceTokenizer(
        {"model": {"type": "BPE", "vocab": VOCAB, "merges": []}}
    ).encode_words(one),
}


@pytest.mark.parametrize("one", ONE, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("taker", TAKERS)
def test_one_text_for_several_is_a_type_error(tok, taker, one):
    with pytest.raises(TypeError):
        TAKERS[taker](tok, one)


def test_count_tokens_takes_one_text_or_several(tok):
    assert tok.count_tokens("low low") == len(tok.encode("low low").ids)
    assert tok.count_tokens(["low low", ""]) == [tok.count_tokens("low low"), 0]
    with pytest.raises(TypeError, match="got bytes"):
        tok.count_tokens(b"low")


def test_arrays_and_iterators_are_several(tok):
    assert train(special_tokens=iter(["<s>", "</s>"])).token_to_id("</s>") == 1
    specials, _ = train_bpe(subword.WordCounts(COUNTS), 9, special_tokens=iter(["<s>", "</s>"]))
    assert specials[:2] == ["<s>", "</s>"]
    assert tok.encode_lists(iter(["low", "lowest"])) == tok.encode_lists(["low", "lowest"])


def test_special_tokens_of_an_encoding_are_a_mapping(tmp_path):
    path = tmp_path / "bytes.tiktoken"
    path.write_bytes(b"YQ== 0\n")
    with pytest.raises(TypeError, match="mapping of token to id, got str"):
        Tokenizer.from_tiktoken(path, pattern="cl100k_base", special_tokens="<end>")


# What the original may take as a list, or refuse.
GIVEN = [*ONE, ("lo", "w"), {"lo"}, iter(["lo"]), [1], [None], ["lo", b"w"], ["lo"]]


def compat_takers(library):
    """Return callables that take one argument, of `tokenizers` or of compat."""
    if library is compat:
        parts = compat_models, trainers, compat_decoders, implementations
    else:
        parts = tokenizers.models, hf_trainers, hf_decoders, tokenizers.implementations
    models, train, decode, ready = parts
    new = lambda: library.Tokenizer(models.BPE(VOCAB, [("l", "o")]))  # noqa: E731

    def setting(name, kind):
        return lambda given: setattr(kind(), name, given)

    yield "add_tokens", lambda given: new().add_tokens(given)
    yield "add_special_tokens", lambda given: new().add_special_tokens(given)
    yield "encode_batch", lambda given: [each.ids for each in new().encode_batch(given)]
    yield "encode_batch_fast", lambda given: [each.ids for each in new().encode_batch_fast(given)]
    yield "Encoding.merge", lambda given: library.Encoding.merge(given)
    yield "DecodeStream", lambda given: decode.DecodeStream(given)
    yield "decode", lambda given: decode.Fuse().decode(given)
    yield "merges", lambda given: models.BPE(VOCAB, given)
    for kind in (train.BpeTrainer, train.WordPieceTrainer):
        yield f"{kind} of special_tokens", lambda given, kind=kind: kind(special_tokens=given)
        yield f"{kind} of initial_alphabet", lambda given, kind=kind: kind(initial_alphabet=given)
        yield f"{kind}.special_tokens", setting("special_tokens", kind)
        yield f"{kind}.initial_alphabet", setting("initial_alphabet", kind)
    yield (
        "special_tokens of an implementation",
        lambda given: ready.ByteLevelBPETokenizer().train_from_iterator(
            ["low"], special_tokens=given, show_progress=False
        ),
    )


def outcome(call, given):
    try:
        call(given)
    except TypeError:
        return TypeError
    except Exception:
        return Exception
    return None


def test_lists_are_those_of_tokenizers():
    names = []
    for (name, theirs), (_, ours) in zip(
        compat_takers(tokenizers), compat_takers(compat), strict=True
    ):
        for given in GIVEN:
            expected, got = outcome(theirs, given), outcome(ours, given)
            if expected is not Exception:  # some error of their own
                assert got is expected, (name, given)
                names.append(name)
    assert len(set(names)) == 17


RANKS = {bytes([i]): i for i in range(256)} | {b"lo": 256}
ENCODING = {"pat_str": r"\S+|\s+", "mergeable_ranks": RANKS, "special_tokens": {"<end>": 257}}
# What tiktoken refuses with a TypeError.
REFUSED = {
    "decode": ["lo", ["lo"], [None], None],
    "decode_bytes": ["lo", ["lo"], [None], None],
    "decode_batch": ["lo", ["lo"], None],
    "decode_tokens_bytes": ["lo", ["lo"], None],
    "decode_single_token_bytes": ["lo", None, b"lo"],
    "encode_single_token": [None, 5, ["lo"]],
    "encode_batch": [None, 5, [b"lo"], [None]],
    "allowed_special": ["<end>", "", ["<end>"], ("<end>",), {"<end>": 1}, None],
}


@pytest.mark.parametrize("name", REFUSED)
def test_tiktoken_refuses_what_it_refuses_there(name):
    for library in (tiktoken, compat_tiktoken):
        enc = library.Encoding("x", **ENCODING)

        def encode(given, encode=enc.encode):
            return encode("low <end>", allowed_special=given)

        call = getattr(enc, name, encode)
        for given in REFUSED[name]:
            with pytest.raises(TypeError):
                call(given)


def test_batches_of_tiktoken_are_not_letters():
    # There they are: [[108], [111], [119]].
    enc = compat_tiktoken.Encoding("x", **ENCODING)
    for call in (enc.encode_batch, enc.encode_ordinary_batch):
        with pytest.raises(TypeError, match="text must be a list of str, got str"):
            call("low")
        assert call(iter(["low"])) == [[256, 119]]
    with pytest.raises(TypeError, match="disallowed_special must be a list of str, got str"):
        enc.encode("low", disallowed_special="<end>")
    assert enc.encode("low<end>", disallowed_special=None)[:2] == [256, 119]
