"""Special tokens that a text spells count where the caller lets them, and nowhere else."""

import copy
import json
import pickle
import random

import pytest
import tokenizers

import subword
from subword import Tokenizer
from subword.encode import special_tokens
from subword.vocab.added_tokens import AddedToken
from tests.helpers.effort import few
from tests.helpers.oracle import columns
from tests.helpers.piece_models import piece, specs
from tests.helpers.published import tokenizer_folders
from tests.helpers.random_configs import random_config
from tests.helpers.random_text import short_text

END, START = "<|end|>", "<|start|>"
FLAGS = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
# Each has special tokens among the tokens that its model may make of letters.
KINDS = ["byte_level_bpe", "bpe", "wordpiece", "unigram", "word_level", "ignore_merges"]


def small(kind: str) -> Tokenizer:
    """Return a tokenizer whose model can spell a special token by itself."""
    added = [
        *[
            {"id": i, "content": text, "special": True, **FLAGS}
            for i, text in enumerate([END, START])
        ],
        {"id": 2, "content": "<mask>", "special": True, **FLAGS, "lstrip": True},
        {"id": 3, "content": "plain", "special": False, **FLAGS},
    ]
    names = [END, START, "<mask>", "plain", "<unk>"]
    letters = sorted(set("abcdefghijklmnopqrstuvwxyz<>|▁ĠÄÂ " + END + START))
    pre_tokenizer = {"type": "WhitespaceSplit"}
    vocab = {token: i for i, token in enumerate([*names, *letters])}
    if kind == "unigram":
        pieces = [[token, -1.0 - len(token)] for token in vocab]
        model = {"type": "Unigram", "unk_id": 4, "vocab": pieces}
        pre_tokenizer = {
            "type": "Metaspace",
            "replacement": "▁",
            "prepend_scheme": "always",
            "split": True,
        }
    elif kind == "wordpiece":
        rest = {f"##{letter}": len(vocab) + i for i, letter in enumerate(letters)}
        model = {
            **{"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##"},
            **{"max_input_chars_per_word": 100, "vocab": vocab | rest},
        }
    elif kind == "word_level":
        model = {"type": "WordLevel", "unk_token": "<unk>", "vocab": vocab | {"ab": len(vocab)}}
    else:
        parts = [END[:i] for i in range(2, len(END))]
        vocab |= {part: len(vocab) + i for i, part in enumerate(parts)}
        merges = [[END[:i], END[i]] for i in range(1, len(END))]
        model = {"type": "BPE", "unk_token": "<unk>", "vocab": vocab, "merges": merges}
        if kind == "ignore_merges":
            model |= {"ignore_merges": True, "merges": merges[:2]}
        if kind == "byte_level_bpe":
            pre_tokenizer = {
                **{"type": "ByteLevel", "add_prefix_space": False},
                **{"trim_offsets": True, "use_regex": False},
            }
    config = {"version": "1.0", "added_tokens": added, "pre_tokenizer": pre_tokenizer}
    rest = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    return Tokenizer.from_str(json.dumps({**config, **rest, "model": model}))


def crafted(rng: random.Random, special: list[str]) -> str:
    """Return a text with special tokens, parts of them, and what surrounds them."""
    parts = []
    for _ in range(rng.randrange(1, 7)):
        token = rng.choice(special)
        cut = rng.randrange(len(token) + 1)
        parts.append(
            rng.choice([token, token[:cut], token[cut:], " ", "ab ", "\n", "plain", token * 2])
        )
    return "".join(parts)


def special_ids(tok: Tokenizer) -> set[int]:
    unknown = {tok.token_to_id(name) for name in ("<unk>", "[UNK]", "<|endoftext|>")}
    known = {i for i, token in tok.added_tokens.items() if token.special}
    model = getattr(tok.model, "unk_token", None) or ""
    return known - {tok.token_to_id(model), getattr(tok.model, "unk_id", None)} - (unknown - known)


