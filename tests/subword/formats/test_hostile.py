"""Files made to hurt: refused, or loaded, in little time and memory."""

import base64
import json
import random
import subprocess
import sys

import pytest

from subword import Tokenizer
from tests.helpers.random_configs import random_config
from tests.helpers.small_models import BASE, MODEL, PIECES, with_model

HIGH = 2**32 - 2
LONG = "x" * 10_000_000


def load(config):
    return Tokenizer.from_str(json.dumps(config))


@pytest.mark.parametrize("decoder", ["ByteLevel", "WordPiece"])
def test_ids_near_the_end_cost_nothing(decoder):
    options = {"prefix": "##", "cleanup": True} if decoder == "WordPiece" else {}
    flags = {"add_prefix_space": True, "trim_offsets": True}
    tok = load(
        {
            **with_model(vocab={"a": 0, "b": HIGH, "ab": 2}),
            "pre_tokenizer": {"type": "Whitespace"},
            "decoder": {"type": decoder, **flags, **options},
            "post_processor": {"type": "ByteLevel", **flags},
        }
    )
    rows = tok.encode_ragged(["a b ab", "b"], return_offsets=True)
    assert rows.to_lists() == [[0, HIGH, 2], [HIGH]] == tok.encode_lists(["a b ab", "b"])
    assert rows.offsets.tolist() == [[0, 1], [2, 3], [4, 6], [0, 1]]
    assert tok.encode("a b ab").offsets == [(0, 1), (2, 3), (4, 6)]
    assert tok.decode([HIGH, HIGH + 1]) == "b"


def test_added_tokens_do_not_go_beyond_the_last_id():
    tokens = [{"content": "q"}]
    tok = load({**with_model(vocab={"a": HIGH - 1}, merges=[]), "added_tokens": [{"content": "a"}]})
    assert tok.encode("a").ids == [HIGH - 1]
    high = {**with_model(vocab={"a": HIGH}, merges=[]), "added_tokens": [{"content": "a"}, *tokens]}
    with pytest.raises(ValueError, match="added token 'q': the id 4294967295 is not below"):
        load(high)


def test_merges_that_refer_to_themselves():
    with pytest.raises(ValueError, match="'aaa' is not in the vocabulary"):
        load(with_model(vocab={"a": 0, "aa": 1}, merges=["a a", "aa a"]))
    tok = load(with_model(vocab={"a": 0, "": 1}, merges=[["a", ""], ["", "a"], ["", ""]]))
    assert tok.encode("aaa").ids == [0, 0, 0]


@pytest.mark.parametrize("text", ["[" * 10**6, '{"a":' * 10**6 + "1" + "}" * 10**6])
def test_a_million_levels(text):
    with pytest.raises(ValueError, match="JSON nested too deeply"):
        Tokenizer.from_str(text)


def test_a_number_of_many_digits():
    with pytest.raises(ValueError, match=r"tokenizer.json: broken JSON: .*digits"):
        Tokenizer.from_str('{"a": ' + "9" * 10**5 + "}")


@pytest.mark.parametrize(
    "config",
    [
        with_model(vocab={LONG: 0}, merges=[]),
        with_model(vocab={LONG: 0}, merges=[], ignore_merges=True),
        {"model": {**PIECES, "vocab": {LONG: 0, "[UNK]": 1}}},
        {**BASE, "added_tokens": [{"content": LONG}]},
    ],
)
def test_a_token_of_megabytes(config):
    with pytest.raises(ValueError, match=r"token has at most 65536 characters, 'x{20}'\.\.\. has"):
        load(config)


def test_a_tiktoken_token_of_megabytes(tmp_path):
    path = tmp_path / "t.tiktoken"
    path.write_bytes(base64.b64encode(LONG.encode()) + b" 0\n")
    with pytest.raises(ValueError, match=r"t\.tiktoken:1: a token has at most 65536 bytes"):
        Tokenizer.from_tiktoken(path, "gpt2")


