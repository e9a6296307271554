"""What is not UTF-8 is found, and where: Python's own decoder is the judge."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subword import AddedToken, Tokenizer
from subword._core.simd import SIMD, use_simd
from subword.encode.documents import NotUTF8
from subword.encode.parallel import buffers_to_arrays
from subword.encode.text_encoder import documents_of
from subword.models import BPE
from subword.normalizers import NFC
from subword.pre_tokenizers import ByteLevel
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import every_character

# First bytes, followers and what lies on both sides of every limit.
EDGES = bytes.fromhex("007f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5f8ff")
CHARACTERS = ["a", "\x7f", "\x80", "\u07ff", "\u0800", "\u1000", "\ud7ff", "\ue000", "\uffff"]
CHARACTERS += ["\U00010000", "\U0003ffff", "\U00040000", "\U000fffff", "\U00100000", "\U0010ffff"]


@pytest.fixture(scope="module")
def tok():
    """A tokenizer whose ids are the bytes of the text."""
    model = BPE({CHARS[byte]: byte for byte in range(256)}, [])
    return Tokenizer(model, pre_tokenizer=ByteLevel(add_prefix_space=False))


def place_of(data: bytes) -> int | None:
    """Return the first byte that is not part of valid UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def both_places(tok: Tokenizer, data: bytes) -> list[int | None]:
    """Return what is found without vectors and, where there are some, with them."""
    before = use_simd()
    places: list[int | None] = []
    for level in (SIMD[0], SIMD[-1]):
        use_simd(level)
        try:
            ids = buffers_to_arrays(tok.text_encoder.encoder, [data])[0]
            assert ids.astype(np.uint8).tobytes() == data
            places.append(None)
        except NotUTF8 as error:
            places.append(error.byte)
    use_simd(before)
    return places


@given(
    parts=st.lists(
        st.one_of(
            st.sampled_from([char.encode() for char in CHARACTERS]),
            st.text("ab가é😀", max_size=40).map(str.encode),
            st.integers(30, 70).map(lambda size: b"x" * size),
        ),
        max_size=8,
    ),
    wrong=st.one_of(st.just(b""), st.lists(st.sampled_from(EDGES), max_size=4).map(bytes)),
    at=st.integers(0, 8),
    cut=st.integers(0, 3),
)
def test_wrong_bytes_among_right_ones(tok, parts, wrong, at, cut):
    data = b"".join([*parts[:at], wrong, *parts[at:]])
    data = data[: len(data) - cut] if cut else data
    assert both_places(tok, data) == [place_of(data)] * 2


@pytest.mark.parametrize("before", [0, 1, 29, 30, 31, 32, 61, 63, 64, 100])
def test_four_bytes_of_every_kind_anywhere(tok, before):
    rng = random.Random(before)
    for first in EDGES:
        for second in EDGES:
            rest = bytes(rng.choices(EDGES, k=2))
            for filler in (b"a", "é".encode(), "강".encode(), "😀".encode()):
                data = filler * before + bytes((first, second)) + rest + filler * rng.randrange(40)
                assert both_places(tok, data) == [place_of(data)] * 2


def test_a_character_that_the_end_cuts(tok):
    for size in range(1, 140):
        for char in ("é", "강", "😀"):
            for kept in range(1, len(char.encode())):
                data = b"a" * size + char.encode()[:kept]
                assert both_places(tok, data) == [size] * 2
                data = ("강" * size).encode() + char.encode()[:kept]
                assert both_places(tok, data) == [3 * size] * 2


def test_every_character_is_valid(tok):
    every = every_character()
    for i in range(0, len(every), 10_000):
        assert both_places(tok, every[i : i + 10_000].encode()) == [None] * 2


def places_in(documents: list[bytes], gap: int) -> Iterator[int]:
    """Yield, of each document that is not UTF-8, the first wrong byte of their buffer."""
    start = 0
    for document in documents:
        place = place_of(document)
        if place is not None:
            yield start + place
        start += len(document) + gap


SEPARATORS = [b"<|end|>", b"\n", "가".encode(), b"\xff<"]


@pytest.mark.parametrize("seed", range(60))
def test_documents_in_a_buffer(simd, seed):
    """Many are checked at once, and one before a separator without a stray first byte of it is not
    searched for tokens that begin with the same: the same ids as one by one, the same place."""
    rng = random.Random(seed)
    separator = rng.choice(SEPARATORS)
    model = BPE({CHARS[byte]: byte for byte in range(256)}, [])
    tokens = [AddedToken("<|end|>"), AddedToken("<a>", normalized=False)]
    normalizer = NFC() if rng.random() < 0.5 else None
    tok = Tokenizer(
        model,
        normalizer=normalizer,
        pre_tokenizer=ByteLevel(add_prefix_space=False),
        added_tokens=tokens[rng.randrange(2) :],
    )
    pool = ["a", " ", "<", "<a>", "<|", "é", "가", "😀", "x" * 40, "나" * 3000, "", "", "b c"]
    texts = ["".join(rng.choices(pool, k=rng.randrange(6))) for _ in range(rng.randrange(1, 200))]
    documents = [text.encode() for text in texts]
    if rng.random() < 0.5:
        at = rng.randrange(len(documents))
        documents[at] += rng.choice([b"\xff", b"\xea\xb0", b"\x80"]) + rng.choice([b"", b"b"])
    buffers = [separator.join(documents), b"", separator.join(documents[:3])]
    wrong = [
        (index, place)
        for index, buffer in enumerate(buffers)
        for place in places_in(buffer.split(separator), len(separator))
    ]
    if wrong:
        with pytest.raises(NotUTF8) as caught:
            buffers_to_arrays(tok.text_encoder.encoder, buffers, separator)
        assert (caught.value.buffer, caught.value.byte) == wrong[0]
        return
    ids, splits = buffers_to_arrays(tok.text_encoder.encoder, buffers, separator)[:2]
    rows = tok.encode_ragged(documents_of(buffers, separator), threads=1)
    assert ids.tolist() == rows.ids.tolist()
    assert splits.tolist() == rows.row_splits.tolist()
