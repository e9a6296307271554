"""The scanner of tokenizer.json against `json.loads` and the checks behind it: what it reads it
reads the same, and what it leaves alone gets the same error.
"""

import json
import pickle
import random

import pytest

from subword import Tokenizer
from subword._core.limits import MAX_TOKEN_CHARS
from subword.formats._model_scan import scan_tokenizer_json
from subword.formats.json_files import decode_utf8, parse_json
from subword.formats.tokenizer_json import (
    parts_from_config,
    parts_from_text,
    tokenizer_json_parts,
)
from tests.helpers.effort import few

LETTERS = [*'ab"/\n', "ab", "Ġ", "é", "한", "😀", "", "\\", "\u2028", "\x7f"]


def outcome(read, *given):
    """Return what a reader makes of a file, or the error it raises."""
    try:
        parts = read(*given)
    except Exception as error:
        return type(error), str(error)
    model = parts["model"]
    learned = (list(model.vocab.items()), getattr(model, "merges", None))
    if hasattr(model, "pieces"):
        learned = (*learned, model.pieces, model.repeated)
    return type(model), learned, model.options(), parts["added_tokens"]


def plain(data: bytes):
    """Return the parts of a file by the slower way."""
    return parts_from_config(parse_json(decode_utf8(data, "t.json"), "t.json"), "t.json")


def assert_same(data: bytes, tmp_path) -> bool:
    """Compare the two ways from a file and, where it has one, from its text."""
    expected = outcome(plain, data)
    path = tmp_path / "t.json"
    path.write_bytes(data)
    named = [str(part).replace(str(path), "t.json") for part in outcome(tokenizer_json_parts, path)]
    assert named == [str(part) for part in expected]
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    assert outcome(parts_from_text, text, "t.json") == expected
    return scan_tokenizer_json(data) is not None


def is_scanned(text: str) -> bool:
    return scan_tokenizer_json(text.encode()) is not None


def spelled(rng: random.Random, text: str) -> str:
    """Return a JSON string of a text with escapes here and there."""
    out = []
    for char in text:
        plainly = json.dumps(char, ensure_ascii=False)[1:-1]
        escaped = json.dumps(char)[1:-1] if ord(char) > 0x7E else f"\\u{ord(char):04x}"
        if rng.random() < 0.2:
            escaped = escaped.replace("\\u", "\\u") if rng.random() < 0.5 else escaped.upper()
            escaped = escaped.replace("\\U", "\\u")
            out.append("\\/" if char == "/" else escaped)
        else:
            out.append(plainly)
    return '"' + "".join(out) + '"'


def blank(rng: random.Random) -> str:
    return rng.choice(["", "", "", " ", "\n  ", "\t", "\r\n"])


def document(rng: random.Random) -> str:
    """Return the text of a small tokenizer.json, mostly a good one."""
    letters = rng.sample(LETTERS, rng.randrange(3, len(LETTERS)))
    tokens, pairs = list(letters), []
    for _ in range(rng.randrange(8)):
        left, right = rng.choices(tokens, k=2)
        if left + right not in tokens:
            tokens.append(left + right)
        pairs.append((left, right))
    ids = list(range(len(tokens)))
    rng.shuffle(ids)
    if rng.random() < 0.3:
        ids = [3 * index + rng.randrange(3) for index in ids]
    odd = rng.choice([None] * 8 + ["-1", "-0", "1.0", "1e2", "true", "null", "007", "4294967295"])
    numbers = [str(index) for index in ids]
    if odd is not None:
        numbers[rng.randrange(len(numbers))] = odd
    entries = [
        f"{spelled(rng, t)}{blank(rng)}:{blank(rng)}{n}"
        for t, n in zip(tokens, numbers, strict=True)
    ]
    if rng.random() < 0.2:
        entries.append(f"{spelled(rng, rng.choice(tokens))}: {len(tokens) + 7}")
    vocab = "{" + f",{blank(rng)}".join(entries) + blank(rng) + "}"
    listed = []
    for pair in pairs:
        if rng.random() < 0.5:
            listed.append(spelled(rng, " ".join(pair)))
        else:
            listed.append(
                f"[{blank(rng)}" + f"{blank(rng)},".join(spelled(rng, t) for t in pair) + "]"
            )
    listed = ['"#version: 0.2"'] * (rng.random() < 0.2) + listed
    listed += [rng.choice(['"a"', '"a b c"', '"zz a"', "[1, 2]", '["a"]', "null"])] * (
        rng.random() < 0.15
    )
    merges = f"[{blank(rng)}" + f"{blank(rng)},{blank(rng)}".join(listed) + "]"
    fields = [
        '"type": "BPE"',
        f'"vocab":{blank(rng)}{vocab}',
        f'"merges":{blank(rng)}{merges}',
        '"ignore_merges": ' + rng.choice(["true", "false"]),
        '"continuing_subword_prefix": ' + rng.choice(["null", "null", '""', '"##"', "3"]),
    ]
    if rng.random() < 0.2:
        fields[0] = '"type": "WordPiece", "unk_token": "a", "max_input_chars_per_word": 9'
    if rng.random() < 0.2:
        rng.shuffle(fields)
    if rng.random() < 0.1:
        fields.append(rng.choice(fields))
    model = "{" + f",{blank(rng)}".join(fields) + "}"
    parts = [
        '"version": "1.0"',
        '"added_tokens": [{"id": 0, "content": "' + rng.choice(["a", "<s>", '\\"{', "]}"]) + '"}]',
        f'"model":{blank(rng)}{model}',
        '"extra": {"vocab": {"x": [1, "}"]}, "model": "]"}',
    ]
    if rng.random() < 0.3:
        rng.shuffle(parts)
    return blank(rng) + "{" + f",{blank(rng)}".join(parts) + "}" + blank(rng)


