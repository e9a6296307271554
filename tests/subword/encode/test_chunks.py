"""Texts that are cut before their stages run: chunks, plain stages and the oracle agree."""

import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword._core import unicode
from subword._core.cuts import ASCII, LETTERS, OTHER, Cuts
from subword._regex.charsets import contains
from subword.encode import text_encoder
from subword.encode.chunk_rules import find_chunk_rules
from subword.models import BPE
from subword.normalizers import NFC, Lowercase, Replace
from subword.pre_tokenizers import ByteLevel, Digits, Metaspace, WhitespaceSplit, use_simd
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.code_points import chars_that_tell
from tests.helpers.effort import few
from tests.helpers.random_configs import random_normalizer, random_pre_tokenizer
from tests.helpers.random_text import short_text, splittable_text

WORDS = [
    *(
        "the",
        "The",
        "can't",
        "won't",
        "x=1",
        "12",
        "é",
        "e\u0301",
        "한국",
        "中",
        "ﬁ",
        "K",
        "İ",
        "▁",
    ),
    *("foo.bar(baz)", "!!", "\u00a0", "\u3000", "\u200b", "<m>", "[X]", "ab", "-", "≠", "=\u0338"),
    *("A" * 300, "ab" * 140, "한" * 100, "a.b" * 90),
]


def words(rng: random.Random) -> str:
    """Return words with white space of all kinds between them."""
    blanks = [" ", " ", " ", "  ", "\n", "\t", "\n    ", "", " \n", "   "]
    return "".join(rng.choice(WORDS) + rng.choice(blanks) for _ in range(rng.randrange(12)))


def text_of(rng: random.Random) -> str:
    """Return a text in which cuts are tried."""
    return rng.choice([words, words, short_text, splittable_text])(rng)


def byte_model(rng: random.Random) -> dict:
    """Return a byte-level BPE some of whose tokens reach over spaces."""
    vocab = list(CHARS)
    merges = []
    for _ in range(rng.randrange(80)):
        left, right = rng.choice([*vocab, *"abe tĠĠ"]), rng.choice([*vocab, *"aberĠĠ.1"])
        if left in vocab and right in vocab and left + right not in vocab:
            merges.append([left, right])
            vocab.append(left + right)
    return {
        "type": "BPE",
        "ignore_merges": rng.random() < 0.3,
        "vocab": {token: i for i, token in enumerate(vocab)},
        "merges": merges,
    }


def char_model(rng: random.Random) -> dict:
    """Return a BPE over characters that has a token for every word."""
    unk = rng.choice([None, "<unk>"])
    fallback = unk is None or rng.random() < 0.6
    suffix = rng.choice([None, None, None, "</w>"]) if unk and not fallback else None
    vocab = [unk] if unk else []
    vocab += [f"<0x{i:02X}>" for i in range(256)] if fallback else []
    letters = list("abcdehlnortxTA.!1▁ =é한")
    vocab += letters + [letter + suffix for letter in letters if suffix]
    merges = []
    for _ in range(rng.randrange(60)):
        left, right = rng.choice([*letters, "▁", " "]), rng.choice([*vocab[-20:], "▁", " "])
        if left + right not in vocab and (not suffix or right.endswith(suffix)):
            merges.append([left, right])
            vocab.append(left + right)
            letters.append(left + right)
    return {
        "type": "BPE",
        "unk_token": unk,
        "fuse_unk": rng.random() < 0.5,
        "byte_fallback": fallback,
        "end_of_word_suffix": suffix,
        "vocab": {token: i for i, token in enumerate(vocab)},
        "merges": [pair for pair in merges if all(part in vocab for part in pair)],
    }


def word_model(rng: random.Random) -> dict:
    """Return a WordPiece."""
    letters = list("abcdehlnortxTA.!1=é한▁")
    pieces = ["".join(rng.choices(letters, k=rng.randrange(1, 4))) for _ in range(40)]
    vocab = ["[UNK]", *pieces, *letters, *(f"##{piece}" for piece in [*pieces, *letters])]
    return {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": rng.choice([4, 100]),
        "vocab": {token: i for i, token in enumerate(dict.fromkeys(vocab))},
    }


