"""SentencePiece .model files without `sentencepiece`: their bytes, and broken ones."""

import re
import struct

import pytest

from subword import Tokenizer
from subword.formats.sentencepiece_model import parse_model, write_model
from tests.helpers.piece_models import TINY, message, piece, specs, varint

UNK = piece("<unk>", kind=2)
BYTES = b"".join(piece(f"<0x{byte:02X}>", kind=6) for byte in range(256))


@pytest.fixture
def load(tmp_path):
    """Return a function that loads the bytes of a file as spiece.model."""

    def load_bytes(data):
        path = tmp_path / "spiece.model"
        path.write_bytes(data)
        return Tokenizer.from_sentencepiece(path)

    return load_bytes


def test_a_model_made_by_hand_gives_the_ids_worked_out_by_hand(load):
    # ▁a -0.5, ▁ -1, ab -1.5, a -2, b -2.5: "▁ab" is ▁ ab (-2.5) before ▁a b (-3).
    tok = load(TINY)
    assert tok.encode("ab  a").tokens == ["▁", "ab", "▁a"]
    assert tok.encode("ab  a").ids == [4, 5, 3]
    assert tok.encode("ab  a").offsets == [(0, 0), (0, 2), (2, 5)]
    assert tok.encode("axb").tokens == ["▁a", "x", "b"]
    assert tok.encode("<s>").ids == [4, 0]
    assert tok.decode([1, 4, 5, 3, 0, 2]) == "ab a \u2047 "


def test_a_written_file_has_the_bytes_of_the_one_read(load, tmp_path):
    data = TINY + message(201, b"an extension of somebody")
    tok = load(data)
    tok.save(tmp_path / "again.model")
    assert parse_model((tmp_path / "again.model").read_bytes()) == tok.sentencepiece
    write_model(tmp_path / "model.model", parse_model(TINY))
    usual = TINY.replace(b"\x18\x01", b"").count(b"\x15")
    assert (tmp_path / "model.model").read_bytes().count(b"\x15") == usual


def test_only_a_sentencepiece_model_is_written_as_one(tmp_path):
    import subword

    tok = subword.train(["low lower"], "bpe", 12, progress=False)
    with pytest.raises(ValueError, match="from_sentencepiece"):
        tok.save(tmp_path / "x.model")
    assert not (tmp_path / "x.model").exists()


def test_every_beginning_of_a_file_is_refused_with_its_place_or_is_a_whole_model(load):
    for size in range(len(TINY)):
        refused = None
        try:
            load(TINY[:size])
        except ValueError as error:
            refused = str(error)
        assert refused is None or re.search(r"spiece\.model: (byte|piece|there|trainer)", refused)


