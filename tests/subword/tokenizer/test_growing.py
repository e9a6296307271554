"""A text that grows has the ids of the whole text, and costs no more than it must."""

import copy
import json

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

import subword
from subword import AddedToken, Tokenizer, normalizers, pre_tokenizers, processors
from subword._regex.patterns import Regex
from subword._regex.split_patterns import DEEPSEEK, PATTERNS
from tests.helpers.effort import few
from tests.helpers.published import needs_data, tokenizer_folders

CORPUS = [
    "The cat's on the mat, it's 12345 o'clock! naïve Å ½ 한국어 텍스트。日本語、です",
    "foo,bar (baz) foo  bar\n\n  x\t don't DON'T we'll <mask> 🙂",
] * 9
TOKENS = [
    AddedToken("<mask>", lstrip=True, special=True),
    AddedToken("<end>", rstrip=True, special=True),
    AddedToken("on", single_word=True),
    AddedToken("é", normalized=True),
]
# Tokens that reach over a space, and that look at what stands before them.
REACHING = [AddedToken("cat on"), AddedToken(",x", single_word=True), AddedToken("!", rstrip=True)]
PIECES = st.sampled_from(
    [
        *("the", "The", " cat", "cat", " ", "  ", "\n", "\r\n", "\t", "'", "s", "'s", "'ll", "'LL"),
        *(
            "on",
            ",",
            ".",
            "!",
            "。",
            "、",
            "(",
            ")",
            ";",
            "?",
            "/",
            "1",
            "12345",
            "½",
            "foo",
            "bar",
        ),
        *(
            ", x",
            ",x",
            "<mask>",
            "<end>",
            "<",
            "mask>",
            "é",
            "e",
            "\u0301",
            "\u0308",
            "Å",
            "각",
            "가",
        ),
        *(
            "\u11a8",
            "ᄀ",
            "한국어",
            "日本語",
            "🙂",
            "\u200b",
            "\u0378",
            "\x85",
            "\u00a8",
            "ﬁ",
            "İ",
            "ǆ",
        ),
    ]
)


def byte_level(*splits, **options):
    return pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in splits),
            pre_tokenizers.ByteLevel(False, use_regex=False),
        ]
    )


def trained(algorithm, added=(), **stages):
    tok = subword.train(CORPUS, algorithm, 330, progress=False, **stages)
    config = json.loads(tok.to_str())
    tok = Tokenizer.from_str(json.dumps(config))
    parts = {
        name: getattr(tok, name)
        for name in ("normalizer", "pre_tokenizer", "decoder", "post_processor")
    }
    known = list(tok.added_tokens.values())
    return Tokenizer(tok.model, **parts, added_tokens=[*known, *added])


def kinds():
    yield "gpt2", trained("byte_level_bpe"), True
    prefixed = pre_tokenizers.ByteLevel(add_prefix_space=True)
    yield "prefixed", trained("byte_level_bpe", pre_tokenizer=prefixed), True
    for name, pattern in PATTERNS.items():
        yield name, trained("byte_level_bpe", TOKENS, pre_tokenizer=byte_level(pattern)), True
    yield "deepseek", trained("byte_level_bpe", pre_tokenizer=byte_level(*DEEPSEEK)), True
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        normalizer = getattr(normalizers, form)()
        yield form, trained("byte_level_bpe", TOKENS, normalizer=normalizer), True
    yield "bert", trained("wordpiece", TOKENS), True
    yield "cased bert", trained("wordpiece", REACHING, lowercase=False), True
    yield "words", trained("bpe", TOKENS), True
    both = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(), pre_tokenizers.Punctuation()]
    )
    yield "steps", trained("bpe", REACHING, pre_tokenizer=both), True
    lowered = normalizers.Sequence([normalizers.Lowercase(), normalizers.StripAccents()])
    yield "lowered", trained("bpe", normalizer=lowered), True
    yield "unknown pattern", trained("byte_level_bpe", pre_tokenizer=byte_level(r"\w+ ?\w*")), False
    yield "metaspace", trained("bpe", pre_tokenizer=pre_tokenizers.Metaspace()), False
    strip = normalizers.Strip()
    yield "strip", trained("byte_level_bpe", normalizer=strip), False