WAYS = [
    lambda tok, texts, **how: tok.encode_lists(texts, **how),
    lambda tok, texts, **how: tok.encode_ragged(texts, return_offsets=True, **how).to_lists(),
    lambda tok, texts, **how: [tok.encode_ids(text, **how).tolist() for text in texts],
    lambda tok, texts, **how: [tok.encode(text, **how).ids for text in texts],
    lambda tok, texts, **how: tok(texts, **how)["input_ids"],
    lambda tok, texts, **how: [tok.append(None, text, **how).ids.tolist() for text in texts],
    lambda tok, texts, **how: [
        each.ids for each in tok.encode_unprocessed(texts, special=how["special"])
    ],
]


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_gives_a_special_id_where_none_counts(kind):
    tok, rng = small(kind), random.Random(kind)
    special = [token.content for token in tok.added_tokens.values() if token.special]
    barred = special_ids(tok)
    assert END in tok.encode(END).tokens
    texts = [crafted(rng, special) for _ in range(few(2000))]
    how = {"special": "none", "add_special_tokens": False}
    rows = tok.encode_lists(texts, **how)
    assert barred
    assert not barred & {i for row in rows for i in row}
    for way in WAYS:
        assert way(tok, texts[:60], **how) == rows[:60]
    assert tok.count_tokens(texts[:60], **how) == [len(row) for row in rows[:60]]
    # What is not special counts as ever.
    assert tok.token_to_id("plain") in tok.encode_ids("ab plain", special="none")


@pytest.mark.slow
@pytest.mark.parametrize("folder", tokenizer_folders())
def test_no_text_gives_a_special_id_of_a_published_tokenizer(folder):
    tok, rng = Tokenizer.from_pretrained(folder), random.Random(folder.name)
    special = [token.content for token in tok.added_tokens.values() if token.special]
    texts = [crafted(rng, special) for _ in range(few(10_000))]
    how = {"special": "none", "add_special_tokens": False}
    assert not special_ids(tok) & {i for row in tok.encode_lists(texts, **how) for i in row}
    plain = ["What was not special", "stays as it is: 한국어 😀\n"]
    assert tok.encode_lists(plain, special="none") == tok.encode_lists(plain)


@pytest.mark.parametrize("seed", range(6))
def test_split_special_tokens_is_what_the_original_calls_encode_special_tokens(seed):
    rng, compared = random.Random(seed), 0
    for _ in range(few(60)):
        config = random_config(rng)
        try:
            theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
            ours = Tokenizer.from_str(json.dumps(config))
        except Exception:  # not every draw is a tokenizer
            continue
        theirs.encode_special_tokens = True
        contents = [token["content"] for token in config["added_tokens"]] or ["ab"]
        limited = ours.text_encoder.reading("none", strict=False)
        for _ in range(6):
            text = short_text(rng, 8) + rng.choice(contents) + short_text(rng, 4)
            try:
                expected = theirs.encode(text, add_special_tokens=False)
            except BaseException:  # it panics on some texts
                continue
            got = limited.encode_texts([text], 1)[0]
            assert (got.ids, got.offsets) == (expected.ids, expected.offsets), (config, text)
            compared += 1
    assert compared


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_tokens_that_are_named_count(kind):
    tok = small(kind)
    text = f"ab {END} {START}a"
    assert tok.encode_ids(text, special={END, START, "<mask>"}).tolist() == tok.encode(text).ids
    ids = tok.encode_ids(text, special={START}).tolist()
    assert ids.count(1) == 1
    assert 0 not in ids
    assert ids == tok.encode_ids(text, special=[START]).tolist()
    with pytest.raises(ValueError, match=r"special: '<other>' is no special token"):
        tok.encode(text, special={"<other>"})
    with pytest.raises(ValueError, match="is no special token"):
        tok.encode_lists([text], special={"plain"})
    with pytest.raises(ValueError, match=r'special must be "all", "none" or a set'):
        tok.encode_ragged([text], special="some")
    with pytest.raises(TypeError, match="special must hold str, got int"):
        tok(text, special={3})