def scored(rng: random.Random) -> str:
    """Return the text of a small tokenizer.json of a Unigram model, mostly a good one."""
    letters = rng.sample(LETTERS, rng.randrange(1, len(LETTERS)))
    letters += rng.sample(LETTERS, 1) * (rng.random() < 0.1)
    odd = ["-1", "0", "-0", "-0.0", "1e2", "-1.5E-3", "20.", ".5", "1e", "-", "+1", "01.5", "NaN"]
    odd += ["-12345678901234567890", "123456789012345", "1e400", "true", "null", '"1"', "-3.5x"]
    entries = []
    for text in letters:
        number = f"{-30 * rng.random()!r}" if rng.random() < 0.95 else rng.choice(odd)
        parts = [f"[{blank(rng)}{spelled(rng, text)}", f"{number}{blank(rng)}]"]
        if rng.random() < 0.02:
            parts.append("0]")
        entries.append(f"{blank(rng)},{blank(rng)}".join(parts))
    vocab = f"[{blank(rng)}" + f"{blank(rng)},{blank(rng)}".join(entries) + f"{blank(rng)}]"
    fields = [f'"vocab":{blank(rng)}{vocab}', '"unk_id": ' + rng.choice(["0", "null", "2", "99"])]
    fields += ['"type": "Unigram"'] * (rng.random() < 0.8)
    fields += ['"byte_fallback": true', '"fuse_unk": false'] * (rng.random() < 0.2)
    fields += ['"merges": []'] * (rng.random() < 0.05)
    rng.shuffle(fields)
    return '{"model": {' + f",{blank(rng)}".join(fields) + "}}"


def test_random_files_of_pieces_are_read_as_by_the_plain_way(tmp_path):
    rng = random.Random(4)
    scanned = sum(assert_same(scored(rng).encode(), tmp_path) for _ in range(few(600)))
    assert few(150) < scanned < few(590)


def test_many_pieces_are_scanned_shipped_and_saved_as_they_are():
    rng = random.Random(5)
    pieces = [[f"▁{rng.choice(LETTERS[5:9])}{i}" * (1 + i % 7), -rng.random()] for i in range(9000)]
    text = json.dumps({"model": {"type": "Unigram", "unk_id": 3, "vocab": pieces}})
    assert is_scanned(text)
    model = Tokenizer.from_str(text).model
    assert model.pieces == [tuple(piece) for piece in parse_json(text, "t.json")["model"]["vocab"]]
    shipped = pickle.loads(pickle.dumps(model))
    assert shipped.pieces == model.pieces
    for piece, _ in pieces[::700]:
        assert shipped.tokenize_word(piece) == model.tokenize_word(piece)


def test_random_files_are_read_as_by_the_plain_way(tmp_path):
    rng = random.Random(1)
    scanned = sum(assert_same(document(rng).encode(), tmp_path) for _ in range(few(1000)))
    assert few(150) < scanned < few(900)


