"""Where the answer of the original is of no use: both answers, as docs/formats.md states them."""

import json

import pytest
import tokenizers

from subword import Tokenizer
from subword.reference import ReferenceTokenizer
from tests.helpers.oracle import encoding_columns, token_columns

WIPED = {
    "version": "1.0",
    "added_tokens": [
        {"id": 4, "content": "x", "normalized": True, "special": False, "single_word": False}
        | {"lstrip": False, "rstrip": False}
    ],
    "normalizer": {"type": "Replace", "pattern": {"String": "x"}, "content": ""},
    "model": {"type": "BPE", "vocab": {"<unk>": 0, "a": 1, "é": 2}, "merges": []}
    | {"unk_token": "<unk>"},
}


def test_an_added_token_that_the_normalizer_wipes_out_is_never_found():
    his = tokenizers.Tokenizer.from_str(json.dumps(WIPED))
    mine = Tokenizer.from_str(json.dumps(WIPED))
    for text in ("a", "xa", "x", ""):
        assert encoding_columns(his, text) == encoding_columns(mine, text)
    # The empty token is found before each byte: every character is a word of its own,
    ids, tokens, offsets, words = encoding_columns(his, "axaa")
    assert words == [0, 1, 2]
    assert encoding_columns(mine, "axaa") == (ids, tokens, offsets, [0, 0, 0])
    # and it panics within a character of several bytes.
    with pytest.raises(BaseException, match=r"bad split|not a char boundary"):
        his.encode("é")
    assert encoding_columns(mine, "éxa") == ([2, 1], ["é", "a"], [(0, 1), (2, 3)], [0, 0])


def bytes_with_affixes(prefix: str | None, suffix: str | None) -> dict:
    """Return a BPE of the letters a and b, whose other characters fall back to bytes."""
    tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    tokens += [p + c + s for c in "ab" for p in {"", prefix or ""} for s in {"", suffix or ""}]
    return {
        "version": "1.0",
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {
            "type": "BPE",
            "vocab": {token: i for i, token in enumerate(sorted(set(tokens)))},
            "merges": [],
            "byte_fallback": True,
            "continuing_subword_prefix": prefix,
            "end_of_word_suffix": suffix,
        },
    }


@pytest.mark.parametrize(("prefix", "suffix"), [("##", None), (None, "</w>"), ("##", "</w>")])
def test_bytes_of_a_prefix_or_suffix_lie_on_their_character(prefix, suffix):
    config = bytes_with_affixes(prefix, suffix)
    his = tokenizers.Tokenizer.from_str(json.dumps(config))
    mine = Tokenizer.from_str(json.dumps(config))
    twin = ReferenceTokenizer(config)
    beyond = 0
    for text in ("aé", "éa", "é", "aéb", "한글 b", "a😀é bé", "ab ba"):
        ids, tokens, offsets, words = encoding_columns(mine, text)
        expected = encoding_columns(his, text)
        assert (ids, tokens, words) == (expected[0], expected[1], expected[3])
        assert token_columns(twin.encode(text)) == (ids, tokens, offsets, words)
        # There, the bytes of the affixes move what follows them, at last beyond the text.
        beyond += expected[2] != offsets
        rows = mine.encode_ragged([text], return_offsets=True)
        assert [tuple(span) for span in rows.offsets.tolist()] == offsets
        letters = ["".join(sorted({text[i] for i in range(start, end)})) for start, end in offsets]
        for token, letter in zip(tokens, letters, strict=True):
            assert len(letter) == 1, "each token lies on one character"
            assert token.startswith("<0x") or letter in token
    assert beyond


def test_both_answers_for_a_suffix_that_falls_back():
    config = bytes_with_affixes(None, "</w>")
    his = tokenizers.Tokenizer.from_str(json.dumps(config))
    mine = Tokenizer.from_str(json.dumps(config))
    assert his.encode("aé").tokens == mine.encode("aé").tokens
    assert his.encode("aé").tokens[3:] == ["<0x3C>", "<0x2F>", "<0x77>", "<0x3E>"]  # "</w>"
    assert his.encode("aé").offsets[1:] == [(1, 2), (1, 2), (3, 4), (4, 5), (5, 6), (6, 7)]
    assert mine.encode("aé").offsets[1:] == [(1, 2)] * 6