def several(rng: random.Random, one, key: str) -> dict:
    """Return up to three stages, one after the other."""
    parts = [one(rng, False) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    return {"type": "Sequence", key: [part for part in parts if part]}


def random_pipeline(rng: random.Random) -> dict:
    """Return a tokenizer.json; of its stages some keep cuts, others none."""
    normalizer = several(rng, random_normalizer, "normalizers")
    splits = several(rng, random_pre_tokenizer, "pretokenizers")
    model = rng.choice([byte_model, char_model, word_model])(rng)
    if model["type"] == "BPE" and "unk_token" not in model:
        level = {"add_prefix_space": rng.random() < 0.3, "use_regex": rng.random() < 0.4}
        splits["pretokenizers"].append({"type": "ByteLevel", "trim_offsets": False, **level})
    flags = ("single_word", "lstrip", "rstrip", "normalized")
    added = [
        {"id": 0, "content": content, "special": False, **{f: rng.random() < 0.4 for f in flags}}
        for content in rng.sample(["<m>", "[X]", "ab", "  ", " x", "é"], rng.choice([0, 0, 1, 3]))
    ]
    return {
        **{"version": "1.0", "truncation": None, "padding": None, "added_tokens": added},
        **{"normalizer": normalizer, "pre_tokenizer": splits, "model": model},
        **{"post_processor": None, "decoder": None},
    }


def everything(tok: Tokenizer, texts: list[str]) -> list:
    """Return what every way to encode gives, the offsets and words as well."""
    rows = tok.encode_ragged(texts, return_offsets=True)
    encodings = tok.encode_batch(texts)
    return [
        [encoding.ids for encoding in encodings],
        [encoding.offsets for encoding in encodings],
        [encoding.word_ids for encoding in encodings],
        tok.encode_ragged(texts).to_lists(),
        rows.to_lists(),
        [list(map(tuple, rows.offsets_of(i).tolist())) for i in range(len(texts))],
    ]


def encoded_by_oracle(config: str, texts: list[str]) -> list | None:
    """Return the oracle's encodings, None where it ends in a panic at an added token."""
    try:
        return tokenizers.Tokenizer.from_str(config).encode_batch(texts)
    except BaseException as error:
        known = "bad split" in str(error) or "char boundary" in str(error)
        if type(error).__name__ != "PanicException" or not known:
            raise
        return None


@pytest.mark.parametrize("seed", range(12))
def test_chunks_give_what_the_plain_stages_and_the_oracle_give(seed, monkeypatch):
    rng = random.Random(seed)
    chunked = 0
    for _ in range(few(50)):
        config = json.dumps(random_pipeline(rng))
        tok = Tokenizer.from_str(config)
        if tok.text_encoder.encoder.chunks is None:
            continue
        chunked += 1
        with monkeypatch.context() as patch:
            patch.setattr(text_encoder, "find_chunk_rules", lambda *_: None)
            plain = Tokenizer.from_str(config)
        texts = [text_of(rng) for _ in range(8)]
        got = everything(tok, texts)
        assert got == everything(plain, texts), config
        assert got == everything(tok, texts)  # from the cache
        wiped = "" in tok.text_encoder.vocabulary.normalized_texts.values()
        theirs = None if wiped else encoded_by_oracle(config, texts)
        if theirs is None:  # see test_deviations.py
            continue
        assert got[0] == [encoding.ids for encoding in theirs], config
        assert got[1] == [encoding.offsets for encoding in theirs], config
        assert got[2] == [encoding.word_ids for encoding in theirs], config
    assert chunked >= few(50) // 10


def test_only_the_start_of_a_document_gets_a_mark_with_and_without_offsets():
    # What is stripped counts: the first word of the second text is not at its start.
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    config = {
        "normalizer": {"type": "Strip", "strip_left": True, "strip_right": False},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [metaspace, {"type": "UnicodeScripts"}],
        },
        "model": {"type": "BPE", "vocab": {"a": 0, "▁": 1}, "merges": []},
    }
    texts = ["a", " a", "a a" * 30]
    tok = Tokenizer.from_str(json.dumps(config))
    rows = [e.ids for e in tokenizers.Tokenizer.from_str(json.dumps(config)).encode_batch(texts)]
    assert rows[:2] == [[1, 0], [0]]
    assert tok.encode_ragged(texts, return_offsets=True).to_lists() == rows
    assert tok.encode_ragged(texts).to_lists() == rows
    assert tok.encode_ragged(texts[::-1]).to_lists() == rows[::-1]


def test_cuts_are_made_where_no_stage_looks_across():
    tok = Tokenizer.from_str(json.dumps({"model": byte_model(random.Random(1)),
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True}}))  # fmt: skip
    rules = find_chunk_rules(Lowercase(), ByteLevel(False), tok.model, [])
    assert rules.at_words[ord("a"), ord(" ")]
    assert rules.at_words[ord("."), ord(" ")]
    assert rules.at_words[ord("a"), ord(".")]
    assert rules.at_words[OTHER, ord(" ")]
    assert not rules.anywhere[ord("'"), ord("s")]
    assert not rules.anywhere[ord(" "), ord("a")]
    # A composed character may begin with the letter behind the cut.
    assert rules.at_words[ord("1"), ord("a")]
    cuts = Cuts(0)
    NFC().limit_cuts(cuts)
    assert not cuts.kept[ord("1"), ord("a")]
    assert cuts.kept[ord("a"), ord("1")]