BROKEN = {
    "a second field type": (UNK + b"\x0b", r"byte \d+: field 1 is of the unknown wire type 3"),
    "an unknown field": (UNK + message(9, b""), r"byte \d+: a model has no field 9"),
    "a spec that is a number": (
        UNK + b"\x10\x01",
        r"byte \d+: a model has no field 2 of .* varint",
    ),
    "a field of a piece": (message(1, message(4, b"")), r"piece 0: byte 2: a piece has no field 4"),
    "a long number": (b"\xff" * 11, "byte 0: a number has more than 64 bits"),
    "field 0": (b"\x02\x00", "byte 0: no field has the number 0"),
    "a piece that is cut": (UNK[:-2], r"byte 0: field 1 has \d+ bytes, there are \d+ left"),
    "NaN": (UNK + piece("a", float("nan")), "piece 1: the score of 'a' must be finite, got nan"),
    "infinity": (UNK + piece("a", float("inf")), "piece 1: .* must be finite, got inf"),
    "minus infinity": (UNK + piece("a", float("-inf")), "piece 1: .* must be finite, got -inf"),
    "an empty piece": (UNK + piece(""), "piece 1: a piece must not be empty"),
    "a null character": (UNK + piece("a\0"), "piece 1: a piece must not hold a null character"),
    "no UTF-8": (UNK + piece(b"\xff"), "piece 1: it is not UTF-8"),
    "a kind": (UNK + piece("a", kind=7), "piece 1: its type must be one of 1 to 6, got 7"),
    "two of a piece": (UNK + piece("a") + piece("a", -1.0), "piece 2: 'a' is defined twice"),
    "two unknown": (UNK + piece("?", kind=2), "piece 1: .* is a second unknown piece.* piece 0"),
    "no unknown": (piece("a"), "there is no unknown piece"),
    "nothing": (b"", "there are no pieces"),
    "a long piece": (UNK + piece("a" * 8000), "piece 1: a piece has at most 7999 bytes"),
    "a byte": (UNK + piece("<0x41>", kind=6), "piece 1: .* byte_fallback is false"),
    "no byte": (
        UNK + piece("<0x4>", kind=6) + specs(byte_fallback=True),
        "piece 1: '<0x4>' is no byte",
    ),
    "too few bytes": (
        UNK + piece("<0x41>", kind=6) + specs(byte_fallback=True),
        "byte_fallback is true, but there is no piece <0x00>",
    ),
    "an algorithm": (UNK + specs(9), "trainer_spec: model_type 9 is not known"),
    "a wrong spec": (
        UNK + message(2, varint(3 << 3 | 2) + b"\0"),
        "trainer_spec: byte 0: model_type must be of the wire type varint, got bytes",
    ),
    "a long merge": (
        UNK + piece("a") + piece("a" * 1025) + specs(2),
        "piece 2: a piece that is merged has at most 1024 characters",
    ),
    "a missing character": (UNK + piece("a") + piece("ab") + specs(2), "piece 2: 'b' of 'ab'"),
    "an unused piece of BPE": (UNK + piece("ab", kind=5) + specs(2), "piece 1: unused pieces"),
    "a control character": (UNK + piece("a", kind=3) + specs(4), "piece 1: 'a' is a character"),
    "a word that is reserved": (
        UNK + piece("a") + piece("a", kind=3) + specs(3),
        "piece 1: 'a' is defined twice",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused_with_its_place(name, load):
    data, message_ = BROKEN[name]
    with pytest.raises(ValueError, match=rf"spiece\.model: {message_}"):
        load(data)


CHARSMAPS = {
    "cut short": (b"\1\0", "its size is missing"),
    "larger than the file": (struct.pack("<I", 4096), "the trie has 4096 bytes"),
    "points outside": (
        struct.pack("<I", 1024) + struct.pack("<I", 0xFFFFFFFF) * 256 + b"\0",
        "points at unit",
    ),
}


@pytest.mark.parametrize("name", CHARSMAPS)
def test_a_broken_character_map_is_refused(name, load):
    charsmap, why = CHARSMAPS[name]
    data = UNK + piece("a") + specs(normalizer=message(2, charsmap))
    place = r"spiece\.model: normalizer_spec: precompiled_charsmap: "
    with pytest.raises(ValueError, match=place + f".*{why}"):
        load(data)


def test_later_fields_of_the_specifications_are_kept_and_do_not_matter(load, tmp_path):
    later = message(2, message(150, b"later") + varint(151 << 3) + b"\1")
    tok = load(UNK + piece("▁a", -1.0) + later)
    assert tok.encode("a").ids == [1]
    tok.save(tmp_path / "again.model")
    assert b"later" in (tmp_path / "again.model").read_bytes()


def test_pieces_that_share_a_long_beginning_take_memory_for_their_bytes_alone(load):
    shared = "x" * 1990
    many = b"".join(piece(shared + f"{i:04d}", -1.0) for i in range(2000))
    tok = load(UNK + piece("x", -9.0) + many)
    assert tok.encode(shared + "0042").ids[-1] == 2 + 42
    short = b"".join(piece("x" * 1000 + f"{i:04d}", -1.0) for i in range(300))
    digits = b"".join(piece(str(digit), -1.0) for digit in range(10))
    tok = load(UNK + piece("x", -9.0) + digits + short + specs(2))
    assert tok.model.merge_count == 0


def test_runs_of_all_lengths_take_no_more_than_their_splits(load):
    runs = b"".join(piece("a" * size, -float(size)) for size in range(1, 301))
    tok = load(UNK + runs + piece("▁", -1.0) + specs(2))
    assert tok.model.merge_count == 300 * 299 // 2
    assert tok.encode("a" * 300).tokens[1][:2] == "aa"


def test_many_user_defined_pieces_are_found_in_one_step_each(load):
    many = b"".join(piece(f"<{i}>", kind=4) for i in range(20_000))
    letters = b"".join(piece(letter, -1.0) for letter in "▁ab")
    tok = load(UNK + letters + many + specs(2))
    assert tok.encode("a<19999>b<7>").ids == [1, 2, 4 + 19_999, 3, 4 + 7]


def test_bytes_stand_for_unknown_characters(load):
    tok = load(UNK + BYTES + piece("▁", -1.0) + piece("a", -2.0) + specs(byte_fallback=True))
    assert tok.encode("aé").tokens == ["▁", "a", "<0xC3>", "<0xA9>"]
    assert tok.encode("aé").offsets[2:] == [(1, 2), (1, 2)]
    assert tok.decode(tok.encode("aé").ids) == "aé"
    assert tok.decode([1 + 0xE2, 1 + 0x96, 1 + 0x41]) == "\ufffd\ufffdA"


def test_spaces_are_left_where_they_are_not_escaped(load):
    flags = varint(5 << 3) + b"\0"
    tok = load(UNK + piece(" a", -1.0) + piece("▁a", -1.0) + specs(normalizer=flags))
    assert tok.encode("a  a").ids == [1, 1]