def alone(tok: Tokenizer, segments: list[tuple[str, bool]], special: list[str]) -> list[int]:
    """Return the ids of segments, each special token of a trusted one set apart by hand."""
    _, joined = special_tokens.join_segments(segments)
    parts, text = [], ""
    for part, trusted in joined:
        while part:
            hits = [token for token in special if trusted and part.startswith(token)]
            if hits:
                parts += [text, tok.token_to_id(hits[0])]
                text, part = "", part[len(hits[0]) :]
            else:
                text, part = text + part[0], part[1:]
    ids = []
    for part in [*parts, text]:
        if isinstance(part, int):
            ids.append(part)
        else:
            ids += tok.encode_ids(part, special="none", add_special_tokens=False).tolist()
    return ids


@pytest.mark.parametrize("kind", KINDS)
def test_special_tokens_of_untrusted_segments_are_text(kind):
    tok, rng = small(kind), random.Random(kind)
    special = [END, START]  # <mask> takes white space along: below
    for _ in range(few(300)):
        texts = [crafted(rng, special) for _ in range(rng.randrange(1, 5))]
        segments = [(text, rng.random() < 0.5) for text in texts]
        got = tok.encode_segments(segments, add_special_tokens=False)
        joined = "".join(texts)
        assert got.ids == alone(tok, segments, special), segments
        for index, token, (start, end) in zip(got.ids, got.tokens, got.offsets, strict=True):
            if index in (0, 1):
                assert token == joined[start:end] == special[index]
        trusted = tok.encode_segments([(text, True) for text in texts])
        assert columns(trusted) == columns(tok.encode(joined))
        untrusted = tok.encode_segments([(text, False) for text in texts])
        assert columns(untrusted) == columns(tok.encode(joined, special="none"))


@pytest.mark.slow
@pytest.mark.parametrize("folder", tokenizer_folders())
def test_segments_of_published_tokenizers(folder):
    tok, rng = Tokenizer.from_pretrained(folder), random.Random(folder.name)
    plain = {i: t.content for i, t in tok.added_tokens.items() if not (t.lstrip or t.rstrip)}
    special = [plain[i] for i in sorted(special_ids(tok) & plain.keys())] or ["<|endoftext|>"]
    special.sort(key=len, reverse=True)
    for _ in range(few(300)):
        texts = [crafted(rng, special[:20]) + short_text(rng, 20) for _ in range(3)]
        segments = [(text, rng.random() < 0.5) for text in texts]
        got = tok.encode_segments(segments, add_special_tokens=False)
        assert got.ids == alone(tok, segments, special), segments
        trusted = tok.encode_segments([(text, True) for text in texts])
        assert trusted.ids == tok.encode("".join(texts)).ids


@pytest.mark.parametrize("kind", KINDS)
def test_segments_are_one_text(kind):
    tok = small(kind)
    segments = [(f"a{END}", True), ("b  ", False), ("<mask>", True), ("<mask> a", False)]
    got = tok.encode_segments(segments)
    at = got.ids.index(2)
    assert got.ids.count(2) == 1
    assert got.tokens[at] == "  <mask>"  # with the white space it takes along
    assert got.offsets[at] == (9, 17)
    # A token that a trusted part only begins is text, and so is what hides another.
    assert 0 not in tok.encode_segments([(END[:3], True), (END[3:], False)]).ids
    assert 0 in tok.encode_segments([("a", False), (END[:3], True), (END[3:], True)]).ids
    assert tok.encode_segments([]).ids == tok.encode("").ids
    again = pickle.loads(pickle.dumps(tok)), copy.deepcopy(tok)
    assert all(columns(each.encode_segments(segments)) == columns(got) for each in again)