def test_what_a_match_of_replace_may_hold_is_not_cut_behind():
    cuts = Cuts(0)
    Replace("``", '"').limit_cuts(cuts)
    assert not cuts.kept[ord("`"), ord(" ")]
    assert cuts.kept[ord("a"), ord("`")]
    assert cuts.behind[ord("`")] == {"`", '"'}
    cuts = Cuts(0)
    Replace("", "x").limit_cuts(cuts)
    assert not cuts.kept.any()


def test_a_mark_before_a_text_makes_its_first_chunk_another():
    cuts = Cuts(0)
    Metaspace().limit_cuts(cuts)
    assert cuts.first_differs
    assert cuts.ended[ord("a"), ord(" ")]
    assert Metaspace().after_cut().prepend_scheme == "never"
    later = Cuts(0)
    for step in (Digits(), Metaspace()):
        step.limit_cuts(later)
        later.first_step = False
    assert later.kept[ord("a"), ord(" ")]
    assert not later.kept[ord("a"), ord(".")]
    words = Cuts(0)
    for step in (WhitespaceSplit(), Metaspace()):
        step.limit_cuts(words)
        words.first_step = False
    assert not words.first_differs
    assert words.ended[ord("a"), ord("\n")]


def hidden(cuts: Cuts, char: str) -> bool:
    """Whether the bits of a character bar it."""
    names = [name for name in unicode.BITS if name.startswith(("bert", "form", "nmt"))]
    bits = {1: cuts.bert_bits, 2: cuts.form_bits}
    return any(
        bits[unicode.BITS[name][0]] & unicode.BITS[name][1] and contains(RANGES[name], ord(char))
        for name in names
    )


RANGES = {name: unicode.ranges(name) for name in unicode.BITS}


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [("NFC",), ("NFD",), ("NFKC",), ("NFKD",), ("Lowercase",), ("NFD", "StripAccents"),
              ("NFKD", "StripAccents"), ("Nmt",), ("NFKC", "Lowercase"), ("BertNormalizer",)]
)  # fmt: skip
def test_no_other_character_vanishes_or_becomes_ascii_or_a_blank(names):
    # What the rules say of OTHER.
    from subword import normalizers

    steps = [getattr(normalizers, name)() for name in names]
    cuts = Cuts(unicode.BITS["bert_space"][1])
    for step in steps:
        step.limit_cuts(cuts)
    whole = normalizers.Sequence(steps)
    changed = set(LETTERS + "<=>") if cuts.before[OTHER] else set()
    for char in chars_that_tell():
        if char.isascii() or hidden(cuts, char):
            continue
        last = whole.normalize_str(char)[-1:]
        assert last, hex(ord(char))
        assert not contains(RANGES["bert_space"], ord(last)), hex(ord(char))
        assert not last.isascii() or last in changed, hex(ord(char))


def test_white_space_is_the_same_in_every_table():
    assert RANGES["scan_space"] == RANGES["bert_space"]
    assert {*ASCII[9:14], " "} == {c for c in ASCII if contains(RANGES["bert_space"], ord(c))}


def test_rules_are_looked_for_only_where_they_are_needed(monkeypatch):
    # BPE over whole texts has chunks of its own.
    vocab = {token: i for i, token in enumerate(["<unk>", "▁", "a", "b", "▁a"])}
    model = BPE(vocab, [("▁", "a")], unk_token="<unk>")
    monkeypatch.setattr(text_encoder, "find_chunk_rules", None)
    tok = Tokenizer(model, normalizer=Replace(" ", "▁"))
    assert tok.encode("b a").ids == [3, 4]


@pytest.mark.parametrize("seed", range(3))
def test_cuts_are_found_by_vectors_and_without_them(seed):
    # Whatever the cuts are, the ids are those of the plain stages: with many kinds of cuts, long
    # runs of one character, and every place of a block.
    rng = random.Random(seed)
    chunked = 0
    while chunked < few(10):
        config = json.dumps(random_pipeline(rng))
        tok = Tokenizer.from_str(config)
        if tok.text_encoder.encoder.chunks is None:
            continue
        chunked += 1
        text = "".join(rng.choices(["a", " ", "b.", "한", "é ", "\n", "1"], k=rng.randrange(400)))
        texts = [text[at:] for at in range(min(len(text), 40))]
        before = use_simd()
        use_simd("scalar")
        try:
            expected = tok.encode_ragged(texts, return_offsets=True)
        finally:
            use_simd(before)
        tok.text_encoder.cache_clear()
        got = tok.encode_ragged(texts, return_offsets=True)
        assert got.to_lists() == expected.to_lists(), config
        assert got.offsets.tolist() == expected.offsets.tolist()