def test_many_lines_of_garbage(tmp_path):
    vocab, merges = tmp_path / "vocab.json", tmp_path / "merges.txt"
    vocab.write_text('{"a": 0}')
    merges.write_text("garbage line\n" * 300_000)
    with pytest.raises(ValueError, match=r"merge 0 is .*'garbage' is not in the vocabulary"):
        Tokenizer.from_bpe(vocab, merges)
    merges.write_text(LONG)
    with pytest.raises(ValueError, match=r"merges.txt:1: expected two tokens, got 1") as error:
        Tokenizer.from_bpe(vocab, merges)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize("pattern", ["(" * 10**5 + ")" * 10**5, "[" * 10**5, "(?=" * 3000])
def test_patterns_of_many_levels(pattern):
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated"}
    with pytest.raises(ValueError, match=r"tokenizer\.json: "):
        load({**BASE, "pre_tokenizer": split})


def test_a_pattern_that_is_long():
    split = {"type": "Split", "pattern": {"Regex": "a|" * 10_000 + "b"}, "behavior": "Removed"}
    assert load({**BASE, "pre_tokenizer": split}).encode("ab").ids == []


def test_many_added_tokens():
    tokens = [{"content": f"<extra_{i}>", "special": i % 2 == 0} for i in range(40_000)]
    tok = load({**BASE, "added_tokens": tokens})
    assert tok.encode("a<extra_777><extra_39999>b").ids == [0, 3 + 777, 3 + 39_999, 1]
    assert tok.decode([3 + 777, 0], skip_special_tokens=False) == "<extra_777> a"


@pytest.mark.slow
def test_a_text_that_grows_without_end_is_out_of_memory():
    # In a process of its own, which may have one gigabyte.
    grow = {"type": "Replace", "pattern": {"String": "x"}, "content": "x" * 10}
    config = {**BASE, "normalizer": {"type": "Sequence", "normalizers": [grow] * 12}}
    code = f"""
import json, resource
from subword import Tokenizer
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
tok = Tokenizer.from_str({json.dumps(config)!r})
try:
    tok.encode("x")
except MemoryError as error:
    print("refused:", error)
assert tok.encode("a").ids == [0]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("refused: out of memory"), done.stderr


@pytest.mark.parametrize("seed", range(3))
def test_files_cut_off_anywhere(seed, tmp_path):
    whole = json.dumps(random_config(random.Random(seed)), ensure_ascii=False).encode()
    path = tmp_path / "t.json"
    rng = random.Random(seed)
    for size in sorted(rng.sample(range(len(whole)), min(len(whole), 250))):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"t\.json(:\d+:\d+)?: (broken JSON|not UTF-8)"):
            Tokenizer.from_file(path)


def message_of(load_it, path):
    """What loading a file says against it; its name if nothing."""
    try:
        load_it(path)
    except ValueError as error:
        return str(error)
    return str(path)


def test_vocabulary_files_cut_off_anywhere(tmp_path):
    vocab, merges, ranks = (tmp_path / name for name in ("vocab.json", "merges.txt", "t.tiktoken"))
    whole = json.dumps(MODEL["vocab"]).encode()
    merges.write_text("#version: 0.2\na b\n")
    for size in range(len(whole)):
        vocab.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"vocab.json:\d+:\d+: broken JSON"):
            Tokenizer.from_bpe(vocab, merges)
    vocab.write_bytes(whole)
    for text, load_it in (
        (b"#version: 0.2\na b\n", lambda path: Tokenizer.from_bpe(vocab, path, byte_level=False)),
        (b"YQ== 0\nYg== 1\nYWI= 2\n", lambda path: Tokenizer.from_tiktoken(path, "gpt2", {})),
        ("[UNK]\né\n##b\n".encode(), Tokenizer.from_wordpiece),
    ):
        for size in range(len(text) + 1):
            ranks.write_bytes(text[:size])
            assert message_of(load_it, ranks).startswith(str(tmp_path))
