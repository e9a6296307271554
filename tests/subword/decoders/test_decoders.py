"""Every decoder and `DecodeStream` beside the oracle's."""

import json
import pickle
import random
import time

import pytest
from tokenizers import Tokenizer, models
from tokenizers import decoders as hf

import subword
from subword import decoders as ours
from subword.decoders.decode_stream import DecodeStream
from subword.vocab.byte_alphabet import BYTES, CHARS, byte_of_token, bytes_of, chars_of
from tests.helpers.decoders import DECODERS, TOKENS
from tests.helpers.effort import few
from tests.helpers.published import tokenizer_folders

both = pytest.mark.parametrize("name", DECODERS)


def random_tokens(rng: random.Random) -> list[str]:
    pool = rng.sample(TOKENS, rng.randrange(1, 12))
    return [rng.choice(pool) for _ in range(rng.randrange(1, 12))]


@both
def test_decode_equals_the_oracle(name):
    theirs, mine = DECODERS[name]
    rng = random.Random(name)
    for _ in range(few(3000)):
        tokens = random_tokens(rng)
        assert mine.decode(tokens) == theirs.decode(tokens), tokens
    assert mine.decode([]) == ""
    assert "".join(mine.decode_chain(TOKENS)) == theirs.decode(TOKENS)


@both
def test_json_round_trips_and_equals_the_oracle(name):
    theirs, mine = DECODERS[name]
    config = json.loads(theirs.__getstate__())
    assert mine.to_dict() == config
    assert json.dumps(mine.to_dict()) == json.dumps(config)
    for twin in (ours.from_dict(config), pickle.loads(pickle.dumps(mine))):
        assert twin == mine
        assert hash(twin) == hash(mine)
        assert twin.decode(TOKENS) == mine.decode(TOKENS)
    assert mine != ours.WordPiece("other")


def test_byte_level_decoding_equals_the_oracle_on_any_bytes():
    rng = random.Random(7)
    theirs, mine = DECODERS["byte_level"]
    lead = [0x41, 0x80, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xE4, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF]
    for _ in range(few(20000)):
        data = bytes(rng.choice(lead) for _ in range(rng.randrange(1, 9)))
        cut = rng.randrange(len(data) + 1)
        tokens = [chars_of(data[:cut]), chars_of(data[cut:])]
        assert mine.decode(tokens) == theirs.decode(tokens), data


def test_the_alphabet_is_the_oracles():
    from tokenizers.pre_tokenizers import ByteLevel

    assert set(CHARS) == set(ByteLevel.alphabet())
    assert [BYTES[char] for char in CHARS] == list(range(256))
    pre = ByteLevel(add_prefix_space=False, use_regex=False)
    for char in map(chr, [*range(0x800), 0xFFFD, 0x10FFFF]):
        assert chars_of(char.encode()) == pre.pre_tokenize_str(char)[0][0]
        assert bytes_of(chars_of(char.encode())) == char.encode()
    assert [byte_of_token(f"<0x{i:02X}>") for i in range(256)] == list(range(256))


def test_strip_leaves_nothing_where_the_oracle_panics():
    assert ours.Strip("a", 2, 2).decode(["aaa", "a", "aba", "", "aabaa"]) == "bb"


class Borrowed:
    """The oracle's vocabulary behind the interface that DecodeStream asks of a tokenizer."""

    def __init__(self, tok, decoder):
        self.decoder = decoder
        self.added_tokens = tok.get_added_tokens_decoder()
        self.id_to_token = tok.id_to_token


def oracle_tokenizer(decoder) -> Tokenizer:
    vocab = {
        piece: i for i, piece in enumerate(dict.fromkeys([*TOKENS, *map(chr, range(0xA1, 0x144))]))
    }
    tok = Tokenizer(models.WordLevel(vocab, "a"))
    tok.add_special_tokens(["<special>"])
    if decoder is not None:
        tok.decoder = decoder
    return tok