def test_a_special_token_inside_a_word_or_inside_another_token_does_not_count():
    texts = ["<a>", "<a>b", "x<a>", "<<a>>"]
    model = subword.models.WordPiece(
        {token: i for i, token in enumerate(["[UNK]", *"<>abx", *("##" + c for c in "<>abx")])}
    )
    tok = Tokenizer(
        model,
        pre_tokenizer=subword.pre_tokenizers.WhitespaceSplit(),
        added_tokens=[
            AddedToken("<a>", single_word=True, special=True),
            AddedToken("<<a>", normalized=False),
        ],
    )
    for text in texts:
        expected = tok.encode(text)
        got = tok.encode_segments([(text, True), (" <a>", False)])
        assert got.ids[: len(expected.ids)] == expected.ids
        assert tok.token_to_id("<a>") not in got.ids[len(expected.ids) :]


def test_a_tokenizer_without_special_tokens_has_nothing_to_limit():
    tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
    segments = [("low", True), (" lower", False)]
    assert tok.encode_segments(segments).ids == tok.encode("low lower").ids
    assert tok.encode("low", special="none").ids == tok.encode("low", special=()).ids


@pytest.mark.parametrize("model_type", [1, 2, 3, 4])
def test_pieces_of_sentencepiece_can_be_special(model_type, tmp_path):
    rows = [("<unk>", 0.0, 2), ("▁", -1.0), ("a", -2.0), ("▁<", -3.0), ("<a", -0.5), (">", -3.0)]
    rows += [("<", -4.0), ("▁a", -1.5), ("▁<a>", -0.1)]
    path = tmp_path / "m.model"
    path.write_bytes(b"".join(piece(*row) for row in rows) + specs(model_type))
    made = Tokenizer.from_sentencepiece(path)
    tok = Tokenizer(made.model, normalizer=made.normalizer, added_tokens=["▁<a>"])
    text = "<a>" if model_type != 4 else "a"
    assert 8 not in tok.encode(text, special="none").ids
    if model_type in (1, 3):
        assert 8 in tok.encode(text).ids
    assert tok.encode("a", special="none").ids == tok.encode("a").ids


def test_stand_ins_are_characters_that_the_text_does_not_hold(monkeypatch):
    monkeypatch.setattr(special_tokens, "STAND_INS", range(0xF0000, 0xF0005))
    tok = small("bpe")
    for code in range(0xF0000, 0xF0005):
        segments = [(END, True), (chr(code) * 7, False), (END, False)]
        got = tok.encode_segments(segments)
        assert got.ids.count(0) == 1
        assert got.offsets[0] == (0, 7)
    full = "".join(map(chr, range(0xF0000, 0xF0003)))
    with pytest.raises(ValueError, match="3 special tokens need characters"):
        tok.encode_segments([(END, True), (full, False)])


@pytest.mark.parametrize(
    "wrong", ["text", [("a", 1)], [("a",)], [(b"a", True)], [None], [["a", True, 2]]]
)
def test_what_is_no_segment_is_refused(wrong):
    with pytest.raises(TypeError, match=r"segment"):
        small("bpe").encode_segments(wrong)


def test_files_and_words_are_limited_too(tmp_path):
    tok = small("bpe")
    path = tmp_path / "a.txt"
    path.write_text(f"ab {END}\n{END}a", encoding="utf-8")
    rows = tok.encode_files(path, separator="\n", special="none", progress=False)
    assert 0 not in rows.ids
    assert 0 in tok.encode_files(path, separator="\n", progress=False).ids
    assert 0 not in tok.encode_words([END, "a"], special="none").ids
    assert 0 not in tok.encode([END, "a"], is_pretokenized=True, special="none").ids
    assert 0 in tok.encode([END, "a"], is_pretokenized=True).ids
    state = tok.append(None, f"a {END}", special="none")
    with pytest.raises(ValueError, match="for the same special tokens"):
        tok.append(state, "b")
    assert (
        tok.append(state, f"b {END} ", special="none").ids.tolist()
        == tok.encode_ids(state.text, special="none").tolist()
    )
