"""Stages written in Python do with `compat.tokenizers` what they do with the original."""

import json
import random

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours
from tests.helpers.effort import few
from tests.helpers.libraries import TEXTS
from tests.helpers.oracle import columns
from tests.helpers.random_text import short_text

LIBRARIES = (ours, theirs)
BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")


def random_step(rng):
    """Return a change of a normalized string, the same one for either library."""
    name = rng.choice(
        ["nfd", "nfc", "nfkd", "nfkc", "lowercase", "lstrip", "rstrip", "strip"]
        + ["prepend", "append", "filter", "map", "replace", "replace_regex"] * 2
    )
    text = rng.choice(["ab", " ", "한", "e\u0301"])
    if name in ("prepend", "append"):
        return lambda library, normalized: getattr(normalized, name)(text)
    if name == "filter":
        return lambda library, normalized: normalized.filter(lambda char: char not in "ae 한")
    if name == "map":
        return lambda library, normalized: normalized.map(lambda char: "b" if char == "a" else char)
    if name == "replace":
        return lambda library, normalized: normalized.replace("b", text)
    if name == "replace_regex":
        return lambda library, normalized: normalized.replace(library.Regex(r"\s+|a"), text)
    return lambda library, normalized: getattr(normalized, name)()


def test_a_cleared_text_remembers_its_original():
    for library in LIBRARIES:
        text = library.NormalizedString("ab")
        text.clear()
        assert shown(text) == ("", "ab", "")
        text.append("x")
        assert shown(text) == ("x", "ab", "x")


def shown(part):
    return None if part is None else (part.normalized, part.original, str(part))


@pytest.mark.parametrize("seed", range(4))
def test_normalized_strings_change_alike(seed):
    rng = random.Random(seed)
    for _ in range(few(150)):
        text = short_text(rng, 12) + rng.choice(["abba ", "é 한국"])
        both = [library.NormalizedString(text) for library in LIBRARIES]
        for step in [random_step(rng) for _ in range(rng.randrange(5))]:
            for library, normalized in zip(LIBRARIES, both, strict=True):
                step(library, normalized)
        mine, other = both
        assert shown(mine) == shown(other), text
        start = rng.randrange(6)
        for cut in (start, (start, start + rng.randrange(5)), slice(start), slice(start, None)):
            assert shown(mine[cut]) == shown(other[cut]), (text, cut)
            assert shown(mine.slice(cut)) == shown(mine[cut])
        behavior = rng.choice(BEHAVIORS)
        for pattern in (" ", "b", lambda library: library.Regex(r"\s+|b+")):
            parts = [
                normalized.split(pattern(library) if callable(pattern) else pattern, behavior)
                for library, normalized in zip(LIBRARIES, both, strict=True)
            ]
            assert [*map(shown, parts[0])] == [*map(shown, parts[1])], (text, behavior)


def steps_of(library, text, rng):
    """Yield what a text shows on its way."""
    whole = library.PreTokenizedString(text)
    yield whole.get_splits()
    whole.split(lambda number, part: part.split(rng.choice([" ", "a"]), rng.choice(BEHAVIORS)))
    whole.normalize(lambda part: part.nfd())
    whole.split(lambda number, part: [part[:1], part[1:2]] if len(part.normalized) > 2 else [part])
    for referential in ("original", "normalized"):
        for kind in ("char", "byte"):
            yield whole.get_splits(referential, kind)
    whole.tokenize(
        lambda part: [
            library.Token(i, char, (len(part[:i].encode()), len(part[: i + 1].encode())))
            for i, char in enumerate(part)
        ]
    )
    yield [[token.as_tuple() for token in tokens] for _, _, tokens in whole.get_splits()]
    for encoding in (whole.to_encoding(), whole.to_encoding(type_id=1, word_idx=3)):
        yield encoding.ids, encoding.tokens, encoding.offsets, encoding.word_ids, encoding.type_ids


@pytest.mark.parametrize("seed", range(3))
def test_pre_tokenized_strings_go_alike(seed):
    rng = random.Random(seed)
    for _ in range(few(100)):
        text, drawn = short_text(rng, 10) + "a b한국é", rng.random()
        mine, other = (list(steps_of(library, text, random.Random(drawn))) for library in LIBRARIES)
        assert mine == other, text


class Lower:
    def normalize(self, normalized):
        normalized.lowercase()
        normalized.replace("l", "ll")


class Halves:
    def halve(self, number, part):
        middle = len(part.normalized) // 2
        return [part[:middle], part[middle:]] if middle else [part]

    def pre_tokenize(self, pretok):
        pretok.split(lambda number, part: part.split(" ", "removed"))
        pretok.split(self.halve)


class Shout:
    def decode_chain(self, tokens):
        return [token.upper() + "!" for token in tokens]


