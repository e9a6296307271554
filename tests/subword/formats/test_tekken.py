"""tekken.json, compared with what transformers makes of it."""

import base64
import json

import pytest

import subword
from subword import Tokenizer
from subword._regex.split_patterns import PATTERNS
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.model_folders import CORPUS, same


def tekken(**changes):
    trained = subword.train(CORPUS, "byte_level_bpe", 300, progress=False)
    tokens = sorted(trained.get_vocab().items(), key=lambda item: item[1])
    spelled = [bytes(CHARS.index(char) for char in token) for token, _ in tokens]
    vocab = [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for rank, token in enumerate(spelled)
    ]
    specials = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
    return {
        "config": {
            **{"pattern": PATTERNS["tekken"], "num_vocab_tokens": len(vocab), "version": "v3"},
            **{"default_vocab_size": 280, "default_num_special_tokens": 10},
        },
        "vocab": vocab,
        "special_tokens": [
            {"rank": rank, "token_str": token, "is_control": True}
            for rank, token in enumerate(specials)
        ],
        **changes,
    }


@pytest.mark.slow
def test_tekken(tmp_path):
    mistral = pytest.importorskip("transformers.integrations.mistral.tokenizer")
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(tekken()))
    theirs = mistral.MistralConverter(str(path)).converted()
    mine = Tokenizer.from_tekken(path)
    assert mine.vocab_size == 280
    same(mine, theirs)
    same(Tokenizer.from_pretrained(tmp_path), theirs)
    same(Tokenizer.from_str(mine.to_str()), theirs)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ([], "a tekken file must be an object, got list"),
        ({}, "the field 'config' is missing"),
        ({"config": {}}, "'vocab' is missing"),
        (tekken(special_tokens=[1]), "special_tokens: a token must be an object, got 1"),
        (tekken(special_tokens=[{"rank": 1, "token_str": "a"}]), "the ranks must be 0, 1, 2"),
        (tekken(vocab=[{"token_bytes": "?"}]), r"vocab\[0\]: token_bytes must be base64"),
        (tekken(vocab=[{"token_bytes": "YQ=="}] * 2), r"vocab\[1\]: the token b'a' stands there"),
    ],
)
def test_bad_tekken_files(tmp_path, file, message):
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(file))
    with pytest.raises(ValueError, match=rf"tekken\.json: .*{message}"):
        Tokenizer.from_tekken(path)