KINDS = [pytest.param(tok, cuts, id=name) for name, tok, cuts in kinds()]


@pytest.mark.parametrize(("tok", "cuts"), KINDS)
@settings(max_examples=few(60))
@given(pieces=st.lists(PIECES | st.text(max_size=3), max_size=14))
def test_a_grown_text_is_encoded_as_the_whole(tok, cuts, pieces):
    state, text = None, ""
    for piece in pieces:
        settled = [] if state is None else state.ids[: state.settled].tolist()
        state = tok.append(state, piece)
        text += piece
        assert state.ids.tolist() == tok.encode(text).ids
        assert len(state) == len(state.ids)
        assert state.ids[: len(settled)].tolist() == settled
    if state is not None:
        assert state.text == text


@pytest.mark.parametrize(("tok", "cuts"), KINDS)
def test_the_work_grows_with_the_text(tok, cuts):
    words = " ".join(CORPUS).split(" ") * 4
    state = tok.append(None, "")
    for word in words:
        state = tok.append(state, " " + word)
    size = len(state.text)
    # Whole texts again and again would be half the square.
    assert (state.encoded_characters < 20 * size) == cuts
    assert (state.settled > len(state) - 40) == cuts


def test_special_tokens_stand_around_the_whole():
    tok = trained("wordpiece")
    assert tok.append(None, "the cat").ids.tolist() == tok.encode("the cat").ids
    plain = tok.append(None, "the cat", add_special_tokens=False)
    assert plain.ids.tolist() == tok.encode("the cat", add_special_tokens=False).ids
    assert repr(plain) == f"GrowingText(7 characters, {len(plain.ids)} ids)"


def test_what_is_wrong_is_not_appended():
    tok = trained("wordpiece")
    state = tok.append(None, "the ")
    with pytest.raises(ValueError, match="surrogate"):
        tok.append(state, "\ud800")
    with pytest.raises(TypeError, match="text must be a str, got bytes"):
        tok.append(state, b"cat")
    with pytest.raises(ValueError, match="that this tokenizer made"):
        copy.deepcopy(tok).append(state, "cat")
    assert tok.append(state, "cat").ids.tolist() == tok.encode("the cat").ids
    model = processors.TemplateProcessing("$A $A")
    twice = Tokenizer(tok.model, post_processor=model)
    with pytest.raises(ValueError, match="use encode_batch"):
        twice.append(None, "x")


@pytest.mark.parametrize(("tok", "cuts"), KINDS[:1] + KINDS[-6:])
def test_counts_are_those_of_encoding(tok, cuts):
    for special in (True, False):
        encoded = tok.encode_lists(CORPUS, add_special_tokens=special)
        options = {"add_special_tokens": special}
        assert tok.count_tokens(CORPUS, **options) == [len(ids) for ids in encoded]
        assert tok.count_tokens(iter(CORPUS), threads=2, **options) == [len(i) for i in encoded]
        assert tok.count_tokens(CORPUS[0], **options) == len(encoded[0])
    assert tok.count_tokens([]) == []
    assert type(tok.count_tokens("the cat")) is int


def test_counting_refuses_what_encoding_refuses():
    tok = trained("bpe")
    with pytest.raises(TypeError, match="must be"):
        tok.count_tokens(b"bytes")
    with pytest.raises(ValueError, match="threads must be at least 1"):
        tok.count_tokens(["a"], threads=0)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("folder", tokenizer_folders())
def test_published_tokenizers(folder):
    tok = Tokenizer.from_pretrained(folder)
    text = " ".join(CORPUS[:4])
    for pattern in (r".", r"\w+|\W", r"(?s).{1,7}"):
        state = None
        for piece in regex.findall(pattern, text, regex.DOTALL):
            state = tok.append(state, piece, add_special_tokens=False)
            expected = tok.encode_ragged([state.text], add_special_tokens=False).ids
            assert state.ids.tolist() == expected.tolist()