def custom_pipeline(library, kind):
    letters = {char: i for i, char in enumerate(["[UNK]", *sorted(set("".join(TEXTS).lower()))])}
    tok = library.Tokenizer(library.models.BPE(letters, [], unk_token="[UNK]", fuse_unk=True))
    lower = library.normalizers.Normalizer.custom(Lower())
    halves = library.pre_tokenizers.PreTokenizer.custom(Halves())
    if kind != "pre_tokenizer":
        tok.normalizer = library.normalizers.Sequence([library.normalizers.NFD(), lower])
    if kind == "normalizer":
        tok.pre_tokenizer = library.pre_tokenizers.Whitespace()
    elif kind == "sequence":
        tok.pre_tokenizer = library.pre_tokenizers.Sequence(
            [halves, library.pre_tokenizers.Punctuation()]
        )
    else:
        tok.pre_tokenizer = halves
    added = library.AddedToken
    tok.add_tokens([added("fox", normalized=True), added("DOG", lstrip=True, normalized=False)])
    tok.add_special_tokens(["[SEP]"])
    index = tok.token_to_id("[SEP]")
    tok.post_processor = library.processors.BertProcessing(("[SEP]", index), ("[SEP]", index))
    tok.decoder = library.decoders.Decoder.custom(Shout())
    yield tok.normalizer and tok.normalizer.normalize_str("Él l")
    yield tok.pre_tokenizer.pre_tokenize_str("Hello wörld, 한국어")
    rows = [*TEXTS, "the Fox [SEP] and the DOG", ("a FOX", "b DOG")]
    yield tok.encode_batch(rows)
    yield tok.encode("The Fox", "DOG"), tok.encode(["The", "fox"], is_pretokenized=True)
    tok.enable_truncation(6, stride=1)
    tok.enable_padding(length=8)
    yield tok.encode_batch(rows, add_special_tokens=False)
    tok.no_padding()
    tok.encode_special_tokens = True
    yield tok.encode("a [SEP]"), tok.encode_special_tokens
    yield tok.decode([1, 2, 3]), tok.get_vocab_size(), tok.token_to_id("fox")


def compared(value):
    if hasattr(value, "overflowing"):
        return columns(value)
    return [*map(compared, value)] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("kind", ["normalizer", "pre_tokenizer", "both", "sequence"])
def test_pipelines_with_custom_stages(kind):
    both = (custom_pipeline(library, kind) for library in LIBRARIES)
    for mine, other in zip(*both, strict=True):
        assert compared(mine) == compared(other)


@pytest.mark.parametrize("library", LIBRARIES, ids=["ours", "theirs"])
def test_no_file_holds_a_custom_stage(library, tmp_path):
    kinds = {
        "normalizer": library.normalizers.Normalizer.custom(Lower()),
        "pre_tokenizer": library.pre_tokenizers.PreTokenizer.custom(Halves()),
        "decoder": library.decoders.Decoder.custom(Shout()),
    }
    for name, stage in kinds.items():
        tok = library.Tokenizer(library.models.BPE({"a": 0}, []))
        setattr(tok, name, stage)
        for write in (tok.to_str, lambda tok=tok: tok.save(str(tmp_path / "t.json"))):
            with pytest.raises(Exception, match="cannot be serialized"):
                write()
    assert not list(tmp_path.iterdir())


def test_errors_of_custom_stages_come_through():
    class Wrong:
        def pre_tokenize(self, pretok):
            pretok.split(lambda number, part: [part.normalized])

        def normalize(self, normalized):
            raise KeyError("of the stage")

    tok = ours.Tokenizer(ours.models.BPE({"a": 0}, []))
    tok.pre_tokenizer = ours.pre_tokenizers.PreTokenizer.custom(Wrong())
    with pytest.raises(TypeError, match="split: func must return NormalizedString, got str"):
        tok.encode("a")
    tok.normalizer = ours.normalizers.Normalizer.custom(Wrong())
    with pytest.raises(KeyError, match="of the stage"):
        tok.encode_batch(["a"])
    with pytest.raises(TypeError, match="a text must be a str, got int"):
        tok.encode_batch([3])
    with pytest.raises(ValueError, match="map: func must return one character, got ''"):
        ours.NormalizedString("a").map(lambda char: "")


def test_encode_special_tokens_holds_for_every_call():
    toks = []
    for library in LIBRARIES:
        tok = library.Tokenizer(library.models.WordPiece({"[UNK]": 0, "[": 1, "a": 2, "]": 3}))
        tok.pre_tokenizer = library.pre_tokenizers.BertPreTokenizer()
        tok.add_special_tokens(["[a]"])
        toks.append(tok)
    mine, other = toks
    for value in (False, True, False):
        mine.encode_special_tokens = other.encode_special_tokens = value
        assert mine.encode("[a] a").ids == other.encode("[a] a").ids
        assert mine.encode_batch(["[a]"])[0].ids == other.encode_batch(["[a]"])[0].ids
    assert json.loads(mine.to_str()) == json.loads(other.to_str())