@pytest.mark.parametrize("name", [*DECODERS, None])
def test_stream_equals_the_oracle(name):
    theirs, mine = DECODERS[name] if name else (None, None)
    tok = oracle_tokenizer(theirs)
    borrowed = Borrowed(tok, mine)
    rng = random.Random(8)
    emitted = 0
    for _ in range(few(1500)):
        size = tok.get_vocab_size()
        pool = [rng.randrange(size + 1) for _ in range(rng.randrange(1, 8))] + [size - 1]
        prompt = [rng.choice(pool) for _ in range(rng.choice([0, 0, 3]))]
        skip = rng.random() < 0.5
        one, two = hf.DecodeStream(prompt, skip), DecodeStream(prompt, skip)
        for _ in range(rng.randrange(15)):
            new = rng.choice(pool) if rng.random() < 0.8 else rng.choices(pool, k=rng.randrange(4))
            try:
                expected = one.step(tok, new)
            except Exception:  # the text that was handed out would change
                with pytest.raises(ValueError, match="must not change"):
                    two.step(borrowed, new)
                break
            assert two.step(borrowed, new) == expected
            emitted += expected is not None
    assert emitted > few(1000)


@pytest.mark.parametrize("folder", tokenizer_folders())
def test_stream_of_published_tokenizers_equals_the_oracle(folder):
    theirs = Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs.no_padding()
    theirs.no_truncation()
    mine = subword.Tokenizer.from_file(folder / "tokenizer.json")
    text = "한글 😀! It's naïve, don't\n\n x  中国 🏳️‍🌈 \x00 end."
    ids = theirs.encode(text).ids
    for skip in (False, True):
        one, two = hf.DecodeStream(ids[:3], skip), DecodeStream(ids[:3], skip)
        assert [two.step(mine, i) for i in ids] == [one.step(theirs, i) for i in ids]
        whole = DecodeStream(skip_special_tokens=skip)
        said = "".join(filter(None, (whole.step(mine, i) for i in ids)))
        assert mine.decode(ids, skip).startswith(said)
        assert len(said) > len(text) // 2


@pytest.mark.parametrize("name", ["byte_level", "llama", "gemma", "wordpiece", "bpe", "metaspace"])
def test_stream_takes_bounded_work_per_id(name):
    # Ids that never complete a character, and ids that are skipped: the oracle decodes all of
    # them again in every step.
    tok = oracle_tokenizer(None)
    borrowed = Borrowed(tok, DECODERS[name][1])
    vocab = tok.get_vocab()
    broken = vocab["©"] if name == "byte_level" else vocab["<0xA9>"]
    for ids in ([broken], [vocab["<special>"]], [vocab["a"]]):
        times = []
        for count in (2000, 16000):
            stream = DecodeStream(skip_special_tokens=True)
            stream.step(borrowed, vocab["a"])
            start = time.process_time()
            for _ in range(count):
                stream.step(borrowed, ids[0])
            times.append((time.process_time() - start) / count)
        assert times[1] < 4 * times[0] + 2e-5, (ids, times)


def test_a_stream_stays_with_its_tokenizer():
    tok = oracle_tokenizer(None)
    stream = DecodeStream()
    stream.step(Borrowed(tok, None), 1)
    with pytest.raises(ValueError, match="same tokenizer"):
        stream.step(Borrowed(tok, None), 1)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "Sentence"}, "the type must be one of"),
        ({}, "the type must be one of"),
        ({"type": "WordPiece", "prefix": "##"}, "'cleanup' is missing"),
        ({"type": "WordPiece", "prefix": 3, "cleanup": True}, "'prefix' must be str, got 3"),
        ({"type": "Strip", "content": "ab", "start": 0, "stop": 0}, "must be one character"),
        ({"type": "Strip", "content": "a", "start": True, "stop": 0}, "'start' must be int"),
        ({"type": "Metaspace", "replacement": "ab"}, "must be one character"),
        ({"type": "Metaspace", "replacement": "a", "prepend_scheme": "x"}, "prepend_scheme must"),
        (
            {"type": "Metaspace", "replacement": "a", "add_prefix_space": False},
            "needs prepend_scheme",
        ),
        ({"type": "Replace", "pattern": {"Glob": "a"}, "content": ""}, "a String or a Regex"),
        ({"type": "Sequence", "decoders": [{"type": "X"}]}, "the type must be one of"),
    ],
)
def test_bad_json_is_named(config, words):
    with pytest.raises(ValueError, match=words):
        ours.from_dict(config)
