"""What is said of how a pipeline runs is how it runs."""

import json
import random

import pytest

from subword import Regex, Tokenizer
from subword.encode.pipeline_view import StageView
from subword.models import BPE, WordPiece
from subword.normalizers import NFC, BertNormalizer, Lowercase, Prepend, Replace
from subword.pre_tokenizers import (
    BertPreTokenizer,
    ByteLevel,
    Digits,
    FixedLength,
    Metaspace,
    Sequence,
    Split,
)
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import CHARS

LEVEL = ByteLevel(add_prefix_space=False)
RAW = ByteLevel(add_prefix_space=False, use_regex=False)


def byte_level(**options) -> BPE:
    return BPE({char: i for i, char in enumerate(CHARS)}, [], byte_level=True, **options)


def char_level(**options) -> BPE:
    vocab = {token: i for i, token in enumerate(["<unk>", "▁", "a", "b", "▁a"])}
    return BPE(vocab, [("▁", "a")], unk_token="<unk>", **options)


def word_piece() -> WordPiece:
    return WordPiece({"[UNK]": 0, "a": 1})


def views(tok: Tokenizer, stage: str) -> list[StageView]:
    return [view for view in tok.pipeline() if view.stage == stage]


def only(tok: Tokenizer, stage: str) -> StageView:
    (view,) = views(tok, stage)
    return view


def split_of(pattern: str, behavior: str = "isolated", invert: bool = False) -> Tokenizer:
    steps = [Split(Regex(pattern), behavior, invert), RAW]
    return Tokenizer(byte_level(), pre_tokenizer=Sequence(steps))


def test_a_scanner_is_named_and_words_are_cached():
    tok = Tokenizer(byte_level(), pre_tokenizer=LEVEL, normalizer=NFC())
    assert only(tok, "pre-tokenizer").runs == "scanner gpt2"
    assert only(tok, "normalizer").runs_for == "every text"
    assert only(tok, "cache").what == "words"
    assert only(tok, "cache").why == "no chunks: one pass finds the words"
    assert only(tok, "model").runs_for == "new words"
    splits = only(tok, "safe splits")
    assert splits.runs.startswith("between Hangul, Chinese and kana; in long words")
    assert splits.runs_for == "ids without offsets"


def test_ways_of_a_pattern():
    assert only(split_of(r"\d+x?"), "pre-tokenizer").runs == "compiled, one pass"
    quoted, raw = views(split_of("[ab]*c|a|b"), "pre-tokenizer")
    assert (quoted.what, quoted.runs) == ("Split '[ab]*c|a|b'", "compiled, automaton")
    assert raw.runs == "plain"
    assert "matches may be pending" in quoted.why
    assert quoted.why.endswith("states so far")
    empty, _ = views(split_of("a*"), "pre-tokenizer")
    assert "a match may be empty" in empty.why
    back, _ = views(split_of(r"(a+)\1(?=bc)"), "pre-tokenizer")
    assert back.runs == "backtracking"
    assert "a reference to a group" in back.why
    assert "a look at more than one character ahead" in back.why
    literal, _ = views(
        Tokenizer(byte_level(), pre_tokenizer=Sequence([Split("ab", "isolated"), RAW])),
        "pre-tokenizer",
    )
    assert literal.runs == "plain"


def test_an_automaton_that_has_outgrown_its_memory_says_so():
    tok = split_of("(?:a|b)*a(?:a|b){14}")
    split, _ = views(tok, "pre-tokenizer")
    assert "states so far" in split.why
    tok.encode_ragged(["".join(random.Random(1).choices("ab", k=60_000))])
    split, _ = views(tok, "pre-tokenizer")
    assert "20,000 states are full: others are made anew each time" in split.why


def test_stages_behind_a_cache_of_chunks():
    bert = Tokenizer(word_piece(), normalizer=BertNormalizer(), pre_tokenizer=BertPreTokenizer())
    assert only(bert, "cache").runs == "cut by the scanner bert"
    assert only(bert, "normalizer").runs_for == "new chunks"
    assert only(bert, "pre-tokenizer").runs == "plain"
    assert only(bert, "model").runs_for == "new chunks"
    lower = Tokenizer(byte_level(), normalizer=Lowercase(), pre_tokenizer=LEVEL)
    assert only(lower, "cache").runs == "cut where every stage keeps a cut"
    assert only(lower, "normalizer").runs_for == "new chunks"
    whole = Tokenizer(char_level(), pre_tokenizer=Metaspace())
    assert only(whole, "cache").runs == "cut where no merge joins two characters"
    assert only(whole, "safe splits").runs_for == "every text"


@pytest.mark.parametrize(
    ("normalizer", "pre_tokenizer", "added", "reason"),
    [
        (Lowercase(), Sequence([FixedLength(3), RAW]), (), "FixedLength"),
        (Replace(Regex(r"\p{L} b|c"), "x"), LEVEL, (), r"Replace '\p{L} b|c'"),
        (Lowercase(), LEVEL, (AddedToken(" ", single_word=True),), "the added token ' '"),
    ],
)
def test_the_stage_that_forbids_chunks_is_named(normalizer, pre_tokenizer, added, reason):
    tok = Tokenizer(
        byte_level(), normalizer=normalizer, pre_tokenizer=pre_tokenizer, added_tokens=added
    )
    assert tok.text_encoder.encoder.chunks is None
    cache = only(tok, "cache")
    assert cache.what == "words"
    assert cache.why == f"no chunks: {reason} may look across a letter and a space"


def test_what_keeps_a_model_from_caches_and_splits():
    dropout = Tokenizer(char_level(dropout=0.5), pre_tokenizer=Metaspace())
    assert only(dropout, "cache").what == "none"
    assert only(dropout, "model").runs_for == "every word"
    assert only(dropout, "safe splits").why == "dropout"
    suffix = BPE({"a": 0, "a</w>": 1}, [], end_of_word_suffix="</w>")
    assert only(Tokenizer(suffix), "safe splits").why == "a suffix of words"
    assert views(Tokenizer(word_piece()), "safe splits") == []


def test_added_tokens_and_texts_that_are_not_normalized_as_a_whole():
    added = [AddedToken("<x>", normalized=False), AddedToken("cat"), AddedToken("dog")]
    steps = {"normalizer": Replace(" ", "▁"), "added_tokens": added}
    tok = Tokenizer(char_level(), **steps)
    assert [view.what for view in views(tok, "added tokens")] == [
        "1 in the text",
        "2 in normalized text",
    ]
    assert only(tok, "normalizer").runs_for == "texts that may hold one of the added tokens"
    marked = Tokenizer(char_level(), **{**steps, "added_tokens": [AddedToken("▁")]})
    assert only(marked, "normalizer").runs_for == "every text"


def test_every_published_kind_of_pipeline_has_a_view():
    for normalizer in (None, Prepend("▁"), Replace(Regex(r"a|b+"), "c")):
        tok = Tokenizer(char_level(), normalizer=normalizer, pre_tokenizer=Digits())
        for view in tok.pipeline():
            assert view.stage
            assert view.what
        assert json.loads(json.dumps([vars(view) for view in tok.pipeline()]))