def test_damaged_files_get_the_error_of_the_plain_way(tmp_path):
    rng = random.Random(2)
    for _ in range(few(1500)):
        data = bytearray(rng.choice([document, document, scored])(rng).encode())
        for _ in range(rng.randrange(1, 3)):
            at = rng.randrange(len(data) or 1)
            kind = rng.randrange(4)
            if kind == 0:
                del data[at : at + rng.randrange(1, 6)]
            elif kind == 1 and data:
                data[at] = rng.choice(b'{}[]",:\\u0 x\x00\xff\xed')
            elif kind == 2:
                data[at:at] = rng.choice(
                    [b"\\", b'"', b"\\ud800", b"{", b"]", b"\x1f", b"NaN", b","]
                )
            else:
                del data[at:]
        assert_same(bytes(data), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1, "b": 2}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"\\ud800": 0}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"\\ud83d\\ude00": 0, "\\udc00": 1}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": [], "merges": {}}}',
        '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}} x',
        '\ufeff{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}',
        '{"model": {"type": "BPE", "voc\\u0061b": {"a": 0}, "vocab": {"b": 0}, "merges": []}}',
        '{"model": {"vocab": {"a": 0}, "merges": []}, "model": {"vocab": {"b": 0}, "merges": []}}',
        '{"model": {"vocab": {"a": 0}, "merges": []}, "mod\\u0065l": 3}',
        '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}}',
        '{"model": {"type": "BPE", "merges": ["a a"], "vocab": {"a": 0, "aa": 1}}}',
        '{"model": {"type": "Unigram", "vocab": {"a": 0}, "unk_id": 0}}',
        '{"model": {"vocab": {"a": 0}}}',
        '{"model": {"type": "WordPiece", "vocab": {"a": 0}, "merges": ["x"]}}',
        '{"model": {"type": "BPE", "vocab": {"": 0, "a": 1}, "merges": [" a", "a ", ["", "a"]]}}',
        '{"model": {"type": "BPE", "vocab": {"a": 99999999999999999999}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"a": 4294967294}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"a": 1' + "0" * 5000 + '}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"'
        + "a" * (MAX_TOKEN_CHARS + 1)
        + '": 0}, "merges": []}}',
        '{"model": {"type": "BPE", "vocab": {"' + "é" * MAX_TOKEN_CHARS + '": 0}, "merges": []}}',
        '{"model": {"vocab": {"a": 0}, "merges": []}, "decoder": ' + "[" * 100_000 + "}",
        '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "version": "2.0"}',
        "",
        "{",
        "[]",
        '{"model": 3}',
        '{"model": {"vocab": {"a": 0',
    ],
)
def test_odd_files_are_read_as_by_the_plain_way(text, tmp_path):
    assert_same(text.encode(), tmp_path)


def test_usual_files_are_scanned(tmp_path):
    entry = {"type": "BPE", "vocab": {"a": 5, "b": 7, "ab": 6, "aab": 9}, "merges": ["a b", "a ab"]}
    for merges in (entry["merges"], [["a", "b"], ["a", "ab"]]):
        text = json.dumps({"model": {**entry, "merges": merges}}, indent=1)
        assert assert_same(text.encode(), tmp_path)
        model = Tokenizer.from_str(text).model
        assert model.merges == [("a", "b"), ("a", "ab")]
        assert model.tokens.token_of(9) == "aab"
        assert list(model.vocab) == ["a", "b", "ab", "aab"]


@pytest.mark.parametrize("prefix", [None, "", "##"])
def test_a_file_of_wordpiece_is_scanned_and_one_of_merges_with_a_prefix_is_not(prefix):
    wordpiece = {"type": "WordPiece", "unk_token": "a", "max_input_chars_per_word": 9}
    fields = {"continuing_subword_prefix": prefix, "vocab": {"a": 0, "##b": 1, "ab": 2}}
    assert is_scanned(json.dumps({"model": {**wordpiece, **fields}}))
    merging = {**fields, "vocab": {"a": 0, "##b": 1, "ab": 2, "a##b": 3}, "merges": ["a ##b"]}
    assert is_scanned(json.dumps({"model": merging})) == (prefix != "##")


def test_what_is_saved_does_not_depend_on_the_way_a_file_was_read():
    rng = random.Random(9)
    texts = [text for text in (document(rng) for _ in range(60)) if is_scanned(text)]
    texts = [text for text in texts if not isinstance(outcome(plain, text.encode())[1], str)]
    assert len(texts) > 5
    for text in texts:
        parts = plain(text.encode())
        expected = Tokenizer(**parts).to_str()
        assert Tokenizer.from_str(text).to_str() == expected
        assert Tokenizer.from_str(expected).to_str() == expected
        shipped = pickle.loads(pickle.dumps(Tokenizer.from_str(text).model))
        assert Tokenizer(**{**parts, "model": shipped}).to_str() == expected
